"""Rules of Anthropic's Messages."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from support.vendor_rules import Json, list_repeated_roles

CALL_ID = re.compile(r"[A-Za-z0-9_-]+")


def roles_alternate(body: Json) -> Iterator[str]:
    """No two messages of one side stand together."""
    yield from list_repeated_roles(body["messages"])


def first_turn_is_the_users(body: Json) -> Iterator[str]:
    """The first message is the user's."""
    if body["messages"][0]["role"] != "user":
        yield body["messages"][0]["role"]


def every_tool_use_has_its_result_next(body: Json) -> Iterator[str]:
    """The next message begins with the results of all calls of a message, and a result stands nowhere else."""
    messages = [*body["messages"], {"role": "user", "content": []}]
    for message, following in pairwise([{"role": "user", "content": []}, *messages]):
        used = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        kinds = [block["type"] for block in following["content"]]
        results = [block["tool_use_id"] for block in following["content"] if block["type"] == "tool_result"]
        if sorted(used) != sorted(results):
            yield f"calls {used}, results {results}"
        if kinds[: len(results)] != ["tool_result"] * len(results):
            yield f"results stand behind {kinds[0]}"


def thinking_block_first_before_tool_use(body: Json) -> Iterator[str]:
    """While thinking is on, the message before the last results begins with its block; no block stands elsewhere."""
    if not _is_thinking(body):
        return
    kinds = [[block["type"] for block in message["content"]] for message in body["messages"]]
    yield from (f"{of_one}" for of_one in kinds if "thinking" in of_one[1:])
    if "tool_result" in kinds[-1] and kinds[-2][0] not in ("thinking", "redacted_thinking"):
        yield f"before the results: {kinds[-2]}"


def text_is_not_blank(body: Json) -> Iterator[str]:
    """No text block, of the system prompt or a message, is empty or white space only; no message is empty."""
    contents = [body.get("system") or [], *(message["content"] for message in body["messages"])]
    for content in contents:
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        yield from (str(block) for block in blocks if block["type"] == "text" and not block["text"].strip())
    yield from (f"{message['role']}: empty" for message in body["messages"] if not message["content"])


def no_temperature_beside_thinking(body: Json) -> Iterator[str]:
    """While thinking is on, the temperature is 1 or not named, and there are no top_k and top_p below 0.95."""
    if not _is_thinking(body):
        return
    if body.get("temperature", 1) != 1:
        yield f"temperature {body['temperature']}"
    if "top_k" in body or body.get("top_p", 1) < 0.95:
        yield "top_k or top_p"


def tokens_exceed_the_thinking_budget(body: Json) -> Iterator[str]:
    """`max_tokens` is larger than `budget_tokens`, which is 1024 at least."""
    budget = body.get("thinking", {}).get("budget_tokens")
    if budget is not None and not 1024 <= budget < body["max_tokens"]:
        yield f"{budget} of {body['max_tokens']}"


def ids_are_plain(body: Json) -> Iterator[str]:
    """The id of a call has letters, digits, `_` and `-` only."""
    for message in body["messages"]:
        for block in message["content"]:
            call_id = block.get("id") or block.get("tool_use_id") or "none"
            if not CALL_ID.fullmatch(call_id):
                yield call_id


def at_most_four_cache_marks(body: Json) -> Iterator[str]:
    """`cache_control` stands at four blocks at most."""
    marks = json.dumps(body).count('"cache_control"')
    if marks > 4:
        yield f"{marks}"


def _is_thinking(body: Json) -> bool:
    return body.get("thinking", {}).get("type") in ("enabled", "adaptive")
