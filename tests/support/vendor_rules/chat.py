"""Rules of OpenAI's chat completions, which Mistral and OpenRouter share."""

import json
import re
from collections.abc import Iterator

from support.vendor_rules import Json

TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def results_follow_calls(body: Json) -> Iterator[str]:
    """Right behind an assistant's message with calls stand the results of all of them, and nowhere else a result."""
    open_ids: list[str] = []
    for number, message in enumerate(body["messages"]):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_ids:
                yield f"message {number}: a result of no call before it"
            else:
                open_ids.remove(message["tool_call_id"])
        elif open_ids:
            yield f"message {number}: stands before the results of {open_ids}"
        open_ids += [call["id"] for call in message.get("tool_calls") or ()]
    if open_ids:
        yield f"no result of {open_ids}"


def text_is_not_blank(body: Json) -> Iterator[str]:
    """A message's text is not empty or white space only; beside calls it may be missing. A result may be anything."""
    for number, message in enumerate(body["messages"]):
        content = message.get("content")
        is_absent = content is None and message.get("tool_calls")
        text = join_text(content) if isinstance(content, list) else content or ""
        if message["role"] != "tool" and not is_absent and not text.strip():
            yield f"message {number}: {content!r}"


def arguments_are_json_objects(body: Json) -> Iterator[str]:
    """A call's arguments are text, and the text is a JSON object."""
    for call in list_calls(body):
        if not isinstance(call["arguments"], str) or not isinstance(json.loads(call["arguments"]), dict):
            yield str(call)


def arguments_are_letters(body: Json) -> Iterator[str]:
    """Accents and CJK are letters in a call's arguments, as the model wrote them, not escapes."""
    for call in list_calls(body):
        if "\\u" in call["arguments"]:
            yield call["arguments"]


def tools_are_offered_where_called(body: Json) -> Iterator[str]:
    """A request whose messages have calls offers tools, with names that the API takes."""
    called = [call["name"] for call in list_calls(body)]
    offered = [tool["function"]["name"] for tool in body.get("tools") or ()]
    if called and not offered:
        yield "no tools"
    yield from (name for name in called + offered if not TOOL_NAME.fullmatch(name))


def list_calls(body: Json) -> Iterator[Json]:
    """All calls of all messages."""
    return (call["function"] for message in body["messages"] for call in message.get("tool_calls") or ())


def join_text(parts: list[Json]) -> str:
    """Text of a message's parts."""
    return "".join(part.get("text", "") for part in parts)
