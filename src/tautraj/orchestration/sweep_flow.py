"""The flow behind `sweep.py`: the cells of a grid side by side, and their matrix.

Two doors, as in `generation`. Not here: how episodes are played in a flow (`playing`).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run

from tautraj.config.command_line import compose_tree, spelled
from tautraj.orchestration import artifacts
from tautraj.orchestration.episode_tasks import carry_out, close, ended, in_a_flow, tracked
from tautraj.orchestration.sweep_results import conclude_sweep, note_sweep
from tautraj.report.terminal import console, sweep_tables
from tautraj.runs.progress import Standing, every
from tautraj.runs.scheduler import Together
from tautraj.runs.sweep.grid import Sweep, asked
from tautraj.runs.sweep.plan import Planned, cells_ready, estimates, planned, standings
from tautraj.store import Store
from tautraj.tracking.sweep_tracker import Parent, once
from tautraj.tracking.tracker import Tracker


def swept(overrides: list[str]) -> str:
    words = spelled(overrides)
    sweep = asked(compose_tree(words, "sweep"), words)
    cells = planned(sweep)
    if sweep.run.dry_run:
        sweep_tables.grid(sweep, cells, estimates(cells))
        return sweep.directory
    with cells_ready(cells) as served:
        return start(sweep, served)


def start(sweep: Sweep, cells: Sequence[Planned]) -> str:
    """The flow with what the sweep chose. Its directory.

    Plays the cells that are unfinished; `cells` has all of them. Raises as `generation.start` does.
    """
    note_sweep(sweep)
    each = standings(cells)
    playing = [pair for pair in zip(cells, each, strict=True) if pair[0].unfinished]
    together = Together([now for _, now in playing], [one.setting.title for one, _ in playing])

    def body() -> State:
        with ThreadPoolExecutor(1, thread_name_prefix="mlflow") as writer:
            parent, trackers = tracking(sweep, cells, playing, writer)
            others = [every(sweep.run.tracking.every_seconds, parent.watch)] if parent else []
            written = [one for one in (parent, *trackers) if one]
            carry_out(together, sweep.title, tracked(together.standings, trackers), others, written)
            links: dict[str, str] = {}
            for (one, now), tracker in zip(playing, trackers, strict=True):
                _, look = close(now, tracker)
                links |= {f"{one.setting.title}, {what}": place for what, place in look.items()}
            found = conclude_sweep(sweep, each, parent)
        artifacts.table_artifact(sweep.title, sweep_tables.rows(found))
        artifacts.links_artifact(sweep.title, {**links, "sweep directory": Store(sweep.directory).url})
        return ended(together)

    shown = {"overrides": sweep.words, "grid": sweep.axes}
    in_a_flow("sweep", sweep.title, [sweep.run.experiment, *artifacts.labels(together.runs)], shown, together, body)
    return Store(sweep.directory).url


def tracking(
    sweep: Sweep, cells: Sequence[Planned], playing: Sequence[tuple[Planned, Standing]], writer: ThreadPoolExecutor
) -> tuple[Parent | None, list[Tracker | None]]:
    """Who writes the sweep to MLflow, and each cell that is played: all of them by one thread, or nobody."""
    if sweep.run.tracking.name != "mlflow":
        return None, [None] * len(playing)
    parent = Parent(sweep, [one.job.store for one in cells], writer)
    say = once(console.say)
    link = artifacts.flow_run_link(flow_run.id)
    return parent, [Tracker(one.job, one.setting.config, say, link, writer) for one, _ in playing]
