"""The folder of an export: there whole or not at all, the one before until then, and nobody else's."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tautraj.errors import ConfigError, StoreError, boundary

CARD = "README.md"

PICTURES = ("operations.png", "lengths.png")

FILES = {CARD, *PICTURES, *(f"{split}.{kind}" for split in ("train", "validation") for kind in ("jsonl", "parquet"))}
"""All that an export ever has."""


def free(folder: Path) -> None:
    """Raise `ConfigError` unless an export may stand there: nothing does, or an older export does."""
    with boundary(StoreError, f"out={folder}"):
        if folder.name and not folder.exists():
            return
        if not folder.name or not folder.is_dir():
            raise ConfigError(f"out={folder} is no folder that could be made: name another folder, out=…")
        found = {path.name for path in folder.iterdir()}
        if found and (CARD not in found or not found <= FILES):
            other = ", ".join(sorted(found - FILES)[:3]) or "no card"
            raise ConfigError(f"{folder} is not an export and nothing else ({other}): name another folder, out=…")


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """Yields the folder to write into."""
    with boundary(StoreError, f"writing {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        made, before = work / "made", work / "before"
        try:
            made.mkdir()
            yield made
            free(folder)
            if folder.exists():
                folder.rename(before)
            try:
                made.rename(folder)
            except OSError:
                if before.exists():
                    before.rename(folder)
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
