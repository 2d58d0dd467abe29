"""Build the script of a run: the oracle's steps in each task, and the customer's scenario.

Not here: the form of the answers (`runs.rehearsed.agent`, `runs.rehearsed.user`).
"""

from collections.abc import Iterator, Sequence

from tautraj.agents import GoldContext
from tautraj.benchmarks import Benchmark, Task, get_stop_word, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.grading.proposals.device_requests import find_device_requests
from tautraj.llms.turn_order import arrange_turns
from tautraj.runs.rehearsed.script import Script, ScriptStep, TaskScript
from tautraj.users.llm import history_messages


def build_script(run: Run, specs: Sequence[EpisodeSpec]) -> Script:
    """The script for `specs`."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    indices = {task: index for index, task in enumerate(dict.fromkeys(spec.task_id for spec in specs))}
    task_by_episode = {spec.number: indices[spec.task_id] for spec in specs}
    tasks = [build_task_script(benchmark, benchmark.get_task(task), gold=run.model.is_rehearsed) for task in indices]
    return Script(tasks=tuple(tasks), task_by_episode=task_by_episode)


def build_task_script(benchmark: Benchmark, task: Task, *, gold: bool) -> TaskScript:
    """The script of one task; `gold`: whether it has the agent's steps, made from the gold actions."""
    greeted = benchmark.has_greeting_turn and not task.given
    return TaskScript(
        steps=tuple(_build_steps(benchmark, task)) if gold else (),
        given_replies=greeted + sum(turn.seat == "model" for turn in task.given),
        scenario=task.scenario,
        history_length=_count_history(benchmark, task),
        stop=get_stop_word(benchmark),
        transfer=get_stop_word(benchmark, "user_transfer"),
        user_tools=tuple(tool["function"]["name"] for tool in benchmark.user_tools),
    )


def _count_history(benchmark: Benchmark, task: Task) -> int:
    """Number of messages before the one that holds the agent's next message, as a request has them."""
    following = {"role": "user", "content": "the agent's next message"}
    history = [*history_messages(task.given), following]
    return len(arrange_turns(history, alternate=not benchmark.user_tools)) - 1


def _build_steps(benchmark: Benchmark, task: Task) -> Iterator[ScriptStep]:
    from tautraj.agents.oracle import plan_steps

    gold_context = GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools)
    steps = plan_steps(gold_context, {tool["function"]["name"] for tool in benchmark.tools})
    device = {tool["function"]["name"] for tool in benchmark.user_tools}
    for step, following in zip(steps, [*steps[1:], ""], strict=True):
        if isinstance(step, str):
            asks = not isinstance(following, str) and following[0] in benchmark.writing_tools
            uses_device = bool(find_device_requests(step, device))
            yield ScriptStep(say=step, name="", arguments={}, writes=uses_device, asks_confirmation=asks)
        else:
            name, arguments = step
            writes = name in benchmark.writing_tools
            yield ScriptStep(say=None, name=name, arguments=arguments, writes=writes, asks_confirmation=False)
