"""A Prefect server, as `prefect server start` makes it: a block's own, or one that pytest's processes share.

The shared one is started by a keeper, `python prefect_server.py FOLDER`, for whoever asks first. Each of those that
use it holds one end of a pipe; the keeper has the other, and ends with the last of them, however that ends.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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


MANY = 10_000
"""Calls at once that the shared server has to lease, per provider: what a killed run holds stays held for minutes."""


@contextmanager
def shared_prefect_server(folder: Path, database: Path, providers: Sequence[str]) -> Iterator[str]:
    """The address of the API that all who name `folder` share.

    `database`: what it begins with. `providers`: of whom runs lease calls.
    """
    folder.mkdir(exist_ok=True)
    pipe, address = folder / "pipe", folder / "address"
    with FileLock(folder / "lock"):
        if not address.exists():
            pipe.unlink(missing_ok=True)
            os.mkfifo(pipe)
            shutil.rmtree(folder / "home", ignore_errors=True)
            shutil.copytree(database.parent, folder / "home")
            with (folder / "log").open("w") as log:
                keeper = subprocess.Popen(
                    [sys.executable, __file__, str(folder), *providers],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # a Ctrl-C is pytest's to answer
                )
            held = os.open(pipe, os.O_WRONLY)
            while not address.exists():
                if keeper.poll() is not None:
                    raise RuntimeError(f"no Prefect server: {(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.1)
        else:
            held = os.open(pipe, os.O_WRONLY)
    try:
        yield address.read_text()
    finally:
        os.close(held)


def serve_while_used(folder: Path, providers: Sequence[str]) -> None:
    """Serve until nobody holds the pipe. Whoever asks meanwhile has the lock, or waits for it and starts anew."""
    pipe, address = os.open(folder / "pipe", os.O_RDONLY), folder / "address"
    with prefect_server(folder / "home") as api:
        for name in providers:
            limit = {"name": f"tautraj-{name}", "limit": MANY, "active": True}
            httpx.post(f"{api}/v2/concurrency_limits/", json=limit).raise_for_status()
        (folder / "making").write_text(api)
        (folder / "making").rename(address)
        while True:
            os.set_blocking(pipe, True)
            os.read(pipe, 1)
            with FileLock(folder / "lock"), suppress(BlockingIOError):
                os.set_blocking(pipe, False)
                os.read(pipe, 1)
                address.unlink()
                return


if __name__ == "__main__":
    serve_while_used(Path(sys.argv[1]), sys.argv[2:])
