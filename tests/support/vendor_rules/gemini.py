"""Rules of Gemini's generateContent; keys in snake case, as litellm writes them."""

from collections.abc import Iterator
from itertools import pairwise

from support.vendor_rules import Json, list_repeated_roles


def roles_alternate(body: Json) -> Iterator[str]:
    """No two contents of one side stand together; a side is `user` or `model`."""
    yield from list_repeated_roles(body["contents"])
    yield from (content["role"] for content in body["contents"] if content["role"] not in ("user", "model"))


def first_turn_is_the_users(body: Json) -> Iterator[str]:
    """The first content is the user's."""
    if body["contents"][0]["role"] != "user":
        yield body["contents"][0]["role"]


def function_response_count_matches_calls(body: Json) -> Iterator[str]:
    """The content behind one with calls has a response to each of them, by name and in number, and no other has."""
    contents: list[Json] = [{"parts": []}, *body["contents"], {"parts": []}]
    for content, following in pairwise(contents):
        called = sorted(part["function_call"]["name"] for part in content["parts"] if "function_call" in part)
        answered = sorted(
            part["function_response"]["name"] for part in following["parts"] if "function_response" in part
        )
        if called != answered:
            yield f"calls {called}, responses {answered}"


def call_follows_the_user_or_a_response(body: Json) -> Iterator[str]:
    """A content with a call stands right behind one of the user's."""
    for before, content in pairwise([{"role": "model"}, *body["contents"]]):
        if any("function_call" in part for part in content["parts"]) and before["role"] != "user":
            yield f"behind {before['role']}"


def text_is_not_blank(body: Json) -> Iterator[str]:
    """Every content has parts, and each has a call, a response or a text that is not blank."""
    for content in [body.get("system_instruction", {"parts": [{"text": "x"}]}), *body["contents"]]:
        if not content["parts"]:
            yield "no parts"
        for part in content["parts"]:
            if not part.keys() & {"function_call", "function_response"} and not part.get("text", "").strip():
                yield str(part)


def arguments_are_objects(body: Json) -> Iterator[str]:
    """A call's arguments and a response are objects."""
    for content in body["contents"]:
        for part in content["parts"]:
            call, response = part.get("function_call"), part.get("function_response")
            if call and not isinstance(call["args"], dict):
                yield str(call)
            if response and not isinstance(response["response"], dict):
                yield str(response)
