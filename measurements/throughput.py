"""What an episode costs beside the calls it is made of: ours, τ²'s runner, classic τ-bench's, in one run.

    python measurements/throughput.py [--at-once 1 64 256] [--latency 0 1] [--only ours-threads tau2 …] [--plot FILE]

All of them hold the same retail conversations (the oracle's) with the same scripted provider over HTTP, which runs in
a process of its own. The floor is litellm alone, making the calls of those conversations and nothing else. CPU is of
all processes that the command starts, Prefect's server included, per episode, from the first call's arrival until the
last episode is over; a small offline run before it made the databases of Prefect and MLflow. Episodes/s is what the
provider saw. Efficiency: how long they would take in so many lanes if only the provider took time, over how long they
took.
"""

import argparse
import heapq
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from baselines import MODEL
from process_stats import watched
from scripted_provider import rehearsed

from tautraj import process_env
from tautraj.trajectory import Trajectory

HERE = Path(__file__).parent
GENERATE = HERE.parent / "flows" / "generate.py"
FEW = {"floor": 228, "ours-threads": 456, "ours-processes": 456, "tau2": 24, "tau_bench": 32}
"""Episodes at one at a time and no latency; many at once are so many at least, and one at a time at 1 s are four."""


class Row(NamedTuple):
    who: str
    at_once: int
    latency: float
    episodes: int
    per_second: float
    cpu_ms: float
    peak_mb: float
    efficiency: float | None
    """None without latency: there is no ideal."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 64, 256])
    parser.add_argument("--latency", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--only", nargs="+", choices=FEW, default=list(FEW))
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def recordings(benchmark: str, split: str) -> list[Trajectory]:
    """Every retail task, played by the offline seats; no two customers open alike."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run

    run = parse_run(compose_tree([f"benchmark={benchmark}", f"split={split}", "root=/nonexistent"]))
    return [told_apart(run_episode(run, spec, Recorder())) for spec in plan_run(run).owed]


def told_apart(trajectory: Trajectory) -> Trajectory:
    turns = list(trajectory.turns)
    first = next(turn for turn in turns if turn.seat == "user")
    turns[first.index] = first.model_copy(update={"message": f"{first.message} (case {trajectory.task_id})"})
    return trajectory.model_copy(update={"turns": tuple(turns)})


def requests_of(trajectory: Trajectory) -> list[dict[str, object]]:
    """The calls of a conversation, as both seats make them."""
    made: list[dict[str, object]] = []
    agent: list[dict[str, object]] = [{"role": "system", "content": trajectory.system_prompt}]
    customer: list[dict[str, object]] = [{"role": "system", "content": trajectory.user_prompt}]
    for turn in trajectory.turns:
        mine, other = (agent, customer) if turn.seat == "model" else (customer, agent)
        if not turn.given:
            tools = {"tools": trajectory.tools} if turn.seat == "model" else {}
            made.append({"messages": list(mine), "temperature": 0.0, "seed": 1, **tools})
        if turn.tool_call is None:
            mine.append({"role": "assistant", "content": turn.message})
            other.append({"role": "user", "content": turn.message})
        else:
            function = {"name": turn.tool_call.name, "arguments": json.dumps(turn.tool_call.arguments)}
            call = {"id": turn.tool_call.id, "type": "function", "function": function}
            mine.append({"role": "assistant", "content": None, "tool_calls": [call]})
            mine.append({"role": "tool", "tool_call_id": turn.tool_call.id, "content": turn.observation})
    return made


def ideal(calls: Sequence[int], at_once: int, latency: float) -> float:
    """Seconds: the conversations in order, each to the lane that is free first."""
    lanes = [0.0] * at_once
    for n in calls:
        heapq.heappush(lanes, heapq.heappop(lanes) + n * latency)
    return max(lanes)


