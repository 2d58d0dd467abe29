"""Play on from turns of stored episodes: `python flows/branch.py run=outputs/default/… at=before_each_write tries=4`.

A branch is an episode of a run of its own, which the same command resumes. The seats are those of the run, or others:
model=…, user=…, agent=…, user_strategy=….
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli


def main(cfg: DictConfig) -> None:
    from tautraj.orchestration.run_flow import generate
    from tautraj.redaction import redact_tree
    from tautraj.runs.branch_request import parse_branch_run

    run = parse_branch_run(cfg)
    generate(run, redact_tree(run.model_dump(by_alias=True, mode="json")))


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "branch")
