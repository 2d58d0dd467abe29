"""Choice of a run's Prefect server: a shared one, or an embedded one that ends with the process.

Not here: leases (`orchestration.leases`), artifacts (`orchestration.artifacts`), the embedded server's process
(`orchestration.server_process`).
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
"""Environment variable: the server is embedded. `ephemeral` is Prefect's word for one without UI and services."""

START_TIMEOUT = 180.0
"""Seconds; a start takes 9 to 34."""


def choose_server(root: str) -> None:
    """Use the server of PREFECT_API_URL or of the profile; else one on this machine; else an embedded one.

    On this machine, the server of `make ui` for this `root` comes first, then the one at Prefect's default port. An
    empty PREFECT_API_URL chooses the embedded one.
    """
    if os.environ.get("PREFECT_API_URL") == "":
        os.environ[EMBEDDED] = "1"
    elif not PREFECT_API_URL.value():
        if api := ui_addresses.find_prefect_api(root):
            _set_api_url(api)
        elif ui_addresses.is_prefect_up(LOCAL_SERVER):
            _set_api_url(LOCAL_SERVER)
        else:
            os.environ[EMBEDDED] = "1"


def check_server() -> None:
    """Raise `PreflightError` if the shared server does not answer within 10 seconds."""
    try:
        check_health(10)
    except (TrackingError, httpx.HTTPError) as error:
        raise PreflightError(
            f"Prefect at {find_shared_server()} does not answer: {error}. Start it, name another with "
            f"PREFECT_API_URL=…, or set PREFECT_API_URL= (empty) to use the embedded server."
        ) from None


def start_server(notify: Callable[[str], None]) -> Callable[[], None]:
    """Start the embedded server if the run needs one; it ends with the process.

    The returned function waits until the server answers: call it before the first flow run. It raises
    `PreflightError`. A second call of `start_server` does not start a second server.
    """
    if not os.environ.get(EMBEDDED) or PREFECT_API_URL.value():
        return lambda: None
    os.environ.pop("PREFECT_API_URL", None)  # set and empty, it makes Prefect's own threads complain
    process = _launch_server()

    def wait() -> None:
        notify("No Prefect server is configured or running here: starting Prefect's embedded one.")
        _set_api_url(_wait_for_address(process))

    return wait


def check_health(timeout: float) -> None:
    """Raise `TrackingError` or `httpx.HTTPError` at once where Prefect's client would retry for a while."""
    if (api := find_shared_server()) and (code := httpx.get(f"{api}/health", timeout=timeout).status_code) >= 500:
        raise TrackingError(f"Prefect at {api} answers {code}")


def find_shared_server() -> str | None:
    """API address of the shared server; None if the run uses an embedded one."""
    return None if os.environ.get(EMBEDDED) else PREFECT_API_URL.value() or None


def describe_server() -> str:
    """The server as messages name it."""
    return find_shared_server() or "its embedded server"


def _set_api_url(api: str) -> None:
    os.environ["PREFECT_API_URL"] = api
    refresh_global_settings_context()  # Prefect read its settings when it was imported


@functools.cache
def _launch_server() -> "subprocess.Popen[str]":
    """Launch the embedded server once; it ends with this process."""
    return launch([sys.executable, "-m", f"{__package__}.server_process"])


def _wait_for_address(process: "subprocess.Popen[str]") -> str:
    """Address of its API, once it answers. Raises `PreflightError`."""
    address = read_address(process, START_TIMEOUT)
    if not address:
        raise PreflightError(
            "Prefect's embedded server did not start. Start one with `make ui` to see why, or name one with "
            "PREFECT_API_URL=http://…/api"
        )
    return address
