"""The page's plots, by matplotlib: success by task, by operation and by run, turns, cost, endings.

Text stays text; colours come from the page's style. Not here: a figure as SVG (`report.html.svg`).
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from tautraj.printable import escape_unprintable
from tautraj.report.episode_rows import EpisodeRow
from tautraj.report.html.svg import COLOURS, inline_svg
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


Bar = tuple[str, int, int]
"""Name, passed, graded."""


def draw_plots(episodes: Sequence[EpisodeRow], run_names: Sequence[str], domains: Sequence[str]) -> list[Plot]:
    """The plots that have data. `run_names`, `domains`: one for each run directory."""
    import matplotlib

    plots = [_plot_by_run(episodes, run_names), _plot_by_task(episodes, domains), _plot_by_operation(episodes)]
    plots += [_plot_turns(episodes), _plot_cost(episodes), _plot_endings(episodes)]
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "tautraj", "font.size": 9, "text.parse_math": False}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser has fonts that matplotlib lacks
        return [drawn for draw in plots if draw is not None for drawn in draw()]


Draw = Callable[[], Iterator[Plot]] | None


def _plot_by_run(episodes: Sequence[EpisodeRow], run_names: Sequence[str]) -> Draw:
    if len(run_names) < 2:
        return None
    bars = _count_bars(episodes, lambda episode: [run_names[episode.run]])
    return lambda: _draw_rates("Success by cell", "", [bar for bar in bars if bar[2]], wide=True)


def _plot_by_operation(episodes: Sequence[EpisodeRow]) -> Draw:
    bars = _count_bars(episodes, lambda episode: episode.operations)
    return lambda: _draw_rates("Success by operation", "What the task's gold actions write", bars, wide=False)


def _plot_by_task(episodes: Sequence[EpisodeRow], domains: Sequence[str]) -> Draw:
    several = len(set(domains)) > 1  # domains use the same task ids

    def name_task(episode: EpisodeRow) -> list[str]:
        return [f"{domains[episode.run]} {episode.task_id}" if several else episode.task_id]

    bars = sorted(_count_bars(episodes, name_task), key=lambda bar: bar[1] / bar[2])

    def draw() -> Iterator[Plot]:
        if not bars:
            return
        figure, axes = _new_figure(WIDE, 1.6)
        positions = range(len(bars))
        axes.bar(positions, [passed / graded for _, passed, graded in bars], color=COLOURS["passed"], width=0.8)
        axes.bar(positions, [-0.03] * len(bars), color=COLOURS["line"], width=0.8)
        axes.set(ylim=(-0.03, 1), yticks=[0, 0.5, 1], yticklabels=["0", "50 %", "100 %"], xticks=[])
        axes.margins(x=0.01)
        if len(bars) <= MOST_TASK_LABELS:
            axes.set_xticks(positions, [_shorten(name, 14) for name, _, _ in bars], rotation=90, fontsize=7)
        perfect = sum(passed == graded for _, passed, graded in bars)
        never = sum(passed == 0 for _, passed, _ in bars)
        note = f"{len(bars):,} tasks, hardest first: {never:,} never passed, {perfect:,} always"
        yield Plot("Success by task", note, True, inline_svg(figure, "tasks"))

    return draw


def _plot_turns(episodes: Sequence[EpisodeRow]) -> Draw:
    return lambda: _draw_histogram("Turns", "Of a conversation", episodes, lambda episode: episode.turns)


def _plot_cost(episodes: Sequence[EpisodeRow]) -> Draw:
    priced = [episode for episode in episodes if episode.usd is not None and episode.tokens]
    if priced:
        note = "USD of a conversation, all seats"
        return lambda: _draw_histogram("Cost", note, priced, lambda episode: episode.usd or 0.0)
    unpriced = [episode for episode in episodes if episode.tokens]
    if unpriced:
        note = "Of a conversation, all seats; no price is known"
        return lambda: _draw_histogram("Tokens", note, unpriced, lambda episode: episode.tokens)
    return None


def _plot_endings(episodes: Sequence[EpisodeRow]) -> Draw:
    counts = Counter(episode.ending for episode in episodes)
    by_status = Counter((episode.ending, episode.status) for episode in episodes)

    def draw() -> Iterator[Plot]:
        if not counts:
            return
        names = [name for name, _ in counts.most_common()]
        figure, axes = _new_figure(NARROW, 0.5 + 0.26 * len(names))
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
    largest = sorted(bars, key=lambda bar: -bar[2])[:MOST_BARS]
    figure, axes = _new_figure(WIDE if wide else NARROW, 0.5 + 0.26 * len(largest))
    rates = [passed / graded for _, passed, graded in largest]
    axes.barh(range(len(largest)), rates, color=COLOURS["passed"], height=0.7)
    names = [_shorten(name, 48 if wide else 32) for name, _, _ in largest]
    _label_bars(axes, names, [1.0] * len(largest), [f"{passed}/{graded}" for _, passed, graded in largest])
    axes.set(xlim=(0, 1.18), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
    left_out = f" ({len(largest)} of {len(bars):,} shown)" if len(largest) < len(bars) else ""
    yield Plot(title, note + left_out, wide, inline_svg(figure, title.rsplit(maxsplit=1)[-1]))


def _draw_histogram(
    title: str, note: str, episodes: Sequence[EpisodeRow], value_of: Callable[[EpisodeRow], float]
) -> Iterator[Plot]:
    if not episodes:
        return
    figure, axes = _new_figure(NARROW, 1.7)
    values = [[value_of(episode) for episode in episodes if episode.status == status] for status in STATUSES]
    colours = [COLOURS[status] for status in STATUSES]
    axes.hist(values, bins=_bins(episodes, value_of), stacked=True, color=colours)
    axes.locator_params(axis="both", nbins=4)
    yield Plot(title, note, False, inline_svg(figure, title))


def _bins(episodes: Sequence[EpisodeRow], value_of: Callable[[EpisodeRow], float]) -> Any:
    """Edges or number of bins: for whole numbers a bin is a whole number wide."""
    values = [value_of(episode) for episode in episodes]
    low, high = min(values), max(values)
    if all(isinstance(value, int) for value in values):
        step = max(1, -(-int(high - low + 1) // 24))
        return [edge - 0.5 for edge in range(int(low), int(high) + step + 1, step)]
    return 24


def _count_bars(episodes: Sequence[EpisodeRow], names: Callable[[EpisodeRow], Sequence[str]]) -> list[Bar]:
    """A bar for each name. `names`: the names that an episode counts for."""
    passed, graded = Counter[str](), Counter[str]()
    for episode in episodes:
        if episode.status != "ungraded":
            graded.update(names(episode))
            passed.update(names(episode) if episode.status == "passed" else ())
    return [(name, passed[name], graded[name]) for name in graded]


def _label_bars(axes: Any, names: Sequence[str], ends: Sequence[float], values: Sequence[str]) -> None:
    """Label horizontal bars with `names` on the left and `values` at their ends."""
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.invert_yaxis()
    gap = 0.03 * max(ends)
    for position, (end, text) in enumerate(zip(ends, values, strict=True)):
        axes.text(end + gap, position, text, va="center", fontsize=8, color=COLOURS["muted"])
    axes.set(xticks=[], xlim=(0, 1.22 * max(ends)))


def _new_figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    figure.patch.set_visible(False)
    axes.patch.set_visible(False)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(side == "bottom")
        axes.spines[side].set_color(COLOURS["line"])
    axes.tick_params(left=False, bottom=False, labelcolor=COLOURS["muted"])
    return figure, axes


def _shorten(text: str, most: int) -> str:
    text = " ".join(escape_unprintable(text).split())
    return text if len(text) <= most else text[: most - 1] + "…"
