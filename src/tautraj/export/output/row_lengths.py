"""The tokens of a row where no tokenizer counts them. Not here: the count itself (`export.output.chat_template`)."""

import json
from typing import Any

from tautraj.errors import ConfigError
from tautraj.export.formats import Row
from tautraj.export.messages import REASONING_FIELD, Message, parse_arguments
from tautraj.export.output.row_checks import list_conversations

CHARS_PER_TOKEN = 3
"""Of what a chat template shows: 2.7 to 4 with SmolLM2's tokenizer in rows of retail, whose ids and digits cost more
than words."""

MARKS = 30
"""Characters that a template puts around a message."""


def estimate_tokens(row: Row) -> int:
    """Tokens of a row's longest conversation, with its tools. Raises `ConfigError` on a row without messages."""
    conversations = list_conversations(row)
    if not conversations:
        raise ConfigError("choose.row_tokens counts messages, and rows of this format have none: leave it out")
    longest = max(sum(map(_count_message, messages)) for messages in conversations)
    return (longest + sum(map(_count_tool, row.get("tools") or ()))) // CHARS_PER_TOKEN


def describe_limit(tokens: int, *, is_counted: bool) -> str:
    """Why a row was left out. `is_counted`: by a tokenizer."""
    return f"over {tokens:,} tokens{'' if is_counted else f', estimated at {CHARS_PER_TOKEN} characters each'}"


def _count_message(message: Message) -> int:
    texts = [message.get("content") or "", message.get(REASONING_FIELD) or ""]
    texts += [call["function"]["name"] + _to_text(parse_arguments(call)) for call in message.get("tool_calls") or ()]
    return sum(map(len, texts)) + MARKS


def _count_tool(tool: dict[str, Any]) -> int:
    """A template may show a tool that has no parameters by its name alone."""
    function = tool["function"]
    return len(_to_text(function) if function["parameters"].get("properties") else function["name"])


def _to_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
