"""A grid of cells in one flow, side by side: `python flows/sweep.py experiment=strategies model=gpt4o user=gpt4o`.

A grid of one's own: 'grid.agent=[tool_calling,react]' 'grid.user_strategy=[llm,verify]'. Every cell is an ordinary
run that `generate.py` can go on with; the matrix of all of them is beside their directories.
"""

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.sweep import asked


def main(cfg: DictConfig) -> None:
    sweep = asked(cfg, HydraConfig.get().overrides.task)
    from tautraj import terminal, terminal_grid
    from tautraj.planned import cells_ready, estimates, planned
    from tautraj.server import check_server, choose_server, start_server
    from tautraj.swept import conclude_played

    cells = planned(sweep)
    if sweep.run.dry_run:
        terminal_grid.grid(sweep, cells, estimates(cells))
        return
    if not any(one.unfinished for one in cells):
        terminal.say("Nothing is owed: every episode of every cell has been played. trials=… asks for more of them.")
        conclude_played(sweep, cells)
        return
    choose_server(sweep.run.root)
    check_server()
    wait_for_server = start_server(terminal.say)
    with cells_ready(cells) as served:
        from runners import task_runner
        from sweeping import start

        task_runner(sweep.run)  # what is none is refused before anybody waits for a server
        wait_for_server()
        start(sweep, served)


if __name__ == "__main__":
    environment.prepare()
    cli(main, "sweep")
