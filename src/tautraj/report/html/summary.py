"""The page's summary as text: figures, settings, a table of runs, failures.

Not here: how metrics are computed (`metrics`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from tautraj.config import Component, Llm
from tautraj.metrics import Failure, Metrics, select_pass_hats
from tautraj.report.episode_rows import EpisodeRow
from tautraj.report.run_data import LoadedRun

MOST_FAILURES = 100
"""Failures of one kind that are shown, at most."""


class Figure(NamedTuple):
    name: str
    value: str
    note: str


class FailureGroup(NamedTuple):
    """Failures of one kind."""

    name: str
    number: int
    examples: list[tuple[str, Failure]]
    """The first of them, each with the name of its run directory."""


def make_figures(runs: Sequence[LoadedRun], episodes: Sequence[EpisodeRow]) -> list[Figure]:
    """Figures of one run, or of several together: then without success, which is never averaged over runs."""
    all_numbers = [run.numbers for run in runs]
    counted = [
        f"{_total(all_numbers, name):,.0f} {name}" for name in ("graded", "ungraded") if _total(all_numbers, name)
    ]
    if failures := _total(all_numbers, "failed"):
        counted.append(f"{failures:,.0f} could not be played")
    figures = [Figure("Episodes", f"{len(episodes):,}", ", ".join(counted))]
    if len(runs) == 1:
        figures = [*_success_figures(runs[0]), *figures]
    else:
        figures = [Figure("Runs", f"{len(runs):,}", "one for each cell"), *figures]
    tokens, wasted = _total(all_numbers, "spent_tokens"), _total(all_numbers, "wasted_tokens")
    lost = f"{wasted:,.0f} on failed attempts" if wasted else "of all seats"
    return [
        *figures,
        Figure("Cost", *format_cost(runs)),
        Figure("Tokens", abbreviate(tokens), lost if tokens else "no llm was called"),
    ]


def format_cost(runs: Sequence[LoadedRun]) -> tuple[str, str]:
    """Total USD and a note: USD per success of a single run, or why there is no price."""
    all_numbers = [run.numbers for run in runs]
    if not _total(all_numbers, "spent_tokens") and all(
        run.run.model.is_offline and run.run.user.is_offline for run in runs
    ):
        return "–", "offline"
    if not all("spent_usd" in numbers for numbers in all_numbers):
        return "unpriced", "some calls have no known price"
    per_success = all_numbers[0].get("usd_per_success") if len(all_numbers) == 1 else None
    note = f"{format_usd(per_success)} a success" if per_success else "all attempts"
    return format_usd(_total(all_numbers, "spent_usd")), note


def list_settings(loaded: LoadedRun) -> list[tuple[str, str]]:
    """Names and values of a run's settings."""
    run = loaded.run
    judge = f", judge {run.judge.name}" if run.judge else ""
    benchmark = f"{run.benchmark.name} {run.domain.name}, split {run.split.name}"
    return [
        ("Agent", _describe_seat(run.model, run.agent)),
        ("Customer", _describe_seat(run.user, run.user_strategy)),
        ("Benchmark", benchmark + judge),
        ("Tasks", f"{_count_tasks(loaded.episodes):,}, {run.trials} {'trial' if run.trials == 1 else 'trials'} each"),
        ("Run directory", loaded.store.url),
    ]


def runs_table(runs: Sequence[LoadedRun]) -> list[dict[str, str]]:
    """A row for each run: title of a column -> text."""
    return [
        {
            "Run": run.name,
            "Agent": _describe_seat(run.run.model, run.run.agent),
            "Customer": _describe_seat(run.run.user, run.run.user_strategy),
            "Tasks": f"{run.run.domain.name} · {run.run.split.name}",
            "Episodes": f"{len(run.episodes):,}",
            "Success": _format_rate(run.numbers),
            "pass^k": ", ".join(f"{k}: {value:.2f}" for k, value in sorted(select_pass_hats(run.numbers).items()))
            or "–",
            "Cost": format_cost([run])[0],
            "Not played": f"{len(run.failures):,}",
        }
        for run in runs
    ]


def group_failures(runs: Sequence[LoadedRun]) -> list[FailureGroup]:
    """Failures of the runs by kind, the most frequent first."""
    by_kind: dict[str, list[tuple[str, Failure]]] = {}
    for run in runs:
        for failure in run.failures:
            by_kind.setdefault(failure.kind, []).append((run.name, failure))
    ordered = sorted(by_kind.items(), key=lambda item: -len(item[1]))
    return [FailureGroup(kind, len(failures), failures[:MOST_FAILURES]) for kind, failures in ordered]


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
    figures = [Figure("Success", f"{numbers['success_rate']:.1%}", f"95 %: {low:.0%} to {high:.0%}")]
    hats = [(k, value) for k, value in sorted(select_pass_hats(numbers).items()) if k > 1]
    if hats:
        k, value = hats[-1]
        others = ", ".join(f"{value:.2f} for {k}" for k, value in hats[:-1])
        figures.append(Figure(f"pass^{k}", f"{value:.2f}", others or f"all {k} trials of a task"))
    return figures


def _describe_seat(llm: Llm, component: Component) -> str:
    return f"{llm.name} (offline)" if llm.is_offline else f"{llm.name}, {component.name}"


def _format_rate(numbers: Metrics) -> str:
    if "success_rate" not in numbers:
        return "–"
    low, high = numbers["success_rate_low"], numbers["success_rate_high"]
    return f"{numbers['success_rate']:.1%} [{low:.0%}, {high:.0%}]"


def _count_tasks(episodes: Sequence[EpisodeRow]) -> int:
    return len({episode.task_id for episode in episodes})


def _total(all_numbers: Sequence[Metrics], name: str) -> float:
    return sum(numbers.get(name, 0.0) for numbers in all_numbers)
