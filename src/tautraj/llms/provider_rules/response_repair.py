"""Repairs of HTTP responses that litellm misreads: an error sent with status 200, and forms of an answer.

Applied to every response before litellm sees it. Not here: the forms (`llms.provider_rules.answer_repair`),
connections (`llms.http_client`), the kind of a failure (`llms.error_mapping`).
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from tautraj.llms.provider_rules.answer_repair import repair_answer

UNFINISHED = ("failed", "cancelled", "queued", "in_progress")
"""Statuses of the responses API in which there is no answer."""

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
    body = parse_body(raw)
    if not response.is_success or not isinstance(body, dict):
        return response
    error = find_error(body)
    if error is not None:
        return _copy_response(response, read_error_status(error), raw)
    if body.get("object") == "response" and body.get("status") in UNFINISHED:
        error = {"message": f"the response is {body['status']}, without an answer"}
        return _copy_response(response, UNKNOWN_ERROR, orjson.dumps({"error": error}))
    return (
        _copy_response(response, response.status_code, json.dumps(body).encode()) if repair_answer(body) else response
    )


def parse_body(raw: bytes | str) -> Any:
    """The JSON of a body, with what litellm reads too (`NaN`, long numbers, lone surrogates); None if it is none."""
    try:
        return orjson.loads(raw)
    except ValueError:
        pass
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


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


def _copy_response(response: httpx.Response, status: int, body: bytes) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in ("content-encoding", "content-length", "transfer-encoding")
    ]
    return httpx.Response(status, headers=headers, content=body, extensions=response.extensions)
