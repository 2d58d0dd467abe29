"""The loop closed: the commands that make a world, play it, export, train, and measure a model before and after.

Not here: their settings (`training.loop_request`), running them (`training.loop_steps`), each command's own work
(`flows/`).
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import JsonValue

from tautraj.config.command_line import to_hydra_literal, to_override
from tautraj.training.base_model import is_own
from tautraj.training.loop_request import LearnRequest, WorldSet

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


class Step(NamedTuple):
    """A command of the loop."""

    title: str
    script: str
    """Name in `flows/`."""
    overrides: tuple[str, ...]
    """Its arguments."""
    output: Path | None = None
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
    yield plan_before(request)
    for seed in request.seeds:
        yield plan_training(request, locate_export(request, "train"), seed, locate_model(request, seed))
        yield plan_after(request, seed)


def plan_before(request: LearnRequest) -> Step:
    """The base model plays."""
    packaged = ("model=smollm2", to_override("model.name", request.base))
    model = seat_weights(Path(request.base)) if is_own(request.base) else packaged
    return plan_measurement(request, BEFORE, request.tasks.before, *model)


def plan_after(request: LearnRequest, seed: int) -> Step:
    """The model that was trained with `seed` plays."""
    return plan_measurement(
        request, name_after(seed), request.tasks.after, *seat_weights(locate_model(request, seed))
    )


def plan_conversations(request: LearnRequest, part: Part) -> Iterator[Step]:
    """Worlds, conversations of the rules agent with the goal customer in them, and an export of the short ones."""
    worlds, runs = list_worlds(request, part), locate_conversations(request, part)
    yield Step(
        f"worlds to {part}",
        "synthesize",
        (
            *("-m", f"domain={request.domain.name}", f"n={worlds.n}", f"seed={','.join(map(str, worlds.seeds))}"),
            f"families=[{','.join(request.families)}]",
            to_override("out", _locate_world(request, part, "${seed}")),
        ),
    )
    yield plan_play(request, f"conversations to {part}", part, runs, "agent=rules_plain")
    yield plan_export(request, f"export to {part}", [runs], locate_export(request, part), *CHOICES[part])


def list_worlds(request: LearnRequest, part: Part) -> WorldSet:
    """Those that are learned from, or the one that is measured on."""
    return request.worlds.train if part == "train" else request.worlds.test


def locate_worlds(request: LearnRequest, part: Part) -> list[Path]:
    """Folder of each world of a part."""
    return [_locate_world(request, part, str(seed)) for seed in list_worlds(request, part).seeds]


def _locate_world(request: LearnRequest, part: Part, seed: str) -> Path:
    decided_by = [request.domain.name, request.families, list_worlds(request, part).n]
    return Path(request.root, "worlds", f"{seed}-{_hash(json.dumps(decided_by))}")


def locate_conversations(request: LearnRequest, part: Part) -> Path:
    """Folder of the runs that play the worlds of a part."""
    names = [folder.name for folder in locate_worlds(request, part)]
    return Path(request.root, "conversations", f"{part}-{_hash(json.dumps(names))}")


def locate_export(request: LearnRequest, part: Part) -> Path:
    """Folder of the export of a part's conversations."""
    return Path(request.root, "exports", f"{locate_conversations(request, part).name}-{request.row_tokens}")


def locate_model(request: LearnRequest, seed: int) -> Path:
    """Folder of a trained model."""
    learned_from = locate_export(request, "train").name
    return Path(request.root, "models", f"{_hash(json.dumps([learned_from, request.base, request.train]))}-{seed}")


def plan_play(request: LearnRequest, title: str, part: Part, runs: Path, *seat: str) -> Step:
    """All tasks of a part's worlds, played by `seat` with the goal customer; the runs are kept under `runs`."""
    worlds = ",".join(to_hydra_literal(folder) for folder in locate_worlds(request, part))
    played = (f"domain={request.domain.name}", f"domain.data_dir={worlds}", "split=train")
    overrides = ("-m", *seat, "user_strategy=goal", *played, to_override("root", runs), "tracking=none")
    return Step(title, "generate", overrides)


def plan_export(request: LearnRequest, title: str, runs: Sequence[Path], folder: Path, *choice: str) -> Step:
    """Rows of the runs under the folders `runs` that fit the model, as it is prompted in play.

    `choice`: of the command, also instead of the loop's settings.
    """
    named = to_override("run", runs[0] if len(runs) == 1 else list(runs))
    choice = _complete(choice, (f"choose.row_tokens={request.row_tokens}", *SHORT_STYLE))
    return Step(title, "export", (named, *choice, to_override("out", folder)), folder)


def plan_training(request: LearnRequest, data: Path, seed: int, folder: Path, **settings: JsonValue) -> Step:
    """A model that learns from the export `data`. `settings`: of `flows/train.py`, instead of the request's."""
    values = {"data": str(data), "base": request.base, "seed": seed, "out": str(folder), **request.train, **settings}
    return Step(f"training, seed {seed}", "train", tuple(to_override(key, value) for key, value in values.items()))


def plan_measurement(request: LearnRequest, name: str, limit: int, *model: str) -> Step:
    """The first `limit` tasks of the world to test that the rules agent solves in few words, played by `model`."""
    [world], held_out = locate_worlds(request, "test"), locate_export(request, "test")
    played = (
        f"domain={request.domain.name}",
        to_override("domain.data_dir", world),
        "split=train",
        "user_strategy=goal",
    )
    tasks = (to_override("tasks.from", held_out / "train.jsonl"), f"tasks.limit={limit}")
    overrides = (*complete_seat(*model), *played, *tasks, to_override("root", request.root), f"name={name}")
    return Step(f"tasks {name}", "generate", overrides)


def complete_seat(*model: str) -> tuple[str, ...]:
    """Overrides of a seat: `model`, the loop's sampling where it has none of its own, and the rows' short context."""
    return (*_complete(model, SAMPLING), *SHORT_CONTEXT)


def _complete(overrides: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    """The overrides, and those of `others` whose keys are not among theirs."""
    keys = {word.partition("=")[0] for word in overrides}
    return (*overrides, *(word for word in others if word.partition("=")[0] not in keys))


def seat_weights(path: Path) -> tuple[str, ...]:
    """Overrides of the seat of a .gguf file, or of the folder of a training, whose name it has in all tables."""
    return "model=local", to_override("model.weights", path)
