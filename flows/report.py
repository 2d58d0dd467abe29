"""Write a run's page, one HTML file without external resources: `python flows/report.py run=outputs/default/…`.

Every run writes its own at its end; this writes it again, while a run goes on too, or a page over several runs:
'run=[a,b]', or run=all for every run under the root.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.printable import escape_unprintable


def main(cfg: DictConfig) -> None:
    from tautraj.report.request import ReportRequest, write_report
    from tautraj.report.terminal import console

    print(escape_unprintable(f"report: {write_report(parse_as(ReportRequest, cfg), console.say)}"))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "report")
