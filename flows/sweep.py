"""A grid of cells in one flow, side by side: `python flows/sweep.py experiment=strategies model=gpt4o user=gpt4o`.

Another grid: 'grid.agent=[tool_calling,react]' 'grid.user_strategy=[llm,verify]'. Every cell is an ordinary run
that `generate.py` can resume; the matrix of all cells is beside their directories.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.runs.sweep.grid import parse_sweep


def main(cfg: DictConfig) -> None:
    from hydra.core.hydra_config import HydraConfig

    sweep = parse_sweep(cfg, HydraConfig.get().overrides.task)
    from tautraj.orchestration.sweep_flow import sweep_cells

    sweep_cells(sweep)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "sweep")
