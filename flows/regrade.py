"""Grade a run again, from its record alone: `python flows/regrade.py run=outputs/default/…`.

Calls no provider and needs no key; shows what changed, old and new side by side. keep=true writes it into the
episodes; explain=EPISODE says why a reward is what it is.
"""

from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj import report
    from tautraj.grading.regrade import RegradeRequest, explain_episode, regrade
    from tautraj.report.terminal import console, tables
    from tautraj.store import Store
    from tautraj.store.discovery import read_run

    asked = parse_as(RegradeRequest, cfg)
    if asked.explain is not None:
        tables.print_explanation(explain_episode(asked))
    else:
        found = regrade(asked)
        tables.print_regrade(found, asked.run)
        if asked.keep and found.changes:
            console.say(
                f"report: {report.write_run_report(store := Store(asked.run), read_run(store).report.conversations)}"
            )


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "regrade")
