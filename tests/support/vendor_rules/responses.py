"""Rules of OpenAI's /responses."""

from collections.abc import Iterator
from itertools import pairwise

from support.vendor_rules import Json
from support.vendor_rules.chat import join_text


def outputs_follow_calls(body: Json) -> Iterator[str]:
    """Every call has one output behind it, and every output a call before it."""
    open_ids: list[str] = []
    for item in body["input"]:
        if item.get("type") == "function_call":
            open_ids.append(item["call_id"])
        elif item.get("type") == "function_call_output":
            if item["call_id"] not in open_ids:
                yield f"output of no call: {item['call_id']}"
            else:
                open_ids.remove(item["call_id"])
    yield from (f"no output: {call_id}" for call_id in open_ids)


def reasoning_is_followed(body: Json) -> Iterator[str]:
    """A reasoning item stands right before the message or call that it came with."""
    for item, following in pairwise([*body["input"], {}]):
        comes_of_it = following.get("type") == "function_call" or following.get("role") == "assistant"
        if item.get("type") == "reasoning" and not comes_of_it:
            yield str(item)


def text_is_not_blank(body: Json) -> Iterator[str]:
    """A message's text is not empty or white space only."""
    for item in body["input"]:
        if "role" in item:
            content = item.get("content")
            text = content if isinstance(content, str) else join_text(content or [])
            if not text.strip():
                yield str(item)


def arguments_are_letters(body: Json) -> Iterator[str]:
    """As `chat.arguments_are_letters`."""
    for item in body["input"]:
        if item.get("type") == "function_call" and "\\u" in item["arguments"]:
            yield item["arguments"]
