"""Tasks solved by the oracle (ceiling) and by an agent that does nothing (floor).

    python measurements/reward_bounds.py [benchmark/domain/split …]

Prints one row per benchmark, domain and split; rewards are the benchmark's own. Classic τ-bench is included if its
package can be imported. Plays and grades everything in this process, in about ten minutes.
"""

import sys
import time

from tautraj import process_env

process_env.prepare()

from tautraj.agents import AgentContext  # noqa: E402
from tautraj.agents.oracle import GOODBYE, perform  # noqa: E402
from tautraj.config.command_line import compose_tree  # noqa: E402
from tautraj.config.identity import plan_episodes  # noqa: E402
from tautraj.config.parse import parse_run  # noqa: E402
from tautraj.errors import ConfigError  # noqa: E402
from tautraj.runs.episode.conversation import run_episode  # noqa: E402
from tautraj.runs.episode.recorder import Recorder  # noqa: E402
from tautraj.runs.plan import plan_run  # noqa: E402
from tautraj.runs.play import grade_episode  # noqa: E402

SPLITS = [
    *(("tau2", domain, split) for domain in ("retail", "airline", "telecom") for split in ("base", "test")),
    *(("tau_bench", "retail", split) for split in ("train", "test", "dev")),
    ("tau_bench", "airline", "test"),
]


def do_nothing(context: AgentContext) -> None:
    """An agent that only offers to close."""
    perform(context, [GOODBYE])


def count_successes(agent: str, benchmark: str, domain: str, split: str) -> tuple[int, int]:
    """(episodes with reward 1, episodes) of an offline agent."""
    overrides = [f"benchmark={benchmark}", f"domain={domain}", f"split={split}", "root=/nonexistent", "tracking=none"]
    if agent != "oracle":
        overrides.append(f"agent._target_=__main__.{agent}")
    run = parse_run(compose_tree(overrides))
    specs = plan_episodes(run, [spec.task_id for spec in plan_run(run).owed])
    rewards = [grade_episode(run_episode(run, spec, Recorder()), run).reward for spec in specs]
    return rewards.count(1.0), len(rewards)


def main(chosen: list[str]) -> None:
    print(f"| {'benchmark':9} | {'domain':7} | {'split':5} | {'oracle':>9} | {'do nothing':>10} | {'seconds':>7} |")
    print("|---|---|---|---|---|---|")
    for benchmark, domain, split in SPLITS:
        if chosen and f"{benchmark}/{domain}/{split}" not in chosen:
            continue
        started = time.monotonic()
        try:
            results = [count_successes(agent, benchmark, domain, split) for agent in ("oracle", "do_nothing")]
        except ConfigError as error:
            print(f"{benchmark}/{domain}/{split} left out: {error}", file=sys.stderr)
            continue
        seconds = time.monotonic() - started
        oracle, nothing = (f"{solved}/{total}" for solved, total in results)
        print(
            f"| {benchmark:9} | {domain:7} | {split:5} | {oracle:>9} | {nothing:>10} | {seconds:7.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    process_env.freeze_gc()
    main(sys.argv[1:])
