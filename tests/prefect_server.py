"""A Prefect server of its own, as `prefect server start` makes it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """Its API address, once it answers. Everything it keeps is in `home`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    start = [str(Path(sys.executable).parent / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", port]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(start, env={**os.environ, "PREFECT_HOME": str(home)}, stdout=log, stderr=log)
    api = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(480):
            try:
                if httpx.get(f"{api}/health").is_success:
                    break
            except httpx.HTTPError:
                time.sleep(0.25)
        yield api
    finally:
        process.terminate()
        process.wait(timeout=60)
