"""A language-model provider on 127.0.0.1 that speaks as OpenAI, Anthropic and Gemini do.

A real HTTP server: whatever stands between a call and the wire is what runs in production.
`brain` decides what is answered, `fault` what goes wrong; several server threads call them at once.
Not here: streaming, images, and the providers' own strictness (any key, any order of turns is accepted).
"""

import itertools
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

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


@dataclass(frozen=True)
class Fault:
    """What goes wrong, by `kind`, after `seconds`.

    status: an error in the protocol's shape. html: a gateway's page, with `status`. drop: reset unanswered.
    cut: closed in mid-body. hang: only late. empty, not_json, no_choices: 200 with no body, with plain text,
    with an answer that holds none.
    """

    kind: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "injected"
    seconds: float = 0
    code: str | None = None  # OpenAI's `code`, Anthropic's `type`, Gemini's `status`; None: the status's own


NO_FAULT = Fault("hang")  # late by 0 seconds
Brain = Callable[[ChatRequest], Answer]
Faults = Callable[[ChatRequest], Fault | None]
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
    codes = {400: "invalid_request_error", 401: "authentication_error", 429: "rate_limit_error"}

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
    codes = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}

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


class _Handler(BaseHTTPRequestHandler):
    server: "Provider"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet

    def log_message(self, *_: Any) -> None:
        """The tests' output is no access log."""

    def do_GET(self) -> None:
        self._send(200, {"object": "list", "data": [{"id": "x", "object": "model"}]}, NO_FAULT)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        dialect = next((one for one in (OpenAI(), Anthropic(), Gemini()) if one.path.search(self.path)), None)
        if dialect is None:
            self.send_error(404)
            return
        try:
            reply = self._reply(dialect, json.loads(raw))
        except Exception as error:  # noqa: BLE001  raised by the test, but in our thread: it reads `errors`
            self.server.errors.append(error)
            reply = 500, dialect.refuse(500, repr(error)), NO_FAULT
        self._send(*reply)

    def _reply(self, dialect: Dialect, body: Json) -> tuple[int, Json | str, Fault]:
        request = self.server.remember(dialect, self.path, dict(self.headers), body)
        fault = self.server.fault(request) or NO_FAULT
        time.sleep(fault.seconds)
        match fault.kind:
            case "hang" | "cut":
                answer = dialect.say(self.server.brain(request), self.server.ids)
                return 200, answer | {"model": request.model}, fault
            case "no_choices":
                answer = dialect.say(Answer(), self.server.ids)
                return 200, answer | {"model": request.model, dialect.choices: []}, fault
            case "status":
                return fault.status, dialect.refuse(fault.status, fault.message, fault.code), fault
            case "html":
                return fault.status, f"<html><body><h1>{fault.message}</h1></body></html>", fault
            case "drop" | "empty":
                return 200, "", fault
            case "not_json":
                return 200, fault.message, fault
        raise ValueError(f"no fault is called {fault.kind}")

    def _send(self, status: int, reply: Json | str, fault: Fault) -> None:
        body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
        self.close_connection = fault.kind in ("drop", "cut")
        if fault.kind == "drop":
            # A linger of 0 seconds makes closing send RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self.send_response(status)
        kind = "text/html" if fault.kind == "html" else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **fault.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault.kind == "cut" else body)


class Provider(ThreadingHTTPServer):
    """Serves inside `with Provider(brain) as provider:`; each base is what litellm takes as `api_base`."""

    request_queue_size = 256

    def __init__(self, brain: Brain, fault: Faults = lambda _: None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.brain, self.fault = brain, fault
        self.requests: list[ChatRequest] = []
        self.errors: list[Exception] = []  # what brain or fault raised
        self.connections: list[socket.socket] = []
        self.ids = itertools.count(1)
        self._lock = threading.Lock()

    @property
    def openai_base(self) -> str:
        """For openai/ and hosted_vllm/, which post to {api_base}/chat/completions."""
        return f"{self.anthropic_base}/v1"

    @property
    def anthropic_base(self) -> str:
        """For anthropic/, which posts to {api_base}/v1/messages."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def gemini_base(self) -> str:
        """For gemini/, which posts to {api_base}/models/{model}:generateContent."""
        return f"{self.anthropic_base}/v1beta"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        for connection in self.connections:  # else clients that keep them alive would still be answered
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections.append(request)
        super().process_request(request, client_address)

    def remember(self, dialect: Dialect, path: str, headers: dict[str, str], body: Json) -> ChatRequest:
        system, said, tools = dialect.hear(body)
        model = body.get("model") or path.rpartition("/")[2].partition(":")[0]
        lowered = {name.lower(): value for name, value in headers.items()}
        heard = dialect.protocol, model, system, tuple(said), tuple(tools), lowered, body
        with self._lock:
            self.requests.append(ChatRequest(*heard, number=len(self.requests) + 1, arrived=time.monotonic()))
            return self.requests[-1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client that stopped waiting is no error
            super().handle_error(request, client_address)
