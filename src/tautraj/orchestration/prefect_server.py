"""Which Prefect server a run talks to: a shared one, or one of its own for as long as the process lives.

Not here: what is asked of it (`orchestration`), the process that serves (`embedded_server`).
"""

import functools
import os
import subprocess
import sys
from collections.abc import Callable

import httpx
from prefect.context import refresh_global_settings_context
from prefect.settings import PREFECT_API_URL

from tautraj.child_server import launch, read_address
from tautraj.errors import PreflightError, TrackingError
from tautraj.store import ui_addresses

LOCAL_SERVER = "http://127.0.0.1:4200/api"

EMBEDDED = "PREFECT__SERVER_EPHEMERAL"
"""In the environment: the server is this process's own. Prefect's word for one without UI and services."""

START_TIMEOUT = 180.0
"""Seconds; a start takes 9 to 34."""


def choose_server(root: str) -> None:
    """Use the server of PREFECT_API_URL or of the profile; else one that runs here; else one of the run's own.

    Of those that run here, that of `make ui` for this `root` comes first, then the one at Prefect's usual port.
    PREFECT_API_URL set to nothing asks for one of its own.
    """
    if os.environ.get("PREFECT_API_URL") == "":
        os.environ[EMBEDDED] = "1"
    elif not PREFECT_API_URL.value():
        if found := ui_addresses.find_prefect_api(root):
            _set_api_url(found)
        elif ui_addresses.is_prefect_up(LOCAL_SERVER):
            _set_api_url(LOCAL_SERVER)
        else:
            os.environ[EMBEDDED] = "1"


def check_server() -> None:
    """Raise `PreflightError` when the one that others use too is not there."""
    try:
        check_health(10)
    except (TrackingError, httpx.HTTPError) as error:
        raise PreflightError(
            f"Prefect at {shared_server()} does not answer: {error}. Start it, name another by PREFECT_API_URL=…, or "
            f"set that to nothing for the embedded one."
        ) from None


def start_server(notify: Callable[[str], None]) -> Callable[[], None]:
    """Where the run is to have a server of its own, start it; it ends with the process.

    What comes back waits until it can be used: call it before the first flow run. Raises `PreflightError` then. Asked
    again before that, it is the same server.
    """
    if not os.environ.get(EMBEDDED) or PREFECT_API_URL.value():
        return lambda: None
    os.environ.pop("PREFECT_API_URL", None)  # set to nothing it makes Prefect's own threads complain
    process = _launch_server()

    def wait() -> None:
        notify("No Prefect server is configured or running here: starting Prefect's embedded one.")
        _set_api_url(_wait_for_address(process))

    return wait


def check_health(timeout: float) -> None:
    """Raise at once where Prefect's client would try for a while: `TrackingError`, or httpx's own."""
    if (api := shared_server()) and (code := httpx.get(f"{api}/health", timeout=timeout).status_code) >= 500:
        raise TrackingError(f"Prefect at {api} answers {code}")


def shared_server() -> str | None:
    """Address of the API that others use too; None: nobody else sees the run's."""
    return None if os.environ.get(EMBEDDED) else PREFECT_API_URL.value() or None


def describe_server() -> str:
    """The server, in words."""
    return shared_server() or "its embedded server"


def _set_api_url(api: str) -> None:
    os.environ["PREFECT_API_URL"] = api
    refresh_global_settings_context()  # Prefect read its settings when it was imported


@functools.cache
def _launch_server() -> "subprocess.Popen[str]":
    """A server that ends once this process has."""
    return launch([sys.executable, "-m", f"{__package__}.embedded_server"])


def _wait_for_address(process: "subprocess.Popen[str]") -> str:
    """Of its API, once it answers. Raises `PreflightError`."""
    address = read_address(process, START_TIMEOUT)
    if not address:
        raise PreflightError(
            "Prefect's embedded server did not start. Start one yourself, `make ui`, to see why, or name one: "
            "PREFECT_API_URL=http://…/api"
        )
    return address
