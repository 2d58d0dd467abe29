"""Episodes as MLflow traces: which episodes of a run get one, and how to search them.

A trace belongs to the cell's MLflow run; its name is domain, task and trial, its request id the episode's. To search:
`MlflowClient(…).search_traces(locations=[experiment_id], filter_string=…)` with

    tags.task_id = '5' · tags.outcome = 'user_stop' · tags.success = 'false' (or 'true', 'ungraded')
    tags.label.unconfirmed_write = 'true'               a label that holds; others, and undecided ones, are no tags
    tags.label.violations LIKE '%rule%'                 labels that are a list, joined by commas
    feedback.reward = '0.5' · feedback.success = 'true'
    metadata.model = 'gpt-4o'                           user, agent, user_strategy, domain, split, benchmark, trial
    attribute.run_id = '…' · span.name = 'get_order_details' · trace.text LIKE '%words%'

Raises what MLflow raises. Sets nothing globally, neither a tracking URI nor a tracer. Not here: what a trace shows
(`tracking.spans`), its tags and feedback (`tracking.trace_tags`), when it is written (`tracking.mlflow_run`).
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
"""Tag of a trace whose spans were written."""

SPANS_NOT_ACCEPTED = (
    "this server takes no spans: start it without --gunicorn-opts and --waitress-opts, or add tracking.traces=none"
)


def select_episodes(rows: Iterable[EpisodeSummary], which: EpisodeSelection, sample_size: int) -> set[str]:
    """Ids of the episodes that become traces. A sample prefers failures and is always the same.

    Every episode that is not a success counts as a failure, ungraded ones included.
    """
    successes: list[str] = []
    failures: list[str] = []
    for row in rows:
        (successes if is_success(row.reward) else failures).append(row.id)
    sample = [*sorted(failures, key=_hash_id), *sorted(successes, key=_hash_id)][:sample_size]
    return set({"all": [*failures, *successes], "failures": failures, "sample": sample, "none": []}[which])


class TraceWriter:
    """Writes the traces of one MLflow run, from one thread."""

    def __init__(self, target: TraceTarget) -> None:
        from mlflow.tracing.client import TracingClient

        self._target = target
        self._client = TracingClient(target.uri)
        self._traces = self._load_traces()

    def list_due(self, wanted: set[str], rows: Iterable[EpisodeSummary], limit: int | None) -> list[str]:
        """Ids of wanted episodes without a trace, at most `limit`.

        None: all of them, and those whose trace may be outdated.
        """
        if limit is not None:
            return sorted(wanted - self._traces.keys())[:limit]
        return sorted(wanted | {row.id for row in rows if row.id in self._traces})

    def log(self, trajectories: Iterable[Trajectory]) -> None:
        """Write new traces; update those of episodes that were regraded or played again."""
        pending = iter(trajectories)
        while batch := list(islice(pending, TRACES_PER_BATCH)):
            new = [trajectory for trajectory in batch if self._sync_trace(trajectory)]
            spans = [span for trajectory in new for span in to_mlflow_spans(self._target, trajectory)]
            if spans:
                self._write_spans(spans)

    def _load_traces(self) -> dict[str, Any]:
        """Complete traces by episode id; deletes those that were interrupted before their spans."""
        traces: dict[str, Any] = {}
        token = None
        while token is None or token:
            page = self._client.search_traces(
                locations=[self._target.experiment_id],
                filter_string=f"attribute.run_id = '{self._target.run_id}'",
                max_results=500,
                include_spans=False,
                page_token=token,
            )
            traces |= {trace.info.client_request_id: trace.info for trace in page}
            token = page.token or ""
        incomplete = [episode for episode, info in traces.items() if SPANS_LOCATION_TAG not in info.tags]
        for episode in incomplete:
            self._delete_trace(traces.pop(episode))
        return traces

    def _write_spans(self, spans: list[Any]) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self._client.log_spans(self._target.experiment_id, spans)
        except MlflowException as error:
            if error.get_http_status_code() != 404:
                raise
            raise MlflowException(f"{SPANS_NOT_ACCEPTED} ({error})") from None

    def _sync_trace(self, trajectory: Trajectory) -> bool:
        """Create or update the trace of an episode; whether its spans must be written."""
        known = self._traces.get(trajectory.id)
        if known is not None and known.trace_id == compute_trace_id(self._target, trajectory):
            return self._update_trace(known, trajectory)
        if known is not None:
            self._delete_trace(known)  # of an attempt that was played again
        self._traces[trajectory.id] = self._client.start_trace(to_trace_info(self._target, trajectory))
        return True

    def _update_trace(self, info: Any, trajectory: Trajectory) -> bool:
        """Update tags and feedback; whether the spans must be written again."""
        wanted, present = build_trace_tags(trajectory), select_tautraj_tags(info.tags)
        for key in present.keys() - wanted.keys():
            self._client.delete_trace_tag(info.trace_id, key)
        for key, value in wanted.items() - present.items():
            self._client.set_trace_tag(info.trace_id, key, value)
        changed = wanted != present
        old_feedback = {entry.name: entry for entry in info.assessments if entry.source.source_type == "CODE"}
        for feedback in to_mlflow_feedback(trajectory):
            old = old_feedback.get(feedback.name)
            if old is None:
                self._client.log_assessment(info.trace_id, feedback)
            elif (old.value, old.rationale) != (feedback.value, feedback.rationale):
                self._client.update_assessment(info.trace_id, old.assessment_id, feedback)
            changed |= old is None or (old.value, old.rationale) != (feedback.value, feedback.rationale)
        return changed

    def _delete_trace(self, info: Any) -> None:
        self._client.delete_traces(self._target.experiment_id, trace_ids=[info.trace_id])


def _hash_id(episode: str) -> str:
    return hashlib.sha256(episode.encode()).hexdigest()
