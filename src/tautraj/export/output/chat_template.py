"""Checks every row of messages against a tokenizer's chat template, and counts its tokens.

A template must take the row and show it: every call with its name and arguments, every result, nothing encoded twice.
Not here: checks that every loader makes (`export.output.row_checks`).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.export.formats import Row
from tautraj.export.messages import Message, parse_arguments
from tautraj.export.output.row_checks import list_conversations


class ChatTemplate:
    """The chat template of a model on the Hugging Face Hub, or of a folder."""

    def __init__(self, name: str) -> None:
        try:
            from transformers import AutoTokenizer
        except ImportError:
            raise ConfigError("tokenizer= takes transformers: pip install -e '.[tokenizer]'") from None
        with boundary(ConfigError, f"tokenizer={name}"):
            self._tokenizer = AutoTokenizer.from_pretrained(name)
        if not self._tokenizer.chat_template:
            raise ConfigError(f"tokenizer={name} has no chat template. Name that of a model for chats")

    def check_row(self, row: Row) -> tuple[str | None, int]:
        """What is wrong with a row in this template, or None; and the tokens of its longest conversation with tools.

        Raises `ConfigError` on a row without messages.
        """
        conversations = list_conversations(row)
        if not conversations:
            raise ConfigError("tokenizer= asks a chat template, and rows of this format have no messages: leave it")
        try:
            with boundary(ConfigError, "by the chat template"):  # a program of the tokenizer's author
                texts = [self._render(messages, row["tools"]) for messages in conversations]
                tokens = max(len(self._tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts)
        except ConfigError as error:
            return str(error), 0
        pairs = zip(conversations, texts, strict=True)
        problem = next((problem for messages, text in pairs for problem in find_hidden(messages, text)), None)
        return problem and f"by what the chat template shows: {problem}", tokens

    def _render(self, messages: Sequence[Message], tools: Any) -> str:
        text: str = self._tokenizer.apply_chat_template(list(messages), tools=tools, tokenize=False)
        return text


def find_hidden(messages: Iterable[Message], text: str) -> Iterator[str]:
    """What of the calls and results is not in a rendered conversation, or is there encoded twice."""
    for message in messages:
        for call in message.get("tool_calls", ()):
            if call["function"]["name"] not in text:
                yield "it leaves out tool calls"
            arguments = parse_arguments(call)
            if any(not _is_shown(value, text) for value in _iter_leaves(arguments)):
                yield "it leaves out arguments of calls"
            if arguments and json.dumps(json.dumps(arguments))[1:-1] in text:
                yield "it encodes arguments twice: style.arguments=object"
        if message["role"] == "tool" and not _is_shown(message["content"], text):
            yield "it leaves out results of calls"


def _iter_leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _iter_leaves(item)
    else:
        yield value


def _is_shown(value: Any, text: str) -> bool:
    """Whether a value stands in the text, as it is or as JSON writes it."""
    if not isinstance(value, str):
        return str(value) in text or json.dumps(value) in text
    encoded = (json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
    return value.strip() in text or any(form in text for form in encoded)
