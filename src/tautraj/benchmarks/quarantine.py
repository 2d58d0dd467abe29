"""Tasks whose gold actions are known to be wrong, listed in `quarantine.yaml` for task files of one digest."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import yaml

QUARANTINE_FILE = Path(__file__).with_name("quarantine.yaml")


def load_quarantine(section: str, tasks_file: Path) -> dict[str, str]:
    """Task id -> defect. Empty if `tasks_file` is not the version that the section describes."""
    entry = yaml.safe_load(QUARANTINE_FILE.read_text()).get(section)
    if entry is None or entry["tasks_sha256"] != hash_files([tasks_file]):
        return {}
    return dict(entry["tasks"])


def hash_files(paths: Iterable[Path], folder: Path | None = None) -> str:
    """sha256 (hex) over the names (in `folder`, if one is given) and contents of files, in the order of `paths`."""
    digest = hashlib.sha256()
    for path in paths:
        name = path.relative_to(folder).as_posix() if folder else path.name
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
