"""Tables of a sweep in the terminal: its grid for a dry run, its matrix at the end.

Text from a run is never read as markup. Not here: tables of a run (`report.terminal.tables`), the progress bar
(`report.terminal.progress_bar`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tautraj.report.rendering import describe_seat
from tautraj.report.terminal.console import print_sentence, safe_text
from tautraj.runs.budget import Cost
from tautraj.runs.sweep.grid import Sweep
from tautraj.runs.sweep.matrix import Matrix, list_ks
from tautraj.runs.sweep.plan import CellPlan, total_cost

MOST_HATS = 4
"""Columns of pass^k; matrix.csv has them all."""

MOST_DIRECTORIES = 30
"""Run directories that are printed; sweep.yaml has them all."""

PASS_HAT = "pass^"

VARIANCE_SHARES = {
    "first": "",
    "second": "",
    "interaction": "both together",
    "task": "the task",
    "residual": "the rest",
}


def print_grid(sweep: Sweep, cells: Sequence[CellPlan]) -> None:
    """Print the episodes that would be played and their estimated cost."""
    rows = [_plan_row(cell) for cell in cells]
    owed, done = sum(len(cell.plan.owed) for cell in cells), sum(len(cell.plan.rows) for cell in cells)
    rows.append(["in all", f"{owed:,} of {owed + done:,}", *_format_cost(total_cost(cells))])
    console = Console(soft_wrap=False)
    console.print(safe_text(sweep.title), soft_wrap=True)
    console.print(_make_table(["cell", "episodes to play", "tokens about", "USD about"], rows, 1))
    sources = ", ".join(sorted({cell.estimate.source for cell in cells if cell.estimate.seats}))
    if sources:
        print_sentence(f"estimated from: {sources}")
    if same := sweep.combination_count - len(cells):
        print_sentence(f"{same} of the grid's combinations repeat another cell.")
    print_sentence("dry_run: no model was called and nothing was written.")


def print_matrix(title: str, matrix: Matrix, links: Mapping[str, str]) -> None:
    """Print the cells, the shares of the variance, and `links` (name -> address, path or command)."""
    console = Console(soft_wrap=False)
    rows, labels = matrix_rows(matrix), {"agent", "customer", "tasks", *matrix["axes"]}
    alike = [name for name in rows[0] if name in labels and len({row[name] for row in rows}) == 1]
    zero = [name for name in ("failed", "to play") if all(row[name] == "0" for row in rows)]
    columns = [name for name in rows[0] if name not in (*alike, *zero)]
    cells = [[row[name] for name in columns] for row in rows]
    console.print(safe_text(title), soft_wrap=True)
    console.print(_make_table(columns, cells, len(labels & {*columns})))
    if alike:
        print_sentence(", ".join(f"{name} {rows[0][name]}" for name in alike))
    if any("(" in row[name] for row in rows for name in columns if name.startswith(PASS_HAT)):
        print_sentence(f"{PASS_HAT}k (3/40): of the 40 tasks, 3 have k trials; it is over these.")
    if golden := sorted({cell["agent_llm"] for cell in matrix["cells"] if cell["gold_replayed"]}):
        replays = f"model={', '.join(golden)} replays the task's gold actions"
        print_sentence(f"{replays}: this checks the pipeline, it is no model's result.")
    if programs := sorted({cell["agent_llm"] for cell in matrix["cells"] if cell["played_by_program"]}):
        program = f"model={', '.join(programs)} is a program that knows no gold actions"
        print_sentence(f"{program}: it is no model's result.")
    for shares in matrix["variance"]:
        print_sentence(format_variance(shares))
    for name, target in links.items():
        console.print(safe_text(f"{name + ':':<16} {target}"), soft_wrap=True)


def print_directories(directories: Mapping[str, str]) -> None:
    """Print the cells' run directories. `directories`: title of a cell -> path or URL."""
    console = Console(soft_wrap=False)
    console.print("run directories, for run=…; the sweep directory stands for all of them:", highlight=False)
    width = max(map(len, directories))
    for title, url in list(directories.items())[:MOST_DIRECTORIES]:
        console.print(safe_text(f"  {title:<{width}}  {url}"), soft_wrap=True)
    if len(directories) > MOST_DIRECTORIES:
        console.print(f"  and {len(directories) - MOST_DIRECTORIES:,} more, listed in sweep.yaml")


