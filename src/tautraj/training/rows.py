"""The rows that a training reads: an export's folder, as `datasets` loads it by its card.

Not here: which conversations an export has (`export.selection`).
"""

import hashlib
import itertools
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.export.output.folder import CARD_FILE
from tautraj.training.request import TrainRequest

COLUMNS = {"sft": ("messages", "tools"), "dpo": ("prompt", "chosen", "rejected", "tools")}
"""Method -> the columns that its trainer reads; the others are left out."""

FORMATS = {"sft": "sft", "dpo": "preference"}
"""Method -> the export's format."""


def read_rows(request: TrainRequest) -> Any:
    """The rows of the split train, drawn and shuffled by the seed. Raises `ConfigError`."""
    import datasets

    folder = Path(request.data).expanduser()
    if not (folder / CARD_FILE).is_file():
        raise ConfigError(f"data={request.data} is no export. Make one: python flows/export.py format=…")
    datasets.disable_progress_bars()
    with boundary(ConfigError, f"reading data={request.data}"), tempfile.TemporaryDirectory() as cache:
        rows = datasets.load_dataset(str(folder), cache_dir=cache, split="train", keep_in_memory=True)
    columns = COLUMNS[request.method]
    if missing := [name for name in columns if name not in rows.column_names]:
        raise ConfigError(
            f"data={request.data} has no column {missing[0]}: method={request.method} reads an export of "
            f"format={FORMATS[request.method]}"
        )
    rows = rows.shuffle(seed=request.seed).select_columns(list(columns))
    order = _order_evenly(rows) if request.evenly else range(len(rows))
    return rows.select(order[: request.rows])


def _order_evenly(rows: Any) -> list[int]:
    """Indices of the rows: one of each kind of them that calls the same tools, then the next of each, and so on."""
    kinds: dict[frozenset[str], list[int]] = defaultdict(list)
    for index, messages in enumerate(rows[COLUMNS["sft"][0]]):
        calls = (call for message in messages for call in message.get("tool_calls") or ())
        kinds[frozenset(call["function"]["name"] for call in calls)].append(index)
    rounds = itertools.zip_longest(*kinds.values())
    return [index for drawn in rounds for index in drawn if index is not None]


def hash_rows(folder: Path) -> str:
    """Digest of an export's data files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("train.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
