"""Requests that a server on 127.0.0.1 answers: those of this machine's programs and pages, not of any web page.

A page of another site can send requests to 127.0.0.1, which is refused by its `Origin`, and can have its own name
resolve to 127.0.0.1 (DNS rebinding), which is refused by its `Host`. Not here: the servers (`runs.rehearsed.server`,
`orchestration.server_process`).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")

REFUSAL = "this server answers requests of this machine only: open it at http://127.0.0.1"


def is_local_request(headers: Mapping[str, str]) -> bool:
    """Whether `Host` names this machine and `Origin`, if there is one, a page of this machine.

    `headers`: names in lower case.
    """
    return _is_loopback(f"//{headers.get('host', '')}") and _is_loopback(headers.get("origin", "//localhost"))


class LocalRequests:
    """An ASGI application that answers 403 to requests which are not local, and passes the others to `app`."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or is_local_request(_decode_headers(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is accepted: 403
        else:
            plain = [(b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 403, "headers": plain})
            await send({"type": "http.response.body", "body": REFUSAL.encode()})


def _decode_headers(scope: Any) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in LOOPBACK_NAMES
    except ValueError:
        return False
