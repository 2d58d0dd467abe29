"""The tokens of a row where no tokenizer counts them. Not here: the count itself (`export.output.chat_template`)."""

import json
from typing import Any

from tautraj.errors import ConfigError
from tautraj.export.formats import Row
from tautraj.export.output.row_checks import list_conversations

CHARS_PER_TOKEN = 3
"""Characters of JSON per token: SmolLM2's tokenizer has 3.0 to 3.4 in rows of retail, whose ids and digits cost more
than words."""


def estimate_tokens(row: Row) -> int:
    """Tokens of a row's longest conversation, with its tools. Raises `ConfigError` on a row without messages."""
    conversations = list_conversations(row)
    if not conversations:
        raise ConfigError("choose.row_tokens counts messages, and rows of this format have none: leave it out")
    longest = max(map(_count_characters, conversations))
    return (longest + _count_characters(row.get("tools", []))) // CHARS_PER_TOKEN


def describe_limit(tokens: int, *, is_counted: bool) -> str:
    """Why a row was left out. `is_counted`: by a tokenizer."""
    return f"over {tokens:,} tokens{'' if is_counted else f', estimated at {CHARS_PER_TOKEN} characters each'}"


def _count_characters(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False))
