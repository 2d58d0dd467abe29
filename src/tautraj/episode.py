"""An episode: two sides, a world between them, one record.

Not here: what an agent may do and when it ends (`door`), what an episode is worth (`reward`), where it is kept
(`store`).
"""

import hashlib
import time
from typing import Any

from tautraj.agents import Backstage, Stage
from tautraj.benchmarks import Benchmark, Task, open_benchmark
from tautraj.config import Llm, Run
from tautraj.door import Door
from tautraj.errors import SeatError, boundary
from tautraj.grid import EpisodeSpec, cell
from tautraj.llms import Ask, Reply, chat
from tautraj.parts import part
from tautraj.provenance import versions
from tautraj.recorder import Recorder
from tautraj.trajectory import SCHEMA, Outcome, Seat, Trajectory
from tautraj.users import Customer, Scene


def run_episode(run: Run, spec: EpisodeSpec, recorder: Recorder) -> Trajectory:
    """Play one episode to its ending; ungraded.

    `recorder` is the caller's, who keeps the turns of an episode that fails. Raises `EpisodeError`.
    """
    started = time.time()
    benchmark = open_benchmark(run.domain)
    task = benchmark.task(spec.task_id)
    world = benchmark.world(task)
    recorder.turns.extend(task.given)
    if not task.given:
        recorder.turn("model", "message", message=benchmark.greeting, given=True)
    scene = _scene(run, spec, recorder, benchmark, task)
    door = Door(world, _customer(run, scene), recorder, run.limits, benchmark.stop_words)
    last = recorder.turns[-1]
    if last.seat == "model":
        door.listen(last.message or "")
    stage = Stage(
        system=benchmark.agent_prompt,
        history=tuple(recorder.turns),
        tools=benchmark.tools,
        door=door,
        ask=_ask(run.model, "model", spec, recorder),
        backstage=Backstage(task, world.peek, benchmark.writing_tools) if run.model.offline else None,
    )
    with boundary(SeatError, f"agent={run.agent.name}"):
        if not door.closed:
            part(run.agent)(stage)
    outcome = door.outcome or Outcome(kind="agent_stop", detail="the agent ended the conversation")
    return _record(run, spec, benchmark, task, scene, recorder, outcome, started)


def _scene(run: Run, spec: EpisodeSpec, recorder: Recorder, benchmark: Benchmark, task: Task) -> Scene:
    words = {ending: word for word, ending in benchmark.stop_words.items()}
    return Scene(
        prompt=benchmark.customer_prompt(task),
        scenario=task.scenario,
        history=tuple(recorder.turns),
        stop=words["user_stop"],
        transfer=words["user_transfer"],
        ask=_ask(run.user, "user", spec, recorder),
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


def _ask(llm: Llm, seat: Seat, spec: EpisodeSpec, recorder: Recorder) -> Ask:
    def ask(messages: Any, tools: Any = ()) -> Reply:
        if llm.offline:
            raise SeatError(f"{seat}={llm.name} is offline: it cannot be asked")
        reply = chat(llm, messages, tools, seed=spec.seed)
        recorder.heard(seat, reply.call, reply.reasoning)
        return reply

    return ask


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
        system_prompt=benchmark.agent_prompt,
        tools=benchmark.tools,
        user_prompt=scene.prompt,
        scenario=task.scenario.text,
        turns=tuple(recorder.turns),
        outcome=outcome,
        usage=recorder.usage(),
        reward=None,
        ungraded="not graded yet",
        grade=None,
        started=started,
        seconds=round(time.time() - started, 6),
        versions=versions(benchmark.version),
        data_hash=benchmark.data_hash,
        prompt_hashes={"system": _sha256(benchmark.agent_prompt), "user": _sha256(scene.prompt)},
        privileged=task.privileged,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
