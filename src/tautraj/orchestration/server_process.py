"""Prefect's server as a process: `python -m tautraj.orchestration.server_process [<port>]`, on 127.0.0.1.

Without a port it is embedded in a run: at a free port, without UI and services. It prints the address of its API once
it answers and ends when its stdin does. With a port it is the one of `make ui`: with both, until a signal ends it.
`prefect server start` would answer web pages of any site: they could read runs, and start some where a worker waits.
Not here: when a run starts one (`orchestration.prefect_server`), `make ui` (`orchestration.ui`).
"""

import os
import socket
import sys
import threading
import time
from typing import Any

from tautraj import process_env
from tautraj.child_server import exit_with_stdin
from tautraj.local_requests import LocalRequests

GRACE_PERIOD = 10.0
"""Seconds, at most, for the server to write what it last received once its parent has ended."""

SETTINGS = {
    # The log of events, two fifths of the server's work: a UI shows runs, tasks, states and artifacts without it.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",  # a server that ends with the run has no automations
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE": "2",  # default 5; each keeps 80 MB of the database in memory
}


def main() -> None:
    """Serve one run."""
    process_env.prepare()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    serving: list[Any] = []
    threading.Thread(target=exit_with_stdin, args=(lambda: _stop(serving),), daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0))
    server = _make_server(ephemeral=True)
    serving.append(server)
    threading.Thread(target=_print_address, args=(server, listening.getsockname()[1]), daemon=True).start()
    server.run(sockets=[listening])


def serve_ui(port: int) -> None:
    """Serve with UI and services at `port`."""
    process_env.prepare()
    _make_server(ephemeral=False).run(sockets=[socket.create_server(("127.0.0.1", port))])


def _make_server(*, ephemeral: bool) -> Any:
    import uvicorn
    from prefect.server.api.server import create_app

    app = LocalRequests(create_app(ephemeral=ephemeral, final=True))
    return uvicorn.Server(uvicorn.Config(app, log_level="critical"))


def _print_address(server: Any, port: int) -> None:
    while not server.started:
        time.sleep(0.05)
    print(f"http://127.0.0.1:{port}/api", flush=True)


def _stop(servers: list[Any]) -> None:
    for server in servers:
        if server.started:
            server.should_exit = True  # it still writes down the last events it received
            time.sleep(GRACE_PERIOD)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve_ui(int(sys.argv[1]))
    else:
        main()
