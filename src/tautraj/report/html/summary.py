"""What stands at the head of the page, in words: figures, what was run, runs side by side, what could not be played.

Not here: how numbers are made (`metrics`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from tautraj.config import Component, Llm
from tautraj.metrics import Failure, Metrics, select_pass_hats
from tautraj.report.episode_rows import EpisodeRow
from tautraj.report.run_data import LoadedRun

MOST_FAILURES = 100
"""Failures shown of a kind."""


class Figure(NamedTuple):
    name: str
    value: str
    note: str


class FailureGroup(NamedTuple):
    """Failures that are alike."""

    name: str
    number: int
    examples: list[tuple[str, Failure]]
    """The first, each with its run directory's name."""


def make_figures(runs: Sequence[LoadedRun], episodes: Sequence[EpisodeRow]) -> list[Figure]:
    """Of the one run, or of all of them together; success is told of a run, and never over several."""
    every = [run.numbers for run in runs]
    counted = [f"{_total(every, name):,.0f} {name}" for name in ("graded", "ungraded") if _total(every, name)]
    if failures := _total(every, "failed"):
        counted.append(f"{failures:,.0f} could not be played")
    found = [Figure("Episodes", f"{len(episodes):,}", ", ".join(counted))]
    if len(runs) == 1:
        found = [*_success_figures(runs[0]), *found]
    else:
        found = [Figure("Runs", f"{len(runs):,}", "one for each cell"), *found]
    tokens, wasted = _total(every, "spent_tokens"), _total(every, "wasted_tokens")
    lost = f"{wasted:,.0f} on failed attempts" if wasted else "of all seats"
    usd = format_cost(runs)
    return [
        *found,
        Figure("Cost", *usd),
        Figure("Tokens", abbreviate(tokens), lost if tokens else "nobody was called"),
    ]


def format_cost(runs: Sequence[LoadedRun]) -> tuple[str, str]:
    """USD in all and for a success, in words."""
    every = [run.numbers for run in runs]
    if not _total(every, "spent_tokens") and all(
        run.run.model.is_offline and run.run.user.is_offline for run in runs
    ):
        return "–", "offline"
    if not all("spent_usd" in numbers for numbers in every):
        return "unpriced", "some calls have no known price"
    each = every[0].get("usd_per_success") if len(every) == 1 else None
    return format_usd(_total(every, "spent_usd")), f"{format_usd(each)} a success" if each else "all attempts"


def list_settings(loaded: LoadedRun) -> list[tuple[str, str]]:
    run = loaded.run
    graded = f", {run.judge.name} judges" if run.judge else ""
    what = f"{run.benchmark.name} {run.domain.name}, split {run.split.name}"
    return [
        ("Agent", _describe_seat(run.model, run.agent)),
        ("Customer", _describe_seat(run.user, run.user_strategy)),
        ("Benchmark", what + graded),
        ("Tasks", f"{_count_tasks(loaded.episodes):,}, {run.trials} {'trial' if run.trials == 1 else 'trials'} each"),
        ("Run directory", loaded.store.url),
    ]


def runs_table(runs: Sequence[LoadedRun]) -> list[dict[str, str]]:
    """A line per run."""
    return [
        {
            "Run": one.name,
            "Agent": _describe_seat(one.run.model, one.run.agent),
            "Customer": _describe_seat(one.run.user, one.run.user_strategy),
            "Tasks": f"{one.run.domain.name} · {one.run.split.name}",
            "Episodes": f"{len(one.episodes):,}",
            "Success": _format_rate(one.numbers),
            "pass^k": ", ".join(f"{k}: {value:.2f}" for k, value in sorted(select_pass_hats(one.numbers).items()))
            or "–",
            "Cost": format_cost([one])[0],
            "Not played": f"{len(one.failures):,}",
        }
        for one in runs
    ]


def group_failures(runs: Sequence[LoadedRun]) -> list[FailureGroup]:
    """What could not be played, the commonest first."""
    by_kind: dict[str, list[tuple[str, Failure]]] = {}
    for run in runs:
        for failure in run.failures:
            by_kind.setdefault(failure.kind, []).append((run.name, failure))
    ordered = sorted(by_kind.items(), key=lambda item: -len(item[1]))
    return [FailureGroup(name, len(found), found[:MOST_FAILURES]) for name, found in ordered]


def format_usd(usd: float) -> str:
    return f"${usd:,.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def abbreviate(number: float) -> str:
    """1234567 -> 1.2 M"""
    for size, unit in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if number >= size:
            return f"{number / (1e3 if unit == ' k' else size):,.1f}{unit}"
    return f"{number:,.0f}"


def _success_figures(loaded: LoadedRun) -> list[Figure]:
    numbers = loaded.numbers
    if "success_rate" not in numbers:
        return [Figure("Success", "–", "nothing was graded")]
    low, high = numbers["success_rate_low"], numbers["success_rate_high"]
    found = [Figure("Success", f"{numbers['success_rate']:.1%}", f"95 %: {low:.0%} to {high:.0%}")]
    hats = [(k, value) for k, value in sorted(select_pass_hats(numbers).items()) if k > 1]
    if hats:
        k, value = hats[-1]
        others = ", ".join(f"{value:.2f} for {k}" for k, value in hats[:-1])
        found.append(Figure(f"pass^{k}", f"{value:.2f}", others or f"all {k} trials of a task"))
    return found


def _describe_seat(llm: Llm, component: Component) -> str:
    return f"{llm.name} (offline)" if llm.is_offline else f"{llm.name}, {component.name}"


def _format_rate(numbers: Metrics) -> str:
    if "success_rate" not in numbers:
        return "–"
    low, high = numbers["success_rate_low"], numbers["success_rate_high"]
    return f"{numbers['success_rate']:.1%} [{low:.0%}, {high:.0%}]"


def _count_tasks(episodes: Sequence[EpisodeRow]) -> int:
    return len({one.task_id for one in episodes})


def _total(all_numbers: Sequence[Metrics], name: str) -> float:
    return sum(numbers.get(name, 0.0) for numbers in all_numbers)
