"""Repairs of a response's body that litellm misreads or refuses although it holds an answer.

What an answer says is worth more than the form it has: it is paid for, and asking again pays anew. Pure, on parsed
JSON. Not here: the HTTP response and the errors inside it (`llms.provider_rules.response_repair`), the parsed
answer (`llms.reply`).
"""

import json
import secrets
from typing import Any

MAX_COUNT = 10**9
"""Tokens. More in one call is no count: it would fill every budget and block the tokens per minute."""

LONG_ARGUMENTS = 1000
"""Characters. Shorter JSON is neither too deep nor has a number too long for Python to parse."""


def repair_answer(body: dict[str, Any]) -> bool:
    """Whether `body`, an answer in any protocol, was changed."""
    changed = [
        _repair_usage(body),
        *(_repair_gemini_part(part) for part in _list_gemini_parts(body)),
        *(_repair_message(choice["message"]) for choice in _list_objects(body.get("choices")) if "message" in choice),
        body.get("object") == "response" and _repair_output(body),
        *(_repair_block(block) for block in _list_objects(body.get("content")) if body.get("type") == "message"),
    ]
    return any(changed)


def make_call_id() -> str:
    """An id for a tool call without one; nine letters and digits, the only form that Mistral accepts."""
    return secrets.token_hex(5)[:9]


def _repair_usage(body: dict[str, Any]) -> bool:
    """Counts that are none are left out: the call's usage is unknown then, and the answer is read all the same."""
    changed = False
    for name, is_due in (("usage", body.get("type") == "message"), ("usageMetadata", bool(body.get("candidates")))):
        usage = body.get(name)
        if isinstance(usage, dict):
            changed |= _drop_odd_counts(usage)
        elif is_due or usage is not None:
            body[name], changed = {}, True
    for name in ("prompt_eval_count", "eval_count"):  # Ollama's
        if name in body and _read_count(body[name]) is None:
            del body[name]
            changed = True
    return changed


def _drop_odd_counts(usage: dict[str, Any]) -> bool:
    changed = False
    for name, value in list(usage.items()):
        if name.lower().endswith(("tokens", "tokencount")):
            count = _read_count(value)
            if count is None:
                del usage[name]
            else:
                usage[name] = count
            changed |= type(value) is not int or count is None
        elif isinstance(value, dict | list):
            for item in [value] if isinstance(value, dict) else _list_objects(value):
                changed |= _drop_odd_counts(item)
        elif "token" in name.lower() and value is not None:  # details that are none
            del usage[name]
            changed = True
    return changed


def _read_count(value: Any) -> int | None:
    """`value` as a number of tokens: also "10" and 10.0; None if it is none."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= len(str(MAX_COUNT)):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if type(value) is int and 0 <= value < MAX_COUNT else None


def _list_gemini_parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    candidates = _list_objects(body.get("candidates"))
    return [part for item in candidates for part in _list_objects(_get_object(item, "content").get("parts"))]


def _repair_gemini_part(part: dict[str, Any]) -> bool:
    """A call without `args` has none."""
    call = _get_object(part, "functionCall")
    if not call or call.get("args") is not None:
        return False
    call["args"] = {}
    return True


def _repair_block(block: dict[str, Any]) -> bool:
    """A call in Anthropic's protocol."""
    if block.get("type") != "tool_use":
        return False
    changed = _repair_id(block)
    if block.get("input") is None:
        block["input"], changed = {}, True
    return changed


def _repair_message(message: Any) -> bool:
    """A message in OpenAI's protocol: its text blocks are one text; a refusal is what the model says."""
    if not isinstance(message, dict):
        return False
    changed = False
    for call in _list_objects(message.get("tool_calls")):
        changed |= _repair_call(call)
    if isinstance(message.get("content"), list):
        message["content"], changed = _join_text_blocks(_list_objects(message["content"])), True
    if not message.get("content") and isinstance(message.get("refusal"), str):
        message["content"], changed = message["refusal"], True
    if not isinstance(message.get("role"), str):
        message["role"], changed = "assistant", True
    return changed


def _repair_call(call: dict[str, Any]) -> bool:
    changed = _repair_id(call)
    function = _get_object(call, "function")
    arguments = function.get("arguments")
    if arguments is not None and not isinstance(arguments, str):
        function["arguments"], changed = json.dumps(arguments), True
    elif arguments and len(arguments) > LONG_ARGUMENTS and not _may_be_parsed(arguments):
        function["arguments"], changed = f"not readable: {arguments}", True
    return changed


def _may_be_parsed(text: str) -> bool:
    """Whether litellm, which parses all arguments, gets beyond them: it expects no error but that of a syntax."""
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return True


def _repair_id(call: dict[str, Any]) -> bool:
    call_id = call.get("id")
    if isinstance(call_id, str) and call_id:
        return False
    call["id"] = str(call_id) if type(call_id) is int else make_call_id()
    return True


def _repair_output(body: dict[str, Any]) -> bool:
    """The output of the responses API. One without a message and without a call is an answer that says nothing."""
    if not isinstance(body.get("output"), list):
        return False
    items = _list_objects(body["output"])
    changed = False
    for part in (part for item in items for part in _list_objects(item.get("content"))):
        changed |= _repair_output_part(part)
    if any(item.get("type") == "function_call" or (_is_message(item) and item.get("content")) for item in items):
        return changed
    empty = {"type": "output_text", "text": "", "annotations": []}
    message = {"type": "message", "id": "", "role": "assistant", "status": "completed", "content": [empty]}
    body["output"] = [*(item for item in items if not _is_message(item)), message]
    return True


def _repair_output_part(part: dict[str, Any]) -> bool:
    if part.get("type") != "refusal":
        return False
    part.update(type="output_text", text=part.pop("refusal", None) or "", annotations=[])
    return True


def _is_message(item: dict[str, Any]) -> bool:
    return item.get("type") == "message"


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
