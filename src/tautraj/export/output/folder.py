"""The folder of an export: there whole or not at all, the one before until then, and nobody else's."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tautraj.errors import ConfigError, StoreError, boundary

CARD_FILE = "README.md"

PLOT_FILES = ("operations.png", "lengths.png")

EXPORT_FILES = {
    CARD_FILE,
    *PLOT_FILES,
    *(f"{split}.{kind}" for split in ("train", "validation") for kind in ("jsonl", "parquet")),
}
"""All that an export ever has."""


def check_replaceable(folder: Path) -> None:
    """Raise `ConfigError` unless an export may stand there: nothing does, or an older export does."""
    with boundary(StoreError, f"out={folder}"):
        if folder.name and not folder.exists():
            return
        if not folder.name or not folder.is_dir():
            raise ConfigError(f"out={folder} is no folder that could be made: name another folder, out=…")
        found = {path.name for path in folder.iterdir()}
        if found and (CARD_FILE not in found or not found <= EXPORT_FILES):
            other = ", ".join(sorted(found - EXPORT_FILES)[:3]) or "no card"
            raise ConfigError(f"{folder} is not an export and nothing else ({other}): name another folder, out=…")


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yields the folder to write into."""
    with boundary(StoreError, f"writing {folder}"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        made, before = work / "made", work / "before"
        try:
            made.mkdir()
            yield made
            check_replaceable(folder)
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
