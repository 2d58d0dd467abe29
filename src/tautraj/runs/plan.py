"""Plan of a run: its episodes, which are done and which are owed. Calls no provider and writes nothing.

Not here: serving and checking its seats (`runs.startup`), playing an episode (`runs.play`).
"""

import textwrap
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.exported_tasks import describe_named_split, list_named_tasks
from tautraj.config import Run
from tautraj.config.components import check_component
from tautraj.config.identity import (
    Cell,
    EpisodeSpec,
    format_run_title,
    identify_cell,
    locate_run_directory,
    plan_episodes,
    select_owed,
)
from tautraj.errors import ConfigError, StoreError, suggest_closest
from tautraj.metrics import EpisodeSummary, Failure
from tautraj.redaction import redact_tree
from tautraj.runs.branches import plan_branches
from tautraj.runs.estimates import check_prices
from tautraj.store import Store, index

MAX_EPISODES = 1_000_000
"""Limit on the episodes of a run: all of them are planned before the first is played."""

MAX_LISTED = 10
"""Unknown tasks that an error names."""

KNOWN_CHARACTERS = 600
"""Of the known tasks that it names: all of retail's 114, some of a synthetic world's."""


class RunPlan(NamedTuple):
    """A run with what is done and what is owed."""

    run: Run
    config: Mapping[str, Any]
    """The resolved configuration, secrets masked: what `run.yaml` and MLflow show."""
    cell: Cell
    store: Store
    rows: list[EpisodeSummary]
    """One per episode in the run directory."""
    failures: list[Failure]
    """The latest failure of each episode that is still owed."""
    owed: list[EpisodeSpec]
    """Episodes still to be played, in order."""

    @property
    def title(self) -> str:
        """The run's name, if it has one, and that of its directory."""
        return format_run_title(self.run.name, self.cell.folder)


def plan_run(run: Run, config: Mapping[str, Any] | None = None) -> RunPlan:
    """Check the run and compute what is owed. Calls no provider and makes no directory.

    `config`: the resolved configuration, secrets masked; None: made from `run`. Raises `UserError`.
    """
    check_component(run.agent, run)
    check_component(run.user_strategy, run)
    check_prices(run)
    specs = list_specs(run)
    store = Store(locate_run_directory(run))
    store.check()
    if run.name is None and (name := _read_name(store)) is not None:
        run, config = run.model_copy(update={"name": name}), config and {**config, "name": name}
    rows = index.read_rows(store)
    done = {r.id for r in rows}
    if config is None:
        config = redact_tree(run.model_dump(by_alias=True, mode="json"))
    return RunPlan(
        run,
        config,
        identify_cell(run),
        store,
        rows,
        store.read_failures(done),
        select_owed(specs, done),
    )


def list_specs(run: Run) -> list[EpisodeSpec]:
    """All episodes of the run, done or not. Raises `ConfigError` if there are too many."""
    if run.branch is not None:
        return plan_branches(run, run.branch, MAX_EPISODES)
    ids = select_task_ids(run)
    if len(ids) * run.trials > MAX_EPISODES:
        raise ConfigError(
            f"trials={run.trials}: {len(ids) * run.trials:,} episodes; a run holds up to {MAX_EPISODES:,}"
        )
    return plan_episodes(run, ids)


def _read_name(store: Store) -> str | None:
    """The name that the run was given before; None without one."""
    with suppress(StoreError):  # not begun; what cannot be read, `Store.check` has reported
        name = store.read_config().get("name")
        return name if isinstance(name, str) else None
    return None


def select_task_ids(run: Run) -> list[str]:
    """The tasks that the run plays. Raises `ConfigError` if it names one that its split does not have."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    known = benchmark.list_task_ids(run.split.name)
    named = list_named_tasks(run)
    chosen = known if named is None else named
    indexed = set(known)
    unknown = [task for task in chosen if task not in indexed]
    if unknown:
        more = f" and {len(unknown) - MAX_LISTED:,} more" if len(unknown) > MAX_LISTED else ""
        key = "tasks.ids" if run.tasks.rows is None else f"tasks.from={run.tasks.rows}"
        raise ConfigError(
            f"{key}: {', '.join(unknown[:MAX_LISTED])}{more} not in {run.domain.name} split={run.split.name}."
            f"{describe_named_split(run) or suggest_closest(unknown[0], known)} "
            f"Its {len(known)} tasks are: {textwrap.shorten(', '.join(known), KNOWN_CHARACTERS, placeholder=' …')}"
        )
    unplayable = benchmark.find_unplayable(chosen)
    if unplayable and (named is not None or len(unplayable) == len(chosen)):
        task, why = next(iter(unplayable.items()))
        raise ConfigError(
            f"benchmark={run.benchmark.name} does not play {task} ({why}). Choose benchmark=tau2, or other tasks"
        )
    left_out = {**unplayable, **(benchmark.quarantine if run.tasks.quarantine == "exclude" else {})}
    return [task for task in dict.fromkeys(chosen) if task not in left_out][: run.tasks.limit]


def describe_unplayable(run: Run) -> str | None:
    """How many tasks of the run's split its benchmark plays, and why not the others; None if it plays all."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    known = benchmark.list_task_ids(run.split.name)
    unplayable = benchmark.find_unplayable(known)
    if not unplayable or run.tasks.ids is not None or run.tasks.rows is not None:
        return None
    reasons = Counter(unplayable.values()).most_common()
    return (
        f"{len(known) - len(unplayable):,} of {len(known):,} tasks of split={run.split.name} play under "
        f"benchmark={run.benchmark.name}; the others: {'; '.join(f'{why} × {n:,}' for why, n in reasons)}"
    )
