"""What the numbers need of every episode, so that a long run is not read whole each time it is resumed or looked at.

Derived, and never the truth: a row stands as long as its file is the one it was made of. Not here: the records
(`store`), what the numbers are (`metrics`).
"""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from tautraj.metrics import EpisodeSummary, summarise
from tautraj.store.run_directory import Store
from tautraj.trajectory import SCHEMA_VERSION

INDEX_FILE = "index.json"

ENTRIES_ADAPTER: TypeAdapter[list[tuple[str, EpisodeSummary]]] = TypeAdapter(list[tuple[str, EpisodeSummary]])
"""With what each file was then."""


def read_rows(store: Store) -> list[EpisodeSummary]:
    """Of every whole record, in the order of their ids; only files that the index does not know are read.

    Raises `StoreError` as `Store.episodes` does.
    """
    known = _read_index(store)
    found = []
    for episode, stamp in store.read_stamps().items():
        if (kept := known.get((episode, stamp))) is not None:
            found.append(kept)
        elif (record := store.read_episode(episode)) is not None:
            found.append(summarise(record))
    return found


def save_index(store: Store, rows: Iterable[EpisodeSummary]) -> None:
    """Write the index down; whoever does holds the run directory. Raises `StoreError`."""
    stamps = store.read_stamps()
    entries = [(stamps[one.id], one) for one in rows if one.id in stamps]
    store.write_chunks(
        INDEX_FILE, [b'{"schema": %d, "rows": ' % SCHEMA_VERSION, ENTRIES_ADAPTER.dump_json(entries), b"}\n"]
    )


def _read_index(store: Store) -> dict[tuple[str, str], EpisodeSummary]:
    """By id and stamp; nothing where there is no index, or one of another version or shape."""
    found = store.read_json(INDEX_FILE)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA_VERSION:
        return {}
    try:
        return {(one.id, stamp): one for stamp, one in ENTRIES_ADAPTER.validate_python(found.get("rows"))}
    except ValidationError:
        return {}
