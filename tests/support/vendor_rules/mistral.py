"""Rules of Mistral's API beyond those of chat completions."""

import re
from collections.abc import Iterator
from itertools import pairwise

from support.vendor_rules import Json

CALL_ID = re.compile(r"[A-Za-z0-9]{9}")


def no_user_behind_a_result(body: Json) -> Iterator[str]:
    """A user's message never stands right behind a tool's."""
    roles = [message["role"] for message in body["messages"]]
    for number, pair in enumerate(pairwise(roles)):
        if pair == ("tool", "user"):
            yield f"message {number + 1}"


def ids_are_nine_letters_or_digits(body: Json) -> Iterator[str]:
    """The id of every call and of every result."""
    for message in body["messages"]:
        ids = [call["id"] for call in message.get("tool_calls") or ()]
        for call_id in [*ids, *([message["tool_call_id"]] if message["role"] == "tool" else [])]:
            if not CALL_ID.fullmatch(call_id):
                yield call_id


def has_its_own_fields_only(body: Json) -> Iterator[str]:
    """A field that the API does not know is refused."""
    known = {
        "assistant": {"role", "content", "tool_calls", "prefix"},
        "tool": {"role", "content", "tool_call_id", "name"},
    }
    for message in body["messages"]:
        if more := message.keys() - known.get(message["role"], {"role", "content"}):
            yield f"{message['role']}: {sorted(more)}"
