"""The fake provider of a soak, in a process of its own: its threads take nothing from the client's."""

import json
import multiprocessing
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import NamedTuple

from support.provider.call_log import Visit
from support.provider.misbehaving_model import Clumsy
from support.provider.replay import ReplayBySeed
from support.provider.server import Answer, ChatRequest, Provider
from support.provider.transient_faults import Weather
from tautraj.trajectory import Trajectory


class Sky(NamedTuple):
    seed: int
    faulty: float  # share of the calls
    odd: float  # share of the answers
    timeout: float  # the client's own, s


class Report(NamedTuple):
    visits: list[Visit]
    injected: Counter[str]
    odd: Counter[str]
    errors: list[str]


class Served(NamedTuple):
    address: str
    pipe: Connection

    def report(self) -> Report:
        """Of everything so far; nothing is served afterwards."""
        self.pipe.send("report")
        told: Report = self.pipe.recv()
        return told


@contextmanager
def weathered(by_seed: dict[int, Trajectory], sky: Sky) -> Iterator[Served]:
    """A provider that plays these conversations, known by the seed of their calls."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(theirs, by_seed, sky), daemon=True)
    process.start()
    try:
        yield Served(ours.recv(), ours)
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection, by_seed: dict[int, Trajectory], sky: Sky) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the run's to answer
    clumsy = Clumsy(ReplayBySeed(by_seed), sky.seed, sky.odd)
    weather = Weather(sky.seed, sky.faulty, sky.timeout)

    def answer(request: ChatRequest) -> Answer:
        """As large as it would be, four characters are a token; what belongs to no episode has no size."""
        counted = "seed" in request.body
        sent = len(json.dumps(request.body)) // 4
        return replace(clumsy(request), tokens_in=sent if counted else 0, tokens_out=20 if counted else 0)

    with Provider(answer, weather, remembering=False) as provider:
        pipe.send(provider.openai_base)
        pipe.recv()
        errors = [repr(error) for error in provider.errors]
        pipe.send(Report(list(provider.visits), weather.injected, clumsy.given, errors))
