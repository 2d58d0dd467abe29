"""Serve rollouts to clients of OpenEnv, until Ctrl-C: `python flows/serve.py domain=retail user=rehearsed`.

Every rollout that a client ends is an episode of the run directory.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli


def main(cfg: DictConfig) -> None:
    from hydra.core.hydra_config import HydraConfig

    from tautraj.training.openenv.request import parse_serve_request

    request, overrides = parse_serve_request(cfg, HydraConfig.get().overrides.task)
    from tautraj.report.terminal import console
    from tautraj.training.openenv.server import serve

    serve(request, overrides, console.say)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "serve")
