"""Speed and peak memory of `flows/export.py` over many conversations: does an export stream?

    python measurements/export_memory.py [--episodes 20000] [--format sft] [--file jsonl]

The conversations are retail's train tasks played by the oracle, copied under new ids.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from process_stats import watch_command

EXPORT = Path(__file__).parents[1] / "flows" / "export.py"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=20_000)
    parser.add_argument("--format", default="sft")
    parser.add_argument("--file", choices=["jsonl", "parquet"], default="jsonl")
    return parser.parse_args()


def make_run_directory(root: Path, episodes: int) -> Path:
    """A run directory with `episodes` conversations, copied from 40 that were played."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.identity import locate_run_directory
    from tautraj.config.parse import parse_run
    from tautraj.runs.plan import plan_run
    from tautraj.runs.play import play
    from tautraj.runs.startup import start_up
    from tautraj.store import Store

    run = parse_run(compose_tree(["split=train", "tasks.limit=40", "tracking=none", f"root={root}"]))
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
        played = list(plan.store.read_episodes())
        for number in range(len(played), episodes):
            trajectory, trial = played[number % len(played)], number // len(played)
            copy_id = f"{trajectory.task_id}-t{trial}-copy"
            plan.store.write(trajectory.model_copy(update={"id": copy_id, "trial": trial}))
    return Path(Store(locate_run_directory(run)).path)


def main() -> None:
    args = parse_arguments()
    from tautraj import process_env

    process_env.prepare()
    print("| format | file | guard | conversations | rows | seconds | conversations/s | peak MB |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = make_run_directory(folder / "outputs", args.episodes)
        for n, guard in ((args.episodes, "off"), (args.episodes, "own"), (args.episodes // 10, "off")):
            for path in sorted(run.glob("episodes/*"))[n:]:
                path.unlink()
            out = folder / f"data-{guard}-{n}"
            command = [sys.executable, str(EXPORT), f"run={run}", f"guard={guard}", f"out={out}"]
            command += [f"format={args.format}", f"file={args.file}"]
            started = time.monotonic()
            stats = watch_command(command, os.environ, lambda n=n: n, n, folder / "log")
            seconds = time.monotonic() - started
            rows = sum(1 for path in out.glob("*.jsonl") for _ in path.open()) if args.file == "jsonl" else n
            print(
                f"| {args.format} | {args.file} | {guard} | {n:,} | {rows:,} | {seconds:.0f} | {n / seconds:.0f} "
                f"| {stats.peak_mb:.0f} |",
                flush=True,
            )
            for path in folder.glob("*-t*.json"):
                path.rename(run / "episodes" / path.name)


if __name__ == "__main__":
    main()
