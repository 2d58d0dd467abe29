"""An episode: two sides, a world between them, one record.

Not here: what an agent may do and when it ends (`door`), what an episode is worth (`reward`), where it is kept
(`store`).
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress

from tautraj.agents import Backstage, Stage
from tautraj.benchmarks import Benchmark, Task, open_benchmark
from tautraj.config import Run
from tautraj.config.components import part
from tautraj.config.identity import EpisodeSpec, cell
from tautraj.config.provenance import versions
from tautraj.errors import LimitReached, SeatError, WorldClosed, boundary
from tautraj.llms.tool_calls import Aside
from tautraj.runs.episode.environment import Door
from tautraj.runs.episode.limits import Allowance
from tautraj.runs.episode.recorder import Briefing, Recorder
from tautraj.runs.episode.seat_llm import seat_ask
from tautraj.trajectory import SCHEMA, Outcome, ToolCall, Trajectory
from tautraj.users import Customer, Scene


def run_episode(run: Run, spec: EpisodeSpec, recorder: Recorder) -> Trajectory:
    """Play one episode to its ending; ungraded.

    `recorder` is the caller's, who keeps the turns of an episode that fails. Raises `EpisodeError`.
    """
    started = time.time()
    benchmark = open_benchmark(run.benchmark, run.domain)
    task = benchmark.task(spec.task_id)
    world = benchmark.world(task)
    recorder.turns.extend(task.given)
    if benchmark.greets and not task.given:
        recorder.turn("model", "message", message=benchmark.greeting, given=True)

    def act(call: ToolCall, aside: Aside) -> str:
        answer = door.call(call, aside, "user")
        if door.closed:
            raise WorldClosed("the customer's call ended the episode")
        return answer

    allowance = Allowance(run.limits, recorder)
    scene = _scene(run, spec, recorder, allowance, benchmark, task, act)
    door = Door(benchmark, world, _customer(run, scene), recorder, run.limits, allowance)
    if not recorder.turns:
        door.listen(benchmark.greeting)
    elif recorder.turns[-1].seat == "model":
        door.listen(recorder.turns[-1].message or "")
    stage = Stage(
        task_id=task.id,
        system=benchmark.agent_prompt,
        turns=recorder.turns,
        tools=benchmark.tools,
        door=door,
        ask=seat_ask(run.model, "model", spec.seed, recorder, allowance),
        brief=recorder.brief,
        backstage=Backstage(task, world.peek, benchmark.writing_tools) if run.model.offline else None,
    )
    with suppress(LimitReached), boundary(SeatError, f"agent={run.agent.name}"):
        if not door.closed:
            part(run.agent)(stage)
    outcome = door.outcome or Outcome(kind="agent_stop", detail="the agent ended the conversation")
    return _record(run, spec, benchmark, task, scene, recorder, outcome, started)


def _scene(
    run: Run,
    spec: EpisodeSpec,
    recorder: Recorder,
    allowance: Allowance,
    benchmark: Benchmark,
    task: Task,
    act: Callable[[ToolCall, Aside], str],
) -> Scene:
    words = {ending: word for word, ending in benchmark.stop_words.items()}
    return Scene(
        prompt=benchmark.customer_prompt(task),
        scenario=task.scenario,
        history=tuple(recorder.turns),
        stop=words["user_stop"],
        transfer=words.get("user_transfer", words["user_stop"]),
        tools=benchmark.user_tools,
        ask=seat_ask(run.user, "user", spec.seed, recorder, allowance),
        act=act,
        think=lambda thought: recorder.think("user", thought),
    )


def _customer(run: Run, scene: Scene) -> Customer:
    doing = f"user_strategy={run.user_strategy.name}"
    with boundary(SeatError, doing):
        customer: Customer = part(run.user_strategy)(scene)

    def reply(heard: str) -> str:
        with boundary(SeatError, doing):
            return customer(heard)

    return reply


def _record(
    run: Run,
    spec: EpisodeSpec,
    benchmark: Benchmark,
    task: Task,
    scene: Scene,
    recorder: Recorder,
    outcome: Outcome,
    started: float,
) -> Trajectory:
    briefing = recorder.briefing or Briefing(benchmark.agent_prompt, benchmark.tools)
    return Trajectory(
        schema_version=SCHEMA,
        id=spec.id,
        cell=cell(run).folder,
        benchmark=benchmark.name,
        domain=benchmark.domain,
        split=run.split.name,
        task_id=task.id,
        trial=spec.trial,
        seed=spec.seed,
        agent=run.agent.name,
        user_strategy=run.user_strategy.name,
        model=run.model.name,
        user=run.user.name,
        judge=run.judge.name if run.judge else None,
        system_prompt=briefing.system,
        tools=briefing.tools,
        user_prompt=scene.prompt,
        user_tools=benchmark.user_tools,
        scenario=task.scenario.text,
        quarantine=benchmark.quarantine.get(task.id),
        turns=tuple(recorder.turns),
        outcome=outcome,
        usage=recorder.usage(),
        reward=None,
        ungraded="not graded yet",
        grade=None,
        labels=None,
        started=started,
        seconds=round(time.time() - started, 6),
        versions=versions(benchmark.version),
        data_hash=benchmark.data_hash,
        prompt_hashes={"system": _sha256(briefing.system), "user": _sha256(scene.prompt)},
        privileged=task.privileged,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
