"""Make a world that no benchmark has, its tasks, their proofs: `python flows/synthesize.py domain=retail n=1000`.

The same command goes on where it was stopped, and the same seed writes the same bytes. It ends with the command that
plays the world.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.orchestration.worlds.flow import make_world
    from tautraj.report.terminal import world_tables
    from tautraj.synthesis.request import SynthesisRequest

    request = parse_as(SynthesisRequest, cfg)
    world_tables.print_world(request, make_world(request))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "synthesize")
