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
from tautraj.runs.branches import read_opening_turns
from tautraj.runs.rehearsed.script import Script, ScriptStep, TaskScript
from tautraj.trajectory import Turn
from tautraj.users.llm import history_messages


def build_script(run: Run, specs: Sequence[EpisodeSpec]) -> Script:
    """The script for `specs`."""
    benchmark, gold = open_benchmark(run.benchmark, run.domain), run.model.is_rehearsed
    places = {spec.number: (spec.task_id, spec.parent and (spec.parent.episode, spec.parent.turn)) for spec in specs}
    openings = {places[spec.number]: spec.parent for spec in specs}
    indices = {place: index for index, place in enumerate(openings)}
    tasks = [
        build_task_script(
            benchmark, benchmark.get_task(task), gold=gold, turns=read_opening_turns(run, parent) if parent else ()
        )
        for (task, _), parent in openings.items()
    ]
    task_by_episode = {number: indices[place] for number, place in places.items()}
    return Script(tasks=tuple(tasks), task_by_episode=task_by_episode)


def build_task_script(benchmark: Benchmark, task: Task, *, gold: bool, turns: Sequence[Turn] = ()) -> TaskScript:
    """The script of one task, from the end of `turns` if it is played on from there.

    `gold`: whether it has the agent's steps, made from the gold actions.
    """
    greeted = benchmark.has_greeting_turn and not task.given
    taken = [_to_step(turn, benchmark) for turn in turns if turn.seat == "model" and not turn.given]
    taken = [step for step in taken if step.say is not None or step.name]
    return TaskScript(
        steps=(*taken, *_build_steps(benchmark, task, turns)) if gold else (),
        taken=len(taken) if gold else 0,
        given_replies=greeted + sum(turn.seat == "model" for turn in task.given),
        scenario=task.scenario,
        history_length=_count_history(benchmark, task),
        stop=get_stop_word(benchmark),
        transfer=get_stop_word(benchmark, "user_transfer"),
        user_tools=tuple(tool["function"]["name"] for tool in benchmark.user_tools),
    )


def _to_step(turn: Turn, benchmark: Benchmark) -> ScriptStep:
    """A turn of an agent as the step that it took: private ones and mistakes without a call say and call nothing."""
    call = turn.tool_call
    name, arguments = (call.name, call.arguments) if call is not None else ("", {})
    writes = name in benchmark.writing_tools
    return ScriptStep(say=turn.message, name=name, arguments=arguments, writes=writes, asks_confirmation=False)


def _count_history(benchmark: Benchmark, task: Task) -> int:
    """Number of messages before the one that holds the agent's next message, as a request has them."""
    following = {"role": "user", "content": "the agent's next message"}
    history = [*history_messages(task.given), following]
    return len(arrange_turns(history, alternate=not benchmark.user_tools)) - 1


def _build_steps(benchmark: Benchmark, task: Task, turns: Sequence[Turn]) -> Iterator[ScriptStep]:
    """The steps that are left to be taken after `turns`."""
    from tautraj.agents.oracle import plan_steps, select_left

    gold_context = GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools)
    steps = plan_steps(gold_context, {tool["function"]["name"] for tool in benchmark.tools})
    left = {number for number, _ in select_left(enumerate(steps), turns)}
    device = {tool["function"]["name"] for tool in benchmark.user_tools}
    for number, (step, following) in enumerate(zip(steps, [*steps[1:], ""], strict=True)):
        if number not in left:
            continue
        if isinstance(step, str):
            asks = not isinstance(following, str) and following[0] in benchmark.writing_tools
            uses_device = bool(find_device_requests(step, device))
            yield ScriptStep(say=step, name="", arguments={}, writes=uses_device, asks_confirmation=asks)
        else:
            name, arguments = step
            writes = name in benchmark.writing_tools
            yield ScriptStep(say=None, name=name, arguments=arguments, writes=writes, asks_confirmation=False)
