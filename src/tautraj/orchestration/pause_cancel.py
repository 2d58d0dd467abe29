"""Pause and cancel from Prefect's UI: a cancelled run ends as after Ctrl-C, a paused run begins no new episodes.

A thread reads the flow run's state every few seconds; while the server does not answer, nothing changes. Not here:
signals (`orchestration.signals`), by which a worker cancels the process that it has started.
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
from tautraj.orchestration.prefect_server import find_shared_server
from tautraj.orchestration.signals import Interrupt
from tautraj.report.terminal.console import say
from tautraj.runs.progress import StopRequest

POLL_SECONDS = 3.0
"""Seconds between two readings of the state."""

GRACE_PERIOD = 20.0
"""Seconds for episodes under way after a worker's SIGTERM. Prefect's process worker kills 30 s after it."""

READING_STATE = "reading the flow run's state from Prefect"

STARTED_BY_WORKER = "PREFECT__FLOW_RUN_ID"
"""Environment variable of a process that a Prefect worker has started."""


@contextmanager
def poll_flow_state(interrupt: Interrupt, wake: Callable[[], None]) -> Iterator[None]:
    """For the length of the block, copy pause and cancel of the flow run on a shared server into `interrupt`.

    `wake` is called at every change, from another thread. Without a shared server nothing is read.
    """
    over = threading.Event()
    if find_shared_server():
        arguments = (_FlowStatePoller(interrupt, wake), _flow_run_ids(), over)
        threading.Thread(target=_poll_until, args=arguments, name="flow-state", daemon=True).start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def detach_from_parent_flow() -> Iterator[None]:
    """Keep Prefect from suspending the parent flow run by itself: that would throw away episodes under way."""
    if (parent := FlowRunContext.get()) is None:
        yield
        return
    never = type(parent.flow_run_suspension_request)()
    with parent.model_copy(update={"flow_run_suspension_request": never}):
        yield


def run_as_deployment(body: Callable[[], str]) -> State[Any]:
    """Call `body` and return the end state of a deployment's flow run.

    `body` returns the message of a completed one. Raises Prefect's `Pause` if the flow run was suspended.
    """
    try:
        return Completed(message=body())
    except Interrupted as error:
        _raise_if_suspended()
        return Cancelled(message=str(error))
    except TautrajError as error:
        return Failed(message=str(error))


class _FlowStatePoller:
    """Copies the state of the flow run into an `Interrupt` and prints each change once."""

    def __init__(self, interrupt: Interrupt, wake: Callable[[], None]) -> None:
        self._interrupt, self._wake = interrupt, wake
        self._kill_at = float("inf")

    def poll(self, client: SyncPrefectClient, ids: Sequence[UUID]) -> None:
        flow_runs = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(ids))))
        if stop := next(filter(None, map(_stop_request, flow_runs)), None):
            if self._interrupt.stop is None:
                self._interrupt.stop = stop
                say(f"{stop.name}. No new episodes; those under way finish.")
                self._wake()
        else:
            self._set_paused(any(run.state is not None and run.state.is_paused() for run in flow_runs))

    def enforce_grace_period(self) -> None:
        """Set `out_of_time` once a stopped run has had its grace period: the worker that started it kills it soon."""
        if self._interrupt.stop is None or STARTED_BY_WORKER not in os.environ:
            return
        self._kill_at = min(self._kill_at, time.monotonic() + GRACE_PERIOD)
        if time.monotonic() >= self._kill_at and not self._interrupt.out_of_time:
            self._interrupt.out_of_time = True
            self._wake()

    def _set_paused(self, paused: bool) -> None:
        if paused == self._interrupt.paused:
            return
        self._interrupt.paused = paused
        say(
            "Paused in Prefect: no new episodes until it is resumed there; those under way finish."
            if paused
            else "Resumed in Prefect."
        )
        self._wake()


def _poll_until(poller: _FlowStatePoller, ids: Sequence[UUID], over: threading.Event) -> None:
    while not over.is_set():
        with suppress(TrackingError), _open_client() as client:
            while not over.wait(POLL_SECONDS):
                poller.enforce_grace_period()
                poller.poll(client, ids)
        poller.enforce_grace_period()
        over.wait(POLL_SECONDS)


@contextmanager
def _open_client() -> Iterator[SyncPrefectClient]:
    with boundary(TrackingError, READING_STATE), get_client(sync_client=True) as client:
        yield client


def _flow_run_ids() -> list[UUID]:
    """Ids of this flow run and of the deployment's flow run that it may be part of."""
    with suppress(TrackingError), boundary(TrackingError, READING_STATE):
        return [UUID(name) for name in {str(flow_run.id), str(flow_run.root_flow_run_id)}]
    return [UUID(str(flow_run.id))]


def _stop_request(run: FlowRun) -> StopRequest | None:
    """The stop that the state of the flow run asks for; None: go on, or wait.

    A suspended flow run of a deployment ends; when it is resumed, Prefect starts it again.
    """
    state = run.state
    if state is None:
        return None
    suspended = state.is_paused() and state.state_details.pause_reschedule and run.deployment_id
    if not (suspended or state.is_cancelling() or state.is_final()):
        return None
    name = "Cancelled" if state.is_cancelling() else state.name
    reason = f" ({state.message})" if state.is_failed() and state.message else ""
    return StopRequest(f"{name} in Prefect{reason}", 128 + signal.SIGTERM)


def _raise_if_suspended() -> None:
    """Raise Prefect's `Pause` if the flow run was suspended: it then stays suspended."""
    with _open_client() as client:
        state = client.read_flow_run(UUID(str(flow_run.id))).state
    if state is not None and state.is_paused():
        raise Pause(state=state)
