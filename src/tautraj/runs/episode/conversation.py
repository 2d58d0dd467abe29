"""Run one episode: an agent, a customer, the world between them, and the trajectory it leaves.

Not here: which actions are valid and when the episode ends (`runs.episode.environment`), its reward
(`grading.reward`), where it is written (`store`).
"""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress

from tautraj.agents import AgentContext, GoldContext
from tautraj.benchmarks import Benchmark, Task, World, get_stop_word, open_benchmark
from tautraj.benchmarks.briefing import Briefing, build_briefing
from tautraj.config import Llm, Run
from tautraj.config.components import is_program, load_component
from tautraj.config.identity import EpisodeSpec, identify_cell
from tautraj.config.provenance import collect_versions
from tautraj.errors import LimitReached, SeatError, WorldClosed, boundary
from tautraj.llms.tool_calls import SideChannels
from tautraj.runs.branches import read_opening_turns
from tautraj.runs.episode.environment import EpisodeEnvironment
from tautraj.runs.episode.limits import EpisodeLimits
from tautraj.runs.episode.opening import CustomerActions, RecordedConversation, add_greeting, catch_up, replay_calls
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.episode.seat_llm import build_ask
from tautraj.trajectory import SCHEMA_VERSION, CustomerFault, Outcome, ToolCall, Trajectory, Turn
from tautraj.users import Customer, UserContext
from tautraj.users.told_faults import describe_faults


def run_episode(run: Run, spec: EpisodeSpec, recorder: Recorder, faults: Sequence[CustomerFault] = ()) -> Trajectory:
    """Play one episode to its ending; return its trajectory, ungraded.

    `recorder`: passed in so that the caller still has the turns of an episode that fails. `faults`: what the customer
    is told that it did wrong before. Raises `EpisodeError`.
    """
    started = time.time()
    benchmark = open_benchmark(run.benchmark, run.domain)
    task = benchmark.get_task(spec.task_id)
    world = benchmark.build_world(task)
    _record_opening(run, spec, recorder, benchmark, task)
    replay_calls(world, recorder.turns)

    def act(call: ToolCall, aside: SideChannels) -> str:
        observation = environment.call(call, aside, "user")
        if environment.is_closed:
            raise WorldClosed("the customer's call ended the episode")
        return observation

    limits = EpisodeLimits(run.limits, recorder)
    actions = CustomerActions(recorder, act)
    heard = add_greeting(recorder.turns, benchmark)
    prompt = benchmark.build_user_prompt(task) + describe_faults(faults)
    user_context = _build_user_context(run, spec, recorder, limits, benchmark, task, prompt, heard, actions)
    customer = _build_customer(run, user_context)
    if spec.parent is not None and is_program(run.user_strategy):
        catch_up(customer, heard)
    actions.is_live = True
    environment = EpisodeEnvironment(benchmark, world, customer, recorder, run.limits, limits)
    if not recorder.turns:
        environment.get_reply(benchmark.greeting)
    elif (recorder.turns[-1].seat, recorder.turns[-1].kind) == ("model", "message"):
        environment.get_reply(recorder.turns[-1].message or "")
    briefing = build_briefing(benchmark, run.agent.system, run.agent.tools)
    agent_context = _build_agent_context(run, spec, recorder, limits, benchmark, task, world, environment, briefing)
    with suppress(LimitReached), boundary(SeatError, f"agent={run.agent.name}", component=True):
        if not environment.is_closed:
            load_component(run.agent)(agent_context)
    outcome = environment.outcome or Outcome(kind="agent_stop", detail="the agent ended the conversation")
    sent = recorder.briefing or briefing
    return _build_trajectory(run, spec, benchmark, task, user_context, recorder, sent, outcome, started)


def _record_opening(run: Run, spec: EpisodeSpec, recorder: Recorder, benchmark: Benchmark, task: Task) -> None:
    """What the episode begins with: turns of its parent, or of its task, or the greeting."""
    if spec.parent is not None:
        recorder.copy(read_opening_turns(run, spec.parent))
        return
    recorder.turns.extend(task.given)
    if benchmark.has_greeting_turn and not task.given:
        recorder.record_turn("model", "message", message=benchmark.greeting, given=True)


