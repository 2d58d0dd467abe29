"""Makes environments for a trainer: opens their run directory, serves their customers, numbers and bounds rollouts.

Not here: one rollout (`training.rollouts.episode`), what is written at the end (`training.rollouts.closing`).
"""

import atexit
import os
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.briefing import Briefing, build_briefing
from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec, locate_run_directory
from tautraj.errors import ConfigError, GaveUp, UserError, suggest_closest
from tautraj.llms.preflight import check_seats
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.runs.progress import RunProgress
from tautraj.runs.startup import list_checks, open_directory, serve_all
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock
from tautraj.training.rollouts import closing
from tautraj.training.rollouts.environment_class import RolloutEnvironment, build_environment_class
from tautraj.training.rollouts.episode import RolloutEpisode
from tautraj.training.rollouts.message_tool import add_message_tool
from tautraj.training.rollouts.policy_run import compose_run
from tautraj.training.rollouts.task_guard import find_task_refusal
from tautraj.training.rollouts.task_rows import identify_origin
from tautraj.training.rollouts.trainings import RolloutNumbers, read_state

if TYPE_CHECKING:
    from transformers import TrainerCallback

OWN_TO_PROCESS = ("_servers", "_lock", "_class")
"""Attributes that another process, to which the factory is sent, makes anew or does without."""


