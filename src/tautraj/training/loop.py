"""The loop closed: the commands that make a world, play it, export, train, and measure a model before and after.

Not here: running them (`training.loop_steps`), each command's own work (`flows/`).
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, JsonValue, NonNegativeInt, PositiveInt

from tautraj.benchmarks.goals import Families
from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.trajectory import Record

BEFORE = "before"
"""Name of the run of the base model."""

SHORT_CONTEXT = ("agent.system=short", "agent.tools=names", "agent.results=short")
"""What the model sees in play."""

SHORT_STYLE = ("style.system=short", "style.tools=names", "style.results=short")
"""The same, of rows."""

SAMPLING = (
    *("model.temperature=0", "model.max_tokens=288", "limits.turns=20", "model.provider.reasoning_back=true"),
    *("model.provider.calls_at_once=8", "runner.workers=8"),
)
"""Greedy; no answer of a row, and no conversation, is longer; thoughts go back, since rows have them. Eight at once
take half the CPU time of one by one; with more conversations, the server would forget the beginning of each between
two answers."""

Part = Literal["train", "test"]

PARTS: tuple[Part, ...] = ("train", "test")

CHOICES: dict[Part, tuple[str, ...]] = {
    "train": ("choose=any_success",),
    "test": ("choose=any_success", "choose.without=inaction_passes"),
}
"""Of conversations. A task that doing nothing passes measures nothing; its conversation teaches to decline."""


class WorldSize(Record):
    """A world that is made for the loop."""

    n: PositiveInt
    """Tasks."""
    seed: NonNegativeInt


class Worlds(Record):
    """Worlds that share nothing."""

    train: tuple[WorldSize, ...] = Field(min_length=1)
    """Several: of one, a model learns customers and ids by heart, instead of reading them."""
    test: WorldSize


class TaskCounts(Record):
    """Tasks of the other world that are played, at most."""

    before: PositiveInt
    """The untrained model fills every answer to its limit: each takes it twice as long."""
    after: PositiveInt


class LearnRequest(Record):
    """Configuration of `flows/learn.py`."""

    domain: str
    root: str
    seeds: tuple[NonNegativeInt, ...] = Field(min_length=1)
    """Of the training: a model and a measurement each."""
    worlds: Worlds
    families: Families
    """Of the tasks of both worlds."""
    row_tokens: PositiveInt
    """Conversations of the rules agent that are longer are left out, of both worlds."""
    tasks: TaskCounts
    base: str
    train: dict[str, JsonValue]
    """Settings of `flows/train.py`."""


class Step(NamedTuple):
    """A command of the loop."""

    title: str
    door: str
    """Name of the script in `flows/`."""
    words: tuple[str, ...]
    """Its arguments."""
    makes: Path | None = None
    """What is there once it is done, for a command that would do it again; None: the command itself sees that."""


def _hash(decides: str) -> str:
    return hashlib.sha256(decides.encode()).hexdigest()[:8]


def name_after(seed: int) -> str:
    """Name of the run of the model that was trained with `seed`."""
    return f"after-{seed}"


def plan_steps(request: LearnRequest) -> Iterator[Step]:
    """The loop's commands in order."""
    for part in PARTS:
        yield from plan_conversations(request, part)
    if request.base.endswith(".gguf"):
        yield plan_measurement(request, BEFORE, request.tasks.before, "model=local", f"model.weights={request.base}")
    else:
        yield plan_measurement(request, BEFORE, request.tasks.before, "model=smollm2", f"model.name={request.base}")
    for seed in request.seeds:
        folder = locate_model(request, seed)
        yield plan_training(request, locate_export(request, "train"), seed, folder)
        yield plan_measurement(request, name_after(seed), request.tasks.after, *serve(folder))


