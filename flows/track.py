"""Write a run directory's view into MLflow again: `python flows/track.py run=outputs/default/…`.

From the directory alone: calls no provider and needs no key. For a run that MLflow missed, in part or altogether.
"""

from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import cli
from tautraj.config.parse import parse_as
from tautraj.printable import printable


def main(cfg: DictConfig) -> None:
    from tautraj.store import Store
    from tautraj.tracking.backfill import Track, track

    asked = parse_as(Track, cfg)
    print(printable(f"MLflow: {track(Store(asked.run), asked.tracking.uri, asked.tracking.traces)}"))


if __name__ == "__main__":
    process_env.prepare()
    cli(main, "track")
