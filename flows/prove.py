"""Prove every task of a finished world again, whoever made it: `python flows/prove.py world=outputs/worlds/…`.

Reads the folder alone and writes nothing. Ends with a table; exit code 1 if a check does not hold.
"""

import sys

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.orchestration.worlds.proving import prove_world
    from tautraj.report.terminal import world_tables
    from tautraj.synthesis.reproof import ProofRequest

    reproof = prove_world(parse_as(ProofRequest, cfg))
    world_tables.print_reproof(reproof)
    if reproof.faults or reproof.refused:
        sys.exit(1)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "prove")
