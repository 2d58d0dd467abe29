"""The flow behind a deployment of `export.py`, which alone needs none: a dataset asked for in the Prefect UI."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tautraj import environment, steering, terminal
from tautraj.command_line import compose_tree
from tautraj.tree import parse_as


@flow(name="export-deployed", persist_result=False)
def export_deployed(overrides: list[str]) -> State[Any]:
    """Make a dataset of what runs played, as `python flows/export.py` does. Ends with the folder that it made.

    Args:
        overrides: Words as on the command line, one an entry, without quotes: run=outputs/default/NAME, format=sft.
            Without run=… it is the newest run. What there is to choose: python flows/export.py --help
    """
    environment.prepare(hub=True)
    return steering.deployed(lambda: exported(overrides))


def exported(overrides: list[str]) -> str:
    from tautraj.export.asked import Export
    from tautraj.export.dataset import export

    done = export(parse_as(Export, compose_tree(overrides, "export")))
    terminal.exported(done)
    return str(done.folder)
