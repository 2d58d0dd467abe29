"""Tasks in an llm's words, proved as they were in the generator's.

Not here: the ten checks (`synthesis.proofs`).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tautraj.benchmarks.goals import Goal
from tautraj.synthesis.generator import Rejection, TaskProver
from tautraj.synthesis.parts import Proved, load_tasks
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.world_folder import WorldFolder, to_task
from tautraj.trajectory import Record

OTHER_MEANING = "whoever reads it would do something else"

Verdict = dict[str, Any] | Rejection
"""Check -> its values, of all ten; or the first that does not hold."""


class Rewording(NamedTuple):
    """A task, and its goal in an llm's words."""

    proved: Proved
    goal: Goal


class _Verdicts(Record):
    verdicts: tuple[Verdict, ...]


def prove_rewordings(request: SynthesisRequest, name: str, rewordings: Sequence[Rewording]) -> tuple[Verdict, ...]:
    """Verdicts in the order of `rewordings`; read what was proved under this name before, if it was."""
    folder = WorldFolder(request)
    path = folder.answers / f"{name}.json"
    if path.is_file():
        return _Verdicts.model_validate_json(path.read_bytes()).verdicts
    tasks = {
        str(index): to_task(str(index), goal, request.domain.name, proved.case)
        for index, (proved, goal) in enumerate(rewordings)
    }
    prover, refused = load_tasks(request, tasks)
    verdicts = tuple(
        Rejection("V1", "τ² does not load it") if task_id in refused else _prove(prover, task_id, rewording)
        for task_id, rewording in zip(tasks, rewordings, strict=True)
    )
    folder.write(path, _Verdicts(verdicts=verdicts).model_dump_json())
    return verdicts


def _prove(prover: TaskProver, task_id: str, rewording: Rewording) -> Verdict:
    """The ten checks, and that the solver finds the same in both texts: of a wish that is refused, the state shows
    nothing.
    """
    verdict = prover.prove(task_id, rewording.goal)
    if isinstance(verdict, Rejection):
        return verdict
    is_same = prover.read(task_id, rewording.goal) == prover.read(task_id, rewording.proved.goal)
    return verdict if is_same else Rejection("V8", OTHER_MEANING)
