"""CPU time to grade an episode, by tautraj and by τ²'s unmodified evaluator, over every task of a domain.

    python measurements/grading_time.py [--domain retail]

The transcripts are those of the oracle and of an agent that does nothing. The last column must be 0.
"""

import argparse
import time

from tautraj import process_env
from tautraj.agents import AgentContext
from tautraj.config import Run
from tautraj.trajectory import Trajectory


def do_nothing(context: AgentContext) -> None:
    """An agent that only offers to close."""
    from tautraj.agents.oracle import GOODBYE, perform

    perform(context, [GOODBYE])


def play_transcripts(domain: str, *overrides: str) -> tuple[Run, list[Trajectory]]:
    """Play every task of `domain`. Returns the run, and its trajectories, not graded."""
    from tautraj.config.command_line import compose_tree
    from tautraj.config.parse import parse_run
    from tautraj.runs.episode.conversation import run_episode
    from tautraj.runs.episode.recorder import Recorder
    from tautraj.runs.plan import plan_run

    run = parse_run(compose_tree([f"domain={domain}", "split=base", "root=/nonexistent", *overrides]))
    return run, [run_episode(run, spec, Recorder()) for spec in plan_run(run).owed]


def compute_tau2_reward(trajectory: Trajectory, task: object) -> float:
    """The reward from τ²'s evaluator, with an environment read and validated from its files, as τ²'s runner does."""
    from tau2.data_model.simulation import SimulationRun, TerminationReason
    from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation

    from tautraj.benchmarks.tau2.messages import to_tau2_messages

    run = SimulationRun(
        id=trajectory.id,
        task_id=trajectory.task_id,
        start_time="",
        end_time="",
        duration=0.0,
        termination_reason=TerminationReason.USER_STOP,
        messages=to_tau2_messages(trajectory.turns),
    )
    return float(evaluate_simulation(run, task, EvaluationType.ALL, solo_mode=False, domain=trajectory.domain).reward)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domain", default="retail")
    domain = parser.parse_args().domain
    process_env.prepare()
    from tau2.registry import registry

    from tautraj.benchmarks import open_benchmark
    from tautraj.grading.reward import grade_trajectory

    tasks = {task.id: task for task in registry.get_tasks_loader(domain)(None)}
    print("| agent | transcripts | ours, CPU ms each | τ²'s, CPU ms each | times faster | rewards that differ |")
    print("|---|---|---|---|---|---|")
    for name, overrides in {"oracle": (), "do nothing": (f"agent._target_={__name__}.do_nothing",)}.items():
        run, played = play_transcripts(domain, *overrides)
        process_env.freeze_gc()
        benchmark = open_benchmark(run.benchmark, run.domain)
        grade_trajectory(played[0], benchmark, None)
        started = time.process_time()
        ours = [grade_trajectory(trajectory, benchmark, None).reward for trajectory in played]
        between = time.process_time()
        theirs = [compute_tau2_reward(trajectory, tasks[trajectory.task_id]) for trajectory in played]
        ended = time.process_time()
        our_ms, their_ms = (1000 * seconds / len(played) for seconds in (between - started, ended - between))
        different = sum(a != b for a, b in zip(ours, theirs, strict=True))
        print(
            f"| {name} | {len(played)} | {our_ms:.1f} | {their_ms:.1f} | {their_ms / our_ms:.0f} | {different} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
