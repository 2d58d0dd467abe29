"""Write a run's page, one HTML file that needs nothing else: `python flows/report.py run=outputs/default/…`.

A run ends with its own; this writes it again, or one over several runs: 'run=[a,b]'.
"""

from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.printable import escape_unprintable


def main(cfg: DictConfig) -> None:
    from tautraj.report.request import ReportRequest, write_report

    print(escape_unprintable(f"report: {write_report(parse_as(ReportRequest, cfg))}"))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "report")