def _build_agent_context(
    run: Run,
    spec: EpisodeSpec,
    recorder: Recorder,
    limits: EpisodeLimits,
    benchmark: Benchmark,
    task: Task,
    world: World,
    environment: EpisodeEnvironment,
    briefing: Briefing,
) -> AgentContext:
    context = AgentContext(
        task_id=task.id,
        system=briefing.system,
        turns=recorder.turns,
        tools=briefing.tools,
        env=environment,
        ask=build_ask(run.model, "model", _choose_seed(run.model, spec), recorder, limits),
        record_prompt=recorder.brief,
        gold_context=_build_gold_context(run, benchmark, task, world),
        domain=benchmark.domain,
        llm=run.model,
    )
    if spec.parent is None or not is_program(run.agent):
        return context
    conversation = RecordedConversation(environment, recorder.turns)
    return context._replace(turns=conversation.turns, env=conversation)


def _build_gold_context(run: Run, benchmark: Benchmark, task: Task, world: World) -> GoldContext | None:
    if not (run.model.is_offline and run.model.is_gold_replay):
        return None
    return GoldContext(task, world.peek, benchmark.writing_tools)


def _build_user_context(
    run: Run,
    spec: EpisodeSpec,
    recorder: Recorder,
    limits: EpisodeLimits,
    benchmark: Benchmark,
    task: Task,
    prompt: str,
    heard: Sequence[Turn],
    actions: CustomerActions,
) -> UserContext:
    return UserContext(
        prompt=prompt,
        scenario=task.scenario,
        given_turns=tuple(heard),
        stop_word=get_stop_word(benchmark),
        transfer_word=get_stop_word(benchmark, "user_transfer"),
        tools=benchmark.user_tools,
        ask=build_ask(run.user, "user", _choose_seed(run.user, spec), recorder, limits),
        call=actions.call,
        think=actions.think,
        goal=task.goal,
        seed=spec.attempt_seed,
    )


def _choose_seed(llm: Llm, spec: EpisodeSpec) -> int:
    """The seed in the requests of an episode. A rehearsed llm plays the episode that it names."""
    return spec.number if llm.is_rehearsed else spec.attempt_seed


def _build_customer(run: Run, context: UserContext) -> Customer:
    doing = f"user_strategy={run.user_strategy.name}"
    with boundary(SeatError, doing, component=True):
        customer: Customer = load_component(run.user_strategy)(context)

    def reply(message: str) -> str:
        with boundary(SeatError, doing, component=True):
            return customer(message)

    return reply


def _build_trajectory(
    run: Run,
    spec: EpisodeSpec,
    benchmark: Benchmark,
    task: Task,
    user_context: UserContext,
    recorder: Recorder,
    briefing: Briefing,
    outcome: Outcome,
    started: float,
) -> Trajectory:
    return Trajectory(
        schema_version=SCHEMA_VERSION,
        id=spec.id,
        cell=identify_cell(run).folder,
        benchmark=benchmark.name,
        domain=benchmark.domain,
        split=run.split.name,
        task_id=task.id,
        trial=spec.trial,
        seed=spec.attempt_seed,
        attempt=spec.attempt,
        parent=spec.parent,
        agent=run.agent.name,
        user_strategy=run.user_strategy.name,
        model=run.model.name,
        user=run.user.name,
        judge=run.judge.name if run.judge else None,
        system_prompt=briefing.system,
        tools=briefing.tools,
        user_prompt=user_context.prompt,
        user_tools=benchmark.user_tools,
        scenario=task.scenario.text,
        quarantine=benchmark.quarantine.get(task.id),
        turns=tuple(recorder.turns),
        outcome=outcome,
        usage=recorder.sum_usage(),
        reward=None,
        ungraded="not graded yet",
        grade=None,
        labels=None,
        customer_faults=None,
        started=started,
        seconds=round(time.time() - started, 6),
        versions=collect_versions(benchmark.version),
        data_hash=benchmark.data_hash,
        prompt_hashes={"system": _sha256(briefing.system), "user": _sha256(user_context.prompt)},
        privileged=task.privileged,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
