"""How faults of customers are found: recall on planted ones, and false alarms on customers that follow their tasks.

python measurements/customer_faults.py [--worlds FOLDER ...] [--planted 100] [--tasks 1000] [--runs FOLDER ...]

Plays offline and writes nothing; false alarms are also counted in finished runs. A world is a folder made by
`flows/synthesize.py`; without one only official tasks are played, and faults that need a goal are not planted.
"""

import argparse
import collections
import itertools
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, get_args

from tautraj import process_env

process_env.prepare()
sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.composed import composed_run  # noqa: E402

from tautraj.benchmarks import open_benchmark  # noqa: E402
from tautraj.config.identity import plan_episodes  # noqa: E402
from tautraj.errors import EpisodeError  # noqa: E402
from tautraj.grading.customer_faults import find_customer_faults  # noqa: E402
from tautraj.metrics import compute_success_interval  # noqa: E402
from tautraj.runs.episode.conversation import run_episode  # noqa: E402
from tautraj.runs.episode.recorder import Recorder  # noqa: E402
from tautraj.store import Store  # noqa: E402
from tautraj.store.discovery import read_run  # noqa: E402
from tautraj.trajectory import CustomerFault, Trajectory  # noqa: E402
from tautraj.users.faulty.customer import PLANTED, Fault  # noqa: E402

OFFICIAL = ("retail", "airline", "telecom")

TAGS = {
    "hallucination": ("identifier", "withheld", "amount", "payment", "date", "option", "claimed_reading"),
    "inconsistent_behavior": ("contradiction", "wrong_consent"),
    "premature_termination": ("left_at_once", "left_unanswered", "left_unfinished", "transferred_early"),
    "missed_required_action": ("claimed_action",),
    "revealed_info_early": ("revealed_early",),
    "guideline_violation": ("agent_voice", "markup", "repetition", "silence", "language"),
}
"""Tag -> kinds of faults that are planted."""


class Setting(NamedTuple):
    """An agent, a customer and tasks."""

    name: str
    overrides: tuple[str, ...]


class Played(NamedTuple):
    trajectory: Trajectory
    faults: tuple[CustomerFault, ...]


def list_settings(worlds: Sequence[Path], customer: str | None) -> Iterator[Setting]:
    """`customer`: the strategy; None: the one that follows the task."""
    for domain in OFFICIAL:
        chosen = f"user_strategy={customer or 'scripted'}"
        yield Setting(f"{domain}, oracle", (f"domain={domain}", "split=base", "model=oracle", chosen))
    for world in worlds:
        domain = next(world.glob("tau2/domains/*")).name
        for agent in ("oracle", "rules"):
            chosen = (f"model={agent}", f"user_strategy={customer or 'goal'}")
            place = (f"domain={domain}", f"domain.data_dir={world}", "split=base")
            yield Setting(f"{domain} synthetic, {agent}", (*place, *chosen))


def play(setting: Setting, limit: int, *more: str) -> Iterator[Played]:
    """The episodes of a setting, with the faults found in them; an episode that fails is left out."""
    run = composed_run(*setting.overrides, "user=scripted", *more)
    benchmark = open_benchmark(run.benchmark, run.domain)
    for task in benchmark.list_task_ids("base")[:limit]:
        with suppress(EpisodeError):
            trajectory = run_episode(run, plan_episodes(run, [task])[0], Recorder())
            yield Played(trajectory, find_customer_faults(trajectory, benchmark))


class Recall:
    """Planted faults of one kind, and those of them that were found under the right tag."""

    def __init__(self) -> None:
        self.planted = self.found = self.elsewhere = 0
        self.missed: list[str] = []

    def count(self, kind: Fault, played: Played) -> bool:
        """Whether the episode has a planted fault."""
        turn = find_planted_turn(played.trajectory)
        if turn is None:
            return False
        tags = {fault.tag for fault in played.faults if fault.turn == turn}
        own = next(tag for tag, kinds in TAGS.items() if kind in kinds)
        self.planted += 1
        self.found += own in tags
        self.elsewhere += any(fault.turn != turn for fault in played.faults)
        if own not in tags:
            words = played.trajectory.turns[turn].message
            self.missed.append(f"{kind}: {played.trajectory.task_id} turn {turn}: {words!r}, found {sorted(tags)}")
        return True


