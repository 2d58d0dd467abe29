"""What a world consists of, in numbers."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tautraj.synthesis.diversity import SAMPLE_SIZE, measure_distinct
from tautraj.synthesis.paraphrase.rounds import ParaphraseSummary
from tautraj.synthesis.parts import Part, Proved
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.text import write_text


class Selection(NamedTuple):
    """What is taken of the proved tasks."""

    kept: list[Proved]
    set_aside: Counter[str]
    """Reason -> how many of the others."""


class World(NamedTuple):
    """What was made."""

    folder: Path
    families: dict[str, int]
    operations: dict[int, int]
    """Number of writes -> tasks."""
    difficulty: dict[str, int]
    rejected: dict[str, int]
    """Check -> drafts that did not pass it; "family" for those whose customer it did not fit."""
    set_aside: dict[str, int]
    """Reason of `card.SET_ASIDE` -> tasks that were proved and are not in the world."""
    distinct: float | None
    """Entity-masked distinct-3 over 114 tasks; None where there are fewer."""
    cosine: float
    """Largest with any official task."""
    splits: dict[str, int]
    near: int | None = None
    """Tasks that differ from an official test task by one part; None where tasks are compared by their texts."""
    paraphrases: ParaphraseSummary | None = None
    """None: no llm rewrote anything."""

    @property
    def closeness(self) -> str:
        """How close the tasks are to official ones."""
        if self.near is None:
            return f"largest cosine {self.cosine:.2f}; the limit is 0.60"
        return f"{self.near} one fault away from a test task, none the same"


def is_refusal(proved: Proved) -> bool:
    """Whether doing nothing passes the task."""
    return bool(proved.checks["V7"]["nothing"])


def count_operations(proved: Proved) -> int:
    """Writes; where the customer has a part in them, whatever is wrong or asked for."""
    return len(proved.case.parts) if proved.case else len(proved.goal.writes)


HARD_FAMILIES = {"optimisation", "conditional", "change_of_mind", "pressure", "lookup"}


def rate_difficulty(proved: Proved) -> str:
    """easy, medium or hard: a point per write and per question, one more for each request of a hard family."""
    goal = proved.goal
    points = len(proved.case.parts) if proved.case else len(goal.writes) + len(goal.tells)
    points += sum(request.family in HARD_FAMILIES for request in goal.requests)
    return "easy" if points <= 1 else "medium" if points <= 3 else "hard"


def summarise(
    request: SynthesisRequest,
    parts: Sequence[Part],
    selection: Selection,
    chosen: Sequence[Proved],
    splits: dict[str, list[str]],
) -> World:
    """`chosen`: the tasks of the world, some of those that were selected, perhaps in an llm's words."""
    rejected: Counter[str] = Counter()
    for part in parts:
        rejected.update(part.rejected)
    set_aside = selection.set_aside + Counter({"surplus": len(selection.kept) - len(chosen)})
    texts = [write_text(task.goal).reason_for_call for task in chosen]
    cases = [task.case for task in chosen if task.case]
    return World(
        request.folder,
        dict(sorted(Counter(task.family for task in chosen).items())),
        dict(sorted(Counter(map(count_operations, chosen)).items())),
        dict(sorted(Counter(map(rate_difficulty, chosen)).items())),
        dict(sorted(rejected.items())),
        dict(sorted(set_aside.items())),
        round(measure_distinct(texts), 3) if len(texts) >= SAMPLE_SIZE else None,
        max(task.checks["V10"] for task in chosen),
        {name: len(ids) for name, ids in splits.items()},
        near=sum(case.near is not None for case in cases) if cases else None,
    )
