"""Exclusive lock on a run directory. A second process gets a `StoreError` naming the holder.

Reading needs no lock. Not here: what is written (`store.run_directory`).
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
    """Lock the run directory for the length of the block, for this process and the workers it starts.

    Raises `StoreError` naming the holder. The kernel releases the lock when its holder dies, however it dies. On an
    object store nothing is locked: the user must run one process at a time.
    """
    if not store.is_local:
        yield
        return
    folder = Path(store.path)
    with _report_unwritable(store):
        created = [path for path in (folder, *folder.parents) if not path.exists()]
    lock = FileLock(folder / LOCK_FILE, blocking=False, fallback_to_soft=False)  # a soft lock outlives its holder
    try:
        _acquire(lock, store)
        yield
    finally:
        if lock.is_locked:
            _remove_unused_folders(folder, created)
        lock.release()


def identify_lock(store: Store) -> tuple[int, int] | None:
    """Device and inode of the lock file at its path; None on an object store, or if there is none.

    Another one than before, or none: the run directory was moved or deleted while this process held the lock.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        if store.is_local:
            info = Path(store.path, LOCK_FILE).stat()
            return info.st_dev, info.st_ino
    return None


def describe_loss(store: Store) -> str:
    """What to print if the lock file is no longer the one that this process has locked."""
    return (
        f"{store.url} was moved, renamed or deleted in mid-run: no new episodes. Those that finished since are in "
        f"{store.url}/episodes: add them to the directory's own episodes/, put it back and run the same command"
    )


def _acquire(lock: FileLock, store: Store) -> None:
    path = Path(lock.lock_file)
    with _report_unwritable(store):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise StoreError(
                f"{store.url} is being written by {_describe_holder(path)}. "
                f"Wait for it, stop it, or choose another root=…"
            ) from None
        path.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}))


@contextmanager
def _report_unwritable(store: Store) -> Iterator[None]:
    """Raise `StoreError` for a path that the system refuses: no right, too long, a zero byte, a loop of links."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise StoreError(f"{store.url} cannot be written: {error}. Choose another root=…") from error


def is_held_elsewhere(store: Store) -> bool:
    """Whether another process of this machine, the last to lock the run directory, still runs. Takes no lock."""
    with _suppress_unreadable_holder():
        holder = json.loads((Path(store.path) / LOCK_FILE).read_text())
        if holder["host"] != socket.gethostname() or holder["pid"] == os.getpid():
            return False
        os.kill(holder["pid"], 0)  # raises if there is no such process
        return True
    return False


def _describe_holder(lock: Path) -> str:
    with _suppress_unreadable_holder():
        holder = json.loads(lock.read_text())
        since = time.strftime("%Y-%m-%d %H:%M", time.localtime(holder["since"]))
        return f"process {holder['pid']} on host {holder['host']} since {since}"
    return "another process"


def _suppress_unreadable_holder() -> suppress:
    """For reading a lock file: its process has not written it yet, or somebody edited it."""
    return suppress(OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError)


def _remove_unused_folders(folder: Path, created: list[Path]) -> None:
    """Delete the lock file and the folders in `created` if the run wrote nothing else."""
    with suppress(OSError):
        if [path.name for path in folder.iterdir()] == [LOCK_FILE]:
            (folder / LOCK_FILE).unlink()
            for path in created:
                path.rmdir()
