"""A provider on 127.0.0.1 that sends bodies as they stand, whatever protocol they belong to.

Not here: servers that understand what they are asked (`server`), the cases that are played on it (`support.cases`).
"""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any, NamedTuple

from support.provider.loopback_server import LoopbackServer


class RawRequest(NamedTuple):
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: dict[str, Any]


class RawAnswer(NamedTuple):
    status: int
    body: Any
    """Sent as JSON; `bytes` are sent as they are."""
    headers: dict[str, str] = {}
    pause: float = 0.0
    """Seconds after each byte of the body."""


Answering = Callable[[RawRequest], RawAnswer]


class _Handler(BaseHTTPRequestHandler):
    server: "RawServer"
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """The tests' output is no access log."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = RawRequest(self.path, headers, json.loads(raw))
        self.server.requests.append(request)
        status, body, more, pause = self.server.answering(request)
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(payload)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        if not pause:
            self.wfile.write(payload)
            return
        with suppress(OSError):  # a client that stopped waiting
            for byte in payload:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(pause)


class RawServer(LoopbackServer):
    """Serves inside `with RawServer(answering) as server:`; `requests` are those it got, in order."""

    def __init__(self, answering: Answering) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering, self.requests = answering, list[RawRequest]()
