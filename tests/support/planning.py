"""Commands planned as a dry run plans them: nothing is called and nothing is written.

Not here: the commands (`tests/docs/test_docs.py`, the headers of `conf/`).
"""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tautraj.config.command_line import compose_tree, to_hydra_overrides
from tautraj.config.parse import parse_as, parse_run, to_plain
from tautraj.errors import ConfigError
from tautraj.export.request import ExportRequest
from tautraj.grading.regrade import RegradeRequest
from tautraj.report.request import ReportRequest
from tautraj.report.show import ShowRequest
from tautraj.runs.plan import plan_run
from tautraj.runs.sweep.grid import Sweep, parse_sweep
from tautraj.runs.sweep.plan import plan_cells
from tautraj.synthesis.reproof import ProofRequest
from tautraj.synthesis.request import SynthesisRequest
from tautraj.tracking.backfill import BackfillRequest
from tautraj.training.loop_request import LearnRequest
from tautraj.training.openenv.request import parse_serve_request
from tautraj.training.request import ConvertRequest, TrainRequest
from tautraj.training.rollouts.factory import compose_run

REQUESTS: dict[str, Any] = {
    "convert": ConvertRequest,
    "export": ExportRequest,
    "learn": LearnRequest,
    "prove": ProofRequest,
    "regrade": RegradeRequest,
    "report": ReportRequest,
    "show": ShowRequest,
    "synthesize": SynthesisRequest,
    "track": BackfillRequest,
    "train": TrainRequest,
}
REFUSALS = {
    "agent.examples=": "holds successful train episodes of 0 tasks",
    "benchmark=tau_bench": "needs the package tau_bench",
    "domain.data_dir=/path/to/tau2-bench/data": "holds no tau2/domains/retail/tasks.json",
    "domain.data_dir=outputs/worlds/": "holds no tau2/domains/retail/tasks.json",
    "tasks.from=EXPORT/": "does not exist. Name a .jsonl or .parquet file",
    "user=human": "user=human needs a terminal",
    **{f"{seat}.weights=": "no such file" for seat in ("model", "user")},
}
"""Beginning of a word that names what only the reader has -> how a plan refuses its absence."""


def check_command(door: str, overrides: Sequence[str]) -> None:
    """Raise `ConfigError` if the command would be refused. Requests about run directories are only parsed."""
    overrides = to_hydra_overrides(overrides)
    with without_the_readers_own(overrides):
        if door == "sweep":
            plan_sweep(*overrides)
        elif door == "branch":
            to_plain(compose_tree(overrides, door))
        elif door == "serve":
            plan_run(compose_run(parse_serve_request(compose_tree(overrides, door), overrides)[1])[0])
        elif door == "generate":
            run = parse_run(compose_tree(overrides))
            if "://" not in run.root:  # a store that only the reader has
                plan_run(run)
        else:
            parse_as(REQUESTS[door], compose_tree(overrides, door))


@functools.cache
def plan_sweep(*overrides: str) -> Sweep:
    """Cached: several documents have the same grids, and each cell takes 0.1 s to compose."""
    sweep = parse_sweep(compose_tree(overrides, "sweep"), overrides)
    plan_cells(sweep)
    return sweep


@contextmanager
def without_the_readers_own(overrides: Sequence[str]) -> Iterator[None]:
    """Pass over the refusals of `REFUSALS` that the words of the command explain."""
    try:
        yield
    except ConfigError as error:
        explained = [refusal for start, refusal in REFUSALS.items() if any(w.startswith(start) for w in overrides)]
        if not any(refusal in str(error) for refusal in explained):
            raise
