"""Tasks whose gold actions are known to be bad: `quarantine.yaml`, which holds for exactly the files it names."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import yaml

QUARANTINE_FILE = Path(__file__).with_name("quarantine.yaml")


def load_quarantine(section: str, tasks_file: Path) -> dict[str, str]:
    """Task id -> what is wrong, for the tasks in this very file; nothing is known about others."""
    known = yaml.safe_load(QUARANTINE_FILE.read_text()).get(section)
    if known is None or known["tasks_sha256"] != hash_files([tasks_file]):
        return {}
    return dict(known["tasks"])


def hash_files(paths: Iterable[Path]) -> str:
    """sha256 over names and contents, in the order given."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()
