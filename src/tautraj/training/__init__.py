"""Trains on what the house makes: a small model on an export (`flows/train.py`), a policy inside a trainer of TRL.

torch, TRL and gguf live in this package. `environment` and `tasks` are for programs of others: see docs/training.md.
"""

from typing import TYPE_CHECKING

from tautraj import process_env

if TYPE_CHECKING:
    from datasets import Dataset

    from tautraj.training.rollouts.factory import EnvironmentFactory


def environment(*overrides: str) -> "EnvironmentFactory":
    """What TRL calls an `environment_factory`: `environment("domain=retail", "user=rehearsed", "root=outputs/rl")`.

    `overrides`: as of `flows/generate.py`, whose configuration it is, with split=train. Each rollout is an episode of
    the run directory that they name. Raises `UserError`.
    """
    process_env.prepare_guest()
    from tautraj.training.rollouts.factory import EnvironmentFactory  # late: the doors answer --help at once

    return EnvironmentFactory(overrides)


def tasks(domain: str, *overrides: str, split: str = "train", environment: str | None = None) -> "Dataset":
    """Rows for a trainer: one per task and trial, without those that the guard refuses.

    Columns: prompt (messages; the customer's first words are added when a rollout begins), task, trial, environment.
    `overrides`: as of `environment`, and the same. `environment`: its name in the trainer's dictionary; None: the
    domain's. Raises `UserError`.
    """
    process_env.prepare_guest()
    from tautraj.training.rollouts.task_rows import build_task_rows

    return build_task_rows((f"domain={domain}", f"split={split}", *overrides), environment or domain)
