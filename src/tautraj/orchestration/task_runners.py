"""The Prefect task runner that a configuration selects, and the functions that play an episode on it.

The address of a cluster comes from its library's environment variable; without one a cluster is started on this
machine for the length of the run. Not here: the flow (`orchestration.run_flow`).
"""

import functools
import importlib.util
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner
from prefect.utilities.annotations import quote

from tautraj.config import Run
from tautraj.config.components import load_object
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError, boundary
from tautraj.metrics import EpisodeSummary
from tautraj.orchestration.worker_pool import WorkerPool, count_cores
from tautraj.orchestration.worker_process import play_on_cluster
from tautraj.runs.play import play

CLUSTER_EXTRAS = {"prefect_dask": "dask", "prefect_ray": "ray"}
"""Module of the task runner -> the extra that installs it."""


def make_task_runner(run: Run) -> Any:
    """The task runner of `run.runner`. Raises `ConfigError` if it is not a task runner or not installed."""
    target, extra = run.runner.target, _cluster_extra(run)
    if extra and importlib.util.find_spec(f"prefect_{extra}") is None:
        raise ConfigError(f"runner._target_={target} is not installed: pip install -e '.[{extra}]'")
    with boundary(ConfigError, f"runner._target_={target}"):
        runner: Any = load_object(target)
        if not (isinstance(runner, type) and issubclass(runner, TaskRunner)):
            raise ConfigError(
                f"runner._target_={target} is not a Prefect task runner. Choose one of conf/runner/: runner=threads"
            )
        if issubclass(runner, ProcessPoolTaskRunner):
            raise ConfigError(f"runner._target_={target} plays one episode per process: runner=processes")
        return runner(**_runner_arguments(extra, run.runner.workers))


def make_players(
    runs: Sequence[Run], stack: ExitStack, on_call: Callable[[int], None]
) -> list[Callable[[EpisodeSpec], EpisodeSummary]]:
    """For each run the function that plays an episode: in this process, in worker processes or on a cluster.

    The worker processes are shared by the runs; `stack` ends them. `on_call`: called after every llm answer, with
    its tokens; a cluster does not call it.
    """
    runner = runs[0].runner
    if _cluster_extra(runs[0]):
        return [functools.partial(play_on_cluster, _with_absolute_root(run)) for run in runs]
    if runner.processes is None:
        return [functools.partial(play, run, on_call=on_call) for run in runs]
    workers = stack.enter_context(WorkerPool(runs, runner.processes, on_call))
    return [functools.partial(workers.play, run) for run in runs]


def quote_argument(run: Run, value: Any) -> Any:
    """An argument of the episode task, as Prefect should get it.

    Quoted: otherwise Prefect searches it for futures to draw dependencies. Unquoted for a cluster, where a quote
    arrives as a tuple.
    """
    return value if _cluster_extra(run) else quote(value)


def _with_absolute_root(run: Run) -> Run:
    return run if "://" in run.root else run.model_copy(update={"root": str(Path(run.root).absolute())})


def _cluster_extra(run: Run) -> str | None:
    return CLUSTER_EXTRAS.get(run.runner.target.partition(".")[0])


def _runner_arguments(extra: str | None, workers: int) -> dict[str, Any]:
    """Keyword arguments of a task runner with `workers` episodes at once."""
    if extra == "dask":
        if address := os.environ.get("DASK_SCHEDULER_ADDRESS"):
            return {"address": address}
        processes = min(count_cores(), workers)
        threads = -(-workers // processes)
        cluster = {
            "n_workers": processes,
            "threads_per_worker": threads,
            "preload": "tautraj.orchestration.worker_process",
        }
        return {"cluster_kwargs": {**cluster, "dashboard_address": None}}
    if extra == "ray":
        if address := os.environ.get("RAY_ADDRESS"):
            return {"address": address}
        return {
            "init_kwargs": {
                "num_cpus": workers,
                "include_dashboard": False,
                "log_to_driver": False,
                "logging_level": "ERROR",
            }
        }
    return {"max_workers": workers}
