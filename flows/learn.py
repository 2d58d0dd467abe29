"""Close the loop, from a world to a trained model that is measured before and after: `python flows/learn.py`.

Every step is a command of its own, printed before it runs; the same command goes on where it was stopped.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.report.terminal import console, training_tables
    from tautraj.training.loop import plan_steps
    from tautraj.training.loop_check import check_request
    from tautraj.training.loop_request import LearnRequest
    from tautraj.training.loop_steps import run_steps
    from tautraj.training.scores import read_scores

    request = parse_as(LearnRequest, cfg)
    check_request(request)
    costs = run_steps(plan_steps(request), console.say)
    training_tables.print_learning(list(read_scores(request)), costs, request.root)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "learn")
