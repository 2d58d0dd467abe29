"""Write a run's page, one HTML file that needs nothing else: `python flows/report.py run=outputs/default/…`.

A run ends with its own; this writes it again, or one over several runs: 'run=[a,b]'.
"""

from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.printable import printable
from tautraj.tree import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.report.asked import Asked, report

    print(printable(f"report: {report(parse_as(Asked, cfg))}"))


if __name__ == "__main__":
    environment.prepare()
    cli(main, "report")
