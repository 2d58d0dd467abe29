"""Write a folder of transformers as a GGUF file, which a run serves: `python flows/convert.py folder=my-model`.

Ends with the command that plays the model.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.training.request import ConvertRequest


def main(cfg: DictConfig) -> None:
    request = parse_as(ConvertRequest, cfg)
    from tautraj.report.terminal import training_tables
    from tautraj.training.gguf_conversion import convert

    training_tables.print_play(convert(request))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "convert")
