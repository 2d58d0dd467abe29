"""What a person sees of a sweep in the terminal: its grid before it is played, its matrix afterwards.

Text from a run is never read as markup. Not here: a run alone, the bar (`terminal`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tautraj.report.terminal.console import plain
from tautraj.runs.budget import Cost
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Matrix, hats_of
from tautraj.runs.sweep.plan import CellPlan, total_cost

MOST_HATS = 4
"""Columns of pass^k; matrix.csv has them all."""

SHARES = {"first": "", "second": "", "interaction": "both together", "task": "the task", "residual": "the rest"}


def grid(sweep: Sweep, cells: Sequence[CellPlan]) -> None:
    """What would be played and what it may take; nothing is begun."""
    rows = [_plan_row(cell) for cell in cells]
    owed, done = sum(len(cell.plan.owed) for cell in cells), sum(len(cell.plan.rows) for cell in cells)
    rows.append(["in all", f"{owed:,} of {owed + done:,}", *_cost(total_cost(cells))])
    console = Console(soft_wrap=False)
    console.print(_table(sweep.title, ["cell", "episodes owed", "tokens about", "USD about"], rows, 1))
    sources = ", ".join(sorted({cell.estimate.source for cell in cells if cell.estimate.seats}))
    if sources:
        console.print(plain(f"estimated from: {sources}"), soft_wrap=True)
    if same := sweep.combinations - len(cells):
        console.print(f"{same} of the grid's combinations are a cell that is there already.", soft_wrap=True)
    console.print("dry_run: no model was called and nothing was written.", soft_wrap=True)


def matrix(title: str, found: Matrix, look: Mapping[str, str]) -> None:
    """The cells beside each other, what each axis explains, and where to look closer. `look`: as in `terminal`."""
    console = Console(soft_wrap=False)
    shown, who = rows(found), {"agent", "customer", "tasks", *found["axes"]}
    alike = [name for name in shown[0] if name in who and len({row[name] for row in shown}) == 1]
    nothing = [name for name in ("failed", "owed") if all(row[name] == "0" for row in shown)]
    columns = [name for name in shown[0] if name not in (*alike, *nothing)]
    lines = [[row[name] for name in columns] for row in shown]
    console.print(_table(title, columns, lines, len(who & {*columns})))
    if alike:
        console.print(plain(", ".join(f"{name} {shown[0][name]}" for name in alike)), soft_wrap=True)
    if golden := sorted({one["agent_llm"] for one in found["cells"] if one["gold_replayed"]}):
        replays = f"model={', '.join(golden)} replays the task's gold actions"
        console.print(plain(f"{replays}: this checks the pipeline, it is no model's result."), soft_wrap=True)
    for explained in found["variance"]:
        console.print(plain(variance(explained)), soft_wrap=True)
    for name, where in look.items():
        console.print(plain(f"{name + ':':<16} {where}"), soft_wrap=True)


def rows(found: Matrix) -> list[dict[str, str]]:
    """The cells as a reader wants them: who played, then the numbers."""
    told = {"agent_llm", "agent", "customer_llm", "customer", "domain", "split"}
    other = [axis for axis in found["axes"] if axis not in ("model", "user", "user_strategy", *told)]
    return [_row(found, one, other) for one in found["cells"]]


def variance(explained: Mapping[str, Any]) -> str:
    """One pair of axes, in a line."""
    first, second = explained["axes"]
    names = {**SHARES, "first": first, "second": second}
    said = ", ".join(f"{name} {explained[key]:.1%}" for key, name in names.items())
    return f"variance of the reward over {explained['tasks']} tasks graded in every cell: {said}"


def _row(found: Matrix, one: Mapping[str, Any], other: Sequence[str]) -> dict[str, str]:
    shown = {
        "agent": _seat(one["agent_llm"], one["agent"]),
        "customer": _seat(one["customer_llm"], one["customer"]),
        "tasks": f"{one['domain']} {one['split']}",
    }
    shown |= {axis: str(one[f"grid.{axis}"]) for axis in other}
    low, high = one["success_rate_low"], one["success_rate_high"]
    interval = "" if low is None else f" [{100 * low:.0f}, {100 * high:.0f}]"
    shown["success [95 %]"] = _number(one["success_rate"], ".1%") + interval
    for k in [k for k in hats_of(found) if k > 1][:MOST_HATS]:
        shown[f"pass^{k}"] = _number(one[f"pass_hat_{k}"], ".3f")
    shown["turns"] = _number(one["turns_mean"], ".1f")
    shown["USD"] = _number(one["spent_usd"], ".4f")
    shown["done"] = f"{one['episodes']:.0f}"
    shown["failed"], shown["owed"] = f"{one['failed']:.0f}", f"{one['owed']:.0f}"
    return shown


def _seat(llm: str, part: str) -> str:
    return llm if llm == part else f"{llm} · {part}"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _cost(cost: Cost) -> list[str]:
    return [f"{cost.tokens:,.0f}", "unpriced" if cost.usd is None else f"{cost.usd:,.2f}"]


def _plan_row(cell: CellPlan) -> list[str]:
    owed, done = len(cell.plan.owed), len(cell.plan.rows)
    return [cell.title, f"{owed:,} of {owed + done:,}", *_cost(cell.cost)]


def _table(title: str, columns: Sequence[str], lines: Sequence[Sequence[str]], names: int) -> Table:
    """The first so many columns are names, which may be folded; the rest are numbers."""
    table = Table(title=plain(title), title_justify="left")
    for index, column in enumerate(columns):
        name = index < names
        table.add_column(
            plain(column),
            overflow="fold",
            no_wrap=not name,
            justify="left" if name else "right",
            min_width=min(len(column), 20),
        )
    for line in lines:
        table.add_row(*(plain(value) for value in line))
    return table
