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

from tautraj.config import EpisodeSelection
from tautraj.metrics import EpisodeSummary, is_success
from tautraj.tracking.trace_entities import (
    TraceTarget,
    compute_trace_id,
    to_mlflow_feedback,
    to_mlflow_spans,
    to_trace_info,
)
from tautraj.tracking.trace_tags import build_trace_tags, select_tautraj_tags
from tautraj.trajectory import Trajectory

TRACES_PER_BATCH = 10
"""Traces whose spans are written together."""

SPANS_LOCATION_TAG = "mlflow.trace.spansLocation"
"""A tag that a trace has once its spans are there."""

SPANS_NOT_ACCEPTED = (
    "this server takes no spans: start it without --gunicorn-opts and --waitress-opts, or add tracking.traces=none"
)


def select_episodes(rows: Iterable[EpisodeSummary], which: EpisodeSelection, sample_size: int) -> set[str]:
    """Ids of the episodes that become traces. A sample has failures first, and is the same whenever it is taken.

    What is not a success is a failure, ungraded ones included.
    """
    successes: list[str] = []
    failures: list[str] = []
    for row in rows:
        (successes if is_success(row.reward) else failures).append(row.id)
    sample = [*sorted(failures, key=_hash_id), *sorted(successes, key=_hash_id)][:sample_size]
    return set({"all": [*failures, *successes], "failures": failures, "sample": sample, "none": []}[which])


class TraceWriter:
    """Of one MLflow run. One thread."""

    def __init__(self, target: TraceTarget) -> None:
        from mlflow.tracing.client import TracingClient

        self._target = target
        self._client = TracingClient(target.uri)
        self._traces = self._load_traces()

    def list_due(self, wanted: set[str], rows: Iterable[EpisodeSummary], limit: int | None) -> list[str]:
        """Ids of the wanted episodes without a trace, `most` of them; None: all, and those that have one too."""
        if limit is not None:
            return sorted(wanted - self._traces.keys())[:limit]
        return sorted(wanted | {row.id for row in rows if row.id in self._traces})

    def log(self, trajectories: Iterable[Trajectory]) -> None:
        """Write what is not there yet; bring up to date what was regraded or played anew."""
        pending = iter(trajectories)
        while some := list(islice(pending, TRACES_PER_BATCH)):
            spans = [span for one in some if self._sync_trace(one) for span in to_mlflow_spans(self._target, one)]
            if spans:
                self._write_spans(spans)

    def _load_traces(self) -> dict[str, Any]:
        """By episode, those that are whole; what was cut off halfway is cleared away."""
        found: dict[str, Any] = {}
        token = None
        while token is None or token:
            page = self._client.search_traces(
                locations=[self._target.experiment_id],
                filter_string=f"attribute.run_id = '{self._target.run_id}'",
                max_results=500,
                include_spans=False,
                page_token=token,
            )
            found |= {trace.info.client_request_id: trace.info for trace in page}
            token = page.token or ""
        halfway = [episode for episode, info in found.items() if SPANS_LOCATION_TAG not in info.tags]
        for episode in halfway:
            self._delete_trace(found.pop(episode))
        return found

    def _write_spans(self, spans: list[Any]) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.log_spans(self._target.experiment_id, spans)
        except MlflowException as error:
            if error.get_http_status_code() != 404:
                raise
            raise MlflowException(f"{SPANS_NOT_ACCEPTED} ({error})") from None

    def _sync_trace(self, trajectory: Trajectory) -> bool:
        """See to what is said of an episode's trace; whether its spans are to be written too."""
        known = self._traces.get(trajectory.id)
        if known is not None and known.trace_id == compute_trace_id(self._target, trajectory):
            return self._update_trace(known, trajectory)
        if known is not None:
            self._delete_trace(known)  # of an episode that is no more
        self._traces[trajectory.id] = self._client.start_trace(to_trace_info(self._target, trajectory))
        return True

    def _update_trace(self, info: Any, trajectory: Trajectory) -> bool:
        """Whether tags or feedback were not as they should be."""
        wanted, has = build_trace_tags(trajectory), select_tautraj_tags(info.tags)
        for key in has.keys() - wanted.keys():
            self._client.delete_trace_tag(info.trace_id, key)
        for key, value in wanted.items() - has.items():
            self._client.set_trace_tag(info.trace_id, key, value)
        renewed = wanted != has
        there = {one.name: one for one in info.assessments if one.source.source_type == "CODE"}
        for one in to_mlflow_feedback(trajectory):
            old = there.get(one.name)
            if old is None:
                self._client.log_assessment(info.trace_id, one)
            elif (old.value, old.rationale) != (one.value, one.rationale):
                self._client.update_assessment(info.trace_id, old.assessment_id, one)
            renewed |= old is None or (old.value, old.rationale) != (one.value, one.rationale)
        return renewed

    def _delete_trace(self, info: Any) -> None:
        self._client.delete_traces(self._target.experiment_id, trace_ids=[info.trace_id])


def _hash_id(episode: str) -> str:
    return hashlib.sha256(episode.encode()).hexdigest()
