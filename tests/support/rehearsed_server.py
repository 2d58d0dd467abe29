"""A rehearsed llm's server in this process: as many as a test needs, each with no other run."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.runs.rehearsed.launch import address_seats
from tautraj.runs.rehearsed.script_builder import build_script
from tautraj.runs.rehearsed.server import RehearsedServer

MakeServer = Callable[..., RehearsedServer]


class Lossy(RehearsedServer):
    """Its first answer to every request is lost, and the client asks again."""

    def answer(self, path: str, raw: bytes) -> tuple[int, bytes]:
        super().answer(path, raw)
        return super().answer(path, raw)


@contextmanager
def served_here(run: Run, specs: Sequence[EpisodeSpec], make: MakeServer = RehearsedServer) -> Iterator[Run]:
    """The run at a server that no other run has."""
    server, loop = make(build_script(run, specs)), asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(server.handle_connection, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield address_seats(run, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", 0)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
