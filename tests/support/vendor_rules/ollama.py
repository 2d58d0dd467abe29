"""Rules of Ollama's own /api/chat."""

from collections.abc import Iterator

from support.vendor_rules import Json
from support.vendor_rules.chat import list_calls


def arguments_are_objects(body: Json) -> Iterator[str]:
    """A call's arguments are an object, not JSON text."""
    for call in list_calls(body):
        if not isinstance(call["arguments"], dict):
            yield str(call)


def content_is_text(body: Json) -> Iterator[str]:
    """A message's content is text; it is blank beside calls and in results only."""
    for message in body["messages"]:
        text = message.get("content")
        may_be_blank = message["role"] == "tool" or message.get("tool_calls")
        if not isinstance(text, str) or not (text.strip() or may_be_blank):
            yield str(message)


def results_follow_calls(body: Json) -> Iterator[str]:
    """Behind a message with calls stand as many results; order, not an id, tells which is which."""
    due = 0
    for number, message in enumerate(body["messages"]):
        if message["role"] == "tool":
            due -= 1
        elif due:
            yield f"message {number}: {due} results are missing"
            due = 0
        if due < 0:
            yield f"message {number}: a result of no call"
            due = 0
        due += len(message.get("tool_calls") or ())
    if due:
        yield f"{due} results are missing at the end"
