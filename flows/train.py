"""Train a small model on an export: `python flows/train.py data=exports/my-rows`.

The same command goes on where it was stopped. Ends with the command that plays the model.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.training.request import TrainRequest


def main(cfg: DictConfig) -> None:
    request = parse_as(TrainRequest, cfg)
    from tautraj.report.terminal import console, training_tables
    from tautraj.training.pipeline import train

    training_tables.print_training(train(request, console.say))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "train")
