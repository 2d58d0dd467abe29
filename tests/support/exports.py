"""Runs to be exported, the command that exports them, and the rows that come of it."""

import json
import os
from pathlib import Path
from typing import Any

from support import cli
from support.cli import Finished
from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import start_up
from tautraj.store import Store


def by_the_door(*words: str, cwd: Path, **env: str) -> Finished:
    given = {key: value for key, value in os.environ.items() if not key.startswith("HF_")} | env
    return cli.by_the_door("export", *words, cwd=cwd, env=given)


def played(run: Run) -> Path:
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
    return Path(locate_run_directory(run))


def rows_in(folder: Path, name: str = "train") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def played_badly(run: Path) -> Path:
    """The same run, whose agent did nothing but say so, and failed."""
    copy = run.with_name("failed")
    if copy.exists():
        return copy
    store, other = Store(str(run)), Store(str(copy))
    other.open(store.read_config(), "")
    for one in store.read_episodes():
        turns = tuple(turn for turn in one.turns if turn.kind == "message")
        told = [
            turn.model_copy(update={"index": at, "message": f"{turn.message}{'.' * (at > 1)}"})
            for at, turn in enumerate(turns)
        ]
        other.write(one.model_copy(update={"turns": tuple(told), "reward": 0.0, "id": f"{one.id}-failed"}))
    return copy
