"""Filters over candidates, and the funnel of how many each of them dropped. Pure.

Not here: what may not be trained on (`export.contamination.guard`).
"""

import functools
import math
import operator
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tautraj.export.request import Choice
from tautraj.export.selection.candidates import Candidate
from tautraj.export.similarity import estimate_similarity

SORT_KEYS: dict[str, Callable[[Candidate], float]] = {
    "fewest_turns": lambda candidate: candidate.turns,
    "cheapest": lambda candidate: math.inf if candidate.usd is None else candidate.usd,
}


class FunnelStep(NamedTuple):
    """One filter: why it dropped candidates, how many, and how many were left."""

    reason: str
    dropped: int
    left: int


def apply_filters(candidates: Sequence[Candidate], choice: Choice) -> tuple[list[Candidate], list[FunnelStep]]:
    """The candidates that pass, in a fixed order, and the funnel."""
    left, funnel = (
        sorted(candidates, key=lambda candidate: (candidate.task_id, candidate.run, candidate.trial, candidate.id)),
        [],
    )
    for reason, apply in _iter_filters(choice):
        before, left = len(left), apply(left)
        funnel.append(FunnelStep(reason, before - len(left), len(left)))
    return left, funnel


UNUSABLE_FAILURE_LABELS = (
    "gold_known_bad",
    "inaction_passes",
    "customer_contradicted",
    "customer_invented",
    "customer_stopped_early",
    "customer_at_fault",
)
"""Labels of failures that are not, or not clearly, the agent's."""


def may_be_rejected(candidate: Candidate, choice: Choice) -> bool:
    """Whether a failed episode of the same task may be used as the rejected side of a pair, given the filters."""
    other_model = choice.models is not None and candidate.model not in choice.models
    limits = ((name, getattr(choice, name)) for name in ("turns", "tokens", "usd"))
    if other_model or not all(most is None or _is_within_limit(name, most, candidate) for name, most in limits):
        return False
    named = [name for name in UNUSABLE_FAILURE_LABELS if name in choice.without]
    return not named or (candidate.labels is not None and all(_is_without(name, candidate) for name in named))


def _iter_filters(choice: Choice) -> Iterator[tuple[str, Callable[[list[Candidate]], list[Candidate]]]]:
    def keep_if(test: Callable[[Candidate], bool]) -> Callable[[list[Candidate]], list[Candidate]]:
        return lambda candidates: [candidate for candidate in candidates if test(candidate)]

    if (least := choice.reward) is not None:
        yield (
            f"reward under {least:g}, or none",
            keep_if(lambda candidate: candidate.reward is not None and candidate.reward >= least),
        )
    if choice.without:
        yield "not labelled", keep_if(lambda candidate: candidate.labels is not None)
    for name in choice.without:
        yield name, keep_if(functools.partial(_is_without, name))
    for name in ("turns", "tokens", "usd"):
        if (most := getattr(choice, name)) is not None:
            yield f"{name} over {most}", keep_if(functools.partial(_is_within_limit, name, most))
    if (models := choice.models) is not None:
        yield f"model other than {', '.join(models)}", keep_if(lambda candidate: candidate.model in models)
    for name, wanted in (("family", choice.families), ("difficulty", choice.difficulties)):
        if wanted is not None:
            yield (
                f"{name} other than {', '.join(wanted)}, or none",
                keep_if(functools.partial(_is_among, name, wanted)),
            )
    if (best := choice.best) is not None:
        yield (
            f"(order: {best} first)",
            lambda candidates: sorted(
                candidates, key=lambda candidate: (candidate.task_id, SORT_KEYS[best](candidate))
            ),
        )
    if (limit := choice.similar) is not None:
        yield (
            f"at least {limit:.0%} like another of its task",
            lambda candidates: list(_drop_similar(candidates, limit)),
        )
    if (most_of_a_task := choice.per_task) is not None:
        yield (
            f"more than {most_of_a_task} of a task",
            lambda candidates: _cap_groups(candidates, most_of_a_task, operator.attrgetter("task_key")),
        )
    if choice.balance is not None:
        group_key = operator.attrgetter("task_key" if choice.balance == "task" else "operations")
        yield f"more than of the rarest {choice.balance}", lambda candidates: _balance_groups(candidates, group_key)


def _is_without(label: str, candidate: Candidate) -> bool:
    return not getattr(candidate.labels, label)


def _is_within_limit(name: str, limit: float, candidate: Candidate) -> bool:
    value = getattr(candidate, name)
    return value is not None and value <= limit


def _is_among(name: str, wanted: Collection[str], candidate: Candidate) -> bool:
    return candidate.origin is not None and getattr(candidate.origin, name) in wanted


def _drop_similar(candidates: Iterable[Candidate], limit: float) -> Iterator[Candidate]:
    kept: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        others = kept[candidate.task_key]
        if all(estimate_similarity(candidate.sketch, other.sketch) < limit for other in others):
            others.append(candidate)
            yield candidate


def _cap_groups(
    candidates: Iterable[Candidate], limit: int, group_key: Callable[[Candidate], tuple[str, ...]]
) -> list[Candidate]:
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for candidate in candidates:
        seen[group_key(candidate)] += 1
        if seen[group_key(candidate)] <= limit:
            kept.append(candidate)
    return kept


def _balance_groups(
    candidates: Sequence[Candidate], group_key: Callable[[Candidate], tuple[str, ...]]
) -> list[Candidate]:
    counts = Counter(map(group_key, candidates))
    return _cap_groups(candidates, min(counts.values(), default=0), group_key)
