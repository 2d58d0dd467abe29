"""The llms that runs of one flow serve themselves: one server for all seats that ask for the same.

Not here: the servers (`llms.local`, `rehearsed`).
"""

import json
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from tautraj.config import Llm, Run, at
from tautraj.config.identity import EpisodeSpec
from tautraj.llms.local import serving
from tautraj.llms.preflight import preflight
from tautraj.redaction import hidden
from tautraj.runs.plan import Job, prepare
from tautraj.runs.rehearsed.launch import rehearsed
from tautraj.store.lock import held

Asked = tuple[str, str, str | None]


def all_served(jobs: Sequence[tuple[Run, Sequence[EpisodeSpec]]], servers: ExitStack) -> list[Run]:
    """The runs with their local and rehearsed seats at servers, which `servers` stops. Raises `UserError`.

    `jobs`: each run with what it owes.
    """
    local = _local([run for run, _ in jobs], servers)
    return _rehearsed(local, [owed for _, owed in jobs], servers)


def _local(runs: Sequence[Run], servers: ExitStack) -> list[Run]:
    addresses: dict[Asked, str] = {}
    seats = [(run, seat, llm) for run in runs for seat, llm in run.seats.items() if llm.local]
    for run, seat, llm in sorted(seats, key=lambda asked: -asked[2].provider.calls_at_once):
        if _asked(llm) not in addresses:
            others: dict[str, Llm] = {other: _nobody(played) for other, played in run.seats.items() if other != seat}
            alone = servers.enter_context(serving(run.model_copy(update=others)))
            addresses[_asked(llm)] = str(alone.seats[seat].provider.api_base)
    return [
        run.model_copy(update={seat: at(llm, addresses[_asked(llm)]) for seat, llm in run.seats.items() if llm.local})
        for run in runs
    ]


def _rehearsed(runs: Sequence[Run], owed: Sequence[Sequence[EpisodeSpec]], servers: ExitStack) -> list[Run]:
    """Cells of the same seed play the same tasks: their scripts are one."""
    alike: dict[str, list[int]] = defaultdict(list)
    for index, run in enumerate(runs):
        alike[_script(run)].append(index)
    found = list(runs)
    for indices in alike.values():
        specs = {(spec.task_id, spec.trial): spec for index in indices for spec in owed[index]}
        served = servers.enter_context(rehearsed(runs[indices[0]], list(specs.values())))
        for index in indices:
            seats: dict[str, Llm] = {seat: llm for seat, llm in served.seats.items() if llm.rehearsed}
            found[index] = runs[index].model_copy(update=seats)
    return found


def _asked(llm: Llm) -> Asked:
    """What one server can do for several."""
    return llm.name, llm.provider.route, llm.provider.api_base


def _script(run: Run) -> str:
    """What runs have in common that one rehearsed server can play."""
    seats = {seat: llm.model_dump() for seat, llm in run.seats.items() if llm.rehearsed}
    return json.dumps([run.benchmark.model_dump(), run.domain.model_dump(), run.seed, seats], sort_keys=True)


def _nobody(llm: Llm) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"route": "offline"})})


HEADER = """\
# The resolved configuration of this run. It holds no key: it names the environment variables that do.
# Resume or repeat it: python flows/generate.py --config-dir {folder} --config-name run
defaults:
- frame
- _self_
"""


@contextmanager
def ready(job: Job, config: dict[str, Any]) -> Iterator[Job]:
    """The job with every seat able to play and its run directory made. Raises `UserError`, nothing half-written.

    For the length of the block its run directory is this process's own, and its local and rehearsed llms are served.
    `config`: the resolved tree, masked.
    """
    with all_ready([job], [config]) as [served]:
        yield served


@contextmanager
def all_ready(jobs: Sequence[Job], configs: Sequence[Mapping[str, Any]]) -> Iterator[list[Job]]:
    """Likewise for several at once: every llm is asked once, and served once."""
    with ExitStack() as stack:
        for job in jobs:
            stack.enter_context(held(job.store))
        jobs = [_now(job) for job in jobs]
        runs = all_served([(job.run, job.owed) for job in jobs], stack)
        preflight(_seats(runs))
        for job, config in zip(jobs, configs, strict=True):
            header = HEADER.format(folder=shlex.quote(hidden(job.store.path, job.run.root)))
            job.store.open(dict(config), header)
        yield [job._replace(run=run) for job, run in zip(jobs, runs, strict=True)]


def _seats(runs: Sequence[Run]) -> list[tuple[str, Llm]]:
    """Who has to be able to play, each once."""
    seats = [pair for run in runs for pair in run.seats.items()]
    return list({(seat, llm.model_dump_json()): (seat, llm) for seat, llm in seats}.values())


def _now(job: Job) -> Job:
    """What is owed now that nobody else is writing: another process may have played since the job was prepared."""
    return job if job.store.ids() == {r.id for r in job.rows} else prepare(job.run)
