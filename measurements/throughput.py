"""Cost of an episode apart from its model calls: tautraj, τ²'s runner and classic τ-bench's, in one run.

    python measurements/throughput.py [--at-once 1 64 256] [--latency 0 1] [--only ours-threads tau2 …] [--plot FILE]

All runners play the oracle's retail conversations (classic τ-bench those of its own tasks) against the same scripted
provider over HTTP, in its own process. `floor` is litellm alone, making the calls of those conversations and nothing
else.

- CPU is per episode and of all processes that the command starts, Prefect's server included, from the first call's
  arrival until the last episode finished. A small offline run before it creates the databases of Prefect and MLflow.
- Episodes/s is measured at the provider.
- Efficiency is the time the conversations would take in `at once` parallel lanes if only the provider took time,
  divided by the time they took.
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
from process_stats import watch_command
from scripted_provider import serve_recordings

from tautraj import process_env
from tautraj.trajectory import Trajectory

HERE = Path(__file__).parent
GENERATE = HERE.parent / "flows" / "generate.py"
MIN_EPISODES = {"floor": 228, "ours-threads": 456, "ours-processes": 456, "tau2": 24, "tau_bench": 32}
"""Runner -> episodes without latency, or `at once` if that is more."""

HEADER = (
    "| runner | at once | latency | episodes | episodes/s | CPU ms/episode | of the floor | peak MB | efficiency |"
)


class Row(NamedTuple):
    runner: str
    at_once: int
    latency: float
    episodes: int
    per_second: float
    cpu_ms: float
    peak_mb: float
    efficiency: float | None
    """0 to 1; None without latency, where there is no ideal time."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=int, nargs="+", default=[1, 64, 256])
    parser.add_argument("--latency", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--only", nargs="+", choices=MIN_EPISODES, default=list(MIN_EPISODES))
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def record_conversations(benchmark: str, split: str) -> list[Trajectory]:
    """Every retail task of the split, played by the offline seats. No two customers open with the same words."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run

    run = parse_run(compose_tree([f"benchmark={benchmark}", f"split={split}", "root=/nonexistent"]))
    return [make_opening_unique(run_episode(run, spec, Recorder())) for spec in plan_run(run).owed]


def make_opening_unique(trajectory: Trajectory) -> Trajectory:
    """Add the task id to the customer's first message, by which the provider identifies a conversation."""
    turns = list(trajectory.turns)
    first = next(turn for turn in turns if turn.seat == "user")
    turns[first.index] = first.model_copy(update={"message": f"{first.message} (case {trajectory.task_id})"})
    return trajectory.model_copy(update={"turns": tuple(turns)})


def build_requests(trajectory: Trajectory) -> list[dict[str, object]]:
    """The requests of a conversation, as both seats send them."""
    requests: list[dict[str, object]] = []
    agent: list[dict[str, object]] = [{"role": "system", "content": trajectory.system_prompt}]
    customer: list[dict[str, object]] = [{"role": "system", "content": trajectory.user_prompt}]
    for turn in trajectory.turns:
        speaker, listener = (agent, customer) if turn.seat == "model" else (customer, agent)
        if not turn.given:
            tools = {"tools": trajectory.tools} if turn.seat == "model" else {}
            requests.append({"messages": list(speaker), "temperature": 0.0, "seed": 1, **tools})
        if turn.tool_call is None:
            speaker.append({"role": "assistant", "content": turn.message})
            listener.append({"role": "user", "content": turn.message})
        else:
            function = {"name": turn.tool_call.name, "arguments": json.dumps(turn.tool_call.arguments)}
            call = {"id": turn.tool_call.id, "type": "function", "function": function}
            speaker.append({"role": "assistant", "content": None, "tool_calls": [call]})
            speaker.append({"role": "tool", "tool_call_id": turn.tool_call.id, "content": turn.observation})
    return requests


def compute_ideal_seconds(calls: Sequence[int], at_once: int, latency: float) -> float:
    """Seconds that conversations of `calls` calls take if each goes to the lane that is free first."""
    lanes = [0.0] * at_once
    for n in calls:
        heapq.heappush(lanes, heapq.heappop(lanes) + n * latency)
    return max(lanes)


def measure(runner: str, at_once: int, latency: float, recordings: list[Trajectory]) -> Row:
    """Raises `RuntimeError` if the runner fails."""
    if latency:
        n = 4 if at_once == 1 else max(4, at_once if runner.startswith("tau") else 2 * at_once)
    else:
        n = max(MIN_EPISODES[runner], at_once)
    if runner.startswith("ours") and n > len(recordings):
        n = -(-n // len(recordings)) * len(recordings)  # whole trials
    with tempfile.TemporaryDirectory() as name, serve_recordings(recordings, latency) as provider:
        folder = Path(name)
        done = folder / "done"
        done.touch()
        env = {**os.environ, "PREFECT_HOME": f"{folder}/prefect", "LITELLM_LOCAL_MODEL_COST_MAP": "true"}
        env.pop("PREFECT_API_URL", None)
        if runner.startswith("ours"):
            smoke = [sys.executable, str(GENERATE), "experiment=smoke", "tasks.limit=1", f"root={folder}/outputs"]
            subprocess.run(smoke, env=env, cwd=folder, check=True, capture_output=True)
            command = build_command(runner, at_once, n, len(recordings), provider.api_base, folder)
            episodes = "outputs/default/*/episodes/*.json"
            stats = watch_command(command, env, lambda: len(list(folder.glob(episodes))), n, folder / "log")
        else:
            requests = [build_requests(trajectory) for trajectory in recordings]
            done.with_suffix(".requests").write_text(json.dumps(requests, default=list))
            command = [
                sys.executable,
                str(HERE / "baselines.py"),
                runner,
                provider.api_base,
                str(n),
                str(at_once),
                str(done),
            ]
            stats = watch_command(command, env, lambda: done.stat().st_size, n, folder / "log")
        report = provider.report()
    lengths = [len(build_requests(recordings[number % len(recordings)])) for number in range(n)]
    efficiency = compute_ideal_seconds(lengths, at_once, latency) / report.seconds if latency else None
    cpu_ms = stats.cpu_ms_since(report.first)
    return Row(runner, at_once, latency, n, n / report.seconds, cpu_ms, stats.peak_mb, efficiency)


def build_command(runner: str, at_once: int, n: int, tasks: int, api_base: str, folder: Path) -> list[str]:
    """The command of `flows/generate.py` that plays `n` episodes."""
    kind = runner.removeprefix("ours-")
    seats = [
        f"{seat}{setting}"
        for seat in ("model", "user")
        for setting in ("=vllm", f".name={MODEL.split('/')[1]}", f".provider.api_base={api_base}")
    ]
    calls = [f"{seat}.provider.calls_at_once={at_once}" for seat in ("model", "user")]
    amount = [f"trials={max(1, n // tasks)}", f"tasks.limit={min(n, tasks)}"]
    workers = [f"runner={kind}", f"runner.workers={at_once}"]
    return [sys.executable, str(GENERATE), *seats, *calls, "split=base", *amount, *workers, f"root={folder}/outputs"]


def measure_all(args: argparse.Namespace) -> Iterator[Row]:
    tau2 = record_conversations("tau2", "base")
    has_tau_bench = importlib.util.find_spec("tau_bench") is not None
    for latency in args.latency:
        for at_once in args.at_once:
            for runner in args.only:
                if runner == "tau_bench" and not has_tau_bench:
                    continue
                recordings = record_conversations("tau_bench", "test") if runner == "tau_bench" else tau2
                if row := measure_with_retry(runner, at_once, latency, recordings):
                    yield row


def measure_with_retry(runner: str, at_once: int, latency: float, recordings: list[Trajectory]) -> Row | None:
    """The row of a runner; None for a baseline that failed three times.

    τ²'s and τ-bench's runners end at the first call that fails, so baselines get three attempts.
    """
    if runner.startswith("ours"):
        return measure(runner, at_once, latency, recordings)
    for _ in range(3):
        try:
            return measure(runner, at_once, latency, recordings)
        except RuntimeError as error:
            print(f"{runner} failed: {str(error)[-200:]}", file=sys.stderr)
    return None


def format_table(rows: Sequence[Row]) -> Iterator[str]:
    yield HEADER
    yield "|---|---|---|---|---|---|---|---|---|"
    floors = {(row.at_once, row.latency): row.cpu_ms for row in rows if row.runner == "floor"}
    for row in rows:
        floor = floors.get((row.at_once, row.latency))
        share = f"{row.cpu_ms / floor:.2f}" if floor else ""
        efficiency = "" if row.efficiency is None else f"{row.efficiency:.0%}"
        yield (
            f"| {row.runner} | {row.at_once} | {row.latency:g} s | {row.episodes} | {row.per_second:.2f} "
            f"| {row.cpu_ms:.0f} | {share} | {row.peak_mb:.0f} | {efficiency} |"
        )


def plot(rows: Sequence[Row], path: Path) -> None:
    """Plot episodes/s and CPU per episode at the smallest latency, one group of bars per number at once."""
    from matplotlib import pyplot

    fastest = min(row.latency for row in rows)
    plotted = [row for row in rows if row.latency == fastest]
    lanes = sorted({row.at_once for row in plotted})
    runners = list(dict.fromkeys(row.runner for row in plotted))
    width = 1 / (len(runners) + 1)
    figure, (rate, cost) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    for number, runner in enumerate(runners):
        bars = [row for row in plotted if row.runner == runner]
        offset = (number - (len(runners) - 1) / 2) * width
        positions = [lanes.index(row.at_once) + offset for row in bars]
        rate.bar(positions, [row.per_second for row in bars], width, label=runner)
        cost.bar(positions, [row.cpu_ms for row in bars], width)
    for axes, label in ((rate, "episodes/s"), (cost, "CPU ms per episode")):
        axes.set(ylabel=label, xlabel="conversations at once", xticks=range(len(lanes)), xticklabels=lanes)
    figure.legend(loc="outside upper center", ncols=len(runners))
    figure.savefig(path)


def main() -> None:
    args = parse_arguments()
    process_env.prepare()
    rows = []
    for row in measure_all(args):
        print(row, file=sys.stderr, flush=True)
        rows.append(row)
    print("\n".join(format_table(rows)))
    if args.plot:
        plot(rows, args.plot)


if __name__ == "__main__":
    main()
