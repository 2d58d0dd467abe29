"""Runs the commands of the loop one after another, and measures what each costs.

Not here: which commands (`training.loop`), the table at the end (`report.terminal.training_tables`).
"""

import resource
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from tautraj.errors import Interrupted, StepFailed
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
    return [run_step(step, say) for step in steps if step.output is None or not step.output.exists()]


def run_step(step: Step, say: Callable[[str], None]) -> StepCost:
    """Run one command in this directory, its output to this terminal."""
    say(f"\n{step.title}:\npython flows/{step.script}.py {shlex.join(step.overrides)}")
    started, cpu = time.monotonic(), _measure_children()
    code = wait_for_exit(subprocess.Popen([sys.executable, FLOWS / f"{step.script}.py", *step.overrides]))
    if code:
        raise StepFailed(
            f"{step.title} ended with an error; the lines above say why. The same command goes on there", code
        )
    return StepCost(step.title, (time.monotonic() - started) / 60, (_measure_children() - cpu) / 60)


def wait_for_exit(process: subprocess.Popen[bytes]) -> int:
    """Exit code of a command. Raises `Interrupted` on SIGINT and SIGTERM, once the command has ended by itself.

    A terminal sends Ctrl-C to both processes; SIGTERM is passed on.
    """
    received: list[int] = []

    def handle(number: int, _: FrameType | None) -> None:
        received.append(number)
        if number == signal.SIGTERM:
            process.terminate()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        name = signal.Signals(received[0]).name
        raise Interrupted(f"{name}: stopped before it was done. The same command goes on there", 128 + received[0])
    return code


def _measure_children() -> float:
    """CPU-seconds of all ended child processes and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
