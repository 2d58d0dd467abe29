"""Read one conversation, its reward explained: `python flows/show.py run=outputs/default/… task=5`.

Without a task or an episode, the first that failed, else the first.
"""

from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.tree import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj import reading
    from tautraj.show import Show, show

    asked = parse_as(Show, cfg)
    reading.show(show(asked), full=asked.full)


if __name__ == "__main__":
    environment.prepare()
    cli(main, "show")
