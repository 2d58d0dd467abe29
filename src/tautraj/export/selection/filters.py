"""Which trajectories become rows, and how many each step left over. Pure.

Not here: what may not be trained on (`guard`).
"""

import functools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from tautraj.export.request import Choice
from tautraj.export.selection.candidates import Candidate
from tautraj.export.similarity import estimate_similarity

SORT_KEYS: dict[str, Callable[[Candidate], float]] = {
    "fewest_turns": lambda one: one.turns,
    "cheapest": lambda one: math.inf if one.usd is None else one.usd,
}


class FunnelStep(NamedTuple):
    reason: str
    dropped: int
    left: int


def apply_filters(candidates: Sequence[Candidate], choice: Choice) -> tuple[list[Candidate], list[FunnelStep]]:
    """Those that are left, in a fixed order, and the funnel."""
    left, funnel = sorted(candidates, key=lambda one: (one.task_id, one.run, one.trial, one.id)), []
    for what, step in _iter_filters(choice):
        before, left = len(left), step(left)
        funnel.append(FunnelStep(what, before - len(left), len(left)))
    return left, funnel


UNUSABLE_FAILURE_LABELS = (
    "gold_known_bad",
    "inaction_passes",
    "customer_contradicted",
    "customer_invented",
    "customer_stopped_early",
)
"""Labels of a failure that is not the agent's, or says nothing of it."""


def may_be_rejected(candidate: Candidate, choice: Choice) -> bool:
    """Whether a failed sibling may stand for what should not be done, by what is wanted of all conversations."""
    unlike = choice.models is not None and candidate.model not in choice.models
    limits = ((name, getattr(choice, name)) for name in ("turns", "tokens", "usd"))
    if unlike or not all(most is None or _is_within_limit(name, most, candidate) for name, most in limits):
        return False
    named = [name for name in UNUSABLE_FAILURE_LABELS if name in choice.without]
    return not named or (candidate.labels is not None and all(_is_without(name, candidate) for name in named))


def _iter_filters(choice: Choice) -> Iterator[tuple[str, Callable[[list[Candidate]], list[Candidate]]]]:
    def keeping(test: Callable[[Candidate], bool]) -> Callable[[list[Candidate]], list[Candidate]]:
        return lambda found: [one for one in found if test(one)]

    if (least := choice.reward) is not None:
        yield f"reward under {least:g}, or none", keeping(lambda one: one.reward is not None and one.reward >= least)
    if choice.without:
        yield "not labelled", keeping(lambda one: one.labels is not None)
    for name in choice.without:
        yield name, keeping(functools.partial(_is_without, name))
    for name in ("turns", "tokens", "usd"):
        if (most := getattr(choice, name)) is not None:
            yield f"{name} over {most}", keeping(functools.partial(_is_within_limit, name, most))
    if (models := choice.models) is not None:
        yield f"model other than {', '.join(models)}", keeping(lambda one: one.model in models)
    if (best := choice.best) is not None:
        yield (
            f"(order: {best} first)",
            lambda found: sorted(found, key=lambda one: (one.task_id, SORT_KEYS[best](one))),
        )
    if (limit := choice.similar) is not None:
        yield f"at least {limit:.0%} like another of its task", lambda found: list(_drop_similar(found, limit))
    if (most_of_a_task := choice.per_task) is not None:
        yield f"more than {most_of_a_task} of a task", lambda found: _cap_groups(found, most_of_a_task, _get_task_key)
    if choice.balance is not None:
        kind = _get_task_key if choice.balance == "task" else _get_operations
        yield f"more than of the rarest {choice.balance}", lambda found: _balance_groups(found, kind)


def _is_without(label: str, candidate: Candidate) -> bool:
    return not getattr(candidate.labels, label)


def _is_within_limit(name: str, limit: float, candidate: Candidate) -> bool:
    value = getattr(candidate, name)
    return value is not None and value <= limit


def _get_task_key(candidate: Candidate) -> tuple[str, ...]:
    return (candidate.benchmark, candidate.domain, candidate.task_id)


def _get_operations(candidate: Candidate) -> tuple[str, ...]:
    return candidate.operations


def _drop_similar(candidates: Iterable[Candidate], limit: float) -> Iterator[Candidate]:
    kept: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for one in candidates:
        if all(estimate_similarity(one.sketch, other.sketch) < limit for other in kept[_get_task_key(one)]):
            kept[_get_task_key(one)].append(one)
            yield one


def _cap_groups(
    candidates: Iterable[Candidate], limit: int, group_key: Callable[[Candidate], tuple[str, ...]]
) -> list[Candidate]:
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for one in candidates:
        seen[group_key(one)] += 1
        if seen[group_key(one)] <= limit:
            kept.append(one)
    return kept


def _balance_groups(
    candidates: Sequence[Candidate], group_key: Callable[[Candidate], tuple[str, ...]]
) -> list[Candidate]:
    counts = Counter(map(group_key, candidates))
    return _cap_groups(candidates, min(counts.values(), default=0), group_key)
