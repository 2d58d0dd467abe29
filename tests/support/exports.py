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
