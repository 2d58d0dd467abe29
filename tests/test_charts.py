"""Axes that fit their data: whole numbers, a single value, costs of 0."""

from collections.abc import Sequence

import pytest

from tautraj import charts


def histogram(values: Sequence[float]) -> tuple[list[str], list[str], list[float]]:
    """The labels of both axes, and the heights of the bars that are not empty."""
    figure, [axes] = charts.new_figure(3, 2)
    charts.draw_histogram(axes, [values], [charts.BAR])
    figure.canvas.draw()
    low, high = axes.get_xlim()
    ticks = [text.get_text() for text in axes.get_xticklabels() if low <= text.get_position()[0] <= high]
    counts = [text.get_text() for text in axes.get_yticklabels()]
    return ticks, counts, [bar.get_height() for bar in axes.patches if bar.get_height()]


@pytest.mark.parametrize(
    ("value", "tick"), [(15, "15"), (1800, "1,800"), (0, "0"), (0.25, "0.25"), (0.0, "0"), (12345.0, "12,345")]
)
def test_equal_values_are_one_bar_with_their_value_under_it(value: float, tick: str) -> None:
    ticks, counts, heights = histogram([value] * 7)
    assert (ticks, heights) == ([tick], [7])
    assert all(count.isdecimal() for count in counts)


def test_whole_numbers_have_bins_and_ticks_at_whole_numbers() -> None:
    assert charts.find_bin_edges([3, 5, 4]) == [2.5, 3.5, 4.5, 5.5]
    ticks, counts, heights = histogram([7, 8, 8, 10])
    assert all(text.isdecimal() for text in (*ticks, *counts))
    assert heights == [1, 2, 1]


def test_many_whole_numbers_have_few_bins() -> None:
    edges = charts.find_bin_edges(list(range(1000, 2000)))
    assert len(edges) - 1 <= charts.MOST_BINS
    assert {b - a for a, b in zip(edges, edges[1:], strict=False)} == {42}
    assert edges[0] == 999.5
    assert edges[-1] >= 1999.5


@pytest.mark.parametrize("values", [[1e-9, 2e-9], [0.0, 1e-300], [1.8e3 + 1e-7, 1.8e3]])
def test_numbers_side_by_side_have_no_offset(values: list[float]) -> None:
    ticks, _, heights = histogram(values)
    assert sum(heights) == 2
    assert not any("+" in tick for tick in ticks)
