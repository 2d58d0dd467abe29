"""The script of a run: what the oracle would do in each task, and what its customer knows.

Not here: in what form it is said (`agent`, `customer`).
"""

from collections.abc import Iterator, Sequence

from tautraj.agents import GoldContext
from tautraj.benchmarks import Benchmark, Task, get_stop_word, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.runs.rehearsed.script import Script, ScriptStep, TaskScript
from tautraj.users.llm import history_messages
from tautraj.users.scripted import TOOL_REQUEST


def build_script(run: Run, specs: Sequence[EpisodeSpec]) -> Script:
    """Of those episodes. Raises `ConfigError` where two of them could not be told apart."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    places = {task: place for place, task in enumerate(dict.fromkeys(spec.task_id for spec in specs))}
    seeds = {spec.seed: places[spec.task_id] for spec in specs}
    if len(seeds) < len(specs):
        raise ConfigError("two episodes have the same seed, by which a rehearsed llm knows them: add another seed=…")
    parts = [build_task_script(benchmark, benchmark.get_task(task), gold=run.model.is_rehearsed) for task in places]
    return Script(tasks=tuple(parts), task_by_seed=seeds)


def build_task_script(benchmark: Benchmark, task: Task, *, gold: bool) -> TaskScript:
    greeted = benchmark.has_greeting_turn and not task.given
    return TaskScript(
        steps=tuple(_build_steps(benchmark, task)) if gold else (),
        given_replies=greeted + sum(turn.seat == "model" for turn in task.given),
        scenario=task.scenario,
        history_length=len(history_messages(task.given)),
        stop=get_stop_word(benchmark),
        transfer=get_stop_word(benchmark, "user_transfer"),
        has_tools=bool(benchmark.user_tools),
    )


def _build_steps(benchmark: Benchmark, task: Task) -> Iterator[ScriptStep]:
    from tautraj.agents.oracle import plan_steps

    backstage = GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools)
    planned = plan_steps(backstage, {tool["function"]["name"] for tool in benchmark.tools})
    followed = [*planned[1:], ""]
    for step, following in zip(planned, followed, strict=True):
        if isinstance(step, str):
            asks = not isinstance(following, str) and following[0] in benchmark.writing_tools
            yield ScriptStep(
                say=step, name="", arguments={}, writes=TOOL_REQUEST.search(step) is not None, asks_confirmation=asks
            )
        else:
            name, arguments = step
            writes = name in benchmark.writing_tools
            yield ScriptStep(say=None, name=name, arguments=arguments, writes=writes, asks_confirmation=False)
