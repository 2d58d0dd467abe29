"""Does an episode cost the same after many others? CPU, time and memory of a long offline run, thousand by thousand.

    python measurements/scale.py [--episodes 20000] [--domain retail] [--runner threads] [--plot FILE]

The offline seats through the front door, with Prefect's embedded server and MLflow's SQLite. Then what stands at the
ends of a run: how long the same command takes to find that nothing is owed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from process_stats import Watched, watched

GENERATE = Path(__file__).parents[1] / "flows" / "generate.py"
TASKS = 100


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=20_000)
    parser.add_argument("--domain", default="retail")
    parser.add_argument("--runner", choices=["threads", "processes"], default="threads")
    parser.add_argument("--step", type=int, default=1000)
    parser.add_argument("--plot", type=Path)
    return parser.parse_args()


def table(seen: Watched, step: int) -> Iterator[str]:
    yield "| episodes | CPU ms/episode | episodes/s | MB |"
    yield "|---|---|---|---|"
    for last in range(step, seen.moments[-1].done + 1, step):
        begin, end = seen.when(last - step), seen.when(last)
        rate = (end.done - begin.done) / (end.seconds - begin.seconds)
        yield f"| {last:,} | {seen.cpu_ms_between(last - step, last):.1f} | {rate:.1f} | {end.mb:.0f} |"


def plot(seen: Watched, step: int, path: Path) -> None:
    from matplotlib import pyplot

    lasts = range(step, seen.moments[-1].done + 1, step)
    quarters = range(0, lasts[-1] + 1, max(step, lasts[-1] // 4))
    figure, (cost, memory) = pyplot.subplots(1, 2, figsize=(9, 3), layout="constrained")
    cost.plot(lasts, [seen.cpu_ms_between(last - step, last) for last in lasts])
    cost.set(xlabel="episodes", xticks=quarters, ylabel="CPU ms per episode", ylim=0)
    memory.plot(lasts, [seen.when(last).mb for last in lasts])
    memory.set(xlabel="episodes", xticks=quarters, ylabel="resident MB", ylim=0)
    figure.savefig(path)


def main() -> None:
    given = arguments()
    if given.episodes % TASKS:
        sys.exit(f"--episodes={given.episodes}: a multiple of {TASKS}, which is how many tasks are played")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        what = [f"domain={given.domain}", "split=base", f"tasks.limit={TASKS}", f"trials={given.episodes // TASKS}"]
        command = [sys.executable, str(GENERATE), *what, f"runner={given.runner}", f"root={folder}/outputs"]
        env = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": f"{folder}/prefect"}

        def done() -> int:
            return sum(sum(1 for _ in os.scandir(path)) for path in folder.glob("outputs/*/*/episodes"))

        seen = watched(command, env, done, given.episodes, folder / "log", every=0.5)
        print("\n".join(table(seen, given.step)))
        first, last = seen.when(1), seen.when(given.episodes)
        print(f"first episode after {first.seconds:.1f} s, the last after {last.seconds:.0f} s,", end=" ")
        print(f"the end after {seen.moments[-1].seconds:.0f} s; {seen.peak_mb:.0f} MB at most")
        began = time.monotonic()
        subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True)
        print(f"the same command, nothing owed: {time.monotonic() - began:.1f} s")
    if given.plot:
        plot(seen, given.step, given.plot)


if __name__ == "__main__":
    main()
