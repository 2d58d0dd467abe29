"""The benchmark's own customer: its guidelines, its scenario, one llm."""

from collections.abc import Sequence

from tautraj.errors import EmptyReply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import take_first_call, to_assistant_message, to_openai_call, to_tool_message
from tautraj.trajectory import Turn
from tautraj.users.base import Customer, UserContext


def llm(context: UserContext, *, attempts: int) -> Customer:
    """A customer that remembers the conversation. Asks nothing before it is spoken to.

    Raises `EmptyReply` after `attempts` answers without a word.
    """
    history: list[Message] = [{"role": "system", "content": context.prompt}, *history_messages(context.given_turns)]

    def reply(heard: str) -> str:
        history.append({"role": "user", "content": heard})
        text = speak(context, history, attempts)
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def speak(context: UserContext, history: list[Message], attempts: int) -> str:
    """What the customer says next. Tools that it uses on the way are used, and remembered in `history`.

    Raises `EmptyReply` after `attempts` answers with neither a word nor a call.
    """
    silent = 0
    while silent < attempts:
        reply = context.ask(history, context.tools)
        call, aside = take_first_call(reply)
        if call is not None:
            history.append(to_assistant_message(reply, call))
            history.append(to_tool_message(call.id, context.call(call, aside)))
        elif reply.text.strip():
            return reply.text
        else:
            silent += 1
    raise EmptyReply(f"the customer's model said nothing {attempts} times in a row")


def history_messages(turns: Sequence[Turn]) -> list[Message]:
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
            messages.append({"role": "assistant", "content": None, "tool_calls": [to_openai_call(turn.tool_call)]})
            messages.append(to_tool_message(turn.tool_call.id, turn.observation or ""))
    return messages
