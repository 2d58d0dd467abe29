"""Play, grade and track a run: `python flows/generate.py model=gpt4o user=gpt4o`.

`--help` lists the options. Heavy libraries are imported after the configuration is validated, so that `--help` and
`--cfg job` answer at once.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_run, redact_config


def main(cfg: DictConfig) -> None:
    run, config = parse_run(cfg), redact_config(cfg)
    from tautraj.orchestration.run_flow import generate

    generate(run, config)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main)
