"""The page's plots, by matplotlib: success by task, by operation and by run, turns, cost, endings.

Text stays text; colours come from the page's style. Not here: a figure as SVG (`report.html.svg`).
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from tautraj import charts
from tautraj.charts import COLOURS
from tautraj.printable import escape_unprintable
from tautraj.report.bars import Bar, count_bars, name_task
from tautraj.report.episode_rows import EpisodeRow
from tautraj.report.html.svg import inline_svg
from tautraj.report.rendering import Status

STATUSES: tuple[Status, ...] = ("passed", "failed", "ungraded")

WIDE, NARROW = 11.6, 3.1
"""Widths of a figure in inches."""

MOST_TASK_LABELS = 60
"""Tasks, at most, whose names fit under their bars."""

MOST_BARS = 24
"""Horizontal bars of a plot, at most."""


class Plot(NamedTuple):
    title: str
    note: str
    wide: bool
    svg: Markup


def draw_plots(episodes: Sequence[EpisodeRow], run_names: Sequence[str], domains: Sequence[str]) -> list[Plot]:
    """The plots that have data. `run_names`, `domains`: one for each run directory."""
    import matplotlib

    plots = [_plot_by_run(episodes, run_names, domains), _plot_by_task(episodes, domains)]
    plots += [_plot_by_operation(episodes, domains)]
    plots += [_plot_turns(episodes), _plot_cost(episodes), _plot_endings(episodes)]
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "tautraj", "font.size": 9, "text.parse_math": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser has fonts that matplotlib lacks
        return [drawn for draw in plots if draw is not None for drawn in draw()]


Draw = Callable[[], Iterator[Plot]] | None


def _plot_by_run(episodes: Sequence[EpisodeRow], run_names: Sequence[str], domains: Sequence[str]) -> Draw:
    if len(run_names) < 2:
        return None
    bars = count_bars(episodes, lambda episode: [run_names[episode.run]], domains)
    return lambda: _draw_rates("Success by cell", "All graded episodes", bars, wide=True)


def _plot_by_operation(episodes: Sequence[EpisodeRow], domains: Sequence[str]) -> Draw:
    bars = count_bars(episodes, lambda episode: episode.operations, domains)
    return lambda: _draw_rates("Success by operation", "What gold writes", bars, wide=False)


def _plot_by_task(episodes: Sequence[EpisodeRow], domains: Sequence[str]) -> Draw:
    bars = count_bars(episodes, lambda episode: [name_task(episode, domains)], domains)
    bars.sort(key=lambda bar: bar.rate)

    def draw() -> Iterator[Plot]:
        if not bars:
            return
        figure, [axes] = charts.new_figure(WIDE, 1.6)
        positions = range(len(bars))
        axes.bar(positions, [bar.rate for bar in bars], color=COLOURS["passed"], width=0.8)
        axes.bar(positions, [-0.03] * len(bars), color=COLOURS["line"], width=0.8)
        axes.set(ylim=(-0.03, 1), yticks=[0, 0.5, 1], yticklabels=["0", "50 %", "100 %"], xticks=[])
        axes.set_xlim(-0.6, max(len(bars), 12) - 0.4)  # few bars stay slim
        if len(bars) <= MOST_TASK_LABELS:
            axes.set_xticks(
                positions, [_shorten(bar.name, 14) for bar in bars], rotation=90 if len(bars) > 24 else 0, fontsize=7
            )
        perfect = sum(bar.rate == 1 for bar in bars)
        never = sum(bar.passed == 0 for bar in bars)
        note = f"{len(bars):,} tasks, hardest first: {never:,} never passed, {perfect:,} always"
        yield Plot("Success by task", note, True, inline_svg(figure, "tasks"))

    return draw


def _plot_turns(episodes: Sequence[EpisodeRow]) -> Draw:
    return lambda: _draw_histogram("Turns", "Of a conversation", episodes, lambda episode: episode.turns)


def _plot_cost(episodes: Sequence[EpisodeRow]) -> Draw:
    priced = [episode for episode in episodes if episode.usd is not None and episode.tokens]
    if any(episode.usd for episode in priced):
        note = "USD of a conversation, all seats"
        return lambda: _draw_histogram("Cost", note, priced, lambda episode: episode.usd or 0.0)
    if counted := [episode for episode in episodes if episode.tokens]:
        note = "Of a conversation, all seats; " + ("they cost nothing" if priced else "no price is known")
        return lambda: _draw_histogram("Tokens", note, counted, lambda episode: episode.tokens)
    return None


def _plot_endings(episodes: Sequence[EpisodeRow]) -> Draw:
    counts = Counter(episode.ending for episode in episodes)
    by_status = Counter((episode.ending, episode.status) for episode in episodes)

    def draw() -> Iterator[Plot]:
        if not counts:
            return
        names = [name for name, _ in counts.most_common()]
        figure, [axes] = charts.new_figure(NARROW, 0.5 + 0.26 * len(names))
        left = [0] * len(names)
        for status in STATUSES:
            widths = [by_status[name, status] for name in names]
            axes.barh(range(len(names)), widths, left=left, color=COLOURS[status], height=0.7)
            left = [a + b for a, b in zip(left, widths, strict=True)]
        _label_bars(axes, [name.replace("_", " ") for name in names], left, [f"{counts[name]:,}" for name in names])
        yield Plot("Endings", "How conversations ended", False, inline_svg(figure, "endings"))

    return draw


def _draw_rates(title: str, note: str, bars: Sequence[Bar], *, wide: bool) -> Iterator[Plot]:
    if not bars:
        return
    largest = sorted(bars, key=lambda bar: -bar.graded)[:MOST_BARS]
    figure, [axes] = charts.new_figure(WIDE if wide else NARROW, 0.5 + 0.26 * len(largest))
    charts.draw_rates(axes, [bar.rate for bar in largest], [bar.interval for bar in largest])
    names = [_shorten(bar.name, 96 if wide else 32) for bar in largest]
    _label_bars(axes, names, [1.0] * len(largest), [f"{bar.passed}/{bar.graded}" for bar in largest])
    axes.set(xlim=(0, 1.1 if wide else 1.3), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
    left_out = f" ({len(largest)} of {len(bars):,} shown)" if len(largest) < len(bars) else ""
    yield Plot(
        title,
        f"{note}; the line is the 95 % interval{left_out}",
        wide,
        inline_svg(figure, title.rsplit(maxsplit=1)[-1]),
    )


def _draw_histogram(
    title: str, note: str, episodes: Sequence[EpisodeRow], value_of: Callable[[EpisodeRow], float]
) -> Iterator[Plot]:
    if not episodes:
        return
    figure, [axes] = charts.new_figure(NARROW, 1.7)
    values = [[value_of(episode) for episode in episodes if episode.status == status] for status in STATUSES]
    charts.draw_histogram(axes, values, [COLOURS[status] for status in STATUSES])
    yield Plot(title, note, False, inline_svg(figure, title))


def _label_bars(axes: Any, names: Sequence[str], ends: Sequence[float], values: Sequence[str]) -> None:
    """Label horizontal bars with `names` on the left and `values` at their ends."""
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.invert_yaxis()
    gap = 0.03 * max(ends)
    for position, (end, text) in enumerate(zip(ends, values, strict=True)):
        axes.text(end + gap, position, text, va="center", fontsize=8, color=COLOURS["muted"])
    axes.set(xticks=[], xlim=(0, 1.22 * max(ends)))


def _shorten(text: str, most: int) -> str:
    """`text` on one line of at most `most` characters; the middle is left out, since names differ at either end."""
    line = " ".join(escape_unprintable(text).split())
    half = (most - 1) // 2
    return line if len(line) <= most else f"{line[:half]}…{line[-half:]}"
