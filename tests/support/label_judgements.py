"""Labels beside a reader's judgement of the same conversation, from `tests/golden/label_judgements.jsonl`.

`expected` was written down from `docs/labels.md` and the domains' policies, by reading. Turns are ["agent", text],
["user", text] and ["call", tool, arguments]; the world answers the calls. Not here: other conversations made by hand
(`conversations`).
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from support import records
from support.conversations import Step, agent, call, opened, user
from tautraj.benchmarks import Benchmark
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.trajectory import Trajectory

JUDGEMENTS = Path(__file__).parents[1] / "golden" / "label_judgements.jsonl"


class Judgement(NamedTuple):
    label: str
    expected: bool
    kind: str
    """What makes the conversation hard, in a few words."""
    domain: str
    task: str
    turns: Sequence[Sequence[Any]]


class Comparison(NamedTuple):
    """One label over all its judgements."""

    label: str
    n: int
    precision: float
    """Share of the conversations with the label that a reader gives it; 1 where none has it. `recall` likewise."""
    recall: float
    disagreements: tuple[Judgement, ...]


def read_judgements() -> list[Judgement]:
    lines = JUDGEMENTS.read_text(encoding="utf-8").splitlines()
    return [Judgement(**json.loads(line)) for line in lines]


def play_judgement(judgement: Judgement, benchmark: Benchmark) -> Trajectory:
    """The conversation in a world of its own, graded and labelled."""
    task = benchmark.get_task(judgement.task)
    world = benchmark.build_world(task)
    turns = list(task.given)
    for step in map(_to_step, judgement.turns):
        turns.append(step(len(turns), world))
    outcome = {"kind": _find_ending(judgement, benchmark), "detail": None}
    trajectory = records.trajectory(
        domain=judgement.domain,
        task_id=judgement.task,
        turns=turns,
        outcome=outcome,
        scenario=task.scenario.text,
        privileged=task.privileged,
    )
    return label_trajectory(grade_trajectory(trajectory, benchmark, None), benchmark)


def compare_labels(judgements: Iterable[Judgement]) -> list[Comparison]:
    """Each label in the order of its first judgement. Opens each domain once."""
    benchmarks: dict[str, Benchmark] = {}
    answers: dict[str, list[tuple[Judgement, bool]]] = {}
    for judgement in judgements:
        if judgement.domain not in benchmarks:
            benchmarks[judgement.domain] = opened(judgement.domain)
        labels = play_judgement(judgement, benchmarks[judgement.domain]).labels
        answers.setdefault(judgement.label, []).append((judgement, bool(getattr(labels, judgement.label))))
    return [_compare(label, of_label) for label, of_label in answers.items()]


def _compare(label: str, answers: Sequence[tuple[Judgement, bool]]) -> Comparison:
    right = sum(judgement.expected and answer for judgement, answer in answers)
    given = sum(answer for _, answer in answers)
    due = sum(judgement.expected for judgement, _ in answers)
    disagreements = tuple(judgement for judgement, answer in answers if judgement.expected != answer)
    return Comparison(label, len(answers), right / given if given else 1.0, right / due, disagreements)


def _to_step(turn: Sequence[Any]) -> Step:
    kind, text, *rest = turn
    return call(text, **rest[0]) if kind == "call" else {"agent": agent, "user": user}[kind](text)


def _find_ending(judgement: Judgement, benchmark: Benchmark) -> str:
    """`max_turns` for a conversation that nobody ended."""
    spoken = " ".join(text for kind, text, *_ in judgement.turns if kind == "user")
    return next((ending for word, ending in benchmark.stop_words.items() if word in spoken), "max_turns")
