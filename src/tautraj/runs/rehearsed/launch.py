"""A rehearsed llm for as long as a run plays.

Not here: what its process does (`server`), what it knows (`writing`).
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
def serve_rehearsed(run: Run, specs: Sequence[EpisodeSpec]) -> Iterator[Run]:
    """The run with its rehearsed seats at a server of its own, which knows those episodes. Raises `UserError`.

    It is stopped at the end of the block, and ends by itself when this process is killed in it.
    """
    seats = {seat: llm for seat, llm in run.seats.items() if llm.is_rehearsed}
    for seat, llm in seats.items():
        _check_seat(seat, llm)
    if not seats:
        yield run
        return
    with tempfile.TemporaryFile("w+") as file:
        file.write(build_script(run, specs).model_dump_json())
        file.seek(0)
        command = [sys.executable, "-m", SERVER_MODULE, str(file.fileno())]
        with launch_server(command, "the rehearsed llm's server", [file.fileno()]) as address:
            served: dict[str, Llm] = {
                seat: replace_api_base(llm, f"{address}/{seat}/v1") for seat, llm in seats.items()
            }
            yield run.model_copy(update=served)


def _check_seat(seat: str, llm: Llm) -> None:
    if seat == "judge":
        raise ConfigError(f"judge={llm.name}: nobody has rehearsed judging. Choose another judge=…")
    reject_api_base(seat, llm)
    try:
        RehearsedSettings.model_validate(llm.extra)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(step) for step in fault["loc"])
        raise ConfigError(f"{seat}.extra.{name}: {fault['msg']}. See conf/llm/rehearsed.yaml") from None
