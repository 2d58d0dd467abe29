"""Doors of the deployments in prefect.yaml: a run, a sweep, an export asked for in Prefect's UI."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tautraj import process_env
from tautraj.config.command_line import compose_tree, spelled
from tautraj.config.parse import parse, parse_as, shown_config
from tautraj.orchestration import pause_cancel
from tautraj.report.terminal.tables import exported as print_export
from tautraj.runs.sweep.grid import asked


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(overrides: list[str]) -> State[Any]:
    """Play, grade and track a run, as `python flows/generate.py` does. Ends with its run directory.

    The same overrides play what that directory still owes.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: model=gpt4o, user=gpt4o, trials=4.
            None: the oracle, offline. What there is to choose: python flows/generate.py --help
    """
    process_env.prepare()
    return pause_cancel.deployed(lambda: _generate(overrides))


@flow(name="sweep-deployed", persist_result=False)
def sweep_deployed(overrides: list[str]) -> State[Any]:
    """Play a grid of cells side by side, as `python flows/sweep.py` does. Ends with the sweep's directory.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: experiment=strategies, model=gpt4o,
            user=gpt4o. What there is to choose: python flows/sweep.py --help
    """
    process_env.prepare()
    return pause_cancel.deployed(lambda: _sweep(overrides))


@flow(name="export-deployed", persist_result=False)
def export_deployed(overrides: list[str]) -> State[Any]:
    """Make a dataset of what runs played, as `python flows/export.py` does. Ends with the folder that it made.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: run=outputs/default/NAME, format=sft.
            Without run=… it is the newest run. What there is to choose: python flows/export.py --help
    """
    process_env.prepare(hub=True)
    return pause_cancel.deployed(lambda: _export(overrides))


def _generate(overrides: list[str]) -> str:
    from tautraj.orchestration.run_flow import generate

    tree = compose_tree(overrides)
    return generate(parse(tree), shown_config(tree))


def _sweep(overrides: list[str]) -> str:
    from tautraj.orchestration.sweep_flow import play_sweep

    words = spelled(overrides)
    return play_sweep(asked(compose_tree(words, "sweep"), words))


def _export(overrides: list[str]) -> str:
    from tautraj.export.pipeline import export
    from tautraj.export.request import Export

    done = export(parse_as(Export, compose_tree(overrides, "export")))
    print_export(done)
    return str(done.folder)
