"""A file on a local disk, written whole or not at all."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, chunks: Iterable[bytes], temp_folder: Path) -> None:
    """Write it in the folder `beside`, on the same disk, and rename it. Nothing is left behind by what is raised."""
    partial = temp_folder / uuid.uuid4().hex
    try:
        for target in (partial, path):
            target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.writelines(chunks)
        partial.replace(path)  # fsspec's mv copies where it cannot rename, and a copy can be half
    except BaseException:
        with suppress(OSError):
            partial.unlink()  # a full disk needs the room
        raise
