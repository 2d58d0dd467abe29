"""A language-model provider on 127.0.0.1 that speaks as OpenAI, Anthropic and Gemini do.

A real HTTP server: whatever stands between a call and the wire is what runs in production.
`brain` decides what is answered, `fault` what goes wrong; several server threads call them at once.
Not here: the protocols themselves (`protocols`), streaming, images, and the providers' own strictness (any key, any
order of turns is accepted).
"""

import itertools
import json
import select
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from support.provider.call_log import Visit, Visits
from support.provider.loopback_server import LoopbackServer
from support.provider.protocols import Answer, Anthropic, ChatRequest, Dialect, Gemini, Json, OpenAI, Said


@dataclass(frozen=True)
class Fault:
    """What goes wrong, by `kind`, after `seconds`.

    status: an error in the protocol's shape. html: a gateway's page, with `status`. drop: reset unanswered.
    reset, cut: reset, closed in mid-body. truncated: a body that lacks its end and calls itself whole. hang: only
    late. empty, not_json, no_choices: 200 with no body, with plain text, with an answer that holds none.
    """

    kind: str
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "injected"
    seconds: float = 0
    code: str | None = None  # OpenAI's `code`, Anthropic's `type`, Gemini's `status`; None: the status's own
    body: Json | None = None  # of a status, instead of all that; with 200 it stands for an answer


NO_FAULT = Fault("hang")  # late by 0 seconds
Brain = Callable[[ChatRequest], Answer]
Faults = Callable[[ChatRequest], Fault | None]


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
        raw = self.rfile.read(size := int(self.headers["Content-Length"]))
        if len(raw) < size:  # the client was killed while it asked
            self.close_connection = True
            return
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
        visit = self.server.visits.come(self.connection)
        try:
            fault = self.server.fault(request) or NO_FAULT
            gone = self._left_within(fault.seconds)
            return self._carried_out(dialect, request, fault, visit, gone)
        finally:
            self.server.visits.go(self.connection)

    def _left_within(self, seconds: float) -> bool:
        """Wait; whether the client gave up in the meantime. It has asked: all that can come from it is its end."""
        poll = select.poll()
        poll.register(self.connection, select.POLLIN)
        return bool(seconds and poll.poll(1000 * seconds))

    def _carried_out(
        self, dialect: Dialect, request: ChatRequest, fault: Fault, visit: Visit, gone: bool
    ) -> tuple[int, Json | str, Fault]:
        match fault.kind:
            case "hang" | "cut" | "reset" | "truncated":
                answer = self.server.brain(request)
                visit.tokens, visit.whole = answer.tokens_in + answer.tokens_out, fault.kind == "hang" and not gone
                said = dialect.say(answer, self.server.ids) | {"model": request.model}
                return 200, json.dumps(said)[:-40] if fault.kind == "truncated" else said, fault
            case "no_choices":
                answer = dialect.say(Answer(), self.server.ids)
                return 200, answer | {"model": request.model, dialect.choices: []}, fault
            case "status":
                refusal = dialect.refuse(fault.status, fault.message, fault.code)
                return fault.status, refusal if fault.body is None else fault.body, fault
            case "html":
                return fault.status, f"<html><body><h1>{fault.message}</h1></body></html>", fault
            case "drop" | "empty":
                return 200, "", fault
            case "not_json":
                return 200, fault.message, fault
        raise ValueError(f"no fault is called {fault.kind}")

    def _send(self, status: int, reply: Json | str, fault: Fault) -> None:
        body = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
        self.close_connection = fault.kind in ("drop", "cut", "reset")
        if fault.kind == "drop":
            self._reset()
            return
        self.send_response(status)
        kind = "text/html" if fault.kind == "html" else "application/json"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **fault.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.close_connection else body)
        if fault.kind == "reset":
            self.wfile.flush()
            time.sleep(0.02)  # else the reset overtakes what was sent
            self._reset()

    def _reset(self) -> None:
        """A linger of 0 seconds makes closing send RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class Provider(LoopbackServer):
    """Serves inside `with Provider(brain) as provider:`; each base is what litellm takes as `api_base`."""

    def __init__(self, brain: Brain, fault: Faults = lambda _: None, *, remembering: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.brain, self.fault, self.remembering = brain, fault, remembering
        self.requests: list[ChatRequest] = []  # none where a run is too long to remember
        self.visits = Visits()
        self.errors: list[Exception] = []  # what brain or fault raised
        self.connections: list[socket.socket] = []
        self.ids, self._numbers = itertools.count(1), itertools.count(1)
        self._lock = threading.Lock()

    @property
    def openai_base(self) -> str:
        """For openai/ and hosted_vllm/, which post to {api_base}/chat/completions."""
        return f"{self.anthropic_base}/v1"

    @property
    def anthropic_base(self) -> str:
        """For anthropic/, which posts to {api_base}/v1/messages."""
        return self.address

    @property
    def gemini_base(self) -> str:
        """For gemini/, which posts to {api_base}/models/{model}:generateContent."""
        return f"{self.anthropic_base}/v1beta"

    def __exit__(self, *_: object) -> None:
        super().__exit__()
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
            request = ChatRequest(*heard, number=next(self._numbers), arrived=time.monotonic())
            if self.remembering:
                self.requests.append(request)
        return request


__all__ = ["Answer", "Brain", "ChatRequest", "Fault", "Faults", "Json", "Provider", "Said"]
