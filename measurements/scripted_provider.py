"""A provider that costs next to nothing: every answer was rehearsed, whoever asks for it.

OpenAI's protocol over HTTP from a process of its own. A conversation is known by what is said in it (the customer's
prompt, its opening line), so that any runner can be measured against it: ours, τ²'s, classic τ-bench's.
"""

import asyncio
import json
import multiprocessing
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from tautraj.trajectory import Trajectory, Turn

HEADERS = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


class Report(NamedTuple):
    """What came to the provider since it was last asked."""

    calls: int
    first: float
    """The first call's arrival, by the machine's monotonic clock."""
    seconds: float
    """From then to the last call's answer."""


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

    def answer(self, messages: list[Any]) -> bytes | None:
        """None to who only asks whether anybody is there."""
        if (answers := self._customers.get(messages[0]["content"])) is not None:
            return answers[_answered(messages[1:])]
        for index, message in enumerate(messages):
            if message["role"] == "user" and (answers := self._agents.get(message["content"])) is not None:
                return answers[_answered(messages[index:])]
        return None


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


class Served(NamedTuple):
    api_base: str
    pipe: Connection

    def report(self) -> Report:
        """Of everything since the last one."""
        self.pipe.send("report")
        told: Report = self.pipe.recv()
        return told


@contextmanager
def rehearsed(recorded: list[Trajectory], latency: float) -> Iterator[Served]:
    """`latency`: seconds before every answer."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, recorded, latency), daemon=True)
    process.start()
    try:
        yield Served(f"http://127.0.0.1:{ours.recv()}/v1", ours)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, recorded: list[Trajectory], latency: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    script, ready = Script(recorded), _http({"role": "assistant", "content": "ok"})
    arrived: list[float] = []
    answered: list[float] = []

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                came = time.monotonic()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                answer = script.answer(json.loads(await reader.readexactly(length))["messages"])
                if latency and answer:
                    await asyncio.sleep(latency)
                writer.write(answer or ready)
                await writer.drain()
                if answer:
                    arrived.append(came)
                    answered.append(time.monotonic())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def report() -> None:
        pipe.recv()
        first = min(arrived, default=0.0)
        pipe.send(Report(len(answered), first, max(answered, default=0.0) - first))
        arrived.clear()
        answered.clear()

    async def serve() -> None:
        server = await asyncio.start_server(visit, "127.0.0.1", 0, backlog=1024, limit=2**24)
        pipe.send(server.sockets[0].getsockname()[1])
        asyncio.get_running_loop().add_reader(pipe.fileno(), report)
        await server.serve_forever()

    asyncio.run(serve())
