"""What the server hears and says: OpenAI's chat completions, as far as this project asks for them."""

import json
from typing import Any, NamedTuple

CHARS_PER_TOKEN = 4
"""Of English, about: a rehearsed llm has no tokenizer."""


class Request(NamedTuple):
    messages: list[dict[str, Any]]
    tools: frozenset[str]
    """Names."""
    body: dict[str, Any]

    @property
    def seed(self) -> Any:
        """None where the call belongs to no episode."""
        return self.body.get("seed")

    @property
    def system(self) -> str:
        return "\n".join(extract_text(message) for message in self.messages if message["role"] == "system")

    @property
    def last_text(self) -> str:
        return extract_text(self.messages[-1])


class RehearsedReply(NamedTuple):
    text: str | None
    call: tuple[str, dict[str, Any]] | None = None
    reasoning: str | None = None


def parse_request(raw: bytes) -> Request:
    body = json.loads(raw)
    names = frozenset(tool["function"]["name"] for tool in body.get("tools") or ())
    return Request(body["messages"], names, body)


def extract_text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def is_filled_prompt(template: str, text: str) -> bool:
    """Whether `asked` is that prompt, filled in: its fixed words before the first blank tell."""
    return text.startswith(template.partition("{")[0])


def encode_completion(reply: RehearsedReply, request: Request, raw: bytes) -> bytes:
    """The body of the answer. Tokens are letters counted."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.reasoning is not None:
        message["reasoning_content"] = reply.reasoning
    if reply.call is not None:
        function = {"name": reply.call[0], "arguments": json.dumps(reply.call[1])}
        message["tool_calls"] = [{"id": f"call_{len(request.messages)}", "type": "function", "function": function}]
    tokens_in, tokens_out = (max(1, size // CHARS_PER_TOKEN) for size in (len(raw), len(json.dumps(message))))
    whole = {
        "id": f"rehearsed-{request.seed}-{len(request.messages)}",
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
    return json.dumps(whole).encode()


def encode_error(message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": None}}).encode()
