"""Which Prefect server a run talks to: a shared one, or one of its own for as long as the process lives.

Not here: what is asked of it (`orchestration`), the process that serves (`embedded_server`).
"""

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Callable

import httpx
from prefect.context import refresh_global_settings_context
from prefect.settings import PREFECT_API_URL

from tautraj.errors import PreflightError

LOCAL_SERVER = "http://127.0.0.1:4200/api"
EMBEDDED = "PREFECT__SERVER_EPHEMERAL"
"""In the environment: the server is this process's own. Prefect's word for one without UI and services."""
PATIENCE = 180.0
"""Seconds; a start takes 9 to 34."""


def choose_server(say: Callable[[str], None]) -> None:
    """Use the server of PREFECT_API_URL or of the profile; else one that runs here; else start one.

    Has to come before the first flow run. PREFECT_API_URL set to nothing asks for one of its own.
    """
    own = os.environ.get("PREFECT_API_URL") == ""
    if not own and PREFECT_API_URL.value():
        return
    if not own and _answers(LOCAL_SERVER):
        _use(LOCAL_SERVER)
        return
    say("No Prefect server is configured or running here: starting Prefect's embedded one.")
    os.environ.pop("PREFECT_API_URL", None)  # set to nothing it makes Prefect's own threads complain
    os.environ[EMBEDDED] = "1"
    _use(_started())


def shared_server() -> str | None:
    """Address of the API that others use too; None: nobody else sees the run's."""
    return None if os.environ.get(EMBEDDED) else PREFECT_API_URL.value() or None


def _use(api: str) -> None:
    os.environ["PREFECT_API_URL"] = api
    refresh_global_settings_context()  # Prefect read its settings when it was imported


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health", timeout=1).is_success
    except httpx.HTTPError:
        return False


def _started() -> str:
    """The address of a server that lives as long as this process. Raises `PreflightError`."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.embedded_server"],
        stdin=subprocess.PIPE,  # it ends when this does, and this does when we do, however that comes
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is the run's to answer, which needs its server to the end
    )
    atexit.register(process.kill)
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    late.cancel()
    if not address:
        raise PreflightError(
            "Prefect's embedded server did not start. Start one yourself, `make ui`, to see why, or name one: "
            "PREFECT_API_URL=http://…/api"
        )
    return address
