"""The script of a run: what the oracle would do in each task, and what its customer knows.

Not here: in what form it is said (`agent`, `customer`).
"""

from collections.abc import Iterator, Sequence

from tautraj.agents import Backstage
from tautraj.benchmarks import Benchmark, Task, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import ConfigError
from tautraj.runs.rehearsed.script import Part, Script, Step
from tautraj.users.llm import so_far
from tautraj.users.scripted import ERRAND


def script(run: Run, specs: Sequence[EpisodeSpec]) -> Script:
    """Of those episodes. Raises `ConfigError` where two of them could not be told apart."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    places = {task: place for place, task in enumerate(dict.fromkeys(spec.task_id for spec in specs))}
    seeds = {spec.seed: places[spec.task_id] for spec in specs}
    if len(seeds) < len(specs):
        raise ConfigError("two episodes have the same seed, by which a rehearsed llm knows them: add another seed=…")
    parts = [part(benchmark, benchmark.task(task), gold=run.model.rehearsed) for task in places]
    return Script(parts=tuple(parts), seeds=seeds)


def part(benchmark: Benchmark, task: Task, *, gold: bool) -> Part:
    words = {ending: word for word, ending in benchmark.stop_words.items()}
    greeted = benchmark.greets and not task.given
    return Part(
        steps=tuple(_steps(benchmark, task)) if gold else (),
        given=greeted + sum(turn.seat == "model" for turn in task.given),
        scenario=task.scenario,
        history=len(so_far(task.given)),
        stop=words["user_stop"],
        transfer=words.get("user_transfer", words["user_stop"]),
        has_tools=bool(benchmark.user_tools),
    )


def _steps(benchmark: Benchmark, task: Task) -> Iterator[Step]:
    from tautraj.agents.oracle import plan

    backstage = Backstage(task, benchmark.world(task).peek, benchmark.writing_tools)
    planned = plan(backstage, {tool["function"]["name"] for tool in benchmark.tools})
    followed = [*planned[1:], ""]
    for step, following in zip(planned, followed, strict=True):
        if isinstance(step, str):
            asks = not isinstance(following, str) and following[0] in benchmark.writing_tools
            yield Step(say=step, name="", arguments={}, writes=ERRAND.search(step) is not None, asks=asks)
        else:
            name, arguments = step
            writes = name in benchmark.writing_tools
            yield Step(say=None, name=name, arguments=arguments, writes=writes, asks=False)
