"""Export a dataset from trajectories: `python flows/export.py run=outputs/default/… format=sft`.

Several runs at once: 'run=[a,b]'. Prints what was left out and why; the dataset's card has the same numbers.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.export.pipeline import export
    from tautraj.export.request import ExportRequest
    from tautraj.report.terminal import console, tables

    tables.print_export(export(parse_as(ExportRequest, cfg), console.say))


if __name__ == "__main__":
    process_env.prepare(hub=True)
    run_cli(main, "export")
