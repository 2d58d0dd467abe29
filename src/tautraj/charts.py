"""The look of this project's charts, and axes that fit their data: whole numbers, a single value, no data.

Not here: the report's charts (`report.html.plots`), those of a dataset's card (`export.output.stats`).
"""

from collections.abc import Sequence
from typing import Any

COLOURS = {
    "passed": "#2f7d4f",
    "failed": "#c2452f",
    "ungraded": "#a8861d",
    "ink": "#1d1d1f",
    "muted": "#63646a",
    "line": "#c9c9c6",
}

BAR = COLOURS["passed"]

TITLE: dict[str, Any] = {"loc": "left", "fontsize": 10, "color": COLOURS["ink"]}
"""Settings of an axes' title."""

MOST_BINS = 24
"""Bins of a histogram, at most; one more where whole numbers do not divide evenly."""


def new_figure(width: float, height: float, columns: int = 1, **settings: Any) -> tuple[Any, list[Any]]:
    """A figure of `width` times `height` inches without a background, and its `columns` axes.

    `settings`: of matplotlib's `subplots`.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.patch.set_visible(False)
    all_axes = list(figure.subplots(1, columns, squeeze=False, **settings)[0])
    for axes in all_axes:
        axes.patch.set_visible(False)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(side == "bottom")
            axes.spines[side].set_color(COLOURS["line"])
        axes.tick_params(left=False, bottom=False, labelcolor=COLOURS["muted"])
    return figure, all_axes


def draw_histogram(axes: Any, groups: Sequence[Sequence[float]], colours: Sequence[str]) -> None:
    """A stacked histogram of `groups`, which together must not be empty.

    Whole numbers have bins a whole number wide and ticks at whole numbers; a single value has one bar with its tick.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    values = [value for group in groups for value in group]
    whole = all(isinstance(value, int) for value in values)
    axes.hist(groups, bins=find_bin_edges(values), stacked=True, color=colours)
    set_whole_ticks(axes.yaxis)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))
    if min(values) == max(values):
        centre, width = values[0], abs(values[0]) or 1.0
        axes.set(xticks=[centre], xlim=(centre - (4 if whole else width), centre + (4 if whole else width)))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=whole))


def set_whole_ticks(axis: Any) -> None:
    """Some four ticks at whole numbers, with commas for thousands."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(4, integer=True))
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_number(value)))


def find_bin_edges(values: Sequence[float]) -> list[float]:
    """Edges of at most `MOST_BINS` equal bins; those of whole numbers lie between whole numbers."""
    low, high = min(values), max(values)
    if all(isinstance(value, int) for value in values):
        step = max(1, -(-int(high - low + 1) // MOST_BINS))
        return [edge - 0.5 for edge in range(int(low), int(high) + step + 1, step)]
    if low == high:
        half = 0.05 * abs(low) or 0.05
        return [low - half, low + half]
    return [low + (high - low) * index / MOST_BINS for index in range(MOST_BINS + 1)]


def format_number(value: float) -> str:
    """12345 -> 12,345; 0.00012 -> 0.00012"""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.6g}"


def draw_rates(axes: Any, rates: Sequence[float], intervals: Sequence[tuple[float, float]] = ()) -> None:
    """Horizontal bars from 0 to 1, each with its interval as a line if there are `intervals`."""
    axes.barh(range(len(rates)), rates, color=COLOURS["passed"], height=0.7)
    for position, interval in enumerate(intervals):
        axes.hlines(position, *interval, color=COLOURS["ink"], linewidth=1.2)
    axes.set(xlim=(0, 1), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
