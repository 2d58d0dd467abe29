"""Entrypoints of the deployments in prefect.yaml: a run, a sweep, an export, a world.

Prefect makes a form of a flow's parameters: fields for what is set most often, and `overrides` for everything else. A
field that is left empty is not set.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import WithJsonSchema

from tautraj import process_env
from tautraj.config.choices import list_choices
from tautraj.config.command_line import compose_tree, to_hydra_literal, to_hydra_overrides
from tautraj.config.parse import parse_as, parse_run, redact_config
from tautraj.orchestration import pause_cancel
from tautraj.report.terminal.console import say
from tautraj.report.terminal.tables import print_export
from tautraj.runs.sweep.grid import parse_sweep


def offer_choices(group: str) -> WithJsonSchema:
    """The schema of a field that offers the choices of a group of `conf/`."""
    return WithJsonSchema({"type": "string", "enum": list_choices(group)})


def offer(kind: str) -> WithJsonSchema:
    """The schema of a field that may be left empty. `kind`: JSON Schema's name of its type."""
    return WithJsonSchema({"type": kind})


Model = Annotated[str | None, offer_choices("model")]
User = Annotated[str | None, offer_choices("user")]
Agent = Annotated[str | None, offer_choices("agent")]
Domain = Annotated[str | None, offer_choices("domain")]
Split = Annotated[str | None, offer_choices("split")]
Experiment = Annotated[str | None, offer_choices("experiment")]
Format = Annotated[str | None, offer_choices("format")]
Choose = Annotated[str | None, offer_choices("choose")]
Text = Annotated[str | None, offer("string")]
Count = Annotated[int | None, offer("integer")]
Usd = Annotated[float | None, offer("number")]


@flow(name="generate-deployed", persist_result=False)
def generate_deployed(
    model: Model = None,
    user: User = None,
    agent: Agent = None,
    domain: Domain = None,
    split: Split = None,
    trials: Count = None,
    tasks_from: Text = None,
    tasks_limit: Count = None,
    budget_usd: Usd = None,
    name: Text = None,
    overrides: Sequence[str] = (),
) -> State[Any]:
    """Play, grade and track a run, as `python flows/generate.py` does. Its message is the run directory.

    The same overrides resume that directory.

    Args:
        model: The agent's llm. Empty: the oracle, offline.
        user: The customer's llm. Empty: the scripted customer, offline.
        agent: How the agent works.
        domain: Empty: retail.
        split: The tasks. Empty: test.
        trials: Attempts at each task. Empty: 1.
        tasks_from: Only the tasks of an export's rows: EXPORT/validation.jsonl. Empty: all of the split.
        tasks_limit: Only the first tasks, as many as this.
        budget_usd: When to stop spending. Empty: never.
        name: A title for people.
        overrides: Words as on the command line, one an entry, without quotes: user_strategy=verify, seed=7. All
            options: python flows/generate.py --help
    """
    process_env.prepare()
    fields: dict[str, Any] = {
        "model": model,
        "user": user,
        "agent": agent,
        "domain": domain,
        "split": split,
        "trials": trials,
    }
    fields |= {"tasks.from": tasks_from, "tasks.limit": tasks_limit, "budget.usd": budget_usd, "name": name}
    return pause_cancel.run_as_deployment(lambda: _generate(to_words(fields, overrides)))


@flow(name="sweep-deployed", persist_result=False)
def sweep_deployed(
    experiment: Experiment = None,
    model: Model = None,
    user: User = None,
    domain: Domain = None,
    split: Split = None,
    trials: Count = None,
    budget_usd: Usd = None,
    name: Text = None,
    overrides: Sequence[str] = (),
) -> State[Any]:
    """Play a grid of cells side by side, as `python flows/sweep.py` does. Its message is the sweep's directory.

    Args:
        experiment: A grid: agents, cross_users or strategies. For another: grid.… in overrides.
        model: The agent's llm, unless the grid varies it.
        user: The customer's llm, unless the grid varies it.
        domain: Empty: retail.
        split: The tasks. Empty: test.
        trials: Attempts at each task. Empty: 1.
        budget_usd: When to stop spending, all cells together. Empty: never.
        name: A title for people.
        overrides: Words as on the command line, one an entry, without quotes: grid.agent=[tool_calling,react]. All
            options: python flows/sweep.py --help
    """
    process_env.prepare()
    fields: dict[str, Any] = {
        "experiment": experiment,
        "model": model,
        "user": user,
        "domain": domain,
        "split": split,
    }
    fields |= {"trials": trials, "budget.usd": budget_usd, "name": name}
    return pause_cancel.run_as_deployment(lambda: _sweep(to_words(fields, overrides)))


@flow(name="export-deployed", persist_result=False)
def export_deployed(
    run: Text = None,
    format: Format = None,  # noqa: A002 - its name on the form
    choose: Choose = None,
    hub: Text = None,
    overrides: Sequence[str] = (),
) -> State[Any]:
    """Export a dataset from trajectories, as `python flows/export.py` does. Its message is the dataset's folder.

    Args:
        run: A run or sweep directory: outputs/default/NAME. Empty: the newest.
        format: The form of the rows. Empty: sft.
        choose: The conversations that become rows. Empty: any_success.
        hub: OWNER/NAME of a dataset on the Hugging Face Hub to push to. Empty: none.
        overrides: Words as on the command line, one an entry, without quotes: guard=own, validation=0.2. All
            options: python flows/export.py --help
    """
    process_env.prepare(hub=True)
    fields: dict[str, Any] = {"run": run, "format": format, "choose": choose, "hub": hub}
    return pause_cancel.run_as_deployment(lambda: _export(to_words(fields, overrides)))


@flow(name="synthesize-deployed", persist_result=False)
def synthesize_deployed(
    domain: Domain = None, n: Count = None, seed: Count = None, overrides: Sequence[str] = ()
) -> State[Any]:
    """Make a world, as `python flows/synthesize.py` does. Its message is the world's folder.

    Args:
        domain: What the world is: retail, airline or telecom.
        n: Number of tasks.
        seed: Another seed makes another world.
        overrides: Words as on the command line, one an entry, without quotes: out=worlds/NAME. All options:
            python flows/synthesize.py --help
    """
    process_env.prepare()
    fields: dict[str, Any] = {"domain": domain, "n": n, "seed": seed}
    return pause_cancel.run_as_deployment(lambda: _synthesize(to_words(fields, overrides)))


def to_words(fields: Mapping[str, Any], overrides: Sequence[str]) -> list[str]:
    """The fields of a form that are not empty, and the overrides, which win, as on the command line."""
    named = {word.partition("=")[0] for word in overrides}
    filled = {key: value for key, value in fields.items() if value not in (None, "") and key not in named}
    return [*(f"{key}={to_hydra_literal(value)}" for key, value in filled.items()), *overrides]


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