def measured(who: str, at_once: int, latency: float, recorded: list[Trajectory]) -> Row:
    n = max(FEW[who], at_once) if not latency else max(4, at_once if who.startswith("tau") else 2 * at_once)
    if at_once == 1 and latency:
        n = 4
    if who.startswith("ours") and n > len(recorded):
        n = -(-n // len(recorded)) * len(recorded)  # whole trials
    with tempfile.TemporaryDirectory() as name, rehearsed(recorded, latency) as provider:
        folder = Path(name)
        done = folder / "done"
        done.touch()
        env = {**os.environ, "PREFECT_HOME": f"{folder}/prefect", "LITELLM_LOCAL_MODEL_COST_MAP": "true"}
        env.pop("PREFECT_API_URL", None)
        if who.startswith("ours"):
            first = [sys.executable, str(GENERATE), "experiment=smoke", "tasks.limit=1", f"root={folder}/outputs"]
            subprocess.run(first, env=env, cwd=folder, check=True, capture_output=True)
            command = ours(who, at_once, n, len(recorded), provider.api_base, folder)
            episodes = "outputs/default/*/episodes/*.json"
            seen = watched(command, env, lambda: len(list(folder.glob(episodes))), n, folder / "log")
        else:
            calls = [requests_of(trajectory) for trajectory in recorded]
            done.with_suffix(".requests").write_text(json.dumps(calls, default=list))
            command = [
                sys.executable,
                str(HERE / "baselines.py"),
                who,
                provider.api_base,
                str(n),
                str(at_once),
                str(done),
            ]
            seen = watched(command, env, lambda: done.stat().st_size, n, folder / "log")
        report = provider.report()
    lengths = [len(requests_of(recorded[number % len(recorded)])) for number in range(n)]
    best = ideal(lengths, at_once, latency) / report.seconds if latency else None
    return Row(who, at_once, latency, n, n / report.seconds, seen.cpu_ms_since(report.first), seen.peak_mb, best)


def ours(who: str, at_once: int, n: int, tasks: int, api_base: str, folder: Path) -> list[str]:
    """The front door's own command."""
    kind = who.removeprefix("ours-")
    seats = [
        f"{seat}{setting}"
        for seat in ("model", "user")
        for setting in ("=vllm", f".name={MODEL.split('/')[1]}", f".provider.api_base={api_base}")
    ]
    calls = [f"{seat}.provider.calls_at_once={at_once}" for seat in ("model", "user")]
    many = [f"trials={max(1, n // tasks)}", f"tasks.limit={min(n, tasks)}"]
    what = ["split=base", *many, f"runner={kind}", f"runner.workers={at_once}"]
    return [sys.executable, str(GENERATE), *seats, *calls, *what, f"root={folder}/outputs"]


def rows(given: argparse.Namespace) -> Iterator[Row]:
    tau2 = recordings("tau2", "base")
    classic = importlib.util.find_spec("tau_bench") is not None
    for latency in given.latency:
        for at_once in given.at_once:
            for who in given.only:
                if who == "tau_bench" and not classic:
                    continue
                recorded = recordings("tau_bench", "test") if who == "tau_bench" else tau2
                if row := finished(who, at_once, latency, recorded):
                    yield row


def finished(who: str, at_once: int, latency: float, recorded: list[Trajectory]) -> Row | None:
    """Measured; τ²'s and τ-bench's runners end with the first call that fails, and may: three times, then there is no
    row of them.
    """
    if who.startswith("ours"):
        return measured(who, at_once, latency, recorded)
    for _ in range(3):
        try:
            return measured(who, at_once, latency, recorded)
        except RuntimeError as error:
            print(f"{who} failed: {str(error)[-200:]}", file=sys.stderr)
    return None


def table(found: Sequence[Row]) -> Iterator[str]:
    yield "| who | at once | latency | episodes | episodes/s | CPU ms/episode | of the floor | peak MB | efficiency |"
    yield "|---|---|---|---|---|---|---|---|---|"
    floors = {(row.at_once, row.latency): row.cpu_ms for row in found if row.who == "floor"}
    for row in found:
        floor = floors.get((row.at_once, row.latency))
        share = f"{row.cpu_ms / floor:.2f}" if floor else ""
        best = "" if row.efficiency is None else f"{row.efficiency:.0%}"
        yield (
            f"| {row.who} | {row.at_once} | {row.latency:g} s | {row.episodes} | {row.per_second:.2f} "
            f"| {row.cpu_ms:.0f} | {share} | {row.peak_mb:.0f} | {best} |"
        )


def plot(found: Sequence[Row], path: Path) -> None:
    """Episodes/s and CPU per episode, a group of bars for each number at once, at the smallest latency."""
    from matplotlib import pyplot

    quick = [row for row in found if row.latency == min(row.latency for row in found)]
    lanes = sorted({row.at_once for row in quick})
    names = list(dict.fromkeys(row.who for row in quick))
    figure, (rate, cost) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for number, who in enumerate(names):
        rows = [row for row in quick if row.who == who]
        aside = (number - (len(names) - 1) / 2) / (len(names) + 1)
        places = [lanes.index(row.at_once) + aside for row in rows]
        rate.bar(places, [row.per_second for row in rows], 1 / (len(names) + 1), label=who)
        cost.bar(places, [row.cpu_ms for row in rows], 1 / (len(names) + 1))
    for axes, label in ((rate, "episodes/s"), (cost, "CPU ms per episode")):
        axes.set(ylabel=label, xlabel="conversations at once", xticks=range(len(lanes)), xticklabels=lanes)
    figure.legend(loc="outside upper center", ncols=len(names))
    figure.savefig(path)


def main() -> None:
    given = arguments()
    process_env.prepare()
    found = []
    for row in rows(given):
        print(row, file=sys.stderr, flush=True)
        found.append(row)
    print("\n".join(table(found)))
    if given.plot:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
