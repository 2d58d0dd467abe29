"""How OpenAI, Anthropic and Gemini put a request and an answer: the protocols that the fake provider speaks.

Pure. Not here: HTTP, and what goes wrong (`server`).
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Call = tuple[str, Json | str]  # (name, arguments); a str is raw text, broken JSON included
SIGNATURE = "c2lnbmVk"


@dataclass(frozen=True)
class Said:
    """One message the client sent, the same whichever protocol carried it."""

    role: str  # user, assistant or tool
    text: str  # empty when none; a tool's JSON object is re-spaced when it comes through Gemini
    tool_calls: tuple[Call, ...] = ()
    tool_call_id: str | None = None  # of a tool result; None if the client sent none (litellm to Gemini 2)


@dataclass(frozen=True)
class ChatRequest:
    protocol: str  # openai, anthropic or gemini
    model: str
    system: str
    messages: tuple[Said, ...]
    tools: tuple[str, ...]  # names
    headers: dict[str, str]  # names in lower case
    body: Json
    number: int  # 1, 2, … in order of arrival
    arrived: float  # time.monotonic()


@dataclass(frozen=True)
class Answer:
    text: str | None = None
    tool_calls: tuple[Call, ...] = ()  # raw arguments go over OpenAI's protocol only
    reasoning: str | None = None
    tokens_in: int = 100  # the whole prompt, tokens_cached included
    tokens_out: int = 10
    tokens_cached: int = 0


Heard = tuple[str, list[Said], list[str]]  # the system prompt, what was said, names of the tools


def _text(content: str | list[Json] | None) -> str:
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content or ())


def _parsed(arguments: Json | str) -> Json:
    if isinstance(arguments, str):
        raise TypeError("only OpenAI's protocol can carry raw arguments")
    return arguments


class OpenAI:
    protocol, choices, path = "openai", "choices", re.compile(r"/chat/completions$")
    codes = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}

    def hear(self, body: Json) -> Heard:
        system = [_text(turn["content"]) for turn in body["messages"] if turn["role"] == "system"]
        said = [self._said(turn) for turn in body["messages"] if turn["role"] != "system"]
        return "\n".join(system), said, [tool["function"]["name"] for tool in body.get("tools", ())]

    def _said(self, turn: Json) -> Said:
        calls = tuple(self._call(**call["function"]) for call in turn.get("tool_calls", ()))
        return Said(turn["role"], _text(turn.get("content")), calls, turn.get("tool_call_id"))

    def _call(self, name: str, arguments: str) -> Call:
        with suppress(ValueError):
            if isinstance(parsed := json.loads(arguments), dict):
                return name, parsed
        return name, arguments

    def say(self, answer: Answer, ids: Iterator[int]) -> Json:
        message: Json = {"role": "assistant", "content": answer.text}
        if answer.reasoning is not None:
            message["reasoning_content"] = answer.reasoning
        for name, given in answer.tool_calls:
            function = {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)}
            call = {"id": f"call_{next(ids)}", "type": "function", "function": function}
            message.setdefault("tool_calls", []).append(call)
        finish = "tool_calls" if answer.tool_calls else "stop"
        usage: Json = {"prompt_tokens": answer.tokens_in, "completion_tokens": answer.tokens_out}
        usage["total_tokens"] = answer.tokens_in + answer.tokens_out
        usage["prompt_tokens_details"] = {"cached_tokens": answer.tokens_cached}
        choices = [{"index": 0, "message": message, "finish_reason": finish}]
        return {"id": f"chat_{next(ids)}", "object": "chat.completion", "choices": choices, "usage": usage}

    def refuse(self, status: int, message: str, code: str | None = None) -> Json:
        kind = "server_error" if status >= 500 else "requests" if status == 429 else "invalid_request_error"
        return {"error": {"message": message, "type": kind, "code": code or self.codes.get(status)}}


class Anthropic:
    protocol, choices, path = "anthropic", "content", re.compile(r"^/v1/messages$")
    codes = {
        400: "invalid_request_error",
        401: "authentication_error",
        403: "permission_error",
        404: "not_found_error",
        413: "request_too_large",
        429: "rate_limit_error",
        529: "overloaded_error",
    }

    def hear(self, body: Json) -> Heard:
        said = [one for turn in body["messages"] for one in self._said(turn["role"], turn["content"])]
        return _text(body.get("system")), said, [tool["name"] for tool in body.get("tools", ())]

    def _said(self, role: str, blocks: list[Json]) -> Iterator[Said]:
        """A user's turn is taken apart: clients join neighbouring messages and tool results into one turn."""
        if role != "user":
            calls = [(block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
            yield Said("assistant", _text(blocks), tuple(calls))
            return
        for block in blocks:
            if block["type"] == "tool_result":
                yield Said("tool", _text(block["content"]), tool_call_id=block["tool_use_id"])
            else:
                yield Said("user", block["text"])

    def say(self, answer: Answer, ids: Iterator[int]) -> Json:
        content: list[Json] = []
        if answer.reasoning is not None:
            content.append({"type": "thinking", "thinking": answer.reasoning, "signature": SIGNATURE})
        if answer.text is not None:
            content.append({"type": "text", "text": answer.text})
        for name, given in answer.tool_calls:
            call = {"type": "tool_use", "id": f"toolu_{next(ids)}", "name": name, "input": _parsed(given)}
            content.append(call)
        usage = {"input_tokens": answer.tokens_in - answer.tokens_cached, "output_tokens": answer.tokens_out}
        usage["cache_read_input_tokens"] = answer.tokens_cached
        stop = {"stop_reason": "tool_use" if answer.tool_calls else "end_turn", "usage": usage}
        return {"id": f"msg_{next(ids)}", "type": "message", "role": "assistant", "content": content, **stop}

    def refuse(self, status: int, message: str, code: str | None = None) -> Json:
        kind = code or self.codes.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}}


