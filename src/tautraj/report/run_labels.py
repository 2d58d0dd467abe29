"""Names of runs that tell them apart, as short as they can be: only the settings in which the runs differ.

Not here: the same for a sweep's cells in the terminal (`report.terminal.sweep_tables`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.config import Run
from tautraj.config.identity import format_run_title
from tautraj.report.rendering import describe_seat
from tautraj.tracking.run_fields import flatten

UNNAMED = ("name", "root", "experiment", "runner", "tracking", "budget", "report", "dry_run", "branch")
"""Sections of the configuration that say where and how a run is played, not what; they are in no name."""

WHOLE = "whole"
"""What episodes are that are no branches; said only beside runs of branches."""

MOST_KEYS = 3
"""Configuration keys in a name, at most."""


def describe_trials(run: Run) -> str:
    """How often each task is played, or each turn that is branched."""
    if (branch := run.branch) is not None:
        return f"{branch.tries} {'try' if branch.tries == 1 else 'tries'} at {branch.at} of {branch.folder}"
    return f"{run.trials} {'trial' if run.trials == 1 else 'trials'} each"


class RunLabels(NamedTuple):
    names: list[str]
    """One for each run, all different."""
    shared: str
    """The settings that all runs have; "" if there is none."""


def label_runs(runs: Sequence[Run]) -> RunLabels:
    """Labels of the agent, the customer and the tasks; where these do not tell runs apart, of other settings as well.

    Runs of equal configurations are numbered. Where they have a `name`, and not the same, it comes first.
    """
    settings = [_name_settings(run) for run in runs]
    varying = [name for name in settings[0] if len({row[name] for row in settings}) > 1]
    names = [", ".join(row[name] for name in varying) for row in settings]
    names = _tell_apart(names, [_list_settings(run) for run in runs])
    shown = {name: value for name, value in settings[0].items() if name not in varying and value != WHOLE}
    shared = ", ".join(f"{name} {value}" for name, value in shown.items())
    if len({run.name for run in runs}) > 1:  # else it is the name of their sweep
        names = [format_run_title(run.name, name) for run, name in zip(runs, names, strict=True)]
    return RunLabels(names, shared)


def _name_settings(run: Run) -> dict[str, str]:
    return {
        "agent": describe_seat(run.model.name, run.agent.name),
        "customer": describe_seat(run.user.name, run.user_strategy.name),
        "tasks": f"{run.benchmark.name} {run.domain.name} {run.split.name}",
        "episodes": WHOLE if run.branch is None else "branches",
    }


def _tell_apart(names: Sequence[str], configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """`names` with the configuration keys in which runs of one name differ, then with a number."""
    alike: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        alike.setdefault(name, []).append(index)
    longer = list(names)
    for name, indices in alike.items():
        keys = dict.fromkeys(key for index in indices for key in configs[index])
        varying = [key for key in keys if len({str(configs[index].get(key)) for index in indices}) > 1][:MOST_KEYS]
        for index in indices:
            parts = [f"{key}={_to_word(configs[index][key])}" for key in varying if key in configs[index]]
            longer[index] = ", ".join(filter(None, (name, *parts)))
    total, seen = Counter(longer), Counter[str]()
    for index, name in enumerate(longer):
        seen[name] += 1
        if total[name] > 1 or not name:
            longer[index] = f"{name or 'run'} ({seen[name]})"
    return longer


def _list_settings(run: Run) -> dict[str, Any]:
    """Key -> value of each setting as a command line has it, without the sections `UNNAMED` and empty mappings."""
    leaves = flatten(run.model_dump(by_alias=True, mode="json")).items()
    named = {key: value for key, value in leaves if value != {} and key.partition(".")[0] not in UNNAMED}
    return {key.replace(".settings.", ".", 1): value for key, value in named.items()}


def _to_word(value: Any) -> str:
    return "null" if value is None else str(value)
