"""An episode in MLflow's types: trace info, spans, feedback.

Not here: their content (`tracking.spans`, `tracking.trace_tags`), writing them (`tracking.traces`).
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from mlflow.entities import AssessmentSource, Feedback, Span, TraceInfo, TraceLocation, TraceState

from tautraj.printable import escape_unprintable
from tautraj.tracking.spans import build_spans, format_title
from tautraj.tracking.trace_tags import build_metadata, build_trace_tags, derive_feedback
from tautraj.trajectory import Trajectory

PREVIEW_CHARS = 500
"""Length of a preview."""


class TraceTarget(NamedTuple):
    """The MLflow store and run that traces are written to."""

    uri: str
    experiment_id: str
    run_id: str


def compute_trace_id(target: TraceTarget, trajectory: Trajectory) -> str:
    """Computed, never drawn: one id per episode and MLflow run, and another one when the episode is played again."""
    return "tr-" + hashlib.sha256(f"{target.run_id} {trajectory.id} {trajectory.started}".encode()).hexdigest()[:32]


def to_trace_info(target: TraceTarget, trajectory: Trajectory) -> TraceInfo:
    messages = [turn for turn in trajectory.turns if turn.kind == "message" and turn.message]
    first_message = next((turn.message for turn in messages if turn.seat == "user"), None)
    last_message = next((turn.message for turn in reversed(messages) if turn.seat == "model"), None)
    return TraceInfo(
        trace_id=compute_trace_id(target, trajectory),
        trace_location=TraceLocation.from_experiment_id(target.experiment_id),
        request_time=_to_milliseconds(trajectory.started),
        execution_duration=_to_milliseconds(trajectory.seconds),
        state=TraceState.OK,
        request_preview=_shorten(first_message),
        response_preview=_shorten(last_message),
        client_request_id=trajectory.id,
        trace_metadata=build_metadata(trajectory, target.run_id),
        tags={"mlflow.traceName": format_title(trajectory), **build_trace_tags(trajectory)},
        assessments=list(to_mlflow_feedback(trajectory)),
    )


def to_mlflow_feedback(trajectory: Trajectory) -> Iterator[Feedback]:
    """The benchmark's grade as MLflow feedback."""
    version = trajectory.versions.get("benchmark", trajectory.benchmark)
    source = AssessmentSource(source_type="CODE", source_id=version)
    ended = _to_milliseconds(trajectory.started + trajectory.seconds)
    for feedback in derive_feedback(trajectory):
        yield Feedback(source=source, create_time_ms=ended, **feedback._asdict())


def to_mlflow_spans(target: TraceTarget, trajectory: Trajectory) -> Iterator[Span]:
    """The spans of an episode; a span's id is its position in `build_spans`."""
    trace = compute_trace_id(target, trajectory)
    for number, span in enumerate(build_spans(trajectory), 1):
        attributes = {**span.attributes, "mlflow.traceRequestId": trace, "mlflow.spanType": span.kind}
        attributes |= {"mlflow.spanInputs": span.inputs, "mlflow.spanOutputs": span.outputs}
        record = {
            "trace_id": _to_base64(trace.removeprefix("tr-")),
            "span_id": _to_base64(f"{number:016x}"),
            "parent_span_id": None if span.parent_index is None else _to_base64(f"{span.parent_index + 1:016x}"),
            "name": span.name,
            "start_time_unix_nano": _to_nanoseconds(span.started),
            "end_time_unix_nano": _to_nanoseconds(span.ended),
            "status": {
                "code": "STATUS_CODE_ERROR" if span.error else "STATUS_CODE_OK",
                "message": _shorten(span.error) or "",
            },
            "attributes": {
                key: json.dumps(value, ensure_ascii=False) for key, value in attributes.items() if value is not None
            },
        }
        yield Span.from_dict(record)


def _shorten(text: str | None) -> str | None:
    return None if text is None else escape_unprintable(text[:PREVIEW_CHARS])


def _to_base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def _to_milliseconds(seconds: float) -> int:
    return int(1000 * seconds)


def _to_nanoseconds(seconds: float) -> int:
    return int(1_000_000 * seconds) * 1000
