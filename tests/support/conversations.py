"""Conversations made by hand in a real world: a step says what is said or called, the world answers.

`user("…")`, `agent("…")`, `call(name, …)`: the answer and whether it was an error come from the benchmark.
"""

from collections.abc import Callable, Sequence
from typing import Any

from support import records
from tautraj.benchmarks import Benchmark, World, open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.trajectory import ToolCall, Trajectory, Turn

Step = Callable[[int, World], Turn]


def user(message: str) -> Step:
    return lambda index, world: records.turn(index=index, seat="user", message=message)


def agent(message: str, *, finish: str = "stop") -> Step:
    calls = [records.llm_call(finish=finish)]
    return lambda index, world: records.turn(index=index, seat="model", message=message, calls=calls)


def call(name: str, *, dropped: Sequence[ToolCall] = (), **arguments: Any) -> Step:
    def made(index: int, world: World) -> Turn:
        tool_call = ToolCall(id=f"call_{index}", name=name, arguments=arguments)
        seen = world.call(tool_call, "model")
        told = {"message": None, "tool_call": tool_call, "observation": seen.content, "error": seen.error}
        return records.turn(index=index, seat="model", kind="tool_call", dropped=tuple(dropped), **told)

    return made


def gold(domain: str, task_id: str, name: str) -> Step:
    """The task's own call of a tool."""
    actions = opened(domain).get_task(task_id).privileged.gold_actions
    return call(name, **next(action["arguments"] for action in actions if action["name"] == name))


def opened(domain: str) -> Benchmark:
    return open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=domain, data_dir=None))


def graded(domain: str, task_id: str, *steps: Step, **fields: Any) -> Trajectory:
    """What τ² gives it, with its labels."""
    benchmark = opened(domain)
    task = benchmark.get_task(task_id)
    world = benchmark.build_world(task)
    turns = list(task.given)
    for step in steps:
        turns.append(step(len(turns), world))
    what = {"domain": domain, "task_id": task_id, "turns": turns}
    told = {"scenario": task.scenario.text, "privileged": task.privileged}
    return label_trajectory(
        grade_trajectory(records.trajectory(**what, **told, **fields), benchmark, None), benchmark
    )
