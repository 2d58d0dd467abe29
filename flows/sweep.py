"""A grid of cells in one flow, side by side: `python flows/sweep.py experiment=strategies model=gpt4o user=gpt4o`.

A grid of one's own: 'grid.agent=[tool_calling,react]' 'grid.user_strategy=[llm,verify]'. Every cell is an ordinary
run that `generate.py` can go on with; the matrix of all of them is beside their directories.
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import cli
from tautraj.runs.sweep.grid import asked


def main(cfg: DictConfig) -> None:
    sweep = asked(cfg, HydraConfig.get().overrides.task)
    from tautraj.orchestration.prefect_server import check_server, choose_server, start_server
    from tautraj.orchestration.sweep_results import conclude_played
    from tautraj.report.terminal import console, sweep_tables
    from tautraj.runs.sweep.plan import cells_ready, estimates, planned

    cells = planned(sweep)
    if sweep.run.dry_run:
        sweep_tables.grid(sweep, cells, estimates(cells))
        return
    if not any(one.unfinished for one in cells):
        console.say("Nothing is owed: every episode of every cell has been played. trials=… asks for more of them.")
        conclude_played(sweep, cells)
        return
    choose_server(sweep.run.root)
    check_server()
    wait_for_server = start_server(console.say)
    with cells_ready(cells) as served:
        from tautraj.orchestration.sweep_flow import start
        from tautraj.orchestration.task_runners import task_runner

        task_runner(sweep.run)  # what is none is refused before anybody waits for a server
        wait_for_server()
        start(sweep, served)


if __name__ == "__main__":
    process_env.prepare()
    cli(main, "sweep")
