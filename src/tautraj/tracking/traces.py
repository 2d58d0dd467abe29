"""Episodes as MLflow traces: which of a run's become one, and what can be searched for.

A trace belongs to the cell's MLflow run; its name is domain, task and trial, its request id the episode's. To find
some: `MlflowClient(…).search_traces(locations=[experiment_id], filter_string=…)` with

    tags.task_id = '5' · tags.outcome = 'user_stop' · tags.success = 'false' (or 'true', 'ungraded')
    tags.label.unconfirmed_write = 'true'               any label that is so; one that is not, or undecided, is no tag
    tags.label.violations LIKE '%rule%'                 labels that are a list, joined by commas
    feedback.reward = '0.5' · feedback.success = 'true'
    metadata.model = 'gpt-4o'                           user, agent, user_strategy, domain, split, benchmark, trial
    attribute.run_id = '…' · span.name = 'get_order_details' · trace.text LIKE '%words%'

Raises what MLflow raises. Nothing of the process is set: no tracking URI, no tracer. Not here: what a trace shows
(`spans`), what it can be found by (`facets`), when it is written (`view`).
"""

import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import Any

from tautraj.config import Which
from tautraj.metrics import SUCCESS, Row
from tautraj.tracking.trace_entities import Place, trace_feedback, trace_id, trace_info, trace_spans
from tautraj.tracking.trace_tags import own, tags
from tautraj.trajectory import Trajectory

AT_ONCE = 10
"""Traces whose spans are written together."""

WRITTEN = "mlflow.trace.spansLocation"
"""A tag that a trace has once its spans are there."""

NO_DOOR = (
    "this server takes no spans: start it without --gunicorn-opts and --waitress-opts, or add tracking.traces=none"
)


def chosen(rows: Iterable[Row], which: Which, most: int) -> set[str]:
    """Ids of the episodes that become traces. A sample has failures first, and is the same whenever it is taken.

    What is not a success is a failure, ungraded ones included.
    """
    successes: list[str] = []
    failures: list[str] = []
    for row in rows:
        (failures if row.reward is None or row.reward < SUCCESS else successes).append(row.id)
    sample = [*sorted(failures, key=_shuffled), *sorted(successes, key=_shuffled)][:most]
    return set({"all": [*failures, *successes], "failures": failures, "sample": sample, "none": []}[which])


class Traces:
    """Of one MLflow run. One thread."""

    def __init__(self, place: Place) -> None:
        from mlflow.tracing.client import TracingClient

        self._place = place
        self._client = TracingClient(place.uri)
        self._known = self._found()

    def due(self, wanted: set[str], rows: Iterable[Row], most: int | None) -> list[str]:
        """Ids of the wanted episodes without a trace, `most` of them; None: all, and those that have one too."""
        if most is not None:
            return sorted(wanted - self._known.keys())[:most]
        return sorted(wanted | {row.id for row in rows if row.id in self._known})

    def log(self, trajectories: Iterable[Trajectory]) -> None:
        """Write what is not there yet; bring up to date what was regraded or played anew."""
        pending = iter(trajectories)
        while some := list(islice(pending, AT_ONCE)):
            spans = [span for one in some if self._entered(one) for span in trace_spans(self._place, one)]
            if spans:
                self._write(spans)

    def _found(self) -> dict[str, Any]:
        """By episode, those that are whole; what was cut off halfway is cleared away."""
        found: dict[str, Any] = {}
        token = None
        while token is None or token:
            page = self._client.search_traces(
                locations=[self._place.experiment_id],
                filter_string=f"attribute.run_id = '{self._place.run_id}'",
                max_results=500,
                include_spans=False,
                page_token=token,
            )
            found |= {trace.info.client_request_id: trace.info for trace in page}
            token = page.token or ""
        halfway = [episode for episode, info in found.items() if WRITTEN not in info.tags]
        for episode in halfway:
            self._delete(found.pop(episode))
        return found

    def _write(self, spans: list[Any]) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.log_spans(self._place.experiment_id, spans)
        except MlflowException as error:
            if error.get_http_status_code() != 404:
                raise
            raise MlflowException(f"{NO_DOOR} ({error})") from None

    def _entered(self, trajectory: Trajectory) -> bool:
        """See to what is said of an episode's trace; whether its spans are to be written too."""
        known = self._known.get(trajectory.id)
        if known is not None and known.trace_id == trace_id(self._place, trajectory):
            return self._renewed(known, trajectory)
        if known is not None:
            self._delete(known)  # of an episode that is no more
        self._known[trajectory.id] = self._client.start_trace(trace_info(self._place, trajectory))
        return True

    def _renewed(self, info: Any, trajectory: Trajectory) -> bool:
        """Whether tags or feedback were not as they should be."""
        wanted, has = tags(trajectory), own(info.tags)
        for key in has.keys() - wanted.keys():
            self._client.delete_trace_tag(info.trace_id, key)
        for key, value in wanted.items() - has.items():
            self._client.set_trace_tag(info.trace_id, key, value)
        renewed = wanted != has
        there = {one.name: one for one in info.assessments if one.source.source_type == "CODE"}
        for one in trace_feedback(trajectory):
            old = there.get(one.name)
            if old is None:
                self._client.log_assessment(info.trace_id, one)
            elif (old.value, old.rationale) != (one.value, one.rationale):
                self._client.update_assessment(info.trace_id, old.assessment_id, one)
            renewed |= old is None or (old.value, old.rationale) != (one.value, one.rationale)
        return renewed

    def _delete(self, info: Any) -> None:
        self._client.delete_traces(self._place.experiment_id, trace_ids=[info.trace_id])


def _shuffled(episode: str) -> str:
    return hashlib.sha256(episode.encode()).hexdigest()
