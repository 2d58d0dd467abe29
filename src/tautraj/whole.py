"""A file on a local disk, written whole or not at all."""

import uuid
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, data: bytes, beside: Path) -> None:
    """Write it in the folder `beside`, on the same disk, and rename it. Raises `OSError`, nothing left behind."""
    partial = beside / uuid.uuid4().hex
    try:
        for target in (partial, path):
            target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data)
        partial.replace(path)  # fsspec's mv copies where it cannot rename, and a copy can be half
    except OSError:
        with suppress(OSError):
            partial.unlink()  # a full disk needs the room
        raise
