"""The page's pictures, by matplotlib: success by task, by operation and by run, turns, cost, endings.

Text stays text, colours are the page's own. Not here: how a picture becomes part of the page (`svg`).
"""

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
"""Inches."""

MOST_TASK_LABELS = 60
"""Tasks whose names fit under their bars."""

MOST_BARS = 24
"""Bars one above the other."""


class Plot(NamedTuple):
    title: str
    note: str
    wide: bool
    svg: Markup


Bar = tuple[str, int, int]
"""Name, passed, graded."""


def draw_plots(episodes: Sequence[EpisodeRow], run_names: Sequence[str], domains: Sequence[str]) -> list[Plot]:
    """Those that there is something to show in. `runs`, `domains`: of each run directory."""
    import matplotlib

    made = [_plot_by_run(episodes, run_names), _plot_by_task(episodes, domains), _plot_by_operation(episodes)]
    made += [_plot_turns(episodes), _plot_cost(episodes), _plot_endings(episodes)]
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "tautraj", "font.size": 9, "text.parse_math": False}
    with matplotlib.rc_context(settings):
        return [drawn for plot in made if plot is not None for drawn in plot()]


Draw = Callable[[], Iterator[Plot]] | None


def _plot_by_run(episodes: Sequence[EpisodeRow], run_names: Sequence[str]) -> Draw:
    if len(run_names) < 2:
        return None
    bars = _count_bars(episodes, lambda one: [run_names[one.run]])
    return lambda: _draw_rates("Success by cell", "", [bar for bar in bars if bar[2]], wide=True)


def _plot_by_operation(episodes: Sequence[EpisodeRow]) -> Draw:
    bars = _count_bars(episodes, lambda one: one.operations)
    return lambda: _draw_rates("Success by operation", "What the task's gold actions write", bars, wide=False)


def _plot_by_task(episodes: Sequence[EpisodeRow], domains: Sequence[str]) -> Draw:
    several = len(set(domains)) > 1  # they count their tasks alike
    names = _count_bars(episodes, lambda one: [f"{domains[one.run]} {one.task_id}" if several else one.task_id])
    bars = sorted(names, key=lambda bar: bar[1] / bar[2])

    def draw() -> Iterator[Plot]:
        if not bars:
            return
        figure, axes = _new_figure(WIDE, 1.6)
        places = range(len(bars))
        axes.bar(places, [passed / graded for _, passed, graded in bars], color=COLOURS["passed"], width=0.8)
        axes.bar(places, [-0.03] * len(bars), color=COLOURS["line"], width=0.8)
        axes.set(ylim=(-0.03, 1), yticks=[0, 0.5, 1], yticklabels=["0", "50 %", "100 %"], xticks=[])
        axes.margins(x=0.01)
        if len(bars) <= MOST_TASK_LABELS:
            axes.set_xticks(places, [_shorten(name, 14) for name, _, _ in bars], rotation=90, fontsize=7)
        perfect = sum(passed == graded for _, passed, graded in bars)
        never = sum(passed == 0 for _, passed, _ in bars)
        note = f"{len(bars):,} tasks, hardest first: {never:,} never passed, {perfect:,} always"
        yield Plot("Success by task", note, True, inline_svg(figure, "tasks"))

    return draw


def _plot_turns(episodes: Sequence[EpisodeRow]) -> Draw:
    return lambda: _draw_histogram("Turns", "Of a conversation", episodes, lambda one: one.turns)


def _plot_cost(episodes: Sequence[EpisodeRow]) -> Draw:
    priced = [one for one in episodes if one.usd is not None and one.tokens]
    if priced:
        return lambda: _draw_histogram("Cost", "USD of a conversation, all seats", priced, lambda one: one.usd or 0.0)
    called = [one for one in episodes if one.tokens]
    if called:
        return lambda: _draw_histogram("Tokens", "Of a conversation; it has no price", called, lambda one: one.tokens)
    return None


def _plot_endings(episodes: Sequence[EpisodeRow]) -> Draw:
    counts = Counter(one.ending for one in episodes)
    by_status = Counter((one.ending, one.status) for one in episodes)

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
    shown = sorted(bars, key=lambda bar: -bar[2])[:MOST_BARS]
    figure, axes = _new_figure(WIDE if wide else NARROW, 0.5 + 0.26 * len(shown))
    rates = [passed / graded for _, passed, graded in shown]
    axes.barh(range(len(shown)), rates, color=COLOURS["passed"], height=0.7)
    names = [_shorten(name, 48 if wide else 32) for name, _, _ in shown]
    _label_bars(axes, names, [1.0] * len(shown), [f"{passed}/{graded}" for _, passed, graded in shown])
    axes.set(xlim=(0, 1.18), xticks=[0, 0.5, 1], xticklabels=["0", "50 %", "100 %"])
    left_out = f" ({len(shown)} of {len(bars):,} shown)" if len(shown) < len(bars) else ""
    yield Plot(title, note + left_out, wide, inline_svg(figure, title.rsplit(maxsplit=1)[-1]))


def _draw_histogram(
    title: str, note: str, episodes: Sequence[EpisodeRow], value_of: Callable[[EpisodeRow], float]
) -> Iterator[Plot]:
    if not episodes:
        return
    figure, axes = _new_figure(NARROW, 1.7)
    values = [[value_of(one) for one in episodes if one.status == status] for status in STATUSES]
    colours = [COLOURS[status] for status in STATUSES]
    axes.hist(values, bins=_bins(episodes, value_of), stacked=True, color=colours)
    axes.locator_params(axis="both", nbins=4)
    yield Plot(title, note, False, inline_svg(figure, title))


def _bins(episodes: Sequence[EpisodeRow], value_of: Callable[[EpisodeRow], float]) -> Any:
    """Whole numbers get bars that are whole numbers wide."""
    values = [value_of(one) for one in episodes]
    low, high = min(values), max(values)
    if all(isinstance(value, int) for value in values):
        step = max(1, -(-int(high - low + 1) // 24))
        return [edge - 0.5 for edge in range(int(low), int(high) + step + 1, step)]
    return 24


def _count_bars(episodes: Sequence[EpisodeRow], names: Callable[[EpisodeRow], Sequence[str]]) -> list[Bar]:
    passed, graded = Counter[str](), Counter[str]()
    for one in episodes:
        if one.status != "ungraded":
            graded.update(names(one))
            passed.update(names(one) if one.status == "passed" else ())
    return [(name, passed[name], graded[name]) for name in graded]


def _label_bars(axes: Any, names: Sequence[str], ends: Sequence[float], values: Sequence[str]) -> None:
    """Bars one under the other, each with its name and number."""
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.invert_yaxis()
    room = 0.03 * max(ends)
    for place, (end, text) in enumerate(zip(ends, values, strict=True)):
        axes.text(end + room, place, text, va="center", fontsize=8, color=COLOURS["muted"])
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
