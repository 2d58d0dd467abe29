"""Writes rows to files one by one: JSON lines, Parquet in groups of rows, sessions. Memory holds one group.

Not here: the content of a row (`export.formats`), its types (`export.columns`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import orjson

from tautraj.export.columns import Kind, find_kinds
from tautraj.export.formats import Row

ROW_GROUP_SIZE = 256
"""Rows per Parquet row group."""


EncodedRow = dict[str, bytes | list[bytes]]
"""Column -> its value as JSON; of a list, each item."""


def encode_row(row: Row) -> EncodedRow:
    return {
        name: [_dump(item) for item in value] if isinstance(value, list) else _dump(value)
        for name, value in row.items()
    }


def join_row(encoded: EncodedRow) -> bytes:
    """The row as a JSON object."""
    columns = (
        _dump(name) + b":" + (b"[%b]" % b",".join(text) if isinstance(text, list) else text)
        for name, text in encoded.items()
    )
    return b"{%b}" % b",".join(columns)


class RowWriter(Protocol):
    def write(self, row: Row, encoded: EncodedRow) -> None: ...

    def close(self) -> None: ...


@contextmanager
def open_writer(path: Path) -> Iterator[RowWriter]:
    """A writer chosen by the suffix: `.jsonl`, `.parquet`; without one, a folder with a file per `session`."""
    writer: RowWriter
    if path.suffix:
        writer = _JsonLinesWriter(path) if path.suffix == ".jsonl" else _ParquetWriter(path)
    else:
        writer = _SessionWriter(path)
    try:
        yield writer
    finally:
        writer.close()


class _JsonLinesWriter:
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, row: Row, encoded: EncodedRow) -> None:  # noqa: ARG002 - as the others
        self._file.write(join_row(encoded) + b"\n")

    def close(self) -> None:
        self._file.close()


class _SessionWriter:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    def write(self, row: Row, encoded: EncodedRow) -> None:
        (self._folder / f"{row['uuid']}.jsonl").write_bytes(b"\n".join([*encoded["session"], b""]))

    def close(self) -> None:
        pass


class _ParquetWriter:
    """Objects are Arrow's JSON texts, which `datasets` reads as `Json`; with the page index of the Hub's viewer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kinds: dict[str, Kind] = {}
        self._writer: Any = None
        self._rows: list[Row] = []

    def write(self, row: Row, encoded: EncodedRow) -> None:
        self._kinds = self._kinds or find_kinds(row)
        self._rows.append({name: _to_stored(value, encoded[name], self._kinds[name]) for name, value in row.items()})
        if len(self._rows) == ROW_GROUP_SIZE:
            self._flush()

    def close(self) -> None:
        if self._rows:
            self._flush()
        if self._writer is not None:
            self._writer.close()

    def _flush(self) -> None:
        import pyarrow
        from pyarrow import parquet

        text, json_text = pyarrow.string(), pyarrow.json_(pyarrow.string())
        plain = {"text": text, "number": pyarrow.float64(), "integer": pyarrow.int64(), "flag": pyarrow.bool_()}
        stored = plain | {"json": text, "json list": pyarrow.list_(text)}
        shown = plain | {"json": json_text, "json list": pyarrow.list_(json_text)}
        as_stored, as_shown = (
            pyarrow.schema([(name, types[kind]) for name, kind in self._kinds.items()]) for types in (stored, shown)
        )
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, as_shown, write_page_index=True)
        self._writer.write_table(pyarrow.Table.from_pylist(self._rows, schema=as_stored).cast(as_shown))
        self._rows.clear()


def _to_stored(value: Any, encoded: bytes | list[bytes], kind: Kind) -> Any:
    """A value as its column stores it: objects, and the items of lists, as JSON."""
    if value is None or kind not in ("json", "json list"):
        return value
    return [item.decode() for item in encoded] if isinstance(encoded, list) else encoded.decode()


def _dump(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # half a surrogate pair, a number beyond 64 bits
        return json.dumps(value).encode()
