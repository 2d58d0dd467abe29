"""What a synthetic world's folder says of its tasks: the request that made them, and the checks that each passed.

Not here: what a task's customer wants (`benchmarks.goals`), how worlds are made and proved (`synthesis`).
"""

import json
from pathlib import Path
from typing import Any, Literal

import yaml

from tautraj.benchmarks.goals import PROOFS_FILE, REQUEST_FILE, Family
from tautraj.errors import ConfigError, boundary
from tautraj.trajectory import Record

Difficulty = Literal["easy", "medium", "hard"]


class WorldOrigin(Record):
    """A world, as its request describes it."""

    name: str
    """Domain and digest of the request, which begin the ids of its tasks: retail-0e47dcf1."""
    domain: str
    n: int
    """Tasks that were asked for."""
    seed: int
    version: str
    """Of the generator."""
    paraphrased_by: str | None
    """Name of the llm that rewrote its tasks, those that say so; None: no llm had a part in it."""


class TaskOrigin(Record):
    """A task of a synthetic world, as `proofs.jsonl` describes it."""

    world: WorldOrigin
    family: Family
    difficulty: Difficulty
    proofs: tuple[str, ...]
    """Names of the checks that it passed, V1 to V10."""
    paraphrased: bool
    """Whether its words are an llm's, those of `world.paraphrased_by`."""


def read_origins(data_dir: str) -> dict[str, TaskOrigin]:
    """Task id -> what its world says of it; empty unless `domain.data_dir` is a folder that a synthesis wrote."""
    folder = _find_world(Path(data_dir).expanduser().absolute())
    if folder is None:
        return {}
    with boundary(ConfigError, f"reading {folder}", "Write the world again: python flows/synthesize.py"):
        request = yaml.safe_load((folder / REQUEST_FILE).read_text(encoding="utf-8"))
        lines = [json.loads(line) for line in (folder / PROOFS_FILE).read_text(encoding="utf-8").splitlines()]
        described = {name: request[name] for name in ("domain", "n", "seed", "version")}
        llm = request.get("paraphrase", {}).get("name")
        world = WorldOrigin(name=lines[0]["task"].rpartition("-")[0], paraphrased_by=llm, **described)
        return {line["task"]: _describe_task(line, world) for line in lines}


def _describe_task(line: dict[str, Any], world: WorldOrigin) -> TaskOrigin:
    return TaskOrigin(
        world=world,
        family=line["family"],
        difficulty=line["difficulty"],
        proofs=tuple(line["checks"]),
        paraphrased=line.get("paraphrased", False),
    )


def _find_world(root: Path) -> Path | None:
    """The world whose folder is `root`, or whose folder `data` is or is in `root`."""
    places = (root, root / "data", *([root.parent] if root.name == "data" else []))
    return next(
        (place for place in places if (place / REQUEST_FILE).is_file() and (place / PROOFS_FILE).is_file()), None
    )