def plan_conversations(request: LearnRequest, part: Part) -> Iterator[Step]:
    """Worlds, what a program and a customer that is one say in them, and an export of the short conversations."""
    drawn, runs = f"families=[{','.join(request.families)}]", locate_conversations(request, part)
    for size in list_worlds(request, part):
        world = locate_world(request, size)
        described = (f"domain={request.domain}", f"n={size.n}", f"seed={size.seed}", drawn, f"out={world}")
        yield Step(f"world to {part}, seed {size.seed}", "synthesize", described)
        yield plan_play(request, f"conversations to {part}, seed {size.seed}", world, runs, "agent=rules_plain")
    yield plan_export(request, f"export to {part}", runs, locate_export(request, part), *CHOICES[part])


def list_worlds(request: LearnRequest, part: Part) -> tuple[WorldSize, ...]:
    """Those that are learned from, or the one that is measured on."""
    return request.worlds.train if part == "train" else (request.worlds.test,)


def locate_world(request: LearnRequest, size: WorldSize) -> Path:
    """Folder of a world."""
    decided_by = [request.domain, request.families, size.model_dump()]
    return Path(request.root, "worlds", f"{size.seed}-{_hash(json.dumps(decided_by))}")


def locate_conversations(request: LearnRequest, part: Part) -> Path:
    """Folder of the runs that play the worlds of a part."""
    names = [locate_world(request, size).name for size in list_worlds(request, part)]
    return Path(request.root, "conversations", f"{part}-{_hash(json.dumps(names))}")


def locate_export(request: LearnRequest, part: Part) -> Path:
    """Folder of the export of a part's conversations."""
    return Path(request.root, "exports", f"{locate_conversations(request, part).name}-{request.row_tokens}")


def locate_model(request: LearnRequest, seed: int) -> Path:
    """Folder of a trained model."""
    learned_from = locate_export(request, "train").name
    return Path(request.root, "models", f"{_hash(json.dumps([learned_from, request.base, request.train]))}-{seed}")


def plan_play(request: LearnRequest, title: str, world: Path, runs: Path, *seat: str) -> Step:
    """All tasks of a world, played by `seat` with the goal customer; the run is kept under `runs`."""
    played = (f"domain={request.domain}", f"domain.data_dir={world}", "split=train")
    words = (*seat, "user_strategy=goal", *played, f"root={runs}", "tracking=none")
    return Step(title, "generate", words)


def plan_export(request: LearnRequest, title: str, runs: Path, folder: Path, *choice: str) -> Step:
    """Rows of the newest run under `runs` that fit the model, as it is prompted in play."""
    words = (f"run={runs}", *choice, f"choose.row_tokens={request.row_tokens}", *SHORT_STYLE, f"out={folder}")
    return Step(title, "export", words, folder)


def plan_training(request: LearnRequest, data: Path, seed: int, folder: Path, **settings: JsonValue) -> Step:
    """A model that learns from the export `data`. `settings`: of `flows/train.py`, instead of the request's."""
    told = {"data": str(data), "base": request.base, "seed": seed, "out": str(folder), **request.train, **settings}
    words = (f"{key}={'null' if value is None else value}" for key, value in told.items())
    return Step(f"training, seed {seed}", "train", tuple(words))


def plan_measurement(request: LearnRequest, name: str, limit: int, *model: str) -> Step:
    """The first `limit` tasks of the world to test that the rules agent solves in few words, played by `model`."""
    world, held_out = locate_world(request, request.worlds.test), locate_export(request, "test")
    played = (f"domain={request.domain}", f"domain.data_dir={world}", "split=train", "user_strategy=goal")
    tasks = (f"tasks.from={held_out / 'train.jsonl'}", f"tasks.limit={limit}")
    words = (*prompt(*model), *played, *tasks, f"root={request.root}", f"name={name}")
    return Step(f"tasks {name}", "generate", words)


def prompt(*model: str) -> tuple[str, ...]:
    """A seat, sampled as the loop does where its own words do not say otherwise, and shown what rows show."""
    keys = {word.partition("=")[0] for word in model}
    return (*model, *(word for word in SAMPLING if word.partition("=")[0] not in keys), *SHORT_CONTEXT)


def serve(folder: Path) -> tuple[str, ...]:
    """The seat of a model that was trained here."""
    return ("model=local", f"model.weights={folder / WEIGHTS_IN_FOLDER}")
