"""Runs played in this process, and branches of their episodes, as the command line describes both.

Not here: the command itself (`tests/end_to_end/test_branch.py`).
"""

from collections.abc import Sequence
from typing import Any

from support.composed import composed_run
from tautraj.benchmarks import EntityRef, World
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory
from tautraj.runs.branch_request import parse_branch_run
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import start_up
from tautraj.store import Store
from tautraj.trajectory import Trajectory, Turn


def play_run(run: Run) -> Store:
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
    return Store(locate_run_directory(run))


def play_words(root: Any, *overrides: str) -> Store:
    return play_run(composed_run(f"root={root}", "tracking=none", *overrides))


def branch_run(store: Store, root: Any, *overrides: str) -> Run:
    words = [f"run={store.path}", f"root={root}", "tracking=none", *overrides]
    return parse_branch_run(compose_tree(words, "branch"))


def branch(store: Store, root: Any, *overrides: str) -> list[Trajectory]:
    return list(play_run(branch_run(store, root, *overrides)).read_episodes())


def said_and_done(turns: Sequence[Turn]) -> list[Any]:
    """The turns without clocks, ids of calls, and what was thought on the way."""
    return [
        (turn.seat, turn.kind, turn.message, turn.code, turn.observation, turn.error)
        + ((turn.tool_call.name, turn.tool_call.arguments) if turn.tool_call else ())
        for turn in turns
        if turn.kind not in ("plan", "belief")
    ]


def read_world(world: World, refs: set[EntityRef]) -> dict[EntityRef, Any]:
    return {ref: world.read_entity(ref) for ref in refs}
