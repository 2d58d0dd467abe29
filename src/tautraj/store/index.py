"""`index.json`: a cache of episode summaries, so that a long run need not be read whole on each resume or report.

An entry is valid while its episode file has the same stamp; deleting `index.json` is safe. Not here: the records
(`store.run_directory`), metrics (`metrics`).
"""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from tautraj.metrics import EpisodeSummary, summarise
from tautraj.store.run_directory import Store
from tautraj.trajectory import SCHEMA_VERSION

INDEX_FILE = "index.json"

SUMMARY_VERSION = 3
"""Raised when `summarise` makes another summary of the same record."""

VERSIONS = (SCHEMA_VERSION, SUMMARY_VERSION)

ENTRIES_ADAPTER: TypeAdapter[list[tuple[str, EpisodeSummary]]] = TypeAdapter(list[tuple[str, EpisodeSummary]])
"""(stamp of the episode file, summary)."""


def read_rows(store: Store) -> list[EpisodeSummary]:
    """Summaries of all valid records, sorted by file name; only files without a valid entry are read.

    Raises `StoreError` as `Store.read_episodes` does.
    """
    index = _read_index(store)
    rows = []
    for episode, stamp in store.read_stamps().items():
        if (row := index.get((episode, stamp))) is not None:
            rows.append(row)
        elif (record := store.read_episode(episode)) is not None:
            rows.append(summarise(record))
    return rows


def save_index(store: Store, rows: Iterable[EpisodeSummary]) -> None:
    """Write the index. The caller holds the lock (`store.lock`). Raises `StoreError`."""
    stamps = store.read_stamps()
    entries = [(stamps[row.id], row) for row in rows if row.id in stamps]
    store.write_chunks(
        INDEX_FILE, [b'{"schema": %d, "summary": %d, "rows": ' % VERSIONS, ENTRIES_ADAPTER.dump_json(entries), b"}\n"]
    )


def _read_index(store: Store) -> dict[tuple[str, str], EpisodeSummary]:
    """(id, stamp) -> summary; empty if there is no index, or it has another version or shape."""
    content = store.read_json(INDEX_FILE)
    if not isinstance(content, dict) or (content.get("schema"), content.get("summary")) != VERSIONS:
        return {}
    try:
        return {(row.id, stamp): row for stamp, row in ENTRIES_ADAPTER.validate_python(content.get("rows"))}
    except ValidationError:
        return {}
