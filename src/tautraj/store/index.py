"""What the numbers need of every episode, so that a long run is not read whole each time it is resumed or looked at.

Derived, and never the truth: a row stands as long as its file is the one it was made of. Not here: the records
(`store`), what the numbers are (`metrics`).
"""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from tautraj.metrics import Row, row
from tautraj.store.run_directory import Store
from tautraj.trajectory import SCHEMA

NAME = "index.json"

ROWS: TypeAdapter[list[tuple[str, Row]]] = TypeAdapter(list[tuple[str, Row]])
"""With what each file was then."""


def rows(store: Store) -> list[Row]:
    """Of every whole record, in the order of their ids; only files that the index does not know are read.

    Raises `StoreError` as `Store.episodes` does.
    """
    known = _known(store)
    found = []
    for episode, stamp in store.stamps().items():
        if (kept := known.get((episode, stamp))) is not None:
            found.append(kept)
        elif (record := store.episode(episode)) is not None:
            found.append(row(record))
    return found


def keep(store: Store, made: Iterable[Row]) -> None:
    """Write the index down; whoever does holds the run directory. Raises `StoreError`."""
    stamps = store.stamps()
    entries = [(stamps[one.id], one) for one in made if one.id in stamps]
    store.write_pieces(NAME, [b'{"schema": %d, "rows": ' % SCHEMA, ROWS.dump_json(entries), b"}\n"])


def _known(store: Store) -> dict[tuple[str, str], Row]:
    """By id and stamp; nothing where there is no index, or one of another version or shape."""
    found = store.read_json(NAME)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        return {}
    try:
        return {(one.id, stamp): one for stamp, one in ROWS.validate_python(found.get("rows"))}
    except ValidationError:
        return {}
