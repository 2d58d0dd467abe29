"""The folder of an export, replaced atomically. A folder that no export wrote is never replaced."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.store.run_directory import UNWRITABLE

CARD_FILE = "README.md"

PLOT_FILES = ("operations.png", "lengths.png")

EXPORT_FILES = {
    CARD_FILE,
    *PLOT_FILES,
    *(f"{split}{kind}" for split in ("train", "validation") for kind in (".jsonl", ".parquet", "")),
}
"""Every file and folder that an export may have."""


def check_replaceable(folder: Path) -> None:
    """Raise `ConfigError` unless the folder is free, or an older export that may be replaced."""
    with boundary(StoreError, f"out={folder}"):
        if folder.name and not folder.exists():
            return
        if not folder.name or not folder.is_dir():
            raise ConfigError(f"out={folder} is no folder that could be made: name another folder, out=…")
        names = {path.name for path in folder.iterdir()}
        if names and (CARD_FILE not in names or not names <= EXPORT_FILES):
            other = ", ".join(sorted(names - EXPORT_FILES)[:3]) or "no card"
            raise ConfigError(f"{folder} is not an export and nothing else ({other}): name another folder, out=…")


@contextmanager
def atomic_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder; it becomes `folder` if the block succeeds, and is deleted otherwise."""
    with boundary(StoreError, f"writing {folder}", UNWRITABLE):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        new, old = work / "made", work / "before"
        try:
            new.mkdir()
            yield new
            check_replaceable(folder)
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
