"""Prefect's server for one process: `python -m tautraj.orchestration.embedded_server`.

On 127.0.0.1 at a free port, without UI and services. It prints the address of its API once it answers and ends when
its stdin does. Not here: when a run starts one (`orchestration.prefect_server`).
"""

import os
import socket
import threading
import time
from typing import Any

from tautraj import process_env
from tautraj.child_server import exit_with_stdin

GRACE_PERIOD = 10.0
"""Seconds, at most, for the server to write what it last received once its parent has ended."""

SETTINGS = {
    # The log of events, two fifths of the server's work: a UI shows runs, tasks, states and artifacts without it.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",  # a server that ends with the run has no automations
    "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE": "2",  # default 5; each keeps 80 MB of the database in memory
}


def main() -> None:
    process_env.prepare()
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    serving: list[Any] = []
    threading.Thread(target=exit_with_stdin, args=(lambda: _stop(serving),), daemon=True).start()
    import uvicorn
    from prefect.server.api.server import create_app

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(ephemeral=True, final=True), log_level="critical"))
    serving.append(server)
    threading.Thread(target=_print_address, args=(server, listening.getsockname()[1]), daemon=True).start()
    server.run(sockets=[listening])


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
    main()
