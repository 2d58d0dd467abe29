"""Writes rows to files one by one: JSON lines, or Parquet in groups of rows. Memory holds one group.

Not here: the content of a row (`export.formats`).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import orjson

from tautraj.export.formats import Row

ROW_GROUP_SIZE = 256
"""Rows per Parquet row group."""

NUMBER_COLUMNS = ("weight", "reward", "rejected_reward")
"""Number columns that may be empty in the first group; other columns empty there become text, or calls."""


class RowWriter(Protocol):
    def write(self, row: Row) -> None: ...

    def close(self) -> None: ...


@contextmanager
def open_writer(path: Path) -> Iterator[RowWriter]:
    """A writer chosen by the suffix, `.jsonl` or `.parquet`."""
    writer: RowWriter = _JsonLinesWriter(path) if path.suffix == ".jsonl" else _ParquetWriter(path)
    try:
        yield writer
    finally:
        writer.close()


class _JsonLinesWriter:
    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, row: Row) -> None:
        try:
            line = orjson.dumps(row)
        except TypeError:  # half a surrogate pair, a number beyond 64 bits
            line = json.dumps(row).encode()
        self._file.write(line + b"\n")

    def close(self) -> None:
        self._file.close()


class _ParquetWriter:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self._rows: list[Row] = []

    def write(self, row: Row) -> None:
        self._rows.append(row)
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

        schema = (
            self._writer.schema if self._writer else _type_empty_columns(pyarrow.Table.from_pylist(self._rows).schema)
        )
        table = pyarrow.Table.from_pylist(self._rows, schema=schema)
        if self._writer is None:
            self._writer = parquet.ParquetWriter(self._path, schema)
        self._writer.write_table(table)
        self._rows.clear()


def _type_empty_columns(schema: Any) -> Any:
    """The Arrow schema with a type for every column that was empty in the first group."""
    import pyarrow

    text = pyarrow.string()
    function = pyarrow.struct([("name", text), ("arguments", text)])
    calls = pyarrow.list_(pyarrow.struct([("id", text), ("type", text), ("function", function)]))

    def fill_type(kind: Any, name: str) -> Any:
        if pyarrow.types.is_null(kind):
            return {"tool_calls": calls, **dict.fromkeys(NUMBER_COLUMNS, pyarrow.float64())}.get(name, text)
        if pyarrow.types.is_list(kind):
            return pyarrow.list_(fill_type(kind.value_type, name))
        if pyarrow.types.is_struct(kind):
            return pyarrow.struct([(field.name, fill_type(field.type, field.name)) for field in kind])
        return kind

    return pyarrow.schema([(field.name, fill_type(field.type, field.name)) for field in schema])
