"""The rows that a training reads: an export's folder, as `datasets` loads it by its card.

Not here: which conversations an export has (`export.selection`).
"""

import hashlib
import itertools
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.export.output.folder import CARD_FILE
from tautraj.training.request import TrainRequest

COLUMNS = {"sft": ("messages", "tools"), "dpo": ("prompt", "chosen", "rejected", "tools")}
"""Method -> the columns that its trainer reads; the others are left out."""

FORMATS = {"sft": "sft", "dpo": "preference"}
"""Method -> the export's format."""

WITH_DIGIT = re.compile(r"\S*\d\S*")
"""An id or a number."""


def read_rows(request: TrainRequest) -> Any:
    """The rows of the split train, drawn and shuffled by the seed. Raises `ConfigError`."""
    import datasets

    folder = find_export(request)
    datasets.disable_progress_bars()
    with boundary(ConfigError, f"reading data={request.data}"), tempfile.TemporaryDirectory() as cache:
        rows = datasets.load_dataset(str(folder), cache_dir=cache, split="train", keep_in_memory=True)
    columns = COLUMNS[request.method]
    if missing := [name for name in columns if name not in rows.column_names]:
        raise ConfigError(
            f"data={request.data} has no column {missing[0]}: method={request.method} reads an export of "
            f"format={FORMATS[request.method]}"
        )
    rows = rows.select_columns(list(columns))
    if request.repeat_rare:
        rows = rows.select(_repeat_rare(rows["messages"], request.repeat_rare))
    return rows.shuffle(seed=request.seed).select(range(len(rows))[: request.rows])


def _repeat_rare(conversations: Iterable[list[dict[str, Any]]], max_times: int) -> list[int]:
    """Indices of the conversations, each as often as would give its kind the mean number, at most `max_times`.

    A conversation stands for the rarest of the tools that it calls and of the beginnings of its thoughts.
    """
    kinds = [frozenset(_iter_kinds(messages)) for messages in conversations]
    counts = Counter(itertools.chain.from_iterable(kinds))
    rarest = [min(of_one, key=lambda kind: (counts[kind], kind), default="") for of_one in kinds]
    sizes = Counter(rarest)
    mean = len(rarest) / max(1, len(sizes))
    times = {kind: max(1, min(max_times, round(mean / size))) for kind, size in sizes.items()}
    return [index for index, kind in enumerate(rarest) for _ in range(times[kind])]


def _iter_kinds(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Names of the tools that a conversation calls, and first sentences of its thoughts, without ids, counted.

    A wish that is thought of once more than others of its kind was changed, or something had to be asked.
    """
    thoughts: Counter[str] = Counter()
    for message in messages:
        for call in message.get("tool_calls") or ():
            yield call["function"]["name"]
        if thought := message.get("reasoning_content"):
            first_sentence = WITH_DIGIT.sub("", thought.partition(".")[0])
            thoughts[first_sentence] += 1
            yield f"{first_sentence} {thoughts[first_sentence]}"


def count_with_others(pairs: Any) -> int:
    """How many pairs have a message of a customer or a tool in a continuation. DPO learns those, too."""
    continuations = map(itertools.chain, pairs["chosen"], pairs["rejected"])
    return sum(any(message["role"] != "assistant" for message in messages) for messages in continuations)


def find_export(request: TrainRequest) -> Path:
    """Its folder. Raises `ConfigError` if it is none."""
    folder = Path(request.data).expanduser()
    if not (folder / CARD_FILE).is_file():
        raise ConfigError(f"data={request.data} is no export. Make one: python flows/export.py format=…")
    return folder


def hash_rows(folder: Path) -> str:
    """Digest of an export's data files."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("train.*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]
