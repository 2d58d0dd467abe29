"""The process of a rehearsed llm: `python -m tautraj.runs.rehearsed.server <file descriptor of the script>`.

It serves OpenAI's chat completions on 127.0.0.1 at a free port, prints its address to stdout and ends with its
parent. HTTP is read by hand: uvicorn and starlette take 700 to 800 µs of CPU per call, this takes 60, and runs are
measured against it. Not here: starting it (`runs.rehearsed.launch`).
"""

import asyncio
import os
import re
import sys
import threading
from collections import defaultdict
from typing import NamedTuple

from tautraj.child_server import exit_with_stdin
from tautraj.errors import ProviderError, boundary
from tautraj.local_requests import REFUSAL, is_local_request
from tautraj.runs.rehearsed import agent
from tautraj.runs.rehearsed.script import RehearsedSettings, Script
from tautraj.runs.rehearsed.user import RehearsedUser
from tautraj.runs.rehearsed.wire import RehearsedReply, encode_completion, encode_error, parse_request

CHAT_PATH = re.compile(r"/(?:(?P<model>model)|user/(?P<number>\d+))/v1/chat/completions")
"""`number`: of the run whose customers are called; see `runs.rehearsed.launch.address_seats`."""

BACKLOG = 1024
"""Connections that may wait to be accepted."""

MAX_REQUEST_BYTES = 2**26
"""Limit of a connection's read buffer."""

PREFLIGHT_REPLY = RehearsedReply("ok")
"""The answer to a request without a seed: the preflight check of a seat, which belongs to no episode."""


class RehearsedServer:
    """Answers requests by the script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._users: dict[str, RehearsedUser] = defaultdict(RehearsedUser)
        """Number of a run -> its customers. Cells of a sweep have episodes of the same number."""

    def answer(self, path: str, raw: bytes) -> tuple[int, bytes]:
        """HTTP status and body for a request body sent to `path`; an error is a 400."""
        try:
            with boundary(ProviderError, "a rehearsed llm"):
                return 200, self._dispatch(path, raw)
        except ProviderError as error:
            return 400, encode_error(str(error))

    def _dispatch(self, path: str, raw: bytes) -> bytes:
        request = parse_request(raw)
        if request.episode is None:
            return encode_completion(PREFLIGHT_REPLY, request, raw)
        script = self._script.find_task(request.episode)
        if script is None:
            raise ProviderError(f"seed {request.episode} belongs to no rehearsed episode")
        settings = RehearsedSettings.model_validate(
            {name: request.body.get(name) for name in RehearsedSettings.model_fields}
        )
        seat = CHAT_PATH.fullmatch(path)
        if seat is None:
            raise ProviderError(f"{path} is the path of no rehearsed seat")
        if seat["model"]:
            reply = agent.answer(script, request, settings)
        else:
            reply = self._users[seat["number"]].answer(script, request, settings)
        return encode_completion(reply, request, raw)

    async def handle_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection in order, until the client closes it or one cannot be read."""
        try:
            while True:
                head = _parse_head(await reader.readuntil(b"\r\n\r\n"))
                body = await reader.readexactly(head.length)
                status, answer = (403, encode_error(REFUSAL)) if not head.is_local else self.answer(head.path, body)
                writer.write(_format_head(status, len(answer)) + answer)
                await writer.drain()
        except (ProviderError, asyncio.LimitOverrunError) as error:
            answer = encode_error(str(error))
            writer.write(_format_head(400, len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


class _Head(NamedTuple):
    """The first lines of a request."""

    path: str
    length: int
    """Bytes of the body."""
    is_local: bool


def _parse_head(raw: bytes) -> _Head:
    """The head, up to its empty line. Raises `ProviderError`."""
    request, *lines = raw.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length, words = headers.get("content-length", ""), request.split(" ")
    if len(words) != 3 or not (length.isascii() and length.isdecimal() and len(length) <= 8):
        raise ProviderError("a rehearsed llm reads requests with a Content-Length only")
    return _Head(words[1], int(length), is_local_request(headers))


def _format_head(status: int, length: int) -> bytes:
    lines = [f"HTTP/1.1 {status} -", "Content-Type: application/json", f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


def main(script_fd: int) -> None:
    """Serve the script that is read from a file descriptor, for the life of the process."""
    with os.fdopen(script_fd, "rb") as file:
        server = RehearsedServer(Script.model_validate_json(file.read()))
    asyncio.run(_serve(server))


async def _serve(server: RehearsedServer) -> None:
    listening = await asyncio.start_server(
        server.handle_connection, "127.0.0.1", 0, backlog=BACKLOG, limit=MAX_REQUEST_BYTES
    )
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
    threading.Thread(target=exit_with_stdin, daemon=True).start()
    await listening.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
