"""An episode in MLflow's own types: what is said of its trace, the trace's spans, its feedback.

Not here: what they show (`spans`) and say (`facets`), how they are written (`traces`).
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from mlflow.entities import AssessmentSource, Feedback, Span, TraceInfo, TraceLocation, TraceState

from tautraj.printable import printable
from tautraj.tracking.spans import spans, title
from tautraj.tracking.trace_tags import feedback, metadata, tags
from tautraj.trajectory import Trajectory

SHORT = 500
"""Letters of a preview."""


class Place(NamedTuple):
    """Where traces go."""

    uri: str
    experiment_id: str
    run_id: str


def trace_id(place: Place, trajectory: Trajectory) -> str:
    """Computed: an episode has one in a run, and another when it is played anew."""
    return "tr-" + hashlib.sha256(f"{place.run_id} {trajectory.id} {trajectory.started}".encode()).hexdigest()[:32]


def trace_info(place: Place, trajectory: Trajectory) -> TraceInfo:
    said = [turn for turn in trajectory.turns if turn.kind == "message" and turn.message]
    asked = next((turn.message for turn in said if turn.seat == "user"), None)
    answered = next((turn.message for turn in reversed(said) if turn.seat == "model"), None)
    return TraceInfo(
        trace_id=trace_id(place, trajectory),
        trace_location=TraceLocation.from_experiment_id(place.experiment_id),
        request_time=_milliseconds(trajectory.started),
        execution_duration=_milliseconds(trajectory.seconds),
        state=TraceState.OK,
        request_preview=_short(asked),
        response_preview=_short(answered),
        client_request_id=trajectory.id,
        trace_metadata=metadata(trajectory, place.run_id),
        tags={"mlflow.traceName": title(trajectory), **tags(trajectory)},
        assessments=list(trace_feedback(trajectory)),
    )


def trace_feedback(trajectory: Trajectory) -> Iterator[Feedback]:
    """The benchmark's."""
    version = trajectory.versions.get("benchmark", trajectory.benchmark)
    source = AssessmentSource(source_type="CODE", source_id=version)
    ended = _milliseconds(trajectory.started + trajectory.seconds)
    for said in feedback(trajectory):
        yield Feedback(source=source, create_time_ms=ended, **said._asdict())


def trace_spans(place: Place, trajectory: Trajectory) -> Iterator[Span]:
    """A span's number is its place in the list."""
    trace = trace_id(place, trajectory)
    for number, span in enumerate(spans(trajectory), 1):
        attributes = {**span.attributes, "mlflow.traceRequestId": trace, "mlflow.spanType": span.kind}
        attributes |= {"mlflow.spanInputs": span.inputs, "mlflow.spanOutputs": span.outputs}
        found = {
            "trace_id": _base64(trace.removeprefix("tr-")),
            "span_id": _base64(f"{number:016x}"),
            "parent_span_id": None if span.parent is None else _base64(f"{span.parent + 1:016x}"),
            "name": span.name,
            "start_time_unix_nano": _nanoseconds(span.began),
            "end_time_unix_nano": _nanoseconds(span.ended),
            "status": {
                "code": "STATUS_CODE_ERROR" if span.error else "STATUS_CODE_OK",
                "message": _short(span.error) or "",
            },
            "attributes": {
                key: json.dumps(value, ensure_ascii=False) for key, value in attributes.items() if value is not None
            },
        }
        yield Span.from_dict(found)


def _short(text: str | None) -> str | None:
    return None if text is None else printable(text[:SHORT])


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()


def _milliseconds(seconds: float) -> int:
    return int(1000 * seconds)


def _nanoseconds(seconds: float) -> int:
    return int(1_000_000 * seconds) * 1000
