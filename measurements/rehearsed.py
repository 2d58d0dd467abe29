"""A provider that costs next to nothing: every answer was rehearsed, whoever asks for it.

OpenAI's protocol over HTTP from a process of its own. A conversation is known by what is said in it (the customer's
prompt, its opening line), so that any runner can be measured against it: ours, τ²'s, classic τ-bench's.
"""

import asyncio
import json
import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from tautraj.trajectory import Trajectory, Turn

HEADERS = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


class Script:
    """Who says what, by what was said before."""

    def __init__(self, recorded: Iterable[Trajectory]) -> None:
        self._customers: dict[str, list[bytes]] = {}
        self._agents: dict[str, list[bytes]] = {}
        for trajectory in recorded:
            said = [turn for turn in trajectory.turns if not turn.given]
            customer, agent = ([_answer(turn) for turn in said if turn.seat == seat] for seat in ("user", "model"))
            self._customers[trajectory.user_prompt] = customer
            opening = next(turn.message for turn in said if turn.seat == "user" and turn.message)
            self._agents[opening] = agent

    def answer(self, body: bytes) -> bytes:
        messages = json.loads(body)["messages"]
        if (answers := self._customers.get(messages[0]["content"])) is not None:
            return answers[_answered(messages[1:])]
        for index, message in enumerate(messages):
            if message["role"] == "user" and (answers := self._agents.get(message["content"])) is not None:
                return answers[_answered(messages[index:])]
        return _http({"role": "assistant", "content": "ok"})  # whether anybody is there


def _answered(messages: list[Any]) -> int:
    return sum(message["role"] == "assistant" for message in messages)


def _answer(turn: Turn) -> bytes:
    if turn.tool_call is None:
        return _http({"role": "assistant", "content": turn.message})
    function = {"name": turn.tool_call.name, "arguments": json.dumps(turn.tool_call.arguments)}
    call = {"id": f"call_{turn.index}", "type": "function", "function": function}
    return _http({"role": "assistant", "content": None, "tool_calls": [call]})


def _http(message: dict[str, Any]) -> bytes:
    finish = "tool_calls" if "tool_calls" in message else "stop"
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "rehearsed",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 5000, "completion_tokens": 50, "total_tokens": 5050},
    }
    text = json.dumps(body).encode()
    return HEADERS.format(len(text)).encode() + text


@contextmanager
def rehearsed(recorded: list[Trajectory], latency: float) -> Iterator[str]:
    """Its `api_base`. `latency`: seconds before every answer."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(theirs, recorded, latency), daemon=True
    )
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/v1"
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, recorded: list[Trajectory], latency: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    script = Script(recorded)

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                answer = script.answer(await reader.readexactly(length))
                if latency:
                    await asyncio.sleep(latency)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(visit, "127.0.0.1", 0, backlog=1024, limit=2**24)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())
