"""Checks that every loader accepts a row: order of roles, calls with their results.

Not here: a chat template's own rules (`export.output.chat_template`).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tautraj.export.formats import Row
from tautraj.export.messages import Message

CUSTOMER_ROLES, AGENT_ROLES = ("human", "observation"), ("gpt", "function_call")


def find_problem(row: Row) -> str | None:
    """The first problem of a row; None: it is fine. A prompt and its continuation are one conversation."""
    for messages in iter_conversations(row):
        if (problem := next(_iter_problems(messages), None)) is not None:
            return problem
    if row.get("prompt") == []:
        return "an empty prompt, which TRL stumbles over"
    return next(_iter_order_problems(row.get("conversations")), None)


def iter_conversations(row: Row) -> Iterator[list[Message]]:
    """Every complete conversation in a row of messages."""
    prompt: list[Message] = row.get("prompt") or []
    for name in ("messages", "completion", "chosen", "rejected"):
        if isinstance(continuation := row.get(name), list):
            yield [*prompt, *continuation]


def list_conversations(row: Row) -> list[list[Message]]:
    """The complete conversations of a row, or its prompt where nothing continues it; empty: it has no messages."""
    return list(iter_conversations(row)) or [row[name] for name in ("prompt",) if row.get(name)]


def _iter_problems(messages: Sequence[Message]) -> Iterator[str]:
    if not messages or messages[-1]["role"] not in ("assistant", "tool"):
        yield "the agent never spoke"
    open_calls: list[Any] = []
    for index, message in enumerate(messages):
        role = message["role"]
        if role == "system" and index:
            yield "a system prompt in the middle"
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                yield "a result that nobody asked for"
            else:
                open_calls.remove(message["tool_call_id"])
        elif open_calls:
            yield "a call without its result"
        if role == "assistant":
            open_calls = [call["id"] for call in message.get("tool_calls", ())]
            if not open_calls and not message["content"]:
                yield "the agent says and does nothing"


def _iter_order_problems(messages: Sequence[Mapping[str, str]] | None) -> Iterator[str]:
    """Problems of a ShareGPT conversation: the customer's side must be first, the agent's last, in turns."""
    if messages is not None and (not messages or len(messages) % 2):
        yield "the agent does not have the last word"
    for index, message in enumerate(messages or ()):
        if message["from"] not in (AGENT_ROLES if index % 2 else CUSTOMER_ROLES):
            yield "somebody speaks twice in a row"
