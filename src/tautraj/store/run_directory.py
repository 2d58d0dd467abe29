"""Reads and writes a run directory, at any fsspec URL. An episode is done if its file exists.

Files are written atomically. Nothing that is read is ever executed. Not here: which episodes are to be played
(`config.identity`), the content of failure files (`store.failures`), metrics (`metrics`).
"""

import hashlib
import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import fsspec
import yaml

from tautraj.config.migrations import upgrade_run
from tautraj.errors import BrokenRecord, StoreError, boundary
from tautraj.metrics import Failure
from tautraj.redaction import redact_credentials
from tautraj.store import failures
from tautraj.store.atomic_write import write_atomically
from tautraj.store.migrations import parse_episode
from tautraj.trajectory import SCHEMA_VERSION, Seat, Trajectory, Turn, Usage

UNREACHABLE = "Check that the address answers and can be written, or choose another with root=…"
"""The next step after an error of the file system that a URL names."""

QUARANTINE = "quarantined"
"""Folder of attempts that were played again: `<episode id>.<attempt>.json`."""

UNWRITABLE = "Make room, or allow writing there, and run the same command again"


class WastedUsage(NamedTuple):
    """What an attempt used that is no episode."""

    path: str
    usage: dict[Seat, Usage]
    is_put_aside: bool
    """Whether it was played again since its customer was at fault; False: it failed."""


