"""A Prefect server that goes away in the middle of a run, or falls behind it: the run does not need it.

Not here: what it is asked for while it is there (`orchestration`).
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
from tautraj.orchestration.prefect_server import describe_server, shared_server
from tautraj.report.terminal.console import say

MAX_QUEUED_EVENTS = 500
"""Events that may wait to be told to the server. Each holds the task it is about: 17 KB an episode."""


def wait_for_event_queue() -> None:
    """Wait while more events are waiting than may, and become fewer: a server that is away is not waited for."""
    waiting = EventsWorker.instance()._queue
    while (before := waiting.qsize()) > MAX_QUEUED_EVENTS:
        time.sleep(0.25)
        if waiting.qsize() >= before:
            return


@contextmanager
def without_task_tags() -> Iterator[None]:
    """The tasks of a flow run without its tags: for each tag Prefect would ask its server before every task."""
    with TagsContext(current_tags=set()):
        yield


@contextmanager
def tolerate_server_loss(final_states: Sequence[object]) -> Iterator[None]:
    """Around a flow run, whose server may go away in the middle.

    Once `ended` has something the run is over, whether or not Prefect could be told. Else raises what ended it, or
    `TrackingError`.
    """
    if shared_server():  # with the default of 10 attempts, every event of an outage takes 7 seconds
        EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=1)
    try:
        yield
    except httpx.HTTPError as error:
        if not final_states:
            lost = TrackingError(f"Prefect at {describe_server()}: {error}. The same command goes on.")
            raise find_tautraj_error(error) or lost from None
        say(
            f"Prefect at {describe_server()} is away and does not know how the run ended. "
            f"The run directory has everything."
        )
        _drop_queued_events()


def _drop_queued_events() -> None:
    """Those that still wait for the server: Prefect would try each of them before the process may end."""
    waiting = EventsWorker.instance()._queue
    with suppress(queue.Empty):
        while True:
            waiting.get_nowait()
