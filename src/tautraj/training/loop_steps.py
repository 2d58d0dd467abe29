"""Runs the commands of the loop one after another, and measures what each costs.

Not here: which commands (`training.loop`), the table at the end (`report.terminal.training_tables`).
"""

import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from tautraj.errors import StepFailed
from tautraj.training.loop import Step

FLOWS = Path(__file__).parents[3] / "flows"


class StepCost(NamedTuple):
    """What a command took."""

    title: str
    minutes: float
    cpu_minutes: float
    """Of all its processes."""


def run_steps(steps: Iterable[Step], say: Callable[[str], None]) -> list[StepCost]:
    """Run each command that is not done yet. `say`: called with the command before it runs.

    Raises `StepFailed` if one ends with an error.
    """
    return [run_step(step, say) for step in steps if step.makes is None or not step.makes.exists()]


def run_step(step: Step, say: Callable[[str], None]) -> StepCost:
    """Run one command in this directory, its output to this terminal."""
    say(f"\n{step.title}:\npython flows/{step.door}.py {shlex.join(step.words)}")
    started, cpu = time.monotonic(), _measure_children()
    code = subprocess.run([sys.executable, FLOWS / f"{step.door}.py", *step.words], check=False).returncode
    if code:
        raise StepFailed(
            f"{step.title} ended with an error; the lines above say why. The same command goes on there", code
        )
    return StepCost(step.title, (time.monotonic() - started) / 60, (_measure_children() - cpu) / 60)


def _measure_children() -> float:
    """CPU-seconds of all ended child processes and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
