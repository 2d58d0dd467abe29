"""The groups of `conf/` and the choices of each, for messages about what was mistyped.

Not here: composing them (`config.command_line`).
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from omegaconf import OmegaConf

from tautraj.config.run import CONF

NAMES_ELSEWHERE = {
    ("format", "jsonl"): "file=jsonl",
    ("format", "json"): "file=jsonl",
    ("format", "parquet"): "file=parquet",
    ("format", "openai"): "format=sft",
    ("format", "messages"): "format=sft",
    ("format", "chatml"): "format=sft",
    ("format", "chat"): "format=sft",
    ("format", "dpo"): "format=preference",
    ("format", "grpo"): "format=prompts",
    ("format", "rl"): "format=prompts",
}
"""Group and a choice that other programs have -> what it is here."""


def is_group_choice(override: str) -> bool:
    """Whether the override chooses from a group of `conf/`."""
    name = override.partition("=")[0]
    with suppress(OSError):  # too long for a file name
        return bool(name) and (CONF / name).is_dir()
    return False


def list_choices(group: str) -> list[str]:
    """The choices of a group, sorted; empty if there is no such group."""
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


def list_groups(groups: Iterable[str]) -> str:
    """The groups of `conf/` among `groups`, each with its choices, a line each, for `--help`."""
    own = sorted(group for group in groups if not group.startswith("hydra/"))
    return "\n".join(f"{group}: {', '.join(list_choices(group))}" for group in own)


def suggest_other_key(group: str, choice: str) -> str:
    """Return " Did you mean …?" with what `group=choice` of other programs is here; "" if there is none."""
    meant = NAMES_ELSEWHERE.get((group, choice.lower()))
    return f" Did you mean {meant}?" if meant else ""


def list_number_keys(group: str) -> list[str]:
    """Keys of a group, with its name, whose value may be a number: `budget.usd`."""
    own = (_read_choice(group, choice) for choice in list_choices(group))
    keys = {key for values in own for key, value in values.items() if value is None or type(value) in (int, float)}
    return sorted(f"{group}.{key}" for key in keys)


def suggest_forms(key: str, values: str) -> str:
    """What to write instead of `key=a,b`."""
    if is_group_choice(f"{key}={values}"):
        return (
            f"{key} takes one choice. One run per choice: -m {key}={values}, or all in one flow: "
            f"python flows/sweep.py 'grid.{key}=[{values}]'"
        )
    return f"{key}={values} has several values. As a list: '{key}=[{values}]'. One run per value: -m {key}={values}"


def suggest_choice(group: str, key: str) -> str:
    """Return " agent=planning has it." with the choices of `group` that have `key`; "" if none has."""
    having = [f"{group}={choice}" for choice in list_choices(group) if key in _read_choice(group, choice)]
    return f" {' and '.join(having)} {'has' if len(having) == 1 else 'have'} it." if group and having else ""


def _read_choice(group: str, choice: str) -> dict[str, Any]:
    """The keys and values of a choice's own file, interpolations unresolved."""
    values = OmegaConf.to_container(OmegaConf.load(CONF / group / f"{choice}.yaml"), resolve=False)
    return {str(key): value for key, value in values.items()} if isinstance(values, dict) else {}
