"""Serve the rehearsed seats of a run from a process of its own.

Not here: that process (`runs.rehearsed.server`), its script (`runs.rehearsed.script_builder`).
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import ValidationError

from tautraj.child_server import launch_server
from tautraj.config import Llm, Run, reject_api_base, replace_api_base
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.runs.rehearsed.script import RehearsedSettings
from tautraj.runs.rehearsed.script_builder import build_script

SERVER_MODULE = f"{__package__}.server"


@contextmanager
def serve_rehearsed(runs: Sequence[Run], specs: Sequence[EpisodeSpec]) -> Iterator[list[Run]]:
    """The runs, their rehearsed seats addressed to one new server that can play `specs`. Raises `UserError`.

    `runs`: at least one; they have the same benchmark, domain, seed and rehearsed seats. The server stops at the end
    of the block, and by itself if this process is killed.
    """
    rehearsed = {seat: llm for seat, llm in runs[0].seats.items() if llm.is_rehearsed}
    for seat, llm in rehearsed.items():
        _check_seat(seat, llm)
    if not rehearsed:
        yield list(runs)
        return
    with tempfile.TemporaryFile("w+") as file:
        file.write(build_script(runs[0], specs).model_dump_json())
        file.seek(0)
        command = [sys.executable, "-m", SERVER_MODULE, str(file.fileno())]
        with launch_server(command, "the rehearsed llm's server", [file.fileno()]) as address:
            yield [address_seats(run, address, number) for number, run in enumerate(runs)]


def address_seats(run: Run, server: str, number: int) -> Run:
    """The run with its rehearsed seats at the address `server`.

    Each run on a server needs a `number` of its own: customers have state on the server, and runs of a sweep have
    episodes of the same number. The model's seat has none, so all runs ask it at one address and share its rate
    limits.
    """
    paths = {"model": "model", "user": f"user/{number}"}
    seats = {seat: llm for seat, llm in run.seats.items() if llm.is_rehearsed}
    served: dict[str, Llm] = {
        seat: replace_api_base(llm, f"{server}/{paths[seat]}/v1") for seat, llm in seats.items()
    }
    return run.model_copy(update=served)


def _check_seat(seat: str, llm: Llm) -> None:
    if seat == "judge":
        raise ConfigError(f"judge={llm.name}: a rehearsed llm cannot judge. Choose another judge=…")
    reject_api_base(seat, llm)
    try:
        RehearsedSettings.model_validate(llm.extra)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(step) for step in fault["loc"])
        raise ConfigError(f"{seat}.extra.{name}: {fault['msg']}. See conf/llm/rehearsed.yaml") from None
