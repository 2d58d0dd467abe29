"""What goes back to a provider beside an assistant message: the fields that it added to the message and to its calls.

Reasoning, signatures and whatever else the provider keeps there returns under the name it came by. Not here: the
message itself (`llms.tool_calls`), reasoning as the record has it (`llms.reply`).
"""

from collections.abc import Mapping
from typing import Any

from tautraj.llms.provider_rules.raw_answer import RawAnswer

PLAIN_REASONING = ("reasoning_content", "reasoning")
"""Names of reasoning that is plain text: not signed, and sent back only where the provider reads it."""

MESSAGE_FIELDS = {
    "role", "content", "tool_calls", "function_call", "refusal", "annotations", "audio", "images", "name", "prefix",
}  # fmt: skip
"""Fields of a message in OpenAI's protocol that are no provider's own; `prefix` is Mistral's, always false."""

CALL_FIELDS = {"id", "type", "function", "index"}


def read_message_fields(message: Any, raw: RawAnswer, reasoning: str | None) -> dict[str, Any]:
    """The fields to send back with the message made of this answer.

    `message`: litellm's. `reasoning`: its reasoning as text, which goes back as `reasoning_content` where it came in
    no field (inline, or translated from another protocol) and is not signed.
    """
    if raw.message is None:
        fields = _read_translated_fields(message)
        return fields or ({"reasoning_content": reasoning} if reasoning else {})
    fields = _read_own_fields(raw.message)
    if reasoning and fields.keys().isdisjoint(PLAIN_REASONING):
        fields["reasoning_content"] = reasoning
    return fields


def read_call_fields(call: Any) -> dict[str, Any]:
    """The fields that a provider added to a tool call: signatures. `call`: litellm's."""
    fields = getattr(call, "model_extra", None) or {}
    return {name: value for name, value in fields.items() if name not in CALL_FIELDS and value}


def is_signed(name: str, value: Any) -> bool:
    """Whether a field is more than plain text: signed, encrypted or structured."""
    return name not in PLAIN_REASONING or not isinstance(value, str)


def _read_own_fields(message: Mapping[str, Any]) -> dict[str, Any]:
    """From OpenAI's protocol: everything that is not part of it. Reasoning counts even if it is empty."""
    return {
        name: value
        for name, value in message.items()
        if name not in MESSAGE_FIELDS and (value or (name in PLAIN_REASONING and value == ""))
    }


def _read_translated_fields(message: Any) -> dict[str, Any]:
    """From other protocols, under litellm's names, which it translates back."""
    fields: dict[str, Any] = {}
    blocks = [dict(block) for block in getattr(message, "thinking_blocks", None) or []]
    if any(block.get("signature") or block.get("type") == "redacted_thinking" for block in blocks):
        fields["thinking_blocks"] = blocks
    if items := getattr(message, "reasoning_items", None):
        fields["reasoning_items"] = [dict(item) for item in items]
    specific = getattr(message, "provider_specific_fields", None) or {}
    kept = {name: value for name, value in specific.items() if value and name != "thinking_blocks"}
    if any(read_call_fields(call) for call in message.tool_calls or []):
        kept.pop("thought_signatures", None)  # the call has it
    if kept:
        fields["provider_specific_fields"] = kept
    return fields
