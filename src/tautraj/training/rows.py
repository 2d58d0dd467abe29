"""The rows that a training reads: an export's folder, as `datasets` loads it by its card.

Not here: which conversations an export has (`export.selection`).
"""

import hashlib
import itertools
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
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
    order = _draw_evenly(rows, request.evenly) if request.evenly else range(len(rows))
    return rows.select(order[: request.rows or len(rows)])


def _draw_evenly(rows: Any, most: int) -> list[int]:
    """Indices of the rows: one for each tool that rows call, then the next one for each, and so on.

    A row stands for the rarest of the tools that it calls. Where a tool has no more rows, its first one is next, as
    long as that came less than `most` times.
    """
    called = [frozenset(_iter_called(messages)) for messages in rows["messages"]]
    counts = Counter(itertools.chain.from_iterable(called))
    drawn: dict[str, list[int]] = defaultdict(list)
    for index, tools in enumerate(called):
        drawn[min(tools, key=lambda tool: (counts[tool], tool), default="")].append(index)
    rounds = itertools.zip_longest(*(indices * most for indices in drawn.values()))
    return [index for drawn_now in rounds for index in drawn_now if index is not None]


def _iter_called(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Names of the tools that a conversation calls."""
    for message in messages:
        for call in message.get("tool_calls") or ():
            yield call["function"]["name"]


def hash_rows(folder: Path) -> str:
    """Digest of an export's data files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("train.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
