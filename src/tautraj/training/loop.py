"""The loop closed: the commands that make a world, play it, export, train, and measure a model before and after.

Not here: running them (`training.loop_steps`), each command's own work (`flows/`).
"""

import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, JsonValue, NonNegativeInt, PositiveInt

from tautraj.benchmarks.goals import Family
from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.trajectory import Record

BEFORE = "before"
"""Name of the run of the base model."""

SHORT_CONTEXT = ("agent.system=short", "agent.tools=names")
"""What the model sees in play; `style.system=short style.tools=names` is the same of rows."""

SAMPLING = ("model.temperature=0", "model.max_tokens=256", "limits.turns=30", "model.provider.calls_at_once=8")
"""Greedy. Eight answers at once take half the CPU time of one after another."""

CHOICE = ("choose=any_success", "choose.without=inaction_passes")
"""Of conversations: a task that doing nothing passes measures nothing, and teaches to decline."""


class WorldSize(Record):
    """A world that is made for the loop."""

    n: PositiveInt
    """Tasks."""
    seed: NonNegativeInt


class Worlds(Record):
    """Two worlds that share nothing."""

    train: WorldSize
    test: WorldSize


class LearnRequest(Record):
    """Configuration of `flows/learn.py`."""

    domain: str
    root: str
    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1)
    """Of the training: a model and a measurement each."""
    worlds: Worlds
    families: tuple[Family, ...] = Field(min_length=1)
    row_tokens: PositiveInt
    """Conversations of the rules agent that are longer are left out, of both worlds."""
    tasks: PositiveInt
    """Of the other world that are played, at most."""
    base: str
    train: dict[str, JsonValue]
    """Settings of `flows/train.py`."""

    @property
    def digest(self) -> str:
        """Of what decides the exports and the models."""
        written = self.model_dump_json(exclude={"root", "seeds", "tasks"})
        return hashlib.sha256(written.encode()).hexdigest()[:8]


class Step(NamedTuple):
    """A command of the loop."""

    title: str
    door: str
    """Name of the script in `flows/`."""
    words: tuple[str, ...]
    """Its arguments."""
    makes: Path | None = None
    """What is there once it is done, for a command that would do it again; None: the command itself sees that."""


def name_after(seed: int) -> str:
    """Name of the run of the model that was trained with `seed`."""
    return f"after-{seed}"


def plan_steps(request: LearnRequest) -> Iterator[Step]:
    """The loop's commands in order."""
    exports = {}
    for part in ("train", "test"):
        exports[part] = Path(request.root, "exports", f"{part}-{request.digest}")
        yield from _plan_conversations(request, part, exports[part])
    measure = functools.partial(_plan_measurement, request, exports["test"])
    if request.base.endswith(".gguf"):
        yield measure(BEFORE, "model=local", f"model.weights={request.base}")
    else:
        yield measure(BEFORE, "model=smollm2", f"model.name={request.base}")
    for seed in request.seeds:
        folder = Path(request.root, "models", f"{request.digest}-{seed}")
        settings = [f"{key}={value}" for key, value in request.train.items()]
        words = (f"data={exports['train']}", f"base={request.base}", f"seed={seed}", f"out={folder}")
        yield Step(f"training, seed {seed}", "train", (*words, *settings))
        yield measure(name_after(seed), "model=local", f"model.weights={folder / WEIGHTS_IN_FOLDER}")


def _locate_world(request: LearnRequest, part: str) -> Path:
    """Folder of the world `part`, a field of `Worlds`."""
    size: WorldSize = getattr(request.worlds, part)
    return Path(request.root, "worlds", f"{part}-{size.n}-{size.seed}")


def _plan_conversations(request: LearnRequest, part: str, export: Path) -> Iterator[Step]:
    """A world, what a program and a customer that is one say in it, and an export of the short conversations."""
    size: WorldSize = getattr(request.worlds, part)
    world = _locate_world(request, part)
    runs = Path(request.root, "conversations", world.name)
    described = (f"domain={request.domain}", f"n={size.n}", f"seed={size.seed}", f"out={world}")
    yield Step(f"world to {part}", "synthesize", described)
    played = (f"domain={request.domain}", f"domain.data_dir={world}", "split=train", f"root={runs}", "tracking=none")
    yield Step(f"conversations to {part}", "generate", ("agent=rules", "user_strategy=goal", *played))
    chosen = (f"choose.families=[{','.join(request.families)}]", f"choose.row_tokens={request.row_tokens}")
    style = ("style.system=short", "style.tools=names")
    yield Step(f"export to {part}", "export", (f"run={runs}", *CHOICE, *chosen, *style, f"out={export}"), export)


def _plan_measurement(request: LearnRequest, held_out: Path, name: str, *model: str) -> Step:
    world = _locate_world(request, "test")
    played = (f"domain={request.domain}", f"domain.data_dir={world}", "split=train", "user_strategy=goal")
    tasks = (f"tasks.from={held_out / 'train.jsonl'}", f"tasks.limit={request.tasks}")
    return Step(
        f"tasks {name}",
        "generate",
        (*model, *SAMPLING, *SHORT_CONTEXT, *played, *tasks, f"root={request.root}", f"name={name}"),
    )
