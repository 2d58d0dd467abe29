"""Branches of episodes whose fatal turn is known: the values around it, and the worlds that branches begin in.

    python measurements/branches.py [episodes]

Rehearsed agents that forget play the first tasks of retail's split `test` (default 40), and agents that forget
nothing play the same: where the two part is the fatal turn. Every write and every turn is branched with 4 tries that
the oracle plays on. The world of every turn is compared with the one that is rebuilt there. Plays everything in this
process, in about five minutes.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tautraj import process_env

process_env.prepare()

from tautraj.benchmarks import Benchmark, EntityRef, World, open_benchmark  # noqa: E402
from tautraj.config import Run  # noqa: E402
from tautraj.config.command_line import compose_tree  # noqa: E402
from tautraj.config.identity import locate_run_directory  # noqa: E402
from tautraj.config.parse import parse_run  # noqa: E402
from tautraj.grading.branching.points import list_decisions  # noqa: E402
from tautraj.grading.branching.values import Places, count_continuations, find_loss  # noqa: E402
from tautraj.metrics import is_success  # noqa: E402
from tautraj.runs.branch_request import parse_branch_run  # noqa: E402
from tautraj.runs.episode.conversation import run_episode  # noqa: E402
from tautraj.runs.episode.opening import replay_calls  # noqa: E402
from tautraj.runs.episode.recorder import Recorder  # noqa: E402
from tautraj.runs.plan import plan_run  # noqa: E402
from tautraj.runs.play import grade_episode, play  # noqa: E402
from tautraj.runs.startup import start_up  # noqa: E402
from tautraj.store import Store  # noqa: E402
from tautraj.trajectory import Trajectory, Turn  # noqa: E402

State = Mapping[EntityRef, Any]


class WorldWatch(Recorder):
    """A recorder that keeps what the world holds after each turn."""

    def __init__(self, worlds: Sequence[World]) -> None:
        super().__init__()
        self._worlds = worlds
        self.states: list[State] = []

    def record_turn(self, *words: Any, **fields: Any) -> Turn:
        world = self._worlds[-1]
        self.states.append({ref: world.read_entity(ref) for ref in world.find_touched_entities()})
        return super().record_turn(*words, **fields)


def keep_worlds(benchmark: Benchmark) -> list[World]:
    """A list that every world is added to that the benchmark builds from now on."""
    worlds: list[World] = []
    build = benchmark.build_world

    def build_and_keep(task: Any) -> World:
        worlds.append(build(task))
        return worlds[-1]

    benchmark.build_world = build_and_keep  # type: ignore[method-assign]
    return worlds


def play_watched(run: Run) -> tuple[list[Trajectory], Counter[bool]]:
    """The episodes of a run, stored; and of how many of their turns the rebuilt world is equal to the original."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    worlds, equal, episodes = keep_worlds(benchmark), Counter[bool](), []
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            watch = WorldWatch(worlds)
            episode = run_episode(plan.run, spec, watch)
            fresh = benchmark.build_world(benchmark.get_task(spec.task_id))
            for turn, state in zip(episode.turns, watch.states, strict=True):
                rebuilt = benchmark.build_world(benchmark.get_task(spec.task_id))
                replay_calls(rebuilt, episode.turns[: turn.index + 1])
                refs = {*state, *rebuilt.find_touched_entities()}
                equal[all(rebuilt.read_entity(ref) == state.get(ref, fresh.read_entity(ref)) for ref in refs)] += 1
            episodes.append(grade_episode(episode, plan.run))
            plan.store.write(episodes[-1])
    return episodes, equal


def play_all(run: Run) -> list[Trajectory]:
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
    return list(Store(locate_run_directory(run)).read_episodes())


def find_fatal_turn(episode: Trajectory, twin: Trajectory) -> int:
    """The first decision of an agent that its twin, who forgets nothing, takes otherwise."""
    decisions = list_decisions(episode.turns)
    return next(turn for turn in decisions if _act(episode.turns[turn]) != _act(twin.turns[turn]))


def _act(turn: Turn) -> Any:
    return turn.message, turn.tool_call and (turn.tool_call.name, turn.tool_call.arguments)


def measure(at: str, failed: Mapping[str, tuple[Trajectory, int]], branches: Sequence[Trajectory]) -> list[str]:
    """A row of the table. `failed`: id -> episode and its fatal turn."""
    counted = count_continuations((branch.parent, branch.reward) for branch in branches)
    before, after, fatal_found = Counter[bool](), Counter[bool](), Counter[bool]()
    for episode, fatal in failed.values():
        places: Places = counted.get((episode.cell, episode.id), {})
        for turn, ways in places.items():
            (before if turn <= fatal else after)[ways.value == float(turn <= fatal)] += 1
        after[is_success(episode.reward) is False] += 1  # nothing is left to be played at its end
        if (loss := find_loss(episode, places)) is not None:
            fatal_found[loss.first <= fatal <= loss.last] += 1
    shares = [f"{counts[True]} of {counts.total()}" for counts in (before, after, fatal_found)]
    return [at, str(len(branches)), *shares]


def main(episodes: int) -> None:
    with tempfile.TemporaryDirectory() as root:
        words = [f"tasks.limit={episodes}", "tracking=none", f"root={root}", "user=rehearsed"]
        forgetful = parse_run(compose_tree([*words, "model=rehearsed_forgetful"]))
        played, equal = play_watched(forgetful)
        remembering = play_all(parse_run(compose_tree([*words, "model=rehearsed"])))
        twins = {(twin.task_id, twin.trial): twin for twin in remembering}
        failed = {
            episode.id: (episode, find_fatal_turn(episode, twins[episode.task_id, episode.trial]))
            for episode in played
            if is_success(episode.reward) is False
        }
        print(f"{len(played)} episodes, {len(failed)} failed")
        print(f"worlds rebuilt as they were: {equal[True]:,} of {equal.total():,} turns\n")
        print("| at | branches | value 1 before the fatal turn | value 0 after it | fatal turn found |")
        print("|---|---|---|---|---|")
        for at in ("before_each_write", "before_each_turn"):
            source = [f"run={locate_run_directory(forgetful)}", f"root={root}/{at}", f"at={at}", "tries=4"]
            run = parse_branch_run(
                compose_tree([*source, "model=oracle", "user=scripted", "tracking=none"], "branch")
            )
            print(f"| {' | '.join(measure(at, failed, play_all(run)))} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
