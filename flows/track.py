"""Write a run directory into MLflow again: `python flows/track.py run=outputs/default/…`.

Reads the directory only: calls no provider and needs no key. For a run that MLflow lacks, in part or entirely.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as
from tautraj.printable import escape_unprintable


def main(cfg: DictConfig) -> None:
    from tautraj.store import Store
    from tautraj.store.discovery import resolve_runs
    from tautraj.tracking.backfill import BackfillRequest, backfill

    request = parse_as(BackfillRequest, cfg)
    for url in resolve_runs(request.run, request.root):
        address = backfill(Store(url), request.tracking.uri, request.tracking.traces)
        print(escape_unprintable(f"MLflow: {address}"))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "track")
