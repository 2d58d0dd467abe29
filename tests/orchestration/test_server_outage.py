"""What is said when Prefect's server is lost. A run that loses it in the middle is in `test_generate`."""

import queue
import threading
import time
from types import SimpleNamespace

import httpx
import pytest
from prefect.events.worker import EventsWorker

from tautraj.errors import StoreError, TrackingError
from tautraj.orchestration.server_outage import MAX_QUEUED_EVENTS, tolerate_server_loss, wait_for_event_queue


@pytest.mark.slow
def test_a_run_that_is_over_is_over(capsys: pytest.CaptureFixture[str]) -> None:
    with tolerate_server_loss(["outputs/x"]):
        raise httpx.ConnectError("refused")
    (line,) = capsys.readouterr().err.splitlines()
    assert "does not know how the run ended" in line


def test_one_that_is_not_ends_in_one_line() -> None:
    with (
        pytest.raises(TrackingError, match="^Prefect at .*refused. Run the same command to resume.$"),
        tolerate_server_loss([]),
    ):
        raise httpx.ConnectError("refused")


def test_what_ended_it_comes_before_what_prefect_was_not_told() -> None:
    with pytest.raises(StoreError, match="^no room$"), tolerate_server_loss([]):
        try:
            raise StoreError("no room")
        except StoreError:
            raise httpx.ConnectError("refused")  # noqa: B904 - as Prefect's engine does


def test_what_is_not_prefects_passes() -> None:
    with pytest.raises(KeyError), tolerate_server_loss([]):
        raise KeyError


def test_a_run_waits_for_a_server_that_falls_behind_it_and_not_for_one_that_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: queue.Queue[None] = queue.Queue()
    monkeypatch.setattr(EventsWorker, "instance", lambda: SimpleNamespace(_queue=waiting))
    for _ in range(MAX_QUEUED_EVENTS + 300):
        waiting.put(None)
    wait_for_event_queue()
    assert waiting.qsize() == MAX_QUEUED_EVENTS + 300

    def listen() -> None:
        while True:
            waiting.get()
            time.sleep(0.001)

    threading.Thread(target=listen, daemon=True).start()
    wait_for_event_queue()
    assert waiting.qsize() <= MAX_QUEUED_EVENTS
