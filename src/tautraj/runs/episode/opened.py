"""An episode that is opened: its world, its customer, what its agent is given, and the record that it leaves.

Its agent may be any: a component of the run (`runs.episode.conversation`), or a policy that a trainer calls
(`training.rollouts`). Not here: which actions are valid and when it ends (`runs.episode.environment`).
"""

import hashlib
import time
from collections.abc import Sequence

from tautraj.agents import AgentContext, GoldContext
from tautraj.benchmarks import get_stop_word, open_benchmark
from tautraj.benchmarks.briefing import build_briefing
from tautraj.config import Llm, Run
from tautraj.config.components import is_program, load_component
from tautraj.config.identity import EpisodeSpec, identify_cell
from tautraj.config.provenance import collect_versions
from tautraj.errors import SeatError, WorldClosed, boundary
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


class OpenedEpisode:
    """One episode from its opening to its close. The customer has said its first words, if the agent is next."""

    def __init__(self, run: Run, spec: EpisodeSpec, recorder: Recorder, faults: Sequence[CustomerFault] = ()) -> None:
        """See `run_episode`. Raises `EpisodeError`."""
        self.run, self.spec, self.recorder = run, spec, recorder
        self._started = time.time()
        self.benchmark = open_benchmark(run.benchmark, run.domain)
        self.task = self.benchmark.get_task(spec.task_id)
        self.briefing = build_briefing(self.benchmark, run.agent.system, run.agent.tools)
        self._world = self.benchmark.build_world(self.task)
        self._limits = EpisodeLimits(run.limits, recorder)
        self._user_prompt = self.benchmark.build_user_prompt(self.task) + describe_faults(faults)
        self._record_opening()
        replay_calls(self._world, recorder.turns)
        self.environment = self._open_environment()
        self._let_customer_speak()

    @property
    def agent_context(self) -> AgentContext:
        """What an agent that is a component of the run receives."""
        recorder = self.recorder
        context = AgentContext(
            task_id=self.task.id,
            system=self.briefing.system,
            turns=self.environment.shown_turns,
            tools=self.briefing.tools,
            env=self.environment,
            ask=build_ask(self.run.model, "model", self._choose_seed(self.run.model), recorder, self._limits),
            record_prompt=recorder.brief,
            gold_context=self._build_gold_context(),
            domain=self.benchmark.domain,
            llm=self.run.model,
        )
        if self.spec.parent is None or not is_program(self.run.agent):
            return context
        conversation = RecordedConversation(self.environment, recorder.turns)
        return context._replace(turns=conversation.turns, env=conversation)

    def close(self) -> Trajectory:
        """The trajectory, ungraded. An agent that acts no more while the episode goes on has ended it."""
        run, spec, benchmark, recorder = self.run, self.spec, self.benchmark, self.recorder
        system, tools = recorder.briefing or self.briefing
        ended_by_agent = Outcome(kind="agent_stop", detail="the agent ended the conversation")
        return Trajectory(
            schema_version=SCHEMA_VERSION,
            id=spec.id,
            cell=identify_cell(run).folder,
            benchmark=benchmark.name,
            domain=benchmark.domain,
            split=run.split.name,
            task_id=self.task.id,
            trial=spec.trial,
            seed=spec.attempt_seed,
            attempt=spec.attempt,
            parent=spec.parent,
            rollout=None,
            agent=run.agent.name,
            user_strategy=run.user_strategy.name,
            model=run.model.name,
            user=run.user.name,
            judge=run.judge.name if run.judge else None,
            system_prompt=system,
            tools=tools,
            user_prompt=self._user_prompt,
            user_tools=benchmark.user_tools,
            scenario=self.task.scenario.text,
            quarantine=benchmark.quarantine.get(self.task.id),
            turns=tuple(recorder.turns),
            outcome=self.environment.outcome or ended_by_agent,
            usage=recorder.sum_usage(),
            reward=None,
            ungraded="not graded yet",
            grade=None,
            labels=None,
            customer_faults=None,
            started=self._started,
            seconds=round(time.time() - self._started, 6),
            versions=collect_versions(benchmark.version),
            data_hash=benchmark.data_hash,
            prompt_hashes={"system": _sha256(system), "user": _sha256(self._user_prompt)},
            privileged=self.task.privileged,
        )

    def _record_opening(self) -> None:
        """What the episode begins with: turns of its parent, or of its task, or the greeting."""
        recorder, benchmark = self.recorder, self.benchmark
        if self.spec.parent is not None:
            recorder.copy(read_opening_turns(self.run, self.spec.parent))
            return
        recorder.turns.extend(self.task.given)
        if benchmark.has_greeting_turn and not self.task.given:
            recorder.record_turn("model", "message", message=benchmark.greeting, given=True)

    def _open_environment(self) -> EpisodeEnvironment:
        """The environment, with a customer that knows the conversation so far."""

        def act(call: ToolCall, aside: SideChannels) -> str:
            observation = environment.call(call, aside, "user")
            if environment.is_closed:
                raise WorldClosed("the customer's call ended the episode")
            return observation

        actions = CustomerActions(self.recorder, act)
        heard = add_greeting(self.recorder.turns, self.benchmark)
        customer = _build_customer(self.run, self._build_user_context(heard, actions))
        if self.spec.parent is not None and is_program(self.run.user_strategy):
            catch_up(customer, heard)
        actions.is_live = True
        environment = EpisodeEnvironment(
            self.benchmark,
            self._world,
            customer,
            self.recorder,
            self.run.limits,
            self._limits,
            self.run.agent.results,
        )
        return environment

    def _let_customer_speak(self) -> None:
        """The customer's answer to the greeting, or to what its parent's agent said last."""
        turns = self.recorder.turns
        if not turns:
            self.environment.get_reply(self.benchmark.greeting)
        elif (turns[-1].seat, turns[-1].kind) == ("model", "message"):
            self.environment.get_reply(turns[-1].message or "")

    def _build_user_context(self, heard: Sequence[Turn], actions: CustomerActions) -> UserContext:
        run, benchmark, task = self.run, self.benchmark, self.task
        return UserContext(
            prompt=self._user_prompt,
            scenario=task.scenario,
            given_turns=tuple(heard),
            stop_word=get_stop_word(benchmark),
            transfer_word=get_stop_word(benchmark, "user_transfer"),
            tools=benchmark.user_tools,
            ask=build_ask(run.user, "user", self._choose_seed(run.user), self.recorder, self._limits),
            call=actions.call,
            think=actions.think,
            goal=task.goal,
            seed=self.spec.attempt_seed,
        )

    def _build_gold_context(self) -> GoldContext | None:
        if not (self.run.model.is_offline and self.run.model.is_gold_replay):
            return None
        return GoldContext(self.task, self._world.peek, self.benchmark.writing_tools)

    def _choose_seed(self, llm: Llm) -> int:
        """The seed in the requests of an episode. A rehearsed llm plays the episode that it names."""
        return self.spec.number if llm.is_rehearsed else self.spec.attempt_seed


def _build_customer(run: Run, context: UserContext) -> Customer:
    doing = f"user_strategy={run.user_strategy.name}"
    with boundary(SeatError, doing, component=True):
        customer: Customer = load_component(run.user_strategy)(context)

    def reply(message: str) -> str:
        with boundary(SeatError, doing, component=True):
            return customer(message)

    return reply


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
