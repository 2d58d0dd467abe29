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
from typing import TYPE_CHECKING, Any

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.benchmarks.briefing import Briefing, build_briefing
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run, redact_config
from tautraj.errors import ConfigError, GaveUp, suggest_closest
from tautraj.llms.preflight import check_seats
from tautraj.runs.plan import RunPlan, plan_run
from tautraj.runs.progress import RunProgress
from tautraj.runs.startup import list_checks, open_directory, serve_all
from tautraj.store.lock import exclusive_lock
from tautraj.training.rollouts import closing
from tautraj.training.rollouts.environment_class import RolloutEnvironment, build_environment_class
from tautraj.training.rollouts.episode import RolloutEpisode
from tautraj.training.rollouts.message_tool import add_message_tool
from tautraj.training.rollouts.trainings import RolloutNumbers, read_state

if TYPE_CHECKING:
    from transformers import TrainerCallback

BASE = ("model=policy", "split=train")
"""Choices of a run that a trainer plays, before the caller's own."""

OWN_TO_PROCESS = ("_servers", "_lock", "_class")
"""Attributes that another process, to which the factory is sent, makes anew or does without."""


def compose_run(overrides: Sequence[str]) -> tuple[Run, dict[str, Any]]:
    """The run of a policy in training, and its resolved configuration, secrets masked. Raises `ConfigError`."""
    tree = compose_tree([*BASE, *overrides])
    run = parse_run(tree)
    if not run.model.is_in_training:
        raise ConfigError(f"model={run.model.name}: the trainer's policy has this seat. Leave out model= and agent=")
    if run.customer.retries:
        raise ConfigError(
            "customer.retries: a rollout is played once, and has no reward if its customer was at fault. Leave it out"
        )
    return run, redact_config(tree)


class EnvironmentFactory:
    """Called without arguments, it makes an environment. It can be sent to another process, which plays for this one.

    Of several ranks of a training, only the first holds the lock of the run directory.
    """

    def __init__(self, overrides: Sequence[str], say: Callable[[str], None] = print) -> None:
        """Serve and check the seats and open the run directory. `say`: called with doubts about a seat, and links.

        Raises `UserError`.
        """
        run, config = compose_run(overrides)
        self._servers = ExitStack()
        self._plan = self._start(run, config, say)
        self.training = uuid.uuid4().hex[:8]
        """Name of this training in the run directory."""
        self._specs = {(spec.task_id, spec.trial): spec for spec in self._plan.owed}
        self._numbers = RolloutNumbers(self.training)
        self._ledger = RunProgress(self._plan).ledger
        self._failed_in_a_row = 0
        self._say = say
        self._lock = threading.Lock()
        self._class: type[RolloutEnvironment] | None = None
        atexit.register(self.close)

    def __call__(self) -> RolloutEnvironment:
        if self._class is None:
            self._class = build_environment_class(self._plan.run.name or self.benchmark.domain, self.briefing.tools)
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

        return build_callback(self._plan.store, self.training, self.conclude)

    def open(self, task: str, trial: int = 0) -> RolloutEpisode:
        """Begin a rollout. Raises `ConfigError` for an unknown task, `GaveUp`."""
        planned = self._specs.get((task, trial))
        if planned is None:
            raise ConfigError(
                f"task {task}, trial {trial}: not of this environment (split={self._plan.run.split.name}, "
                f"trials={self._plan.run.trials}). {suggest_closest(task, self.tasks)} "
                "Give `tasks` and `environment` the same overrides"
            )
        with self._lock:
            self._check_may_begin()
            self._ledger.reserve()
        store = self._plan.store
        place = self._numbers.take(task, trial, read_state(store, self.training))
        spec = replace(planned, id=f"{planned.id}-{uuid.uuid4().hex[:8]}")
        return RolloutEpisode(self._plan.run, spec, place, store, self._book)

    def conclude(self) -> dict[str, str]:
        """Write what every finished run has: metrics, index, its MLflow run. Returns links to look at."""
        return closing.conclude(self._plan, self.training, self._say)

    def close(self) -> None:
        """Stop the servers and release the run directory. It does nothing the second time."""
        self._servers.close()

    def _start(self, run: Run, config: dict[str, Any], say: Callable[[str], None]) -> RunPlan:
        plan = plan_run(run, config)
        with ExitStack() as stack:
            if os.environ.get("RANK", "0") == "0":
                stack.enter_context(exclusive_lock(plan.store))
            [served] = serve_all([plan], stack)
            for doubt in check_seats(list_checks(served)):
                say(doubt)
            open_directory(plan)
            self._servers = stack.pop_all()
        return plan._replace(run=served)

    def _check_may_begin(self) -> None:
        limit = self._plan.run.runner.give_up_after
        if self._failed_in_a_row >= limit:
            raise GaveUp(
                f"{limit} rollouts in a row failed: see {self.run_directory}/failures. Fix it and start the training "
                "again from its last checkpoint"
            )
        if refusal := self._ledger.find_overrun():
            raise GaveUp(f"{refusal}: no new rollouts. Raise it and start the training again from its checkpoint")

    def _book(self, episode: RolloutEpisode) -> None:
        """Count a rollout that ended."""
        with self._lock:
            self._ledger.release()
            if episode.error is None:
                self._ledger.spend(episode.usage)  # of one that was abandoned as well: its calls were paid
                self._failed_in_a_row = 0
            else:
                self._ledger.waste(episode.usage)
                self._failed_in_a_row += 1
