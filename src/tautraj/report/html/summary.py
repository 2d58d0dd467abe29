"""The page's summary as text: figures, settings, a table of runs, failures.

Not here: how metrics are computed (`metrics`).
"""

from collections.abc import Sequence
from typing import NamedTuple

from tautraj.metrics import Failure, Metrics, select_pass_hats
from tautraj.report.episode_rows import EpisodeRow
from tautraj.report.rendering import describe_seat
from tautraj.report.run_data import LoadedRun
from tautraj.report.run_labels import describe_trials

MOST_FAILURES = 100
"""Failures of one kind that are shown, at most."""


MOST_HATS = 4
"""Values of pass^k in a row, at most."""


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
        unfinished = sum(bool(run.owed) for run in runs)
        note = f"{unfinished:,} not complete" if unfinished else "all complete"
        figures = [Figure("Runs", f"{len(runs):,}", note), *figures]
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
        ("Agent", describe_seat(run.model.name, run.agent.name)),
        ("Customer", describe_seat(run.user.name, run.user_strategy.name)),
        ("Benchmark", benchmark + judge),
        ("Tasks", f"{_count_tasks(loaded.episodes):,}, {describe_trials(run)}"),
        ("Run directory", loaded.store.url),
    ]


class Cell(NamedTuple):
    """A cell of the table of runs."""

    title: str
    text: str
    order: float | str
    """What the column is sorted by."""
    css: str = "number"
    """Class in `page.css`."""


def runs_table(runs: Sequence[LoadedRun], names: Sequence[str]) -> list[list[Cell]]:
    """A row for each run, by its name of `names`; columns in which every row is empty are left out."""
    rows = [_run_row(run, name) for run, name in zip(runs, names, strict=True)]
    used = [index for index in range(len(rows[0])) if any(row[index].text for row in rows)]
    return [[row[index] for index in used] for row in rows]


def _run_row(run: LoadedRun, name: str) -> list[Cell]:
    numbers, failures, note = run.numbers, len(run.failures), "; ".join(run.notes)
    turns = numbers.get("turns_mean", 0.0)
    hats = select_pass_hats(numbers)
    return [
        Cell("Cell", name, name, "name"),
        Cell("Success", _format_rate(numbers), numbers.get("success_rate", -1.0)),
        Cell("pass^k", format_pass_hats(numbers), hats[max(hats)] if hats else -1.0),
        Cell("Episodes", _format_progress(run), len(run.episodes)),
        Cell("Turns", f"{turns:.1f}" if turns else "", turns),
        Cell("Tokens", abbreviate(numbers.get("spent_tokens", 0)), numbers.get("spent_tokens", 0)),
        Cell("Cost", format_cost([run])[0], numbers.get("spent_usd", -1.0)),
        Cell("Not played", f"{failures:,}" if failures else "", failures),
        Cell("Note", note, note, "note"),
        Cell("Directory", run.store.url, run.store.url, "directory"),
    ]


def format_pass_hats(numbers: Metrics) -> str:
    """The first `MOST_HATS` pass^k with k > 1, and the tasks that have k trials: "2: 0.42, 3: 0.31 (40 tasks)"."""
    above_1 = {k: value for k, value in sorted(select_pass_hats(numbers).items()) if k > 1}
    hats = dict(list(above_1.items())[:MOST_HATS])
    if not hats:
        return ""
    tasks = {k: _count_tasks_of(numbers, k) for k in hats}
    if len(set(tasks.values())) == 1:
        return ", ".join(f"{k}: {value:.2f}" for k, value in hats.items()) + f" ({tasks[min(hats)]})"
    return ", ".join(f"{k}: {value:.2f} ({tasks[k]})" for k, value in hats.items())


def _count_tasks_of(numbers: Metrics, k: int) -> str:
    """Tasks with k graded trials: "40 tasks", or "4 of 40 tasks"."""
    tasks, all_tasks = numbers.get(f"pass_hat_{k}_tasks", numbers["tasks"]), numbers["tasks"]
    return f"{tasks:.0f} tasks" if tasks == all_tasks else f"{tasks:.0f} of {all_tasks:.0f} tasks"


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
    hats = {k: value for k, value in sorted(select_pass_hats(numbers).items()) if k > 1}
    if hats:
        k = max(hats)
        others = "".join(f", {value:.2f} for {other}" for other, value in hats.items() if other != k)
        figures.append(Figure(f"pass^{k}", f"{hats[k]:.2f}", f"over {_count_tasks_of(numbers, k)}{others}"))
    return figures


def _format_progress(run: LoadedRun) -> str:
    done = len(run.episodes)
    return f"{done:,} of {done + run.owed:,}" if run.owed else f"{done:,}"


def _format_rate(numbers: Metrics) -> str:
    if "success_rate" not in numbers:
        return "–"
    low, high = numbers["success_rate_low"], numbers["success_rate_high"]
    return f"{numbers['success_rate']:.1%} [{low:.0%}, {high:.0%}]"


def _count_tasks(episodes: Sequence[EpisodeRow]) -> int:
    return len({episode.task_id for episode in episodes})


def _total(all_numbers: Sequence[Metrics], name: str) -> float:
    return sum(numbers.get(name, 0.0) for numbers in all_numbers)
