"""Two figures of a sweep's matrix: success rate by cell, and pass^k over k.

Not here: the numbers (`runs.sweep.matrix`), writing the figures to MLflow (`tracking.sweep_tracker`).
"""

from typing import TYPE_CHECKING

from tautraj.config.identity import format_cell_title
from tautraj.runs.sweep.matrix import Matrix, list_ks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_LABEL_CHARS = 60
"""Length of a cell's label; a legend has no room for more."""


def plot_success_by_cell(matrix: Matrix) -> "Figure":
    """Success rate of each cell with its 95 % interval; a cell without graded episodes has no point."""
    from matplotlib.figure import Figure

    cells = matrix["cells"]
    figure = Figure(figsize=(8, 1.2 + 0.35 * len(cells)), layout="constrained")
    axes = figure.subplots()
    for index, cell in enumerate(cells):
        rate = cell["success_rate"]
        if rate is not None:
            error = [[rate - cell["success_rate_low"]], [cell["success_rate_high"] - rate]]
            axes.errorbar(rate, index, xerr=error, fmt="o", capsize=3)
    axes.set(xlabel="success rate, 95 % interval", xlim=(-0.02, 1.02), yticks=range(len(cells)))
    axes.set_yticklabels([_label_cell(matrix, cell) for cell in cells], parse_math=False)
    axes.invert_yaxis()
    return figure


def plot_pass_hat_k(matrix: Matrix) -> "Figure":
    """pass^k of each cell against k."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for cell in matrix["cells"]:
        points = [(k, cell[f"pass_hat_{k}"]) for k in list_ks(matrix) if cell[f"pass_hat_{k}"] is not None]
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=_label_cell(matrix, cell).replace("$", "\\$"))
    axes.set(xlabel="k", ylabel="pass^k: all of k trials succeed", ylim=(-0.02, 1.02), xticks=list_ks(matrix))
    if axes.lines:
        figure.legend(fontsize="small", loc="outside lower center")
    return figure


def _label_cell(matrix: Matrix, cell: dict[str, str]) -> str:
    """The cell's title, cut to fit."""
    return format_cell_title({axis: cell[f"grid.{axis}"] for axis in matrix["axes"]})[:MAX_LABEL_CHARS]
