"""A long run at a provider that fails a fifth of the calls: is anything lost, played twice, or worth something else?

    python measurements/soak.py [--episodes 2000] [--faulty 0.2] [--runner threads|processes|both] [--kills 0]

Plays by the front door at a fake provider on 127.0.0.1, and prints one table, a column per runner. With --kills the
run is killed as often at random moments, started again, and completed. As many tasks are played as divide --episodes,
the rest is trials.
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=2000)
    parser.add_argument("--faulty", type=float, default=0.2, help="share of the calls")
    parser.add_argument("--odd", type=float, default=0.05, help="share of the answers: empty, unknown tools, …")
    parser.add_argument("--runner", choices=["threads", "processes", "both"], default="threads")
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--domain", default="telecom")
    parser.add_argument("--split", default="test")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of the kills")
    parser.add_argument("--calls-at-once", type=int, default=32)
    parser.add_argument("--requests-per-minute", type=int, default=2000, help="0: no limit")
    parser.add_argument("--tokens-per-minute", type=int, default=10_000_000, help="0: no limit")
    return parser.parse_args()


def described(given: argparse.Namespace, runner: str) -> "Soak":
    from support.soak.run import Soak

    from tautraj.benchmarks import open_benchmark
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run

    run = parse_run(compose_tree([f"domain={given.domain}", f"split={given.split}"]))
    known = len(open_benchmark(run.benchmark, run.domain).list_task_ids(given.split))
    tasks = max(n for n in range(1, known + 1) if given.episodes % n == 0)
    return Soak(
        domain=given.domain,
        split=given.split,
        tasks=tasks,
        trials=given.episodes // tasks,
        runner=runner,
        workers=given.workers,
        calls_at_once=given.calls_at_once,
        requests_per_minute=given.requests_per_minute or None,
        tokens_per_minute=given.tokens_per_minute or None,
        faulty=given.faulty,
        odd=given.odd,
        kills=given.kills,
        seed=given.seed,
    )


def main() -> None:
    given = arguments()
    process_env.prepare()
    from support.soak.results import soaked

    runners = ["threads", "processes"] if given.runner == "both" else [given.runner]
    columns = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    for runner in runners:
        with tempfile.TemporaryDirectory() as folder:
            environ = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": f"{folder}/prefect"}
            columns.append(soaked(described(given, runner), Path(folder), environ))
            print(runner, columns[-1], file=sys.stderr, flush=True)  # the next one may take long, or fail
    print(f"| {'':24} |{''.join(f' {runner:>26} |' for runner in runners)}")
    print("|---|" + "---|" * len(runners))
    for name in dict.fromkeys(name for column in columns for name in column):
        print(f"| {name:24} |{''.join(f' {column.get(name, 0)!s:>26} |' for column in columns)}")


if __name__ == "__main__":
    main()
