"""What a component does to its worker process, and to its run: every episode ends, with an error of a known class."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.composed import composed_run

from tautraj import errors
from tautraj.agents import AgentContext
from tautraj.config import Run
from tautraj.config.identity import plan_episodes
from tautraj.orchestration.worker_pool import WorkerPool
from tautraj.runs.play import play

# Agents of somebody's own.


class Unnamed(BaseException):
    """Not an `Exception`."""


class Unreadable(Exception):
    def __str__(self) -> str:
        raise LookupError("no text")


class OwnProvider(errors.RateLimited):
    """Neither pickled (a lock) nor built again from its message (two arguments)."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message, seconds)
        self.lock = threading.Lock()


def exiting(_: AgentContext) -> None:
    sys.exit(3)


def unnamed(_: AgentContext) -> None:
    raise Unnamed("gone\nfor good")


def unreadable(_: AgentContext) -> None:
    raise Unreadable


def own_provider(_: AgentContext) -> None:
    raise OwnProvider("slow down", 2.0)


def interrupting(_: AgentContext) -> None:
    raise errors.Interrupted("stopped by an agent", 130)


def dying(_: AgentContext) -> None:
    os._exit(7)


def forking(_: AgentContext) -> None:
    """Leaves a process that holds its end of the pipe."""
    if os.fork() == 0:
        time.sleep(30)
    os._exit(7)


RAISED: list[tuple[Callable[[AgentContext], None], type[errors.TautrajError], str]] = [
    (exiting, errors.SeatError, "agent=exiting: SystemExit: 3"),
    (unnamed, errors.SeatError, "agent=unnamed: Unnamed: gone for good"),
    (unreadable, errors.SeatError, "agent=unreadable: Unreadable: its message raises LookupError"),
    (own_provider, errors.RateLimited, "OwnProvider: slow down"),
    (interrupting, errors.SeatError, "Interrupted: stopped by an agent"),
]


def run_with(function: Callable[[AgentContext], None], root: Path) -> Run:
    name = function.__name__
    agent = [f"agent.name={name}", f"agent._target_={__name__}.{name}"]
    settings = ["~agent.offer_respond", "~agent.replay_reasoning"]
    run = composed_run("domain=mock", "split=base", "model=gpt4o", "user=scripted", *agent, *settings)
    return run.model_copy(update={"root": str(root)})


@pytest.fixture(scope="module")
def play_in_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Run], object]]:
    """Plays an episode of a run in a worker process, for half a minute at most."""
    first = run_with(exiting, tmp_path_factory.mktemp("root"))
    waiting = ThreadPoolExecutor(1)
    with WorkerPool([first], 1) as pool:

        def attempt(run: Run) -> object:
            [spec] = plan_episodes(run, ["create_task_1"])
            return waiting.submit(pool.play, run, spec).result(30)

        yield attempt
    waiting.shutdown(wait=False, cancel_futures=True)


@pytest.mark.parametrize(("function", "kind", "message"), RAISED, ids=lambda value: getattr(value, "__name__", ""))
def test_what_an_agent_raises_in_a_process(
    function: Callable[[AgentContext], None],
    kind: type[errors.TautrajError],
    message: str,
    play_in_process: Callable[[Run], object],
    tmp_path: Path,
) -> None:
    with pytest.raises(errors.TautrajError) as raised:
        play_in_process(run_with(function, tmp_path))
    assert type(raised.value) is kind
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("function", "kind", "message"), RAISED[:3], ids=lambda value: getattr(value, "__name__", "")
)
def test_what_an_agent_raises_in_a_thread(
    function: Callable[[AgentContext], None], kind: type[errors.TautrajError], message: str, tmp_path: Path
) -> None:
    run = run_with(function, tmp_path)
    [spec] = plan_episodes(run, ["create_task_1"])
    with pytest.raises(kind) as raised:
        play(run, spec)
    assert str(raised.value) == message


def test_ctrl_c_is_no_failure_of_the_agent(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), errors.boundary(errors.SeatError, "agent=mine", component=True):
        raise KeyboardInterrupt


def test_what_prefect_raises_to_end_a_flow_passes() -> None:
    with pytest.raises(Unnamed), errors.boundary(errors.TrackingError, "writing"):
        raise Unnamed


@pytest.mark.slow
@pytest.mark.parametrize("function", [dying, forking])
def test_an_agent_that_ends_its_process(
    function: Callable[[AgentContext], None], play_in_process: Callable[[Run], object], tmp_path: Path
) -> None:
    with pytest.raises(errors.WorkerDied, match="^its process died, exit code 7$"):
        play_in_process(run_with(function, tmp_path))