def find_planted_turn(trajectory: Trajectory) -> int | None:
    turns = (turn.index for turn in trajectory.turns if turn.seat == "user" and PLANTED in (turn.thought or ""))
    return next(turns, None)


def measure_recall(kind: Fault, worlds: Sequence[Path], planted: int) -> Recall:
    """Play all settings in turn, task by task, until enough faults are planted."""
    recall = Recall()
    more = f"user_strategy.fault={kind}"
    playing = [play(setting, sys.maxsize, more) for setting in list_settings(worlds, "faulty")]
    for played in itertools.chain.from_iterable(itertools.zip_longest(*playing)):
        if played is not None:
            recall.count(kind, played)
        if recall.planted >= planted:
            break
    return recall


def format_share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    low, high = compute_success_interval([(1, 1)] * part + [(0, 1)] * (whole - part))
    return f"{100 * part / whole:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def print_recall(kinds: Sequence[Fault], worlds: Sequence[Path], planted: int) -> None:
    print("| tag | planted fault | n | found | recall % | faults elsewhere |\n|---|---|--:|--:|---|--:|")
    missed: list[str] = []
    for tag, members in TAGS.items():
        total = Recall()
        for kind in (kind for kind in kinds if kind in members):
            recall = measure_recall(kind, worlds, planted)
            print_row(tag, f"`{kind}`", recall)
            total.planted += recall.planted
            total.found += recall.found
            total.elsewhere += recall.elsewhere
            missed += recall.missed
        if total.planted:
            print_row(f"**{tag}**", "all", total)
    print("\n".join(["", *missed]), file=sys.stderr)


def print_row(tag: str, kind: str, recall: Recall) -> None:
    share = format_share(recall.found, recall.planted)
    print(f"| {tag} | {kind} | {recall.planted} | {recall.found} | {share} | {recall.elsewhere} |", flush=True)


def print_false_alarms(worlds: Sequence[Path], tasks: int, runs: Sequence[Path]) -> None:
    print("\n| tasks, agent | episodes | with a fault | % | kinds |\n|---|--:|--:|---|---|")
    for setting in list_settings(worlds, None) if tasks else ():
        print_alarms(setting.name, play(setting, tasks))
    for folder in runs:
        print_alarms(folder.name.rpartition("-")[0], read_again(folder))


def read_again(folder: Path) -> Iterator[Played]:
    """The episodes of a finished run, with the faults that are found in them now."""
    store = Store(str(folder))
    run = read_run(store)
    benchmark = open_benchmark(run.benchmark, run.domain)
    for trajectory in store.read_episodes():
        yield Played(trajectory, find_customer_faults(trajectory, benchmark))


def print_alarms(name: str, episodes: Iterable[Played]) -> None:
    counts: collections.Counter[str] = collections.Counter()
    total = wrong = 0
    for played in episodes:
        total += 1
        wrong += bool(played.faults)
        counts.update({fault.kind for fault in played.faults})
        for fault in played.faults:
            print(f"{played.trajectory.task_id} turn {fault.turn} {fault.kind}: {fault.words}", file=sys.stderr)
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.most_common()) or "none"
    print(f"| {name} | {total} | {wrong} | {format_share(wrong, total)} | {kinds} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="*", type=Path, default=[], help="folders of synthetic worlds")
    parser.add_argument("--planted", type=int, default=100, help="faults planted of each kind; 0: none")
    parser.add_argument(
        "--tasks", type=int, default=1000, help="tasks played of each setting for false alarms; 0: none"
    )
    parser.add_argument("--kinds", nargs="*", choices=get_args(Fault), default=get_args(Fault))
    parser.add_argument("--runs", nargs="*", type=Path, default=[], help="run directories to count false alarms in")
    options = parser.parse_args()
    if options.planted:
        print_recall(options.kinds, options.worlds, options.planted)
    print_false_alarms(options.worlds, options.tasks, options.runs)


if __name__ == "__main__":
    process_env.freeze_gc()
    main()
