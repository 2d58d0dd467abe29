"""A conversation as the page shows it: plain values, every text fit to be seen, packed small.

What many conversations have in common (prompts, tools) is kept once. Not here: which are shown (`entries`), how they
look (`conversation.js`).
"""

import base64
import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.grading.explanation import Explanation
from tautraj.printable import escape_unprintable
from tautraj.report.rendering import active_labels, belief_text, call_line, episode_status, gold_line, json_text
from tautraj.trajectory import Grade, LlmCall, Trajectory, Turn


class Blob(NamedTuple):
    """A packed value and where the page finds it."""

    id: str
    data: str


class ConversationPacker:
    """Conversations packed one after the other; long texts that several have, once."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}

    def pack(self, number: int, trajectory: Trajectory, explanation: Explanation | str | None) -> Iterator[Blob]:
        """`number`: the episode's on the page; `why`: its reward explained, or why it could not be, or no need."""
        texts = {
            "system": trajectory.system_prompt,
            "tools": json_text(trajectory.tools) if trajectory.tools else "",
            "customer": trajectory.user_prompt,
            "customer_tools": json_text(trajectory.user_tools) if trajectory.user_tools else "",
        }
        told = {}
        for name, text in texts.items():
            digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
            if text and digest not in self._numbers:
                self._numbers[digest] = len(self._numbers)
                yield Blob(f"s{self._numbers[digest]}", pack_value(text))
            told[name] = f"s{self._numbers[digest]}" if text else None
        yield Blob(f"c{number}", pack_value({"prompts": told, **conversation_to_dict(trajectory, explanation)}))


def pack_value(value: Any) -> str:
    """As `unpacked` in `dom.js` reads it: base64 of zlib of JSON."""
    text = json.dumps(sanitise(value), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 6)).decode()


def sanitise(value: Any) -> Any:
    """Fit for JSON in a page: control characters to be seen in every text, and no number that JSON does not have."""
    if isinstance(value, str):
        return escape_unprintable(value)
    if isinstance(value, dict):
        return {sanitise(str(key)): sanitise(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitise(item) for item in value]
    return value if not isinstance(value, float) or math.isfinite(value) else str(value)


def conversation_to_dict(trajectory: Trajectory, explanation: Explanation | str | None) -> dict[str, Any]:
    one = trajectory
    told: tuple[str, ...] = (
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
    told += ("agent", "model", "user", "user_strategy", "judge", "scenario", "quarantine", "started", "data_hash")
    return {
        **{name: getattr(one, name) for name in told},
        "status": episode_status(one.reward),
        "ending": one.outcome.kind,
        "detail": one.outcome.detail,
        "grade": _grade_to_dict(one.grade) if one.grade else None,
        "labels": list(active_labels(one.labels, one.reward)),
        "violations": list(one.labels.violations or ()) if one.labels else [],
        "canonical": one.labels.canonical_reward if one.labels else None,
        "usage": {seat: spent.model_dump() for seat, spent in one.usage.items()},
        "versions": one.versions,
        "gold": [gold_line(action) for action in one.privileged.gold_actions],
        "explanation": _explanation_to_dict(explanation) if isinstance(explanation, Explanation) else None,
        "unexplained": explanation if isinstance(explanation, str) else None,
        "turns": [_turn_to_dict(turn) for turn in one.turns],
    }


def _grade_to_dict(grade: Grade) -> dict[str, Any]:
    looked_for = {
        "communicate": grade.communicate,
        "action": grade.actions,
        "env_assertion": grade.assertions,
        "nl_assertion": grade.judged,
    }
    checks = {name: [[check.what, check.met, check.why] for check in found] for name, found in looked_for.items()}
    return {"components": grade.components, "checks": {k: v for k, v in checks.items() if v}, "note": grade.note}


def _explanation_to_dict(explanation: Explanation) -> dict[str, Any]:
    rows = [[one.path, _to_text(one.gold), _to_text(one.actual)] for one in explanation.differences]
    return {**explanation._asdict(), "differences": rows}


def _to_text(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _turn_to_dict(turn: Turn) -> dict[str, Any]:
    """What there is of it."""
    call = turn.tool_call
    told = {
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
        "dropped": [call_line(one) for one in turn.dropped] or None,
        "given": turn.given or None,
        "cost": _cost_fields(turn.calls) if turn.calls else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _cost_fields(calls: Sequence[LlmCall]) -> list[Any]:
    """llm, requests, tokens in and out, USD (None: unpriced), seconds, retries, finish."""
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
