"""Checks every row of messages against a tokenizer's chat template, and counts its tokens.

Not here: checks that every loader makes (`export.output.row_checks`).
"""

import json
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.export.formats import Row
from tautraj.export.output.row_checks import iter_conversations


class ChatTemplate:
    """The chat template of a model on the Hugging Face Hub, or of a folder."""

    def __init__(self, name: str) -> None:
        try:
            from transformers import AutoTokenizer
        except ImportError:
            raise ConfigError("tokenizer= takes transformers: pip install 'tautraj[tokenizer]'") from None
        with boundary(ConfigError, f"tokenizer={name}"):
            self._tokenizer = AutoTokenizer.from_pretrained(name)
        if not self._tokenizer.chat_template:
            raise ConfigError(f"tokenizer={name} has no chat template. Name that of a model for chats")

    def check_row(self, row: Row) -> tuple[str | None, int]:
        """The template's error on a row, or None; and the tokens of its longest conversation, tools included.

        Raises `ConfigError` on a row without messages.
        """
        conversations = list(iter_conversations(row)) or [row[name] for name in ("prompt",) if row.get(name)]
        if not conversations:
            raise ConfigError("tokenizer= asks a chat template, and rows of this format have no messages: leave it")
        tools = json.loads(row["tools"]) if row.get("tools") else None
        try:
            with boundary(ConfigError, "by the chat template"):  # a program of the tokenizer's author
                return None, max(len(self._tokenize(messages, tools)) for messages in conversations)
        except ConfigError as error:
            return str(error), 0

    def _tokenize(self, messages: list[dict[str, Any]], tools: Any) -> list[int]:
        """Tokenize as TRL does: keys that are None are removed."""
        plain = [{key: value for key, value in message.items() if value is not None} for message in messages]
        tokens: list[int] = self._tokenizer.apply_chat_template(plain, tools=tools, return_dict=False)
        return tokens