class Store:
    """One run directory. Thread-safe: every episode has its own file. Methods raise `StoreError`."""

    def __init__(self, url: str) -> None:
        self.url = redact_credentials(url)
        """For display: credentials masked."""
        with boundary(StoreError, f"root={url}", UNREACHABLE):
            self._fs, self.path = fsspec.url_to_fs(url)
        self.is_local = "file" in self._fs.protocol
        """Whether it is on a local disk, where files can be locked and renamed."""

    def has_config(self) -> bool:
        """Whether there is a `run.yaml`, as in every run directory."""
        with boundary(StoreError, f"reading {self.url}", UNREACHABLE):
            return bool(self._fs.exists(f"{self.path}/run.yaml"))

    def check(self) -> None:
        """Raise `StoreError` if an existing directory has an unknown schema. Writes nothing."""
        if self.has_config():
            self.read_config()

    def read_config(self) -> dict[str, Any]:
        """The configuration passed to `open`. Raises `StoreError` if there is none or its schema is unknown."""
        if not self.has_config():
            raise StoreError(f"{self.url} is no run directory: it has no run.yaml. Name one: run=outputs/…/…")
        with boundary(StoreError, f"reading {self.url}/run.yaml", UNREACHABLE):
            record = yaml.safe_load(self._fs.cat_file(f"{self.path}/run.yaml"))
            config = upgrade_run(record if isinstance(record, dict) else {}, self.url)
        return {key: value for key, value in config.items() if key not in ("schema", "defaults")}

    def open(self, config: dict[str, Any], header: str) -> None:
        """Create or reopen the directory: write `run.yaml`, which begins with `header`.

        The caller holds the lock (`store.lock`).
        """
        self.check()
        with boundary(StoreError, f"opening {self.url}", UNREACHABLE):
            if self.is_local and self._fs.exists(f"{self.path}/.partial"):
                self._fs.rm(f"{self.path}/.partial", recursive=True)  # left by a killed process
            text = yaml.safe_dump({"schema": SCHEMA_VERSION, **config}, sort_keys=False, allow_unicode=True)
            self._write(f"{self.path}/run.yaml", (header + text).encode())

    def list_ids(self) -> set[str]:
        """Ids of all episodes that have a file."""
        return {_parse_id(path) for path in self._list("episodes")}

    def read_episodes(self) -> Iterator[Trajectory]:
        """Yield all valid records. An invalid file is replaced by a failure; its episode is owed again.

        Raises `StoreError` on a record of an unknown schema.
        """
        for path in self._list("episodes"):
            record = self._read(path)
            if record is not None:
                yield record

    def read_episode(self, episode_id: str) -> Trajectory | None:
        """Read one record. None if the file was invalid and is now a failure."""
        return self._read(f"{self.path}/episodes/{episode_id}.json")

    def read_stamps(self) -> dict[str, str]:
        """Episode id -> stamp, which changes whenever the file changes."""
        return {_parse_id(info["name"]): _compute_stamp(info) for info in self._list("episodes", detail=True)}

    def write(self, trajectory: Trajectory) -> None:
        """Write an episode, which is done from then on."""
        with boundary(StoreError, f"writing {trajectory.id}"):
            data = trajectory.model_dump_json(by_alias=True, indent=1).encode()
            self._write(f"{self.path}/episodes/{trajectory.id}.json", data)

    def write_quarantined(self, trajectory: Trajectory) -> None:
        """Write an attempt that is played again since its customer was at fault."""
        with boundary(StoreError, f"writing {trajectory.id}"):
            data = trajectory.model_dump_json(by_alias=True, indent=1).encode()
            self._write(self._locate_attempt(trajectory.id, trajectory.attempt), data)

    def read_quarantined(self, episode_id: str) -> list[Trajectory]:
        """The attempts at an episode that were played again, in order."""
        attempts: list[Trajectory] = []
        with boundary(StoreError, f"reading {self.url}/{QUARANTINE}", "Delete the file that cannot be read"):
            while self._fs.exists(path := self._locate_attempt(episode_id, len(attempts))):
                attempts.append(parse_episode(self._read_bytes(path), self.url))
        return attempts

    def write_failure(
        self, episode_id: str, error: Exception, turns: Sequence[Turn], usage: Mapping[Seat, Usage]
    ) -> None:
        """Write a failed attempt: the error, the turns played until then, and their usage."""
        self._add_failure(episode_id, failures.build_failure(episode_id, error, turns, usage))

    def read_failures(self, done: set[str]) -> list[Failure]:
        """The latest failure of every episode that is not in `done`."""
        latest: dict[str, Failure] = {}
        for episode, _, path in sorted(self._list_failures()):
            if episode not in done:
                latest[episode] = failures.parse_failure(episode, self._read_bytes(path))
        return list(latest.values())

    def read_wasted_usage(self, known: Collection[str] = ()) -> Iterator[WastedUsage]:
        """Yield what each attempt used that failed or was put aside, also of episodes done later.

        `known`: paths to skip.
        """
        failed = ((path, False) for _, _, path in self._list_failures())
        put_aside = ((path, True) for path in self._list(QUARANTINE))
        for path, is_put_aside in (*failed, *put_aside):
            if path not in known and (usage := failures.parse_usage(self._read_bytes(path))) is not None:
                yield WastedUsage(path, usage, is_put_aside)

    def write_json(self, name: str, value: Any) -> None:
        """Write a file of the run directory, e.g. metrics.json. `name`: its path in the directory."""
        self.write_text(name, json.dumps(value, indent=1, ensure_ascii=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Write a text file in UTF-8; lone surrogates are escaped."""
        with boundary(StoreError, f"writing {self.url}/{name}", UNWRITABLE):
            self._write(f"{self.path}/{name}", text.encode(errors="backslashreplace"))

    def write_chunks(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write a file that need not fit into memory, atomically. The folder may be any, not only a run directory."""
        path = f"{self.path}/{name}"
        with boundary(StoreError, f"writing {self.url}/{name}", UNWRITABLE):
            if self.is_local:
                partial = Path(self.path, ".partial")
                write_atomically(Path(path), chunks, partial if partial.exists() else partial.parent)
                return
            with tempfile.NamedTemporaryFile() as file:
                file.writelines(chunks)
                file.flush()
                self._fs.put_file(file.name, path)

    def read_json(self, name: str) -> Any:
        """Read a JSON file; None if it does not exist or is not JSON."""
        path = f"{self.path}/{name}"
        with boundary(StoreError, f"reading {self.url}/{name}"), suppress(ValueError, RecursionError):
            return json.loads(self._fs.cat_file(path)) if self._fs.exists(path) else None
        return None

    def _read(self, path: str) -> Trajectory | None:
        episode, data = _parse_id(path), self._read_bytes(path)
        try:
            record = parse_episode(data, self.url)
            if record.id != episode:
                raise BrokenRecord(f"the id in the record is {record.id}")
        except (ValueError, RecursionError, BrokenRecord) as error:
            self._add_failure(episode, failures.build_broken_record(episode, error, data))
            self._fs.rm_file(path)  # rm would interpret the name as a pattern
            return None
        return record

    def _locate_attempt(self, episode_id: str, attempt: int) -> str:
        return f"{self.path}/{QUARANTINE}/{episode_id}.{attempt}.json"

    def _add_failure(self, episode_id: str, record: dict[str, Any]) -> None:
        numbers = [number for episode, number, _ in self._list_failures() if episode == episode_id]
        self.write_json(f"failures/{episode_id}.{max(numbers, default=0) + 1}.json", record)

    def _list_failures(self) -> Iterator[tuple[str, int, str]]:
        """Episode id, number and path of each failure file; other files are ignored."""
        for path in self._list("failures"):
            if parts := failures.parse_file_name(path):
                yield *parts, path

    def _list(self, folder: str, *, detail: bool = False) -> list[Any]:
        """Sorted paths of the JSON files in a folder; with `detail`, fsspec's info of each."""
        path = f"{self.path}/{folder}"
        with boundary(StoreError, f"reading {self.url}/{folder}"):
            if not self._fs.exists(path):
                return []
            infos = {info["name"]: info for info in self._fs.ls(path, detail=True, refresh=True)}
        names = sorted(name for name in infos if name.endswith(".json"))
        return [infos[name] for name in names] if detail else names

    def _read_bytes(self, path: str) -> bytes:
        with boundary(StoreError, f"reading {path}"):
            data: bytes = self._fs.cat_file(path)
        return data

    def _write(self, path: str, data: bytes) -> None:
        """Write atomically: by rename on a local disk, by one PUT on an object store."""
        if self.is_local:
            write_atomically(Path(path), [data], Path(self.path, ".partial"))
        else:
            self._fs.pipe_file(path, data)


def _compute_stamp(info: Mapping[str, Any]) -> str:
    return hashlib.sha256(str(sorted(info.items(), key=str)).encode()).hexdigest()[:16]


def _parse_id(path: str) -> str:
    return path.rsplit("/", 1)[-1].removesuffix(".json")
