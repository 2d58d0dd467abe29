"""Grade a run again, from its record alone: `python flows/regrade.py run=outputs/default/…`.

Calls no provider and needs no key; shows what changed, old and new side by side. keep=true writes it into the
episodes; explain=EPISODE says why a reward is what it is.
"""

from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.tree import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj import report, terminal
    from tautraj.recorded import recorded_run
    from tautraj.regrade import Regrade, explained, regrade
    from tautraj.store import Store

    asked = parse_as(Regrade, cfg)
    if asked.explain is not None:
        terminal.explained(explained(asked))
    else:
        found = regrade(asked)
        terminal.regraded(found, asked.run)
        if asked.keep and found.changes:
            terminal.say(f"report: {report.own(store := Store(asked.run), recorded_run(store).report.conversations)}")


if __name__ == "__main__":
    environment.prepare()
    cli(main, "regrade")
