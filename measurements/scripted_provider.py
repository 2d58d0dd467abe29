"""A provider with scripted answers that cost next to no time: OpenAI's protocol over HTTP, in its own process.

A conversation is identified by its content (the customer's prompt, its opening line), so that any runner can be
measured against it: tautraj, τ²'s, classic τ-bench's.
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
    """Calls that the provider answered since the previous report."""

    calls: int
    first: float
    """Arrival of the first call by the monotonic clock, s."""
    seconds: float
    """From the first call's arrival to the last call's answer."""


class Script:
    """Answers of both seats, looked up by the messages of a request."""

    def __init__(self, recordings: Iterable[Trajectory]) -> None:
        self._customers: dict[str, list[bytes]] = {}
        self._agents: dict[str, list[bytes]] = {}
        for trajectory in recordings:
            played = [turn for turn in trajectory.turns if not turn.given]
            by_seat = {
                seat: [_build_answer(turn) for turn in played if turn.seat == seat] for seat in ("user", "model")
            }
            opening = next(turn.message for turn in played if turn.seat == "user" and turn.message)
            self._customers[trajectory.user_prompt] = by_seat["user"]
            self._agents[opening] = by_seat["model"]

    def answer(self, messages: list[Any]) -> bytes | None:
        """The HTTP response to a request; None for a request of no known conversation, such as the preflight."""
        if (answers := self._customers.get(messages[0]["content"])) is not None:
            return answers[_count_answers(messages[1:])]
        for index, message in enumerate(messages):
            if message["role"] == "user" and (answers := self._agents.get(message["content"])) is not None:
                return answers[_count_answers(messages[index:])]
        return None


def _count_answers(messages: list[Any]) -> int:
    return sum(message["role"] == "assistant" for message in messages)


def _build_answer(turn: Turn) -> bytes:
    if turn.tool_call is None:
        return _build_response({"role": "assistant", "content": turn.message})
    function = {"name": turn.tool_call.name, "arguments": json.dumps(turn.tool_call.arguments)}
    call = {"id": f"call_{turn.index}", "type": "function", "function": function}
    return _build_response({"role": "assistant", "content": None, "tool_calls": [call]})


def _build_response(message: dict[str, Any]) -> bytes:
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


class RunningProvider(NamedTuple):
    api_base: str
    pipe: Connection

    def report(self) -> Report:
        """Report on the calls since the previous report."""
        self.pipe.send("report")
        report: Report = self.pipe.recv()
        return report


@contextmanager
def serve_recordings(recordings: list[Trajectory], latency: float) -> Iterator[RunningProvider]:
    """Serve the answers in `recordings`, each after `latency` seconds."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, recordings, latency), daemon=True)
    process.start()
    try:
        yield RunningProvider(f"http://127.0.0.1:{ours.recv()}/v1", ours)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, recordings: list[Trajectory], latency: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    script, ready = Script(recordings), _build_response({"role": "assistant", "content": "ok"})
    arrivals: list[float] = []
    answers: list[float] = []

    async def handle_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                arrival = time.monotonic()
                length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
                answer = script.answer(json.loads(await reader.readexactly(length))["messages"])
                if latency and answer:
                    await asyncio.sleep(latency)
                writer.write(answer or ready)
                await writer.drain()
                if answer:
                    arrivals.append(arrival)
                    answers.append(time.monotonic())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def send_report() -> None:
        pipe.recv()
        first = min(arrivals, default=0.0)
        pipe.send(Report(len(answers), first, max(answers, default=0.0) - first))
        arrivals.clear()
        answers.clear()

    async def serve() -> None:
        server = await asyncio.start_server(handle_connection, "127.0.0.1", 0, backlog=1024, limit=2**24)
        pipe.send(server.sockets[0].getsockname()[1])
        asyncio.get_running_loop().add_reader(pipe.fileno(), send_report)
        await server.serve_forever()

    asyncio.run(serve())
