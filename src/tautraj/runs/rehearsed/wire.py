"""What the server hears and says: OpenAI's chat completions, as far as this project asks for them."""

import json
from typing import Any, NamedTuple

LETTERS_PER_TOKEN = 4
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
        return "\n".join(text(message) for message in self.messages if message["role"] == "system")

    @property
    def last(self) -> str:
        return text(self.messages[-1])


class Said(NamedTuple):
    text: str | None
    call: tuple[str, dict[str, Any]] | None = None
    reasoning: str | None = None


def heard(raw: bytes) -> Request:
    body = json.loads(raw)
    names = frozenset(tool["function"]["name"] for tool in body.get("tools") or ())
    return Request(body["messages"], names, body)


def text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def asks(prompt: str, asked: str) -> bool:
    """Whether `asked` is that prompt, filled in: its fixed words before the first blank tell."""
    return asked.startswith(prompt.partition("{")[0])


def completion(said: Said, request: Request, raw: bytes) -> bytes:
    """The body of the answer. Tokens are letters counted."""
    message: dict[str, Any] = {"role": "assistant", "content": said.text}
    if said.reasoning is not None:
        message["reasoning_content"] = said.reasoning
    if said.call is not None:
        function = {"name": said.call[0], "arguments": json.dumps(said.call[1])}
        message["tool_calls"] = [{"id": f"call_{len(request.messages)}", "type": "function", "function": function}]
    tokens_in, tokens_out = (max(1, size // LETTERS_PER_TOKEN) for size in (len(raw), len(json.dumps(message))))
    whole = {
        "id": f"rehearsed-{request.seed}-{len(request.messages)}",
        "object": "chat.completion",
        "created": 0,
        "model": request.body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if said.call else "stop"}],
        "usage": {
            "prompt_tokens": tokens_in,
            "completion_tokens": tokens_out,
            "total_tokens": tokens_in + tokens_out,
        },
    }
    return json.dumps(whole).encode()


def refusal(why: str) -> bytes:
    return json.dumps({"error": {"message": why, "type": "invalid_request_error", "code": None}}).encode()
