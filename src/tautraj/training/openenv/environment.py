"""OpenEnv's environment: a session of a client, which acts in one rollout after the other.

Not here: which rollout (`training.openenv.tasks`), what a call does (`training.rollouts.episode`).
"""

from importlib.metadata import version
from typing import Any

from openenv.core.env_server import Action, Environment, Observation, State
from openenv.core.env_server.types import EnvironmentMetadata
from pydantic import Field

from tautraj.errors import ConfigError
from tautraj.training.openenv.tasks import ServedTasks
from tautraj.training.rollouts.environment_class import OpenRollout, RolloutEnvironment
from tautraj.training.rollouts.episode import ENDED
from tautraj.training.rollouts.message_tool import MESSAGE_ARGUMENT, MESSAGE_TOOL


class RolloutAction(Action):  # type: ignore[misc]
    """One of three: a call, words to the customer, the end of the conversation."""

    tool: str | None = None
    """Name of a tool. What is wrong with a call, the world answers."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """Of the call."""
    message: str | None = None
    """Words to the customer: short for a call of `send_message_to_customer`."""
    stop: bool = False
    """The policy acts no more. The conversation is graded as it stands."""


class RolloutObservation(Observation):  # type: ignore[misc]
    """What the policy reads. `done`: the conversation has ended, `reward` is the benchmark's."""

    text: str
    """The customer's words or the result of the call."""
    system: str = ""
    """System prompt; only of a reset."""
    tools: tuple[dict[str, Any], ...] = ()
    """In OpenAI's format; only of a reset."""


class RolloutState(State):  # type: ignore[misc]
    """Where a session is. `episode_id`: of the record in the run directory. `step_count`: actions since the reset."""

    domain: str
    split: str
    tasks: int
    """Number of tasks of the server: an index is below it."""
    task: str | None = None
    trial: int | None = None
    done: bool = False
    reward: float | None = None
    """None: not done, or nothing can be learned from it (`RolloutEnvironment.get_reward`)."""


class ActedRollout(RolloutEnvironment):
    """The rollouts of a trainer, with calls by name."""

    @property
    def is_begun(self) -> bool:
        return self._episode is not None

    @property
    def has_ended(self) -> bool:
        return self._episode is None or self._episode.has_ended

    @property
    def episode_id(self) -> str | None:
        return self._episode.id if self._episode is not None else None

    @property
    def briefing(self) -> tuple[str, tuple[dict[str, Any], ...]]:
        """System prompt and tools; nothing if the rollout could not be opened."""
        return (self._episode and self._episode.briefing) or ("", ())

    def act(self, tool: str, arguments: dict[str, Any]) -> str:
        return ENDED if self._episode is None else self._episode.call(tool, arguments)

    def abandon(self) -> None:
        if self._episode is not None:
            self._episode.abandon()


class OpenEnvSession(Environment):  # type: ignore[misc]
    """A session. OpenEnv calls it from one thread at a time, `state` from another while no call is under way."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, tasks: ServedTasks, open_rollout: OpenRollout) -> None:
        super().__init__()
        self._tasks = tasks
        self._rollout = ActedRollout(open_rollout)
        self._state = self._begin()

    @property
    def state(self) -> RolloutState:
        return self._state

    def reset(
        self,
        seed: int | None = None,
        episode_id: str | None = None,
        split: str | None = None,
        index: int | None = None,
        task: str | None = None,
        trial: int = 0,
    ) -> RolloutObservation:
        """Begin a rollout; one under way is abandoned. `episode_id` has no effect: the run directory gives one.

        Raises `ConfigError`, `GaveUp`.
        """
        chosen, its_trial = self._tasks.choose(split=split, index=index, task=task, trial=trial, seed=seed)
        text = self._rollout.reset(task=chosen, trial=its_trial)
        self._state = self._begin(task=chosen, trial=its_trial, episode_id=self._rollout.episode_id)
        system, tools = self._rollout.briefing
        return self._observe(text, self._rollout.has_ended, system=system, tools=tools)

    def step(self, action: RolloutAction, timeout_s: float | None = None, **_: Any) -> RolloutObservation:
        """Carry out an action. Raises `ConfigError`, and takes no turn, if it is none or several of the three."""
        if not self._rollout.is_begun:
            raise ConfigError("no conversation has begun: reset before the first step")
        if [action.tool is None, action.message is None, not action.stop].count(False) != 1:
            raise ConfigError("an action has one of tool (with arguments), message, stop=true")
        if self._state.done:
            return self._observe(ENDED, is_done=True)
        self._state.step_count += 1
        if action.stop:
            return self._observe(ENDED, is_done=True)
        if action.message is not None:
            text = self._rollout.act(MESSAGE_TOOL, {MESSAGE_ARGUMENT: action.message})
        else:
            text = self._rollout.act(action.tool or "", action.arguments)
        return self._observe(text, self._rollout.has_ended)

    def get_metadata(self) -> EnvironmentMetadata:
        description = f"{len(self._tasks)} tasks of {self._tasks.domain}, split={self._tasks.split}"
        return EnvironmentMetadata(name="tautraj", description=description, version=version("tautraj"))

    def close(self) -> None:
        """Abandon a rollout that is under way: nothing of it is written."""
        self._rollout.abandon()

    def _begin(self, **place: Any) -> RolloutState:
        tasks = self._tasks
        return RolloutState(domain=tasks.domain, split=tasks.split, tasks=len(tasks), **place)

    def _observe(self, text: str, is_done: bool, **opening: Any) -> RolloutObservation:
        """What is returned. At the end the rollout is graded and written before."""
        if is_done and not self._state.done:
            self._state.reward = self._rollout.get_reward()
            self._state.done = True
        return RolloutObservation(text=text, done=self._state.done, reward=self._state.reward, **opening)
