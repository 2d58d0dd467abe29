"""Who writes a run directory: one process at a time, and another is told which one.

Not here: what is written (`store`). A process that only reads needs no hold.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from tautraj.errors import StoreError
from tautraj.store.run_directory import Store

LOCK_FILE = ".lock"


@contextmanager
def exclusive_lock(store: Store) -> Iterator[None]:
    """The run directory for the length of the block, for this process and the workers it starts.

    Raises `StoreError` naming the process that has it. The kernel frees it when its holder dies, whatever it dies of.
    An object store has no such lock: there, one process at a time is the user's to see to.
    """
    if not store.is_local:
        yield
        return
    folder = Path(store.path)
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    lock = FileLock(folder / LOCK_FILE, blocking=False, fallback_to_soft=False)  # a soft one would outlive its holder
    try:
        _acquire(lock, store)
        yield
    finally:
        if lock.is_locked:
            _remove_unused_folders(folder, made)
        lock.release()


def _acquire(lock: FileLock, store: Store) -> None:
    path = Path(lock.lock_file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        path.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}))
    except Timeout:
        raise StoreError(
            f"{store.url} is being written by {_describe_holder(path)}. "
            f"Wait for it, stop it, or choose another root=… or experiment=…"
        ) from None
    except OSError as error:
        raise StoreError(f"{store.url} cannot be written: {error}. Choose another root=…") from error


def _describe_holder(lock: Path) -> str:
    try:
        found = json.loads(lock.read_text())
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(found["since"]))
        return f"process {found['pid']} on host {found['host']} since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"  # which has only just begun to


def _remove_unused_folders(folder: Path, created: list[Path]) -> None:
    """Leave no trace of a run that was refused before anything was written."""
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [LOCK_FILE]:
            (folder / LOCK_FILE).unlink()
            for path in created:
                path.rmdir()
