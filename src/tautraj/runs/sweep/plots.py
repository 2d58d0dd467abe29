"""A sweep's matrix as two figures: how its cells succeed, and how often again and again.

Not here: what the numbers are (`matrix`), where they are kept (`parent`).
"""

from typing import TYPE_CHECKING

from tautraj.runs.sweep.matrix import Matrix, list_ks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_LABEL_CHARS = 60
"""Of a cell's name; a legend has no room for more."""


def plot_success_by_cell(matrix: Matrix) -> "Figure":
    """Success rate of each cell, with its interval; those where nothing was graded stay empty."""
    from matplotlib.figure import Figure

    cells = matrix["cells"]
    figure = Figure(figsize=(8, 1.2 + 0.35 * len(cells)), layout="constrained")
    axes = figure.subplots()
    for at, one in enumerate(cells):
        rate = one["success_rate"]
        if rate is not None:
            error = [[rate - one["success_rate_low"]], [one["success_rate_high"] - rate]]
            axes.errorbar(rate, at, xerr=error, fmt="o", capsize=3)
    axes.set(xlabel="success rate, 95 % interval", xlim=(-0.02, 1.02), yticks=range(len(cells)))
    axes.set_yticklabels([_label_cell(matrix, one) for one in cells], parse_math=False)
    axes.invert_yaxis()
    return figure


def plot_pass_hat_k(matrix: Matrix) -> "Figure":
    """pass^k of each cell against k."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for one in matrix["cells"]:
        told = [(k, one[f"pass_hat_{k}"]) for k in list_ks(matrix) if one[f"pass_hat_{k}"] is not None]
        if told:
            axes.plot(*zip(*told, strict=True), marker="o", label=_label_cell(matrix, one).replace("$", "\\$"))
    axes.set(xlabel="k", ylabel="pass^k: all of k trials succeed", ylim=(-0.02, 1.02), xticks=list_ks(matrix))
    if axes.lines:
        figure.legend(fontsize="small", loc="outside lower center")
    return figure


def _label_cell(matrix: Matrix, cell: dict[str, str]) -> str:
    """A cell by its levels."""
    return " ".join(f"{axis}={cell[f'grid.{axis}']}" for axis in matrix["axes"])[:MAX_LABEL_CHARS]
