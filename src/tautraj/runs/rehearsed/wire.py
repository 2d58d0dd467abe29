"""Requests and answers of the server: the part of OpenAI's chat completions that this project uses."""

import json
from typing import Any, NamedTuple

from tautraj.config.identity import SEEDS

CHARS_PER_TOKEN = 4
"""Approximation for English: a rehearsed llm has no tokenizer."""


class Request(NamedTuple):
    """A chat completion request."""

    messages: list[dict[str, Any]]
    tools: frozenset[str]
    """Names of the tools."""
    body: dict[str, Any]
    """The whole request body."""

    @property
    def episode(self) -> Any:
        """`EpisodeSpec.number` of the episode, sent as the seed; None if the request belongs to none."""
        return self.body.get("seed")

    @property
    def seed(self) -> int:
        """Seed of the episode."""
        return int(self.episode % SEEDS)

    @property
    def system(self) -> str:
        """Text of all system messages."""
        return "\n".join(extract_text(message) for message in self.messages if message["role"] == "system")

    @property
    def last_text(self) -> str:
        """Text of the last message."""
        return extract_text(self.messages[-1])


class RehearsedReply(NamedTuple):
    """An answer: text, a tool call, or both."""

    text: str | None
    call: tuple[str, dict[str, Any]] | None = None
    """Name and arguments."""
    reasoning: str | None = None


def parse_request(raw: bytes) -> Request:
    """The request with that JSON body."""
    body = json.loads(raw)
    names = frozenset(tool["function"]["name"] for tool in body.get("tools") or ())
    return Request(body["messages"], names, body)


def extract_text(message: dict[str, Any]) -> str:
    """Text of a message, whose content is a string, a list of parts or null."""
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def is_filled_prompt(template: str, text: str) -> bool:
    """Whether `text` is the prompt `template`, filled in: it starts with the words before the first `{`.

    A test holds these prefixes distinct.
    """
    return text.startswith(template.partition("{")[0])


def encode_completion(reply: RehearsedReply, request: Request, raw: bytes) -> bytes:
    """The response body. Token counts are approximations: the size of the request and of the message."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    if reply.call is not None:
        function = {"name": reply.call[0], "arguments": json.dumps(reply.call[1])}
        message["tool_calls"] = [{"id": f"call_{len(request.messages)}", "type": "function", "function": function}]
    tokens_in, tokens_out = (max(1, size // CHARS_PER_TOKEN) for size in (len(raw), len(json.dumps(message))))
    completion = {
        "id": f"rehearsed-{request.episode}-{len(request.messages)}",
        "object": "chat.completion",
        "created": 0,
        "model": request.body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if reply.call else "stop"}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
    return json.dumps(completion).encode()


def encode_error(message: str) -> bytes:
    """The response body of an error, in OpenAI's form."""
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": None}}).encode()
