"""Whether a row is what every loader takes: who speaks after whom, calls with their results.

Not here: what a chat template makes of it (`templates`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tautraj.export.formats import Row
from tautraj.export.messages import Message

CUSTOMER_ROLES, AGENT_ROLES = ("human", "observation"), ("gpt", "function_call")


def find_problem(row: Row) -> str | None:
    """What is wrong with a row; None: nothing. A prompt with what follows it is one conversation."""
    for told in iter_conversations(row):
        if (found := next(_iter_problems(told), None)) is not None:
            return found
    if row.get("prompt") == []:
        return "an empty prompt, which TRL stumbles over"
    return next(_iter_order_problems(row.get("conversations")), None)


def iter_conversations(row: Row) -> Iterator[list[Message]]:
    """Every whole conversation in a row of messages."""
    prompt: list[Message] = row.get("prompt") or []
    for name in ("messages", "completion", "chosen", "rejected"):
        if isinstance(told := row.get(name), list):
            yield [*prompt, *told]


def _iter_problems(messages: Sequence[Message]) -> Iterator[str]:
    if not messages or messages[-1]["role"] not in ("assistant", "tool"):
        yield "the agent never spoke"
    owed: list[Any] = []
    for at, message in enumerate(messages):
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


def _iter_order_problems(messages: Sequence[Mapping[str, str]] | None) -> Iterator[str]:
    """In ShareGPT's conversations the customer's side is first, the agent's last, and they take turns."""
    if messages is not None and (not messages or len(messages) % 2):
        yield "the agent does not have the last word"
    for at, message in enumerate(messages or ()):
        if message["from"] not in (AGENT_ROLES if at % 2 else CUSTOMER_ROLES):
            yield "somebody speaks twice in a row"
