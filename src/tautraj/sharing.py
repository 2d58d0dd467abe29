"""The llms that runs of one flow serve themselves: one server for all seats that ask for the same.

Not here: the servers (`llms.local`, `rehearsed`).
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack

from tautraj.config import Llm, Run
from tautraj.grid import EpisodeSpec
from tautraj.llms.local import serving
from tautraj.rehearsed.serving import rehearsed
from tautraj.served import at

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
