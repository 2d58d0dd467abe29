"""Make a dataset of what runs played: `python flows/export.py run=outputs/default/… format=sft`.

Several runs at once: 'run=[a,b]'. Prints what was left out and why; the folder has a card that says the same.
"""

from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.tree import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj import terminal
    from tautraj.export.asked import Export
    from tautraj.export.dataset import export

    terminal.exported(export(parse_as(Export, cfg)))


if __name__ == "__main__":
    environment.prepare(hub=True)
    cli(main, "export")
