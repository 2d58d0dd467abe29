"""A world on disk: a folder that τ² reads as its data, with the proofs, a card and the request beside it.

    tau2/domains/<domain>/   the database, tasks.json, split_tasks.json, policy: what `domain.data_dir=…` reads
    proofs.jsonl             one line per task: goal, checks, difficulty
    README.md                the card
    synthesis.yaml           the request
    paraphrases.jsonl        where an llm rewrites the tasks: a line per answer, with its cost

While it is being made, everything is in `.making/` but the request; `tau2` is moved in place last.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from tautraj.benchmarks import copy_domain_files
from tautraj.benchmarks.goals import PROOFS_FILE, REQUEST_FILE, Goal
from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.store.atomic_write import write_atomically
from tautraj.synthesis.generator import Case
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.text import write_text

CARD_FILE = "README.md"
PARAPHRASES_FILE = "paraphrases.jsonl"
MAKING = ".making"


class WorldFolder:
    """The folder of one world."""

    def __init__(self, request: SynthesisRequest) -> None:
        self.path, self.domain = request.folder, request.domain.name
        self._request = request

    @property
    def is_complete(self) -> bool:
        return (self.path / "tau2").is_dir()

    @property
    def making(self) -> Path:
        """A τ² data folder with the world's database and no task."""
        return self.path / MAKING

    @property
    def parts(self) -> Path:
        return self.making / "parts"

    @property
    def answers(self) -> Path:
        """An llm's answers, and the proofs of what it has rewritten."""
        return self.making / "paraphrases"

    def open(self) -> None:
        """Create it, or take it up again. Raises `ConfigError` if it holds something else or cannot be written."""
        with boundary(ConfigError, f"opening {self.path}", "Name another folder with out=…"):
            self._open()

    def _open(self) -> None:
        request = self.path / REQUEST_FILE
        if request.is_file():
            written = yaml.safe_load(request.read_text())
            if written != self._request.describe():
                raise ConfigError(
                    f"{self.path} is the world of {_format_request(written)}, not of "
                    f"{_format_request(self._request.describe())}. Name another folder with out=…"
                )
            if self.is_complete:
                shutil.rmtree(self.making, ignore_errors=True)  # killed before it was deleted
        elif self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ConfigError(
                f"{self.path} is something else: it has no {REQUEST_FILE}. Name another folder with out=…"
            )
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            self.write(request, yaml.safe_dump(self._request.describe(), sort_keys=False))

    def write_database(self, files: Mapping[str, str]) -> None:
        """Write what τ² reads, without tasks, unless it is there."""
        folder = get_domain_folder(self.making, self.domain)
        if (folder / "tasks.json").is_file():
            return
        copy_domain_files(self.domain, folder)
        for name, text in {**files, "split_tasks.json": "{}", "tasks.json": "[]"}.items():
            self.write(folder / name, text)

    def finish(
        self, tasks: Iterable[dict[str, Any]], splits: Mapping[str, Any], proofs: Iterable[Any], card: str
    ) -> None:
        """Write the tasks and what stands beside them, and put τ²'s folder in its place."""
        folder = get_domain_folder(self.making, self.domain)
        self.write(folder / "split_tasks.json", json.dumps(splits, indent=2))
        self.write(folder / "tasks.json", _format_array(tasks))
        self.write(self.path / PROOFS_FILE, _format_lines(proofs))
        self.write(self.path / CARD_FILE, card)
        (self.making / "tau2").rename(self.path / "tau2")
        shutil.rmtree(self.making)

    def write_paraphrases(self, answers: Iterable[Any]) -> None:
        """Write the ledger of an llm's answers."""
        self.write(self.path / PARAPHRASES_FILE, _format_lines(answers))

    def discard(self) -> None:
        """Delete what an unfinished world has written."""
        (self.path / REQUEST_FILE).unlink(missing_ok=True)
        shutil.rmtree(self.making, ignore_errors=True)
        with suppress(OSError):  # another's
            self.path.rmdir()

    def write(self, path: Path, text: str | Iterable[str]) -> None:
        """Write a file of the folder, whole or in chunks, so that it is never half there. Raises `StoreError`."""
        chunks = [text] if isinstance(text, str) else text
        with boundary(StoreError, f"writing {path}", "Make room for it; the same command goes on from there"):
            write_atomically(path, (chunk.encode() for chunk in chunks), self.making / "partial")


def to_task(task_id: str, goal: Goal, domain: str, case: Case | None = None) -> dict[str, Any]:
    """A goal as a task of τ²'s `tasks.json`."""
    return {
        "id": task_id,
        "description": {"purpose": None, "relevant_policies": None, "notes": None},
        "user_scenario": {
            "persona": None,
            "instructions": {"domain": domain, **write_text(goal)._asdict()},
        },
        "initial_state": case.initial_state if case else None,
        "evaluation_criteria": case.evaluation_criteria if case else _write_criteria(task_id, goal),
    }


def _write_criteria(task_id: str, goal: Goal) -> dict[str, Any]:
    """The database as the goal's writes leave it, and what it has told."""
    return {
        "actions": [
            {"action_id": f"{task_id}_{index}", "name": write.tool, "arguments": write.arguments}
            for index, write in enumerate([*goal.writes, *goal.closing])
        ],
        "communicate_info": list(goal.tells),
        "nl_assertions": None,
        "reward_basis": ["DB", "COMMUNICATE"],
    }


def _format_lines(values: Iterable[Any]) -> Iterator[str]:
    return (f"{json.dumps(value, ensure_ascii=False)}\n" for value in values)


def _format_array(values: Iterable[Any]) -> Iterator[str]:
    """What `json.dumps(values, indent=2)` writes, one value at a time: all of them as text would fill the memory."""
    before = "[\n  "
    for value in values:
        yield before + json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
        before = ",\n  "
    yield "\n]"


def get_domain_folder(data: Path, domain: str) -> Path:
    """Where τ² keeps a domain within its data."""
    return data / "tau2" / "domains" / domain


def _format_request(written: Any) -> str:
    return (
        " ".join(f"{key}={value}" for key, value in written.items())
        if isinstance(written, dict)
        else "something else"
    )
