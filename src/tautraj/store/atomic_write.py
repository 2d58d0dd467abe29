"""Atomic writes on a local disk."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, chunks: Iterable[bytes], temp_folder: Path) -> None:
    """Write a file by writing one in `temp_folder`, on the same disk, and renaming it. Creates both folders.

    Raises what writing raises, after deleting the partial file.
    """
    partial = temp_folder / uuid.uuid4().hex
    try:
        for target in (partial, path):
            target.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.writelines(chunks)
        partial.replace(path)  # fsspec's mv copies if it cannot rename, and a copy is not atomic
    except BaseException:
        with suppress(OSError):
            partial.unlink()  # a full disk needs the space
        raise
