"""Start up the runs of one flow: lock their directories, serve their local and rehearsed llms, check every seat.

Not here: what is owed (`runs.plan`), the servers (`llms.local`, `runs.rehearsed`).
"""

import json
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.briefing import build_briefing
from tautraj.config import Run
from tautraj.config.components import has_native_tools
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.llms.local import serve_local_models
from tautraj.llms.preflight import SeatCheck, check_seats
from tautraj.metrics import EpisodeSummary
from tautraj.printable import escape_unprintable
from tautraj.redaction import redact_keys
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.runs.rehearsed.launch import serve_rehearsed
from tautraj.store.lock import exclusive_lock

RUN_YAML_HEADER = """\
# The resolved configuration of this run. It holds no key: it names the environment variables that do.
# Resume or repeat it: python flows/generate.py --config-dir {folder} --config-name run
defaults:
- frame
- _self_
"""
"""First lines of `run.yaml`."""


@contextmanager
def start_up(plan: RunPlan, say: Callable[[str], None]) -> Iterator[RunPlan]:
    """The plan, its seats served and checked, its run directory made. Raises `UserError` with nothing half-written.

    Within the block this process holds the lock of the run directory, and the local and rehearsed llms are served.
    `say`: called with each doubt about a seat that may play.
    """
    with start_up_all([plan], say) as [started]:
        yield started


@contextmanager
def start_up_all(plans: Sequence[RunPlan], say: Callable[[str], None]) -> Iterator[list[RunPlan]]:
    """`start_up` for several plans at once: every llm is served once, and checked once for each set of tools."""
    for plan in plans:
        _check_has_player(plan.run)
    with ExitStack() as stack:
        for plan in plans:
            stack.enter_context(exclusive_lock(plan.store))
        plans = [_refresh(plan) for plan in plans]
        runs = serve_all(plans, stack)
        for doubt in check_seats([check for run in runs for check in list_checks(run)]):
            say(doubt)
        for plan in plans:
            open_directory(plan)
        yield [plan._replace(run=run) for plan, run in zip(plans, runs, strict=True)]


def open_directory(plan: RunPlan) -> None:
    """Create or reopen the run directory: write its `run.yaml`. The caller holds the lock. Raises `StoreError`."""
    folder = shlex.quote(redact_keys(plan.store.path, plan.run.root))
    header = RUN_YAML_HEADER.format(folder=escape_unprintable(folder).replace("\n", "\\n"))
    plan.store.open(dict(plan.config), header)


def restore_directory(plan: RunPlan, rows: Sequence[EpisodeSummary], say: Callable[[str], None]) -> None:
    """At a run's end: write `run.yaml` again if it was deleted, and print how many of the `rows`' episodes were."""
    if not plan.store.has_config():
        open_directory(plan)
        say(f"{plan.store.url}/run.yaml was deleted in mid-run. It is written again.")
    if deleted := len({row.id for row in rows} - plan.store.list_ids()):
        say(f"{deleted} episodes of {plan.store.url} were deleted in mid-run. The same command plays them again.")


def serve_all(plans: Sequence[RunPlan], servers: ExitStack) -> list[Run]:
    """Serve the local and rehearsed seats of `plans`; return the runs with the servers' addresses.

    Closing `servers` stops them. Raises `UserError`.
    """
    local = servers.enter_context(serve_local_models([plan.run for plan in plans]))
    return _serve_rehearsed(local, [plan.owed for plan in plans], servers)


def _serve_rehearsed(runs: Sequence[Run], owed: Sequence[Sequence[EpisodeSpec]], servers: ExitStack) -> list[Run]:
    """Runs of the same benchmark, domain, seed and rehearsed llms share one script, and so one server."""
    alike: dict[str, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        alike[_script_key(run)].append(index)
    served_runs = list(runs)
    for indices in alike.values():
        specs = {spec.number: spec for index in indices for spec in owed[index]}
        served = servers.enter_context(serve_rehearsed([runs[index] for index in indices], list(specs.values())))
        for index, run in zip(indices, served, strict=True):
            served_runs[index] = run
    return served_runs


def _script_key(run: Run) -> str:
    """What runs must share for one rehearsed server to play them."""
    seats = {seat: llm.model_dump() for seat, llm in run.seats.items() if llm.is_rehearsed}
    return json.dumps([run.benchmark.model_dump(), run.domain.model_dump(), run.seed, seats], sort_keys=True)


def list_checks(run: Run) -> list[SeatCheck]:
    """The run's seats with the tools and the system prompt of their requests.

    An llm that the run serves is checked without: its server takes tools, and reads them at 100 tokens a second.
    """
    benchmark = open_benchmark(run.benchmark, run.domain)
    briefing = build_briefing(benchmark, run.agent.system, run.agent.tools)
    agent_tools = briefing.tools if has_native_tools(run.agent) else ()
    user_tools = benchmark.user_tools if has_native_tools(run.user_strategy) else ()
    tools = {"model": agent_tools, "user": user_tools}
    return [
        SeatCheck(seat, llm)
        if llm.is_served_by_run
        else SeatCheck(seat, llm, tools.get(seat, ()), briefing.system if seat == "model" else "")
        for seat, llm in run.seats.items()
    ]


def _check_has_player(run: Run) -> None:
    if run.model.is_in_training:
        raise ConfigError(
            f"agent={run.agent.name}: a trainer plays it, through tautraj.training.environment (docs/training.md). "
            "Choose another agent"
        )


def _refresh(plan: RunPlan) -> RunPlan:
    """The plan as of now, under the lock: another process may have played since it was made."""
    return plan if plan.store.list_ids() == {row.id for row in plan.rows} else plan_run(plan.run, plan.config)
