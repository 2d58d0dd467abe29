"""Keeps a run going when its Prefect server disappears or falls behind.

Not here: leases (`orchestration.leases`), artifacts (`orchestration.artifacts`).
"""

import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import httpx
from prefect.context import TagsContext
from prefect.events.clients import PrefectEventsClient
from prefect.events.worker import EventsWorker

from tautraj.errors import TrackingError, find_tautraj_error
from tautraj.orchestration.prefect_server import describe_server, find_shared_server
from tautraj.report.terminal.console import say

MAX_QUEUED_EVENTS = 500
"""Events that may wait to be sent to the server. Each holds the task it is about: 17 KB an episode."""


def wait_for_event_queue() -> None:
    """Wait while more than `MAX_QUEUED_EVENTS` are queued and their number falls.

    If it does not fall, the server is away, and the run does not wait for it.
    """
    events = EventsWorker.instance()._queue
    while (before := events.qsize()) > MAX_QUEUED_EVENTS:
        time.sleep(0.25)
        if events.qsize() >= before:
            return


@contextmanager
def without_task_tags() -> Iterator[None]:
    """Run the block's tasks without the flow run's tags: Prefect asks its server before every task, once per tag."""
    with TagsContext(current_tags=set()):
        yield


@contextmanager
def tolerate_server_loss(final_states: Sequence[object]) -> Iterator[None]:
    """Ignore the loss of the server around a flow run that has finished.

    If `final_states` is non-empty the run is complete, even if Prefect's server could not be notified. Otherwise
    raises the `TautrajError` that ended it, or `TrackingError`.
    """
    if find_shared_server():  # with the default of 10 attempts, every event of an outage takes 7 seconds
        EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=1)
    try:
        yield
    except httpx.HTTPError as error:
        if not final_states:
            lost = TrackingError(f"Prefect at {describe_server()}: {error}. Run the same command to resume.")
            raise find_tautraj_error(error) or lost from None
        say(
            f"Prefect at {describe_server()} is away and does not know how the run ended. "
            f"The run directory has everything."
        )
        _drop_queued_events()


def _drop_queued_events() -> None:
    """Drop the events that still wait for the server: Prefect would try each of them before the process may end."""
    events = EventsWorker.instance()._queue
    with suppress(queue.Empty):
        while True:
            events.get_nowait()
