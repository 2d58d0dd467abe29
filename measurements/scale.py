"""CPU, time and memory per thousand episodes of a long offline run: does an episode cost the same after many others?

    python measurements/scale.py [--episodes 20000] [--domain retail] [--runner threads] [--plot FILE]

Runs `flows/generate.py` with the offline seats, Prefect's embedded server and MLflow's SQLite. Then measures how long
the same command takes to find that nothing is left to play.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from process_stats import ProcessStats, watch_command

GENERATE = Path(__file__).parents[1] / "flows" / "generate.py"
TASKS = 100


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=20_000)
    parser.add_argument("--domain", default="retail")
    parser.add_argument("--runner", choices=["threads", "processes"], default="threads")
    parser.add_argument("--step", type=int, default=1000)
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def format_table(stats: ProcessStats, step: int) -> Iterator[str]:
    yield "| episodes | CPU ms/episode | episodes/s | MB |"
    yield "|---|---|---|---|"
    for last in range(step, stats.samples[-1].done + 1, step):
        begin, end = stats.find_sample(last - step), stats.find_sample(last)
        rate = (end.done - begin.done) / (end.seconds - begin.seconds)
        yield f"| {last:,} | {stats.cpu_ms_between(last - step, last):.1f} | {rate:.1f} | {end.mb:.0f} |"


def plot(stats: ProcessStats, step: int, path: Path) -> None:
    from matplotlib import pyplot

    lasts = range(step, stats.samples[-1].done + 1, step)
    quarters = range(0, lasts[-1] + 1, max(step, lasts[-1] // 4))
    figure, (cost, memory) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    cost.plot(lasts, [stats.cpu_ms_between(last - step, last) for last in lasts])
    cost.set(xlabel="episodes", xticks=quarters, ylabel="CPU ms per episode", ylim=0)
    memory.plot(lasts, [stats.find_sample(last).mb for last in lasts])
    memory.set(xlabel="episodes", xticks=quarters, ylabel="resident MB", ylim=0)
    figure.savefig(path)


def main() -> None:
    args = parse_arguments()
    if args.episodes % TASKS:
        sys.exit(f"--episodes={args.episodes} must be a multiple of {TASKS}, the number of tasks")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        overrides = [
            f"domain={args.domain}",
            "split=base",
            f"tasks.limit={TASKS}",
            f"trials={args.episodes // TASKS}",
        ]
        command = [sys.executable, str(GENERATE), *overrides, f"runner={args.runner}", f"root={folder}/outputs"]
        env = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": f"{folder}/prefect"}

        def count_done() -> int:
            return sum(sum(1 for _ in os.scandir(path)) for path in folder.glob("outputs/*/*/episodes"))

        stats = watch_command(command, env, count_done, args.episodes, folder / "log", every=0.5)
        print("\n".join(format_table(stats, args.step)))
        first, last = stats.find_sample(1), stats.find_sample(args.episodes)
        print(f"first episode after {first.seconds:.1f} s, the last after {last.seconds:.0f} s,", end=" ")
        print(f"the end after {stats.samples[-1].seconds:.0f} s; {stats.peak_mb:.0f} MB at most")
        started = time.monotonic()
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
        print(f"the same command, nothing left to play: {time.monotonic() - started:.1f} s")
    if args.plot:
        plot(stats, args.step, args.plot)


if __name__ == "__main__":
    main()
