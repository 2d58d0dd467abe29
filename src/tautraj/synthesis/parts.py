"""One part of a world: some drafts, each proved or rejected. A part depends on the request and its number alone.

Parts are made by several processes, and kept until the world is complete: a killed run goes on with those that are
missing. Not here: how parts become a world (`synthesis.pipeline`).
"""

import functools
from collections import Counter
from collections.abc import Collection, Mapping
from random import Random
from typing import Any

from tautraj.benchmarks import Benchmark, open_world
from tautraj.benchmarks.goals import Goal
from tautraj.config import Domain
from tautraj.synthesis import load_generator
from tautraj.synthesis.composition import compose_draft
from tautraj.synthesis.decontamination import load_official_tasks
from tautraj.synthesis.generator import Case, Composer, Database, Draft, Generator, Rejection, TaskProver
from tautraj.synthesis.proofs import Prover
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.world_folder import WorldFolder, to_task
from tautraj.trajectory import Record

PART_SIZE = 50
"""Drafts in a part."""


class Proved(Record):
    """A task that passed every check."""

    family: str
    goal: Goal
    checks: dict[str, Any]
    case: Case | None = None


class Part(Record):
    """What became of `PART_SIZE` drafts."""

    proved: tuple[Proved, ...]
    rejected: dict[str, int]
    """Check -> how many drafts it refused; "family" for those whose customer it did not fit."""


def make_part(request: SynthesisRequest, number: int) -> Part:
    """Draft and prove; read what was made before, if it was."""
    folder = WorldFolder(request)
    path = folder.parts / f"{number:05d}.json"
    if path.is_file():
        return Part.model_validate_json(path.read_bytes())
    part = _draw_part(request, number)
    folder.write(path, part.model_dump_json())
    return part


def _draw_part(request: SynthesisRequest, number: int) -> Part:
    generator, database = make_database(request.domain.name, request.seed)
    rng = Random(f"{generator.name}-{request.seed}-{number}")
    drawn = [_compose(request, generator, database, rng) for _ in range(PART_SIZE)]
    drafts = {str(index): draft for index, draft in enumerate(drawn) if draft is not None}
    tasks = {task_id: to_task(task_id, draft.goal, generator.name, draft.case) for task_id, draft in drafts.items()}
    prover, refused = load_tasks(request, tasks)
    rejected = Counter({"family": drawn.count(None), "V1": len(refused)})
    proved = []
    for task_id in [key for key in tasks if key not in refused]:
        draft = drafts[task_id]
        verdict = prover.prove(task_id, draft.goal)
        if isinstance(verdict, Rejection):
            rejected[verdict.check] += 1
        else:
            proved.append(Proved(family=draft.family, goal=draft.goal, checks=verdict, case=draft.case))
    return Part(proved=tuple(proved), rejected={check: count for check, count in rejected.items() if count})


def _compose(
    request: SynthesisRequest, generator: Generator | Composer, database: Database, rng: Random
) -> Draft | None:
    if isinstance(generator, Composer):
        return generator.compose(database, rng)
    return compose_draft(generator, database, rng, request.families)


def load_tasks(request: SynthesisRequest, tasks: Mapping[str, Any]) -> tuple[TaskProver, Collection[str]]:
    """(what proves these tasks of the world, the ids of those that τ² does not load). `tasks`: id -> τ²'s JSON."""
    generator, database = make_database(request.domain.name, request.seed)
    world = Domain(name=generator.name, data_dir=str(WorldFolder(request).making))
    benchmark, refused = open_world(world, tasks)
    return open_prover(generator, database, benchmark), refused.keys()


def open_prover(generator: Generator | Composer, database: Database, benchmark: Benchmark) -> TaskProver:
    """`benchmark`: the world's folder as it is played, holding the tasks that are to be proved."""
    official = load_official_tasks(generator.name)
    if isinstance(generator, Composer):
        return generator.open_prover(database, benchmark, official)
    return Prover(generator, database, benchmark, official)


@functools.lru_cache(maxsize=1)
def make_database(name: str, seed: int) -> tuple[Generator | Composer, Database]:
    """A domain's generator and its world of that seed, made once per process."""
    generator = load_generator(name)
    return generator, generator.make_database(seed)
