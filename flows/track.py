"""Write a run directory's view into MLflow again: `python flows/track.py run=outputs/default/…`.

From the directory alone: calls no provider and needs no key. For a run that MLflow missed, in part or altogether.
"""

from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.printable import escape_unprintable


def main(cfg: DictConfig) -> None:
    from tautraj.store import Store
    from tautraj.tracking.backfill import BackfillRequest, backfill

    asked = parse_as(BackfillRequest, cfg)
    print(escape_unprintable(f"MLflow: {backfill(Store(asked.run), asked.tracking.uri, asked.tracking.traces)}"))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "track")