class EnvironmentFactory:
    """Called without arguments, it makes an environment. It can be sent to another process, which plays for this one.

    Of several ranks of a training only the first locks and opens the run directory; each has a budget of its own.
    """

    def __init__(self, overrides: Sequence[str], say: Callable[[str], None] = print) -> None:
        """Serve and check the seats and open the run directory. `say`: called with doubts about a seat, and links.

        Raises `UserError`.
        """
        run, config = compose_run(overrides)
        self.training = uuid.uuid4().hex[:8]
        """Name of this training in the run directory."""
        self._say = say
        with ExitStack() as servers:
            self._plan = self._start(run, config, servers)
            self._ledger = RunProgress(self._plan).ledger
            self._servers = servers.pop_all()
        self._specs = {(spec.task_id, spec.trial): spec for spec in self._plan.owed}
        self._numbers = RolloutNumbers(self.training)
        self._failed_in_a_row: list[str] = []
        """Kinds of the failures since a rollout was last finished or the kind changed; all alike."""
        self._concluded: int | None = None
        """Episodes there were when the run directory was last concluded; None: it was not."""
        self._lock = threading.Lock()
        self._class: type[RolloutEnvironment] | None = None
        atexit.register(self.close)

    def __call__(self) -> RolloutEnvironment:
        if self._class is None:
            self._class = build_environment_class(self.name, self.briefing.tools)
        return self._class(self.open)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key not in OWN_TO_PROCESS}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self._servers, self._lock, self._class = ExitStack(), threading.Lock(), None

    @property
    def benchmark(self) -> Benchmark:
        return open_benchmark(self._plan.run.benchmark, self._plan.run.domain)

    @property
    def briefing(self) -> Briefing:
        """System prompt and tools of the policy."""
        agent = self._plan.run.agent
        return add_message_tool(build_briefing(self.benchmark, agent.system, agent.tools))

    @property
    def name(self) -> str:
        """The run's, its world's folder's or its domain's. Environments of one trainer need different names."""
        run = self._plan.run
        return run.name or (Path(run.domain.data_dir).name if run.domain.data_dir else run.domain.name)

    @property
    def tasks(self) -> list[str]:
        """Ids of the tasks that it plays; which of them may be trained on, `tautraj.training.tasks` says."""
        return list(dict.fromkeys(task for task, _ in self._specs))

    @property
    def run_directory(self) -> str:
        """Path or URL."""
        return self._plan.store.url

    @property
    def callback(self) -> "TrainerCallback":
        """For the trainer's `callbacks`: it tells its step, and at its end the run directory is concluded."""
        from tautraj.training.rollouts.callback import build_callback

        return build_callback(self._plan.store, self.training, self.conclude, self._say)

    def open(self, task: str, trial: int = 0, origin: str | None = None) -> RolloutEpisode:
        """Begin a rollout. `origin`: the row's; None: a row that `tautraj.training.tasks` did not make.

        Raises `ConfigError` for a task that is not of this environment or may not be trained on, `GaveUp`.
        """
        planned = self._find_spec(task, trial, origin)
        store = self._plan.store
        with self._lock:
            self._check_may_begin()
            self._ledger.reserve()
        try:
            place = self._numbers.take(task, trial, read_state(store, self.training))
            spec = replace(planned, id=f"{planned.id}-{uuid.uuid4().hex[:8]}")
            return RolloutEpisode(self._plan.run, spec, place, store, self._book)
        except UserError:
            with self._lock:
                self._ledger.release()
            raise

    def conclude(self) -> dict[str, str]:
        """Write what every finished run has: metrics, index, its MLflow run. Returns links to look at."""
        self._concluded = len(self._plan.store.list_ids())
        return closing.conclude(self._plan, self.training, self._say)

    def close(self) -> None:
        """Stop the servers and release the run directory; conclude it again if rollouts ended since it was concluded.

        It does nothing the second time.
        """
        try:
            if self._concluded not in (None, len(self._plan.store.list_ids())):
                self.conclude()
        finally:
            self._servers.close()

    def _find_spec(self, task: str, trial: int, origin: str | None) -> EpisodeSpec:
        run, spec = self._plan.run, self._specs.get((task, trial))
        same = "Give `tasks` and `environment` the same overrides"
        if origin not in (None, identify_origin(run, self.benchmark)):
            raise ConfigError(f"task {task}: its row is of another benchmark, world or prompt. {same}")
        if spec is None:
            raise ConfigError(
                f"task {task}, trial {trial}: not of this environment (split={run.split.name}, trials={run.trials})."
                f"{suggest_closest(task, self.tasks)} {same}"
            )
        if (refusal := find_task_refusal(run, self.benchmark, task)) is not None:
            raise ConfigError(f"task {task}: it may not be trained on ({refusal}). Take the rows of `tasks`")
        return spec

    def _start(self, run: Run, config: dict[str, Any], servers: ExitStack) -> RunPlan:
        """The plan, its seats served and checked. `servers`: what is to be closed at the end."""
        is_first_rank = os.environ.get("RANK", "0") == "0"
        if is_first_rank:
            servers.enter_context(exclusive_lock(Store(locate_run_directory(run))))
        plan = plan_run(run, config)
        [served] = serve_all([plan], servers)
        for doubt in check_seats(list_checks(served)):
            self._say(doubt)
        if is_first_rank:
            open_directory(plan)
        return plan._replace(run=served)

    def _check_may_begin(self) -> None:
        limit = self._plan.run.runner.give_up_after
        if len(self._failed_in_a_row) >= limit:
            raise GaveUp(
                f"{limit} rollouts in a row failed ({self._failed_in_a_row[-1]}): see {self.run_directory}/failures. "
                "Fix it and start the training again from its last checkpoint"
            )
        if refusal := self._ledger.find_overrun():
            raise GaveUp(f"{refusal}: no new rollouts. Raise it and start the training again from its checkpoint")

    def _book(self, episode: RolloutEpisode) -> None:
        """Count a rollout that ended."""
        with self._lock:
            self._ledger.release()
            if episode.error is not None:
                self._ledger.waste(episode.usage)
                kind = type(episode.error).__name__
                self._failed_in_a_row = [*(each for each in self._failed_in_a_row if each == kind), kind]
                return
            self._ledger.spend(episode.usage)  # of one that was abandoned as well: its calls were paid
            if episode.is_closed:
                self._failed_in_a_row = []
