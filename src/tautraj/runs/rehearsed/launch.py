"""A rehearsed llm for as long as a run plays.

Not here: what its process does (`server`), what it knows (`writing`).
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pydantic import ValidationError

from tautraj.child_server import process
from tautraj.config import Llm, Run, at, unaddressed
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.runs.rehearsed.script import Habits
from tautraj.runs.rehearsed.script_builder import script

SERVER = f"{__package__}.server"


@contextmanager
def rehearsed(run: Run, specs: Sequence[EpisodeSpec]) -> Iterator[Run]:
    """The run with its rehearsed seats at a server of its own, which knows those episodes. Raises `UserError`.

    It is stopped at the end of the block, and ends by itself when this process is killed in it.
    """
    seats = {seat: llm for seat, llm in run.seats.items() if llm.rehearsed}
    for seat, llm in seats.items():
        _check(seat, llm)
    if not seats:
        yield run
        return
    with tempfile.TemporaryFile("w+") as file:
        file.write(script(run, specs).model_dump_json())
        file.seek(0)
        command = [sys.executable, "-m", SERVER, str(file.fileno())]
        with process(command, "the rehearsed llm's server", [file.fileno()]) as address:
            served: dict[str, Llm] = {seat: at(llm, f"{address}/{seat}/v1") for seat, llm in seats.items()}
            yield run.model_copy(update=served)


def _check(seat: str, llm: Llm) -> None:
    if seat == "judge":
        raise ConfigError(f"judge={llm.name}: nobody has rehearsed judging. Choose another judge=…")
    unaddressed(seat, llm)
    try:
        Habits.model_validate(llm.extra)
    except ValidationError as error:
        fault = error.errors()[0]
        name = ".".join(str(step) for step in fault["loc"])
        raise ConfigError(f"{seat}.extra.{name}: {fault['msg']}. See conf/llm/rehearsed.yaml") from None
