"""Entrypoints of the deployments in prefect.yaml: a run, a sweep, an export, a world."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tautraj import process_env
from tautraj.config.command_line import compose_tree, to_hydra_overrides
from tautraj.config.parse import parse_as, parse_run, redact_config
from tautraj.orchestration import pause_cancel
from tautraj.report.terminal.console import say
from tautraj.report.terminal.tables import print_export
from tautraj.runs.sweep.grid import parse_sweep


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(overrides: list[str]) -> State[Any]:
    """Play, grade and track a run, as `python flows/generate.py` does. Its message is the run directory.

    The same overrides resume that directory.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: model=gpt4o, user=gpt4o, trials=4.
            Without overrides: the oracle, offline. All options: python flows/generate.py --help
    """
    process_env.prepare()
    return pause_cancel.run_as_deployment(lambda: _generate(overrides))


@flow(name="sweep-deployed", persist_result=False)
def sweep_deployed(overrides: list[str]) -> State[Any]:
    """Play a grid of cells side by side, as `python flows/sweep.py` does. Its message is the sweep's directory.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: experiment=strategies, model=gpt4o,
            user=gpt4o. All options: python flows/sweep.py --help
    """
    process_env.prepare()
    return pause_cancel.run_as_deployment(lambda: _sweep(overrides))


@flow(name="export-deployed", persist_result=False)
def export_deployed(overrides: list[str]) -> State[Any]:
    """Export a dataset from trajectories, as `python flows/export.py` does. Its message is the dataset's folder.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: run=outputs/default/NAME, format=sft.
            Without run=… the newest run is exported. All options: python flows/export.py --help
    """
    process_env.prepare(hub=True)
    return pause_cancel.run_as_deployment(lambda: _export(overrides))


@flow(name="synthesize-deployed", persist_result=False)
def synthesize_deployed(overrides: list[str]) -> State[Any]:
    """Make a world, as `python flows/synthesize.py` does. Its message is the world's folder.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: domain=retail, n=1000, seed=7.
            All options: python flows/synthesize.py --help
    """
    process_env.prepare()
    return pause_cancel.run_as_deployment(lambda: _synthesize(overrides))


def _generate(overrides: list[str]) -> str:
    from tautraj.orchestration.run_flow import generate

    tree = compose_tree(overrides)
    return generate(parse_run(tree), redact_config(tree))


def _sweep(overrides: list[str]) -> str:
    from tautraj.orchestration.sweep_flow import sweep_cells

    words = to_hydra_overrides(overrides)
    return sweep_cells(parse_sweep(compose_tree(words, "sweep"), words))


def _export(overrides: list[str]) -> str:
    from tautraj.export.pipeline import export
    from tautraj.export.request import ExportRequest

    result = export(parse_as(ExportRequest, compose_tree(overrides, "export")), say)
    print_export(result)
    return str(result.folder)


def _synthesize(overrides: list[str]) -> str:
    from tautraj.orchestration.worlds.flow import make_world
    from tautraj.report.terminal.world_tables import print_world
    from tautraj.synthesis.request import SynthesisRequest

    request = parse_as(SynthesisRequest, compose_tree(overrides, "synthesize"))
    print_world(request, make_world(request))
    return str(request.folder)
