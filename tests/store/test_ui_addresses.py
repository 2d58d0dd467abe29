"""A saved address or a program at the port may be anything: no run hangs or ends because of it.

Not here: the servers of `make ui` themselves (`orchestration.test_ui`).
"""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tautraj.store import ui_addresses


@contextmanager
def endless_answer(beginning: bytes, byte: bytes) -> Iterator[int]:
    """The port of a program that begins an answer and goes on a byte at a time."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(beginning)
            while not over.wait(0.2):
                connection.sendall(byte)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]
        over.set()


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_an_answer_without_end_is_no_server(beginning: bytes) -> None:
    began = time.monotonic()
    with endless_answer(beginning, b"t") as port:
        assert not ui_addresses.is_prefect_up(f"http://127.0.0.1:{port}/api")
    assert time.monotonic() - began < 2 * ui_addresses.PROBE_TIMEOUT_SECONDS


@pytest.mark.parametrize(
    "text",
    [
        *(
            json.dumps({"prefect": address, "mlflow": address, "pid": 1})
            for address in (
                "http://127.0.0.1:abc",
                "http://127.0.0.1:80:80",
                "http://127.0.0.1:4\0",
                "http://127.0.0.1:1@host.invalid",
            )
        ),
        "[1]",
        "[" * 100_000,
    ],
    ids=lambda text: text[13:40],
)
def test_addresses_that_are_none_are_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / ".ui").mkdir()
    (tmp_path / ".ui" / "addresses.json").write_text(text)
    assert ui_addresses.find_prefect_api(str(tmp_path)) is None
    assert ui_addresses.find_mlflow(tmp_path) is None
