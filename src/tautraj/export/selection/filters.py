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
from tautraj.export.similarity import alike

BEST: dict[str, Callable[[Candidate], float]] = {
    "fewest_turns": lambda one: one.turns,
    "cheapest": lambda one: math.inf if one.usd is None else one.usd,
}


class Step(NamedTuple):
    what: str
    dropped: int
    left: int


def chosen(candidates: Sequence[Candidate], choice: Choice) -> tuple[list[Candidate], list[Step]]:
    """Those that are left, in a fixed order, and the funnel."""
    left, funnel = sorted(candidates, key=lambda one: (one.task_id, one.run, one.trial, one.id)), []
    for what, step in _steps(choice):
        before, left = len(left), step(left)
        funnel.append(Step(what, before - len(left), len(left)))
    return left, funnel


SPOILT = ("gold_known_bad", "inaction_passes", "customer_contradicted", "customer_invented", "customer_stopped_early")
"""Labels of a failure that is not the agent's, or says nothing of it."""


def may_be_rejected(one: Candidate, choice: Choice) -> bool:
    """Whether a failed sibling may stand for what should not be done, by what is wanted of all conversations."""
    unlike = choice.models is not None and one.model not in choice.models
    limits = ((name, getattr(choice, name)) for name in ("turns", "tokens", "usd"))
    if unlike or not all(most is None or _within(name, most, one) for name, most in limits):
        return False
    named = [name for name in SPOILT if name in choice.without]
    return not named or (one.labels is not None and all(_lacks(name, one) for name in named))


def _steps(choice: Choice) -> Iterator[tuple[str, Callable[[list[Candidate]], list[Candidate]]]]:
    def keeping(test: Callable[[Candidate], bool]) -> Callable[[list[Candidate]], list[Candidate]]:
        return lambda found: [one for one in found if test(one)]

    if (least := choice.reward) is not None:
        yield f"reward under {least:g}, or none", keeping(lambda one: one.reward is not None and one.reward >= least)
    if choice.without:
        yield "not labelled", keeping(lambda one: one.labels is not None)
    for name in choice.without:
        yield name, keeping(functools.partial(_lacks, name))
    for name in ("turns", "tokens", "usd"):
        if (most := getattr(choice, name)) is not None:
            yield f"{name} over {most}", keeping(functools.partial(_within, name, most))
    if (models := choice.models) is not None:
        yield f"model other than {', '.join(models)}", keeping(lambda one: one.model in models)
    if (best := choice.best) is not None:
        yield f"(order: {best} first)", lambda found: sorted(found, key=lambda one: (one.task_id, BEST[best](one)))
    if (limit := choice.similar) is not None:
        yield f"at least {limit:.0%} like another of its task", lambda found: list(_distinct(found, limit))
    if (most_of_a_task := choice.per_task) is not None:
        yield f"more than {most_of_a_task} of a task", lambda found: _at_most(found, most_of_a_task, _task)
    if choice.balance is not None:
        kind = _task if choice.balance == "task" else _operation
        yield f"more than of the rarest {choice.balance}", lambda found: _balanced(found, kind)


def _lacks(label: str, one: Candidate) -> bool:
    return not getattr(one.labels, label)


def _within(name: str, most: float, one: Candidate) -> bool:
    value = getattr(one, name)
    return value is not None and value <= most


def _task(one: Candidate) -> tuple[str, ...]:
    return (one.benchmark, one.domain, one.task_id)


def _operation(one: Candidate) -> tuple[str, ...]:
    return one.operations


def _distinct(found: Iterable[Candidate], limit: float) -> Iterator[Candidate]:
    kept: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for one in found:
        if all(alike(one.sketch, other.sketch) < limit for other in kept[_task(one)]):
            kept[_task(one)].append(one)
            yield one


def _at_most(found: Iterable[Candidate], most: int, kind: Callable[[Candidate], tuple[str, ...]]) -> list[Candidate]:
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for one in found:
        seen[kind(one)] += 1
        if seen[kind(one)] <= most:
            kept.append(one)
    return kept


def _balanced(found: Sequence[Candidate], kind: Callable[[Candidate], tuple[str, ...]]) -> list[Candidate]:
    counts = Counter(map(kind, found))
    return _at_most(found, min(counts.values(), default=0), kind)
