"""Whether a row is what every loader takes: who speaks after whom, calls with their results.

Not here: what a chat template makes of it (`templates`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tautraj.export.formats import Row
from tautraj.export.messages import Message

THEIRS, OURS = ("human", "observation"), ("gpt", "function_call")


def fault(row: Row) -> str | None:
    """What is wrong with a row; None: nothing. A prompt with what follows it is one conversation."""
    for told in conversations(row):
        if (found := next(_faults(told), None)) is not None:
            return found
    if row.get("prompt") == []:
        return "an empty prompt, which TRL stumbles over"
    return next(_out_of_turn(row.get("conversations")), None)


def conversations(row: Row) -> Iterator[list[Message]]:
    """Every whole conversation in a row of messages."""
    prompt: list[Message] = row.get("prompt") or []
    for name in ("messages", "completion", "chosen", "rejected"):
        if isinstance(told := row.get(name), list):
            yield [*prompt, *told]


def _faults(told: Sequence[Message]) -> Iterator[str]:
    if not told or told[-1]["role"] not in ("assistant", "tool"):
        yield "the agent never spoke"
    owed: list[Any] = []
    for at, message in enumerate(told):
        role = message["role"]
        if role == "system" and at:
            yield "a system prompt in the middle"
        if role == "tool":
            if message["tool_call_id"] not in owed:
                yield "a result that nobody asked for"
            else:
                owed.remove(message["tool_call_id"])
        elif owed:
            yield "a call without its result"
        if role == "assistant":
            owed = [call["id"] for call in message["tool_calls"] or ()]
            if not owed and not message["content"]:
                yield "the agent says and does nothing"


def _out_of_turn(told: Sequence[Mapping[str, str]] | None) -> Iterator[str]:
    """In ShareGPT's conversations the customer's side is first, the agent's last, and they take turns."""
    if told is not None and (not told or len(told) % 2):
        yield "the agent does not have the last word"
    for at, message in enumerate(told or ()):
        if message["from"] not in (OURS if at % 2 else THEIRS):
            yield "somebody speaks twice in a row"
