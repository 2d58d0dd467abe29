"""A run that is steered from Prefect's UI: cancelled it ends as after Ctrl-C, paused it begins nothing new.

The flow run's state is looked at every few seconds, by a thread of its own; a server that is away steers nothing. Not
here: signals (`interrupts`), which is how a worker cancels what it has started.
"""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Pause
from prefect.runtime import flow_run
from prefect.states import Cancelled, Completed, Failed

from tautraj.errors import Interrupted, TautrajError, TrackingError, boundary
from tautraj.orchestration.prefect_server import shared_server
from tautraj.orchestration.signals import Interrupt
from tautraj.report.terminal.console import say
from tautraj.runs.progress import Stop

EVERY = 3.0
"""Seconds between two looks."""

PATIENCE = 20.0
"""Seconds for what is under way after a worker's SIGTERM. Prefect's process worker kills 30 s after it."""

ASKING = "asking Prefect how the flow run is meant to go on"

WORKERS_CHILD = "PREFECT__FLOW_RUN_ID"
"""In the environment: a worker has started this process."""


@contextmanager
def followed(interrupt: Interrupt, wake: Callable[[], None]) -> Iterator[None]:
    """For the length of the block, what becomes of the flow run on a shared server is asked of `interrupt`.

    `wake` is called with every change, from another thread.
    """
    over = threading.Event()
    if shared_server():
        asked = (_Asked(interrupt, wake), _flow_runs(), over)
        threading.Thread(target=_follow, args=asked, name="steering", daemon=True).start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def apart() -> Iterator[None]:
    """A flow run within another, without Prefect's own way to suspend it: it throws away what is under way."""
    if (parent := FlowRunContext.get()) is None:
        yield
        return
    never = type(parent.flow_run_suspension_request)()
    with parent.model_copy(update={"flow_run_suspension_request": never}):
        yield


def deployed(play: Callable[[], str]) -> State[Any]:
    """The state in which the flow run of a deployment ends. `play`: says what there is to look at."""
    try:
        return Completed(message=play())
    except Interrupted as error:
        _stay_suspended()
        return Cancelled(message=str(error))
    except TautrajError as error:
        return Failed(message=str(error))


class _Asked:
    """What was asked of the run so far, each change said once."""

    def __init__(self, interrupt: Interrupt, wake: Callable[[], None]) -> None:
        self._interrupt, self._wake = interrupt, wake
        self._kill_at = float("inf")

    def look(self, client: SyncPrefectClient, ids: Sequence[UUID]) -> None:
        chosen = FlowRunFilter(id=FlowRunFilterId(any_=list(ids)))
        found = client.read_flow_runs(flow_run_filter=chosen)
        if stop := next(filter(None, map(_stop, found)), None):
            if self._interrupt.stop is None:
                self._interrupt.stop = stop
                say(f"{stop.name}. No new episodes; those under way finish.")
                self._wake()
        else:
            self._pause(any(run.state is not None and run.state.is_paused() for run in found))

    def hurry(self) -> None:
        """A worker that has asked will not wait for long."""
        if self._interrupt.stop is None or WORKERS_CHILD not in os.environ:
            return
        self._kill_at = min(self._kill_at, time.monotonic() + PATIENCE)
        if time.monotonic() >= self._kill_at and not self._interrupt.late:
            self._interrupt.late = True
            self._wake()

    def _pause(self, paused: bool) -> None:
        if paused == self._interrupt.paused:
            return
        self._interrupt.paused = paused
        say(
            "Paused in Prefect: no new episodes until it is resumed there; those under way finish."
            if paused
            else "Resumed in Prefect."
        )
        self._wake()


def _follow(asked: _Asked, ids: Sequence[UUID], over: threading.Event) -> None:
    while not over.is_set():
        with suppress(TrackingError), _asking() as client:
            while not over.wait(EVERY):
                asked.hurry()
                asked.look(client, ids)
        asked.hurry()
        over.wait(EVERY)


@contextmanager
def _asking() -> Iterator[SyncPrefectClient]:
    with boundary(TrackingError, ASKING), get_client(sync_client=True) as client:
        yield client


def _flow_runs() -> list[UUID]:
    """This flow run and the one that a deployment has started, in which it may be."""
    with suppress(TrackingError), boundary(TrackingError, ASKING):
        return [UUID(found) for found in {str(flow_run.id), str(flow_run.root_flow_run_id)}]
    return [UUID(str(flow_run.id))]


def _stop(run: FlowRun) -> Stop | None:
    """What the state of the flow run asks for; None: to go on, or to wait.

    A deployment's run that is suspended ends, and is begun anew when it is resumed.
    """
    state = run.state
    if state is None:
        return None
    left = state.is_paused() and state.state_details.pause_reschedule and run.deployment_id
    if not (left or state.is_cancelling() or state.is_final()):
        return None
    name = "Cancelled" if state.is_cancelling() else state.name
    why = f" ({state.message})" if state.is_failed() and state.message else ""
    return Stop(f"{name} in Prefect{why}", 128 + signal.SIGTERM)


def _stay_suspended() -> None:
    """Leave the flow run as it is, by Prefect's own way out, where that is why it ended."""
    with _asking() as client:
        state = client.read_flow_run(UUID(str(flow_run.id))).state
    if state is not None and state.is_paused():
        raise Pause(state=state)