def matrix_rows(matrix: Matrix) -> list[dict[str, str]]:
    """A row for each cell, title of a column -> text: the settings, then the numbers."""
    shown = {"agent_llm", "agent", "customer_llm", "customer", "domain", "split"}
    other = [axis for axis in matrix["axes"] if axis not in ("model", "user", "user_strategy", *shown)]
    return [_matrix_row(matrix, cell, other) for cell in matrix["cells"]]


def format_variance(shares: Mapping[str, Any]) -> str:
    """A line about one pair of axes: the shares of the variance."""
    first, second = shares["axes"]
    names = {**VARIANCE_SHARES, "first": first, "second": second}
    listed = ", ".join(f"{name} {shares[key]:.1%}" for key, name in names.items())
    return f"variance of the reward over {shares['tasks']} tasks graded in every cell: {listed}"


def _matrix_row(matrix: Matrix, cell: Mapping[str, Any], axes: Sequence[str]) -> dict[str, str]:
    row = {
        "agent": describe_seat(cell["agent_llm"], cell["agent"]),
        "customer": describe_seat(cell["customer_llm"], cell["customer"]),
        "tasks": f"{cell['domain']} {cell['split']}",
    }
    row |= {axis: str(cell[f"grid.{axis}"]) for axis in axes}
    low, high = cell["success_rate_low"], cell["success_rate_high"]
    interval = "" if low is None else f" [{100 * low:.0f}, {100 * high:.0f}]"
    row["success [95 %]"] = _format_number(cell["success_rate"], ".1%") + interval
    for k in [k for k in list_ks(matrix) if k > 1][:MOST_HATS]:
        row[f"{PASS_HAT}{k}"] = _format_pass_hat(cell, k)
    if "faulty" in cell:
        row["at fault"] = _format_faulty(cell)
    row["turns"] = _format_number(cell["turns_mean"], ".1f")
    row["USD"] = _format_number(cell["spent_usd"], ".4f")
    row["done"] = f"{cell['episodes']:.0f}"
    row["failed"], row["to play"] = f"{cell['failed']:.0f}", f"{cell['owed']:.0f}"
    return row


def _format_faulty(cell: Mapping[str, Any]) -> str:
    """Conversations whose customer was at fault, per 100, and how many were played again for it: 7.5 (3 again)."""
    again = f" ({cell['played_again']:.0f} again)" if cell["played_again"] else ""
    return _format_number(100 * cell["faulty"] / cell["episodes"] if cell["episodes"] else None, ".1f") + again


def _format_pass_hat(cell: Mapping[str, Any], k: int) -> str:
    """pass^k, with the number of its tasks unless all graded ones have k trials: 0.250 (3/40)."""
    tasks, all_tasks = cell[f"pass_hat_{k}_tasks"], cell["tasks"]
    of_some = "" if tasks == all_tasks or tasks is None else f" ({tasks:.0f}/{all_tasks:.0f})"
    return _format_number(cell[f"pass_hat_{k}"], ".3f") + of_some


def _format_number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _format_cost(cost: Cost) -> list[str]:
    return [f"{cost.tokens:,.0f}", "unpriced" if cost.usd is None else f"{cost.usd:,.2f}"]


def _plan_row(cell: CellPlan) -> list[str]:
    owed, done = len(cell.plan.owed), len(cell.plan.rows)
    return [cell.title, f"{owed:,} of {owed + done:,}", *_format_cost(cell.cost)]


def _make_table(columns: Sequence[str], rows: Sequence[Sequence[str]], name_columns: int) -> Table:
    """The first `name_columns` columns are names, which may be folded; numbers are parted at spaces only."""
    table = Table()
    for index, column in enumerate(columns):
        name = index < name_columns
        words = [word for text in (column, *(row[index] for row in rows)) for word in text.split()]
        table.add_column(
            safe_text(column),
            overflow="fold",
            justify="left" if name else "right",
            min_width=min(len(column), 20) if name else max(map(len, words)),
        )
    for row in rows:
        table.add_row(*(safe_text(value) for value in row))
    return table
