"""The benchmark's own customer: its guidelines, its scenario, one llm."""

from collections.abc import Sequence

from tautraj.errors import EmptyReply
from tautraj.llms.chat import Message
from tautraj.trajectory import Turn
from tautraj.users import Customer, Scene


def llm(scene: Scene, *, attempts: int) -> Customer:
    """A customer that remembers the conversation. Asks nothing before it is spoken to.

    Raises `EmptyReply` after `attempts` answers without a word.
    """
    history: list[Message] = [{"role": "system", "content": scene.prompt}, *so_far(scene.history)]

    def reply(heard: str) -> str:
        history.append({"role": "user", "content": heard})
        text = speak(scene, history, attempts)
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def speak(scene: Scene, messages: Sequence[Message], attempts: int) -> str:
    """What the customer's llm says to this; asked up to `attempts` times for a word. Raises `EmptyReply`."""
    for _ in range(attempts):
        text = scene.ask(messages).text
        if text.strip():
            return text
    raise EmptyReply(f"the customer's model said nothing {attempts} times in a row")


def so_far(turns: Sequence[Turn]) -> list[Message]:
    """What was said before the customer's first own words, from its side; what it hears next is left out."""
    said = [turn for turn in turns if turn.kind == "message"]
    if said and said[-1].seat == "model":
        said = said[:-1]
    return [{"role": "user" if turn.seat == "model" else "assistant", "content": turn.message} for turn in said]
