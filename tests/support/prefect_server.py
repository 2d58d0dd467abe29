"""A Prefect server of its own, as `prefect server start` makes it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from filelock import FileLock

PREFECT = str(Path(sys.executable).parent / "prefect")


def prefect_database(folder: Path) -> Path:
    """An empty one of Prefect's, made in `folder` by whoever asks first: a server takes 20 s to make its own."""
    with FileLock(folder / "prefect.lock"):
        made = folder / "made" / "prefect.db"
        if not made.exists():
            home = folder / "making"
            shutil.rmtree(home, ignore_errors=True)
            upgrade = [PREFECT, "server", "database", "upgrade", "-y"]
            subprocess.run(upgrade, env={**os.environ, "PREFECT_HOME": str(home)}, capture_output=True, check=True)
            home.rename(made.parent)
        return made


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """Its API address, once it answers. Everything it keeps is in `home`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    start = [PREFECT, "server", "start", "--host", "127.0.0.1", "--port", port]
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
