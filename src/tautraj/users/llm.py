"""The benchmark's own customer: its guidelines, its scenario, one llm."""

from collections.abc import Sequence

from tautraj.errors import EmptyReply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import assistant, first, native, result
from tautraj.trajectory import Turn
from tautraj.users.base import Customer, Scene


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


def speak(scene: Scene, history: list[Message], attempts: int) -> str:
    """What the customer says next. Tools that it uses on the way are used, and remembered in `history`.

    Raises `EmptyReply` after `attempts` answers with neither a word nor a call.
    """
    silent = 0
    while silent < attempts:
        reply = scene.ask(history, scene.tools)
        call, aside = first(reply)
        if call is not None:
            history.append(assistant(reply, call))
            history.append(result(call.id, scene.act(call, aside)))
        elif reply.text.strip():
            return reply.text
        else:
            silent += 1
    raise EmptyReply(f"the customer's model said nothing {attempts} times in a row")


def so_far(turns: Sequence[Turn]) -> list[Message]:
    """What the customer said, heard and did before its first own words; what it hears next is left out."""
    known = [turn for turn in turns if turn.kind == "message" or turn.seat == "user"]
    if known and known[-1].seat == "model":
        known = known[:-1]
    messages: list[Message] = []
    for turn in known:
        if turn.tool_call is None:
            role = "user" if turn.seat == "model" else "assistant"
            messages.append({"role": role, "content": turn.message})
        else:
            messages.append({"role": "assistant", "content": None, "tool_calls": [native(turn.tool_call)]})
            messages.append(result(turn.tool_call.id, turn.observation or ""))
    return messages
