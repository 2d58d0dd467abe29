"""Conversations as data for the page's scripts: plain values, control characters escaped, compressed.

A prompt or a list of tools that several conversations share is stored once. Not here: which conversations the page
includes (`report.episode_rows`).
"""

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.grading.branching.values import Places, compute_step_values, find_loss
from tautraj.grading.explanation import Explanation
from tautraj.printable import escape_unprintable
from tautraj.report.rendering import (
    active_labels,
    belief_text,
    call_line,
    episode_status,
    fault_line,
    gold_line,
    json_text,
)
from tautraj.trajectory import Grade, LlmCall, Trajectory, Turn


class Blob(NamedTuple):
    """A packed value and the id of its element in the page."""

    id: str
    data: str


class ConversationPacker:
    """Packs conversations one by one; a prompt or list of tools that several share is packed once."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def pack(
        self, number: int, trajectory: Trajectory, explanation: Explanation | str | None, places: Places
    ) -> Iterator[Blob]:
        """Blobs of a conversation: its prompts that are new, then the conversation itself as `c<number>`.

        `number`: the episode's index on the page. `explanation`: a string is the reason why there is none; None: none
        is needed. `places`: its branches on the page.
        """
        texts = {
            "system": trajectory.system_prompt,
            "tools": json_text(trajectory.tools) if trajectory.tools else "",
            "customer": trajectory.user_prompt,
            "customer_tools": json_text(trajectory.user_tools) if trajectory.user_tools else "",
        }
        prompts = {}
        for name, text in texts.items():
            digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
            if text and digest not in self._numbers:
                self._numbers[digest] = len(self._numbers)
                yield Blob(f"s{self._numbers[digest]}", pack_value(text))
            prompts[name] = f"s{self._numbers[digest]}" if text else None
        conversation = conversation_to_dict(trajectory, explanation) | _values_to_dict(trajectory, places)
        yield Blob(f"c{number}", pack_value({"prompts": prompts, **conversation}))


def pack_value(value: Any) -> str:
    """Encode `value` as JSON, compressed with zlib, in base64; `unpack` in `dom.js` reverses this."""
    text = json.dumps(sanitise(value), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def sanitise(value: Any) -> Any:
    """`value` for JSON: control characters escaped in every text; infinities and NaN as text."""
    if isinstance(value, str):
        return escape_unprintable(value)
    if isinstance(value, dict):
        return {sanitise(str(key)): sanitise(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitise(item) for item in value]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def conversation_to_dict(trajectory: Trajectory, explanation: Explanation | str | None) -> dict[str, Any]:
    fields: tuple[str, ...] = (
        "id",
        "cell",
        "benchmark",
        "domain",
        "split",
        "task_id",
        "trial",
        "seed",
        "reward",
        "ungraded",
        "seconds",
    )
    fields += ("agent", "model", "user", "user_strategy", "judge", "scenario", "quarantine", "started", "data_hash")
    return {
        **{name: getattr(trajectory, name) for name in fields},
        "status": episode_status(trajectory.reward),
        "ending": trajectory.outcome.kind,
        "detail": trajectory.outcome.detail,
        "grade": _grade_to_dict(trajectory.grade) if trajectory.grade else None,
        "labels": list(active_labels(trajectory.labels, trajectory.reward)),
        "violations": list(trajectory.labels.violations or ()) if trajectory.labels else [],
        "canonical": trajectory.labels.canonical_reward if trajectory.labels else None,
        "usage": {seat: usage.model_dump() for seat, usage in trajectory.usage.items()},
        "versions": trajectory.versions,
        "gold": [gold_line(action) for action in trajectory.privileged.gold_actions],
        "explanation": _explanation_to_dict(explanation) if isinstance(explanation, Explanation) else None,
        "unexplained": explanation if isinstance(explanation, str) else None,
        "turns": [_turn_to_dict(turn, _list_faults(turn, trajectory)) for turn in trajectory.turns],
    }


def _values_to_dict(trajectory: Trajectory, places: Places) -> dict[str, Any]:
    """What branches say, read by `branches.js`: [turn, value, n, low, high] of decisions, and where it was lost."""
    steps = compute_step_values(trajectory, places) if places else []
    values = [
        [step.turn, step.after.value, step.after.n, *step.after.interval] for step in steps if step.after.interval
    ]
    return {"values": values, "loss": find_loss(trajectory, places)}


def _grade_to_dict(grade: Grade) -> dict[str, Any]:
    checks = {
        "communicate": grade.communicate,
        "action": grade.actions,
        "env_assertion": grade.assertions,
        "nl_assertion": grade.judged,
    }
    rows = {name: [[check.what, check.met, check.why] for check in group] for name, group in checks.items() if group}
    return {"components": grade.components, "checks": rows, "note": grade.note}


def _explanation_to_dict(explanation: Explanation) -> dict[str, Any]:
    rows = [[field.path, _to_text(field.gold), _to_text(field.actual)] for field in explanation.differences]
    return {**explanation._asdict(), "differences": rows}


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _list_faults(turn: Turn, trajectory: Trajectory) -> list[str]:
    return [fault_line(fault) for fault in trajectory.customer_faults or () if fault.turn == turn.index]


def _turn_to_dict(turn: Turn, faults: Sequence[str]) -> dict[str, Any]:
    """The turn's values without those that are None. `faults`: lines about the customer's."""
    call = turn.tool_call
    values = {
        "index": turn.index,
        "seat": turn.seat,
        "kind": turn.kind,
        "message": turn.message,
        "thought": turn.thought,
        "reasoning": turn.reasoning,
        "plan": turn.plan,
        "belief": belief_text(turn.belief) if turn.belief is not None else None,
        "code": turn.code,
        "call": call
        and [call.name, call.raw if call.raw is not None else json_text(call.arguments), call_line(call)],
        "observation": turn.observation,
        "error": turn.error or None,
        "dropped": [call_line(dropped) for dropped in turn.dropped] or None,
        "given": turn.given or None,
        "faults": faults or None,
        "cost": _cost_fields(turn.calls) if turn.calls else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _cost_fields(calls: Sequence[LlmCall]) -> list[Any]:
    """llm, requests, tokens in and out, USD (None: unpriced), seconds, retries, finish: read by `turns.js`."""
    prices = [call.usd for call in calls]
    return [
        ", ".join(dict.fromkeys(call.llm for call in calls)),
        len(calls),
        sum(call.tokens_in or 0 for call in calls),
        sum(call.tokens_out or 0 for call in calls),
        None if None in prices else sum(price or 0.0 for price in prices),
        sum(call.seconds for call in calls),
        sum(call.retries for call in calls),
        calls[-1].finish,
    ]