class Gemini(Anthropic):
    """Put into Anthropic's blocks to be heard; keys are in snake case, as litellm writes them."""

    protocol, choices, path = "gemini", "candidates", re.compile(r"/models/([^/]+):generateContent$")
    codes = {
        400: "INVALID_ARGUMENT",
        401: "UNAUTHENTICATED",
        403: "PERMISSION_DENIED",
        404: "NOT_FOUND",
        429: "RESOURCE_EXHAUSTED",
        503: "UNAVAILABLE",
        504: "DEADLINE_EXCEEDED",
    }

    def hear(self, body: Json) -> Heard:
        turns = [(turn["role"], [self._block(part) for part in turn["parts"]]) for turn in body["contents"]]
        said = [one for role, blocks in turns for one in self._said(role, blocks)]
        tools = [tool["name"] for offer in body.get("tools", ()) for tool in offer["function_declarations"]]
        return _text(body.get("system_instruction", {}).get("parts")), said, tools

    def _block(self, part: Json) -> Json:
        if call := part.get("function_call"):
            return {"type": "tool_use", "name": call["name"], "input": call.get("args", {})}
        if result := part.get("function_response"):
            match result["response"]:
                case {"content": str(text), **others} if not others:  # litellm wraps what is no JSON object
                    pass
                case response:
                    text = json.dumps(response)
            return {"type": "tool_result", "tool_use_id": result.get("id"), "content": text}
        return {"type": "thinking"} if part.get("thought") else {"type": "text", "text": part["text"]}

    def say(self, answer: Answer, ids: Iterator[int]) -> Json:
        parts: list[Json] = [] if answer.text is None else [{"text": answer.text}]
        calls: list[Json] = []
        for name, given in answer.tool_calls:
            calls.append({"functionCall": {"name": name, "args": _parsed(given), "id": f"call_{next(ids)}"}})
        if answer.reasoning is not None:
            for part in (calls or parts)[:1]:  # Google signs the first call, or else the text
                part["thoughtSignature"] = SIGNATURE
            parts.insert(0, {"text": answer.reasoning, "thought": True})
        usage = {"promptTokenCount": answer.tokens_in, "candidatesTokenCount": answer.tokens_out}
        usage["totalTokenCount"] = answer.tokens_in + answer.tokens_out
        usage["cachedContentTokenCount"] = answer.tokens_cached
        candidate = {"index": 0, "content": {"role": "model", "parts": parts + calls}, "finishReason": "STOP"}
        return {"responseId": str(next(ids)), "candidates": [candidate], "usageMetadata": usage}

    def refuse(self, status: int, message: str, code: str | None = None) -> Json:
        kind = code or self.codes.get(status, "INTERNAL")
        return {"error": {"code": status, "message": message, "status": kind}}


Dialect = OpenAI | Anthropic
