"""What a server on 127.0.0.1 answers: a web page of another site, and a name that leads here, are refused."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn

from tautraj.local_requests import LocalRequests, is_local_request

LOCAL = [
    {"host": "127.0.0.1:4200"},
    {"host": "localhost"},
    {"host": "LOCALHOST:1"},
    {"host": "[::1]:4200"},
    {"host": "127.0.0.1:4200", "origin": "http://localhost:3000"},
    {"host": "localhost:4200", "origin": "http://127.0.0.1:4200"},
]
FOREIGN = [
    {},
    {"host": ""},
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example:4200"},
    {"host": "evil.example#127.0.0.1"},
    {"host": "[::1"},
    {"host": "10.0.0.1:4200"},
    {"host": "127.0.0.1:4200", "origin": "http://evil.example"},
    {"host": "127.0.0.1:4200", "origin": "https://localhost.evil.example"},
    {"host": "127.0.0.1:4200", "origin": "null"},
    {"host": "127.0.0.1:4200", "origin": ""},
]
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.mark.parametrize("headers", LOCAL, ids=str)
def test_this_machine_is_answered(headers: dict[str, str]) -> None:
    assert is_local_request(headers)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_others_are_refused(headers: dict[str, str]) -> None:
    assert not is_local_request(headers)


async def greet(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
    else:
        for _ in range(2):
            await send({"type": (await receive())["type"] + ".complete"})


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(LocalRequests(greet), log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}], ids=str)
def test_a_page_of_another_site_gets_403(address: str, method: str, headers: dict[str, str]) -> None:
    answer = httpx.request(method, address, headers=headers, content=b"{}")
    assert (answer.status_code, "hello" in answer.text) == (403, False)
    assert "access-control-allow-origin" not in answer.headers
    assert "http://127.0.0.1" in answer.text
    assert httpx.request(method, address, content=b"{}").text == "hello"


def test_its_websocket_gets_403(address: str) -> None:
    assert httpx.get(address, headers=UPGRADE | {"Origin": "http://evil.example"}).status_code == 403
    with httpx.stream("GET", address, headers=UPGRADE | {"Origin": address}) as accepted:
        assert accepted.status_code == 101
