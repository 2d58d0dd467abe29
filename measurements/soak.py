"""A long run against a provider that fails a fifth of the calls: lost, repeated and differing episodes.

    python measurements/soak.py [--episodes 2000] [--faulty 0.2] [--runner threads|processes|both] [--kills 0]

Runs `flows/generate.py` against a fake provider on 127.0.0.1 and prints a table with one column per runner. With
--kills N the run is killed N times at random moments, restarted each time, and completed. The number of tasks is the
largest that divides --episodes; the remaining factor is trials.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tautraj import process_env

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
if TYPE_CHECKING:
    from support.soak.run import Soak


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=2000)
    parser.add_argument("--faulty", type=float, default=0.2, help="share of the calls")
    parser.add_argument("--odd", type=float, default=0.05, help="share of the answers: empty, unknown tools, …")
    parser.add_argument("--runner", choices=["threads", "processes", "both"], default="threads")
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--domain", default="telecom")
    parser.add_argument("--split", default="test")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1, help="seed of the faults and of the kills")
    parser.add_argument("--calls-at-once", type=int, default=32)
    parser.add_argument("--requests-per-minute", type=int, default=2000, help="0 for no limit")
    parser.add_argument("--tokens-per-minute", type=int, default=10_000_000, help="0 for no limit")
    return parser.parse_args()


def build_soak(args: argparse.Namespace, runner: str) -> "Soak":
    from support.soak.run import Soak

    from tautraj.benchmarks import open_benchmark
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run

    run = parse_run(compose_tree([f"domain={args.domain}", f"split={args.split}"]))
    task_count = len(open_benchmark(run.benchmark, run.domain).list_task_ids(args.split))
    tasks = max(n for n in range(1, task_count + 1) if args.episodes % n == 0)
    return Soak(
        domain=args.domain,
        split=args.split,
        tasks=tasks,
        trials=args.episodes // tasks,
        runner=runner,
        workers=args.workers,
        calls_at_once=args.calls_at_once,
        requests_per_minute=args.requests_per_minute or None,
        tokens_per_minute=args.tokens_per_minute or None,
        faulty=args.faulty,
        odd=args.odd,
        kills=args.kills,
        seed=args.seed,
    )


def main() -> None:
    args = parse_arguments()
    process_env.prepare()
    from support.soak.results import soaked

    runners = ["threads", "processes"] if args.runner == "both" else [args.runner]
    columns = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwind, which stops the processes started here
    for runner in runners:
        with tempfile.TemporaryDirectory() as folder:
            environ = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": f"{folder}/prefect"}
            columns.append(soaked(build_soak(args, runner), Path(folder), environ))
            print(runner, columns[-1], file=sys.stderr, flush=True)  # the next runner may take long, or fail
    print(f"| {'':24} |{''.join(f' {runner:>26} |' for runner in runners)}")
    print("|---|" + "---|" * len(runners))
    for name in dict.fromkeys(name for column in columns for name in column):
        print(f"| {name:24} |{''.join(f' {column.get(name, 0)!s:>26} |' for column in columns)}")


if __name__ == "__main__":
    main()
