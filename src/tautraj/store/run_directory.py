"""The run directory: records written whole or not at all, failures apart, what is done told by what is there.

Any fsspec URL. Not here: what is owed (`grid`), numbers (`metrics`). Nothing read here is ever executed.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import fsspec
import yaml
from pydantic import TypeAdapter

from tautraj.config.migrations import upgrade_run
from tautraj.errors import BrokenRecord, EpisodeError, StoreError, boundary
from tautraj.metrics import Failure
from tautraj.redaction import redact_credentials
from tautraj.store.atomic_write import write_atomically
from tautraj.store.migrations import upgrade_episode
from tautraj.trajectory import SCHEMA_VERSION, Seat, Trajectory, Turn, Usage

CURRENT_SCHEMA = re.compile(rb'\s*\{\s*"schema":\s*%d\s*,' % SCHEMA_VERSION)
"""How an episode of this schema begins, as it is written here."""

USAGE_ADAPTER: TypeAdapter[dict[Seat, Usage]] = TypeAdapter(dict[Seat, Usage])


class Store:
    """One run directory. Safe to use from many threads: every episode has its own file."""

    def __init__(self, url: str) -> None:
        self.url = redact_credentials(url)
        """To be shown; without the credentials in it."""
        with boundary(StoreError, f"root={url}"):
            self._fs, self.path = fsspec.url_to_fs(url)
        self.is_local = "file" in self._fs.protocol
        """On a disk, where files can be locked and renamed."""

    def check(self) -> None:
        """Raise `StoreError` when the directory was written by a newer schema. Writes nothing."""
        with boundary(StoreError, f"reading {self.url}"):
            if self._fs.exists(f"{self.path}/run.yaml"):
                self.read_config()

    def read_config(self) -> dict[str, Any]:
        """What `open` was given: the resolved tree. Raises `StoreError` where there is none, or of a newer schema."""
        name = f"{self.path}/run.yaml"
        with boundary(StoreError, f"reading {self.url}/run.yaml"):
            if not self._fs.exists(name):
                raise StoreError(f"{self.url} is no run directory: it has no run.yaml. Name one: run=outputs/…/…")
            found = yaml.safe_load(self._fs.cat_file(name))
            upgraded = upgrade_run(found if isinstance(found, dict) else {}, self.url)
        return {key: value for key, value in upgraded.items() if key not in ("schema", "defaults")}

    def open(self, config: dict[str, Any], header: str) -> None:
        """Make the directory if need be, `run.yaml` first. Raises `StoreError` when it cannot be written.

        Nobody else may be writing it: see `hold`.
        """
        self.check()
        with boundary(StoreError, f"opening {self.url}"):
            if self.is_local and self._fs.exists(f"{self.path}/.partial"):
                self._fs.rm(f"{self.path}/.partial", recursive=True)  # what a killed process was writing
            text = yaml.safe_dump({"schema": SCHEMA_VERSION, **config}, sort_keys=False, allow_unicode=True)
            self._write(f"{self.path}/run.yaml", (header + text).encode())

    def list_ids(self) -> set[str]:
        """Of every episode that has a file."""
        return {_parse_id(path) for path in self._list("episodes")}

    def read_episodes(self) -> Iterator[Trajectory]:
        """Every whole record, one at a time. A file that is none is set aside as a failure and owed again.

        Raises `StoreError` on a record of a newer schema.
        """
        for path in self._list("episodes"):
            record = self._read(path)
            if record is not None:
                yield record

    def read_episode(self, episode_id: str) -> Trajectory | None:
        """One record, likewise."""
        return self._read(f"{self.path}/episodes/{episode_id}.json")

    def read_stamps(self) -> dict[str, str]:
        """Id of every episode that has a file -> what changes when the file does."""
        return {_parse_id(info["name"]): _compute_stamp(info) for info in self._list("episodes", detail=True)}

    def write(self, trajectory: Trajectory) -> None:
        """Keep an episode; from here on it is done."""
        with boundary(StoreError, f"writing {trajectory.id}"):
            data = trajectory.model_dump_json(by_alias=True, indent=1).encode()
            self._write(f"{self.path}/episodes/{trajectory.id}.json", data)

    def write_failure(
        self, episode_id: str, error: Exception, turns: list[Turn], usage: Mapping[Seat, Usage]
    ) -> None:
        """Keep what went wrong, how far it got and what it cost."""
        record = {
            "schema": SCHEMA_VERSION,
            "id": episode_id,
            "kind": type(error).__name__,
            "transient": isinstance(error, EpisodeError) and error.transient,
            "message": str(error),
            "turns": [turn.model_dump() for turn in turns],
            "usage": {seat: spent.model_dump() for seat, spent in usage.items()},
        }
        self._add_failure(episode_id, record)

    def read_failures(self, done: set[str]) -> list[Failure]:
        """The latest failure of every episode that is not done."""
        latest: dict[str, Failure] = {}
        for episode, _, path in sorted(self._list_failures()):
            if episode not in done:
                with boundary(StoreError, f"reading {path}"):
                    latest[episode] = _parse_failure(episode, self._fs.cat_file(path))
        return list(latest.values())

    def read_failed_usage(self, known: Collection[str] = ()) -> Iterator[tuple[str, dict[Seat, Usage]]]:
        """File and cost of each failed attempt, episodes done later included, but those `known`."""
        for _, _, path in self._list_failures():
            if path not in known:
                with boundary(StoreError, f"reading {path}"):
                    data = self._fs.cat_file(path)
                with suppress(ValueError, RecursionError, AttributeError):
                    yield path, USAGE_ADAPTER.validate_python(json.loads(data).get("usage", {}))

    def write_json(self, name: str, value: Any) -> None:
        """A file beside the episodes, e.g. metrics.json."""
        self.write_text(name, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Likewise, what is no JSON."""
        with boundary(StoreError, f"writing {self.url}/{name}"):  # half a surrogate pair is escaped
            self._write(f"{self.path}/{name}", text.encode(errors="backslashreplace"))

    def write_chunks(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file that need not fit into memory, here or in any other folder; likewise whole or not at all."""
        path = f"{self.path}/{name}"
        with boundary(StoreError, f"writing {self.url}/{name}"):
            if self.is_local:
                partial = Path(self.path, ".partial")
                write_atomically(Path(path), chunks, partial if partial.exists() else partial.parent)
                return
            with tempfile.NamedTemporaryFile() as whole:
                whole.writelines(chunks)
                whole.flush()
                self._fs.put_file(whole.name, path)

    def read_json(self, name: str) -> Any:
        """What `write_json` wrote; None if there is nothing, or nothing that is JSON."""
        path = f"{self.path}/{name}"
        with boundary(StoreError, f"reading {self.url}/{name}"), suppress(ValueError, RecursionError):
            return json.loads(self._fs.cat_file(path)) if self._fs.exists(path) else None
        return None

    def _read(self, path: str) -> Trajectory | None:
        name = _parse_id(path)
        with boundary(StoreError, f"reading {path}"):
            data = self._fs.cat_file(path)
        try:
            record = self._parse(data)
            if record.id != name:
                raise BrokenRecord(f"the record calls itself {record.id}")
        except (ValueError, RecursionError, BrokenRecord) as error:
            broken = {
                "schema": SCHEMA_VERSION,
                "id": name,
                "kind": "BrokenRecord",
                "message": str(error)[:500],
                "turns": [],
                "usage": {},
            }
            self._add_failure(name, {**broken, "text": data.decode(errors="replace")})
            self._fs.rm_file(path)  # rm would take the name for a pattern
            return None
        return record

    def _parse(self, data: bytes) -> Trajectory:
        """Raises `ValueError` on what is no record."""
        if CURRENT_SCHEMA.match(data):
            with suppress(ValueError):  # half a surrogate pair, which json reads
                return Trajectory.model_validate_json(data)  # at once: half the time
        found = json.loads(data)
        if isinstance(found, dict) and "schema" in found:
            found = upgrade_episode(found, self.url)
        return Trajectory.model_validate(found)

    def _add_failure(self, episode_id: str, record: dict[str, Any]) -> None:
        taken = [number for name, number, _ in self._list_failures() if name == episode_id]
        self.write_json(f"failures/{episode_id}.{max(taken, default=0) + 1}.json", record)

    def _list_failures(self) -> Iterator[tuple[str, int, str]]:
        """Episode, number and path of each failure; other files are not ours."""
        for path in self._list("failures"):
            if named := re.fullmatch(r"(.+)\.(\d+)\.json", path.rsplit("/", 1)[-1]):
                yield named[1], int(named[2]), path

    def _list(self, folder: str, *, detail: bool = False) -> list[Any]:
        """Its records' paths in order, or with `detail` what fsspec knows of each."""
        path = f"{self.path}/{folder}"
        with boundary(StoreError, f"reading {self.url}/{folder}"):
            if not self._fs.exists(path):
                return []
            found = {info["name"]: info for info in self._fs.ls(path, detail=True, refresh=True)}
        names = sorted(name for name in found if name.endswith(".json"))
        return [found[name] for name in names] if detail else names

    def _write(self, path: str, data: bytes) -> None:
        """Whole or not at all: by rename on a local disk, by one PUT on an object store."""
        if self.is_local:
            write_atomically(Path(path), [data], Path(self.path, ".partial"))
        else:
            self._fs.pipe_file(path, data)


def _compute_stamp(info: Mapping[str, Any]) -> str:
    return hashlib.sha256(str(sorted(info.items(), key=str)).encode()).hexdigest()[:16]


def _parse_id(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".json")


def _parse_failure(episode_id: str, data: bytes) -> Failure:
    try:
        record = json.loads(data)
        kind = str(record["kind"])
        return Failure(episode_id, kind if kind.isidentifier() else "BrokenRecord", str(record["message"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return Failure(episode_id, "BrokenRecord", str(error))
