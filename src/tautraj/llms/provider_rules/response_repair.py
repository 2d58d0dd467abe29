"""Repairs of HTTP responses that litellm misreads: an error sent with status 200, and two forms of an answer.

Applied to every response before litellm sees it. A body is parsed only if it holds one of the words in question. Not
here: connections (`llms.http_client`), the kind of a failure (`llms.error_mapping`).
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

SUSPICIOUS = re.compile(rb'"error"|"functionCall"|"content"\s*:\s*\[')

STATUS_BY_NAME = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "not_found_error": 404,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "overloaded_error": 529,
}
"""Names of errors, in `code` or `type`, of providers that send no number."""

UNKNOWN_ERROR = 502
"""Status of an error without a number or a known name: worth asking again."""


def repair_response(response: httpx.Response) -> httpx.Response:
    """Read `response`; return it, or a copy with the status and the body that its provider meant."""
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        return response
    raw = response.read()
    if not SUSPICIOUS.search(raw):
        return response
    try:
        body = orjson.loads(raw)
    except ValueError:
        return response
    if not isinstance(body, dict):
        return response
    error = find_error(body)
    if error is not None and response.is_success:
        return _copy_response(response, read_error_status(error), raw)
    return _copy_response(response, response.status_code, orjson.dumps(body)) if _repair_answer(body) else response


def find_error(holder: Mapping[str, Any]) -> Any:
    """The error inside a body or a choice; None without one, or if it is empty (`{"message": "", "code": null}`)."""
    error = holder.get("error")
    says_something = any(error.values()) if isinstance(error, dict) else bool(error)
    return error if says_something else None


def read_error_status(error: Any) -> int:
    """The HTTP status that an error in a body amounts to."""
    fields = error if isinstance(error, dict) else {}
    for name in (str(fields.get(key)) for key in ("code", "status_code", "type")):
        status = int(name) if name.isdecimal() else STATUS_BY_NAME.get(name, 0)
        if 400 <= status < 600:
            return status
    return UNKNOWN_ERROR


def _repair_answer(body: dict[str, Any]) -> bool:
    """Whether `body` was changed: a Gemini call without `args` has none; text blocks of a message are one text."""
    changed = False
    for candidate in _list_objects(body.get("candidates")):
        for part in _list_objects(_get_object(candidate, "content").get("parts")):
            call = _get_object(part, "functionCall")
            if call and call.get("args") is None:
                call["args"] = {}
                changed = True
    for choice in _list_objects(body.get("choices")):
        message = _get_object(choice, "message")
        if isinstance(message.get("content"), list):
            message["content"] = _join_text_blocks(_list_objects(message["content"]))
            changed = True
    return changed


def _list_objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _get_object(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _join_text_blocks(blocks: list[dict[str, Any]]) -> str | list[dict[str, Any]]:
    """The text of the blocks. Beside blocks of other types (Mistral's thinking): these, and one block of text."""
    texts = [block for block in blocks if block.get("type") == "text"]
    text = "".join(str(block.get("text") or "") for block in texts)
    others = [block for block in blocks if block.get("type") != "text"]
    return [*others, {"type": "text", "text": text}] if others else text


def _copy_response(response: httpx.Response, status: int, body: bytes) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return httpx.Response(status, headers=headers, content=body, extensions=response.extensions)
