"""Failure records, one per failed attempt: `failures/<episode id>.<n>.json`. Pure: built, parsed and named here.

Not here: reading and writing the files (`store.run_directory`).
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from tautraj.errors import EpisodeError
from tautraj.metrics import Failure
from tautraj.trajectory import SCHEMA_VERSION, Seat, Turn, Usage

FILE_NAME = re.compile(r"(.+)\.(\d+)\.json")

USAGE_ADAPTER: TypeAdapter[dict[Seat, Usage]] = TypeAdapter(dict[Seat, Usage])


def build_failure(
    episode_id: str, error: Exception, turns: Sequence[Turn], usage: Mapping[Seat, Usage]
) -> dict[str, Any]:
    """The record of an attempt that raised `error` after `turns`."""
    return {
        "schema": SCHEMA_VERSION,
        "id": episode_id,
        "kind": type(error).__name__,
        "transient": isinstance(error, EpisodeError) and error.transient,
        "message": str(error),
        "turns": [turn.model_dump() for turn in turns],
        "usage": {seat: spent.model_dump() for seat, spent in usage.items()},
    }


def build_broken_record(episode_id: str, error: Exception, data: bytes) -> dict[str, Any]:
    """The record that replaces an episode file which cannot be read. `data`: the content of that file."""
    return {
        "schema": SCHEMA_VERSION,
        "id": episode_id,
        "kind": "BrokenRecord",
        "message": str(error)[:500],
        "turns": [],
        "usage": {},
        "text": data.decode(errors="replace"),
    }


def parse_failure(episode_id: str, data: bytes) -> Failure:
    """Kind and message of a failure file; of kind `BrokenRecord` if it cannot be read."""
    try:
        record = json.loads(data)
        kind = str(record["kind"])
        return Failure(episode_id, kind if kind.isidentifier() else "BrokenRecord", str(record["message"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Failure(episode_id, "BrokenRecord", str(error))


def parse_usage(data: bytes) -> dict[Seat, Usage] | None:
    """Usage per seat in a failure file; None if it cannot be read."""
    try:
        return USAGE_ADAPTER.validate_python(json.loads(data).get("usage", {}))
    except (ValueError, RecursionError, AttributeError):
        return None


def parse_file_name(path: str) -> tuple[str, int] | None:
    """Episode id and number of the failure, from 1; None for any other file."""
    match = FILE_NAME.fullmatch(path.rsplit("/", 1)[-1])
    return (match[1], int(match[2])) if match else None
