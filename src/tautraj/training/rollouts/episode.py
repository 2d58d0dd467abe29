"""One rollout: an episode that a policy acts in, call by call, from its first observation to its reward.

Not here: how a trainer calls it (`training.rollouts.environment_class`), its number (`training.rollouts.factory`).
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import EpisodeError, StoreError
from tautraj.runs.episode.opened import OpenedEpisode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.play import grade_episode
from tautraj.store import Store
from tautraj.store.write_retry import write_with_retry
from tautraj.training.rollouts.message_tool import MESSAGE_ARGUMENT, MESSAGE_TOOL, add_message_tool
from tautraj.trajectory import Rollout, Seat, ToolCall, Trajectory, Usage

ENDED = "The conversation has ended."
"""What the policy is told when nothing that it does has an effect any more, whatever ended the episode."""


class RolloutEpisode:
    """An episode whose agent is a policy in training. Not thread-safe: one rollout, one caller."""

    def __init__(
        self,
        run: Run,
        spec: EpisodeSpec,
        place: Rollout,
        store: Store,
        on_end: Callable[["RolloutEpisode"], None],
    ) -> None:
        """Open it: the customer says its first words. Its provider's failure is kept in `error`.

        `on_end`: called once, when the episode is written, has failed or is abandoned.
        """
        self.run, self._spec, self._place, self._store = run, spec, place, store
        self._on_end, self._is_over = on_end, False
        self._recorder = Recorder()
        self._opened: OpenedEpisode | None = None
        self._trajectory: Trajectory | None = None
        self.error: EpisodeError | None = None
        """What ended the episode without a trajectory; it is in the store's `failures/`."""
        with self._keep_failure():
            self._opened = OpenedEpisode(run, spec, self._recorder)
            self._recorder.brief(*add_message_tool(self._opened.briefing))

    @property
    def id(self) -> str:
        """Of its record."""
        return self._spec.id

    @property
    def benchmark(self) -> Benchmark:
        return open_benchmark(self.run.benchmark, self.run.domain)

    @property
    def briefing(self) -> tuple[str, tuple[dict[str, Any], ...]] | None:
        """System prompt and tools of the policy; None if the episode could not be opened."""
        return self._recorder.briefing

    @property
    def is_closed(self) -> bool:
        """Whether it is graded and written."""
        return self._trajectory is not None

    @property
    def has_ended(self) -> bool:
        return self.error is not None or self._opened is None or self._opened.environment.is_closed

    @property
    def observation(self) -> str:
        """What the policy reads first: what the customer said last."""
        spoken = [turn.message for turn in self._recorder.turns if turn.seat == "user" and turn.message]
        return ENDED if self.has_ended or not spoken else spoken[-1]

    @property
    def usage(self) -> dict[Seat, Usage]:
        """By seat, of the customer and, once it is closed, of the judge."""
        return self._trajectory.usage if self._trajectory is not None else self._recorder.sum_usage()

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """Carry out a call of the policy, a message to the customer among them; return what it reads."""
        if self.has_ended or self._opened is None:
            return ENDED
        with self._keep_failure():
            call = ToolCall(id=f"call_{uuid.uuid4().hex[:12]}", name=name, arguments=arguments)
            return self._send(call) if name == MESSAGE_TOOL else self._opened.environment.call(call)
        return ENDED

    def close(self) -> Trajectory | None:
        """Grade the episode as it stands and write it, once; None if it failed. Raises `StoreError`."""
        if self._opened is not None and not self._is_over:
            with self._keep_failure():
                played = self._opened.close().model_copy(update={"rollout": self._place})
                graded = grade_episode(played, self.run, self._recorder)
                write_with_retry(graded, self._store, self.run.runner.store_patience_seconds)
                self._trajectory = graded
                self._end()
        return self._trajectory

    def abandon(self) -> None:
        """Forget a rollout that was not closed: nothing of it is written."""
        self._end()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._on_end(self)

    def _send(self, call: ToolCall) -> str:
        assert self._opened is not None
        message = call.arguments.get(MESSAGE_ARGUMENT)
        if set(call.arguments) != {MESSAGE_ARGUMENT} or not isinstance(message, str) or not message.strip():
            error = f"Error: {MESSAGE_TOOL} takes one argument, {MESSAGE_ARGUMENT}, a text that is not empty."
            return self._opened.environment.report_mistake(error, call)
        return self._opened.environment.say(message) or ENDED

    @contextmanager
    def _keep_failure(self) -> Iterator[None]:
        """Keep an `EpisodeError` that is raised inside, and write it as a failed attempt."""
        try:
            yield
        except EpisodeError as error:
            self.error = error
            with suppress(StoreError):  # it would reach the policy, and quotes a path of the machine
                self._store.write_failure(self._spec.id, error, self._recorder.turns, self._recorder.sum_usage())
            self._end()
