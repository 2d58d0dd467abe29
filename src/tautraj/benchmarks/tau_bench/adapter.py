"""Classic τ-bench (package `tau_bench`) as a `Benchmark`, on its own tools, data, customer prompt and reward rule.

Importing this module without the package raises `ConfigError`. A task id is the split and the number in it,
"train-0", because every split numbers its tasks from 0.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tautraj.benchmarks.base import Scenario, Task
from tautraj.benchmarks.quarantine import hash_files, load_quarantine
from tautraj.config import Domain, WorldKind
from tautraj.errors import ConfigError, GradingError, WorldError, boundary
from tautraj.llms import Ask
from tautraj.trajectory import Check, Ending, Grade, Outcome, Privileged, Turn

INSTALL_COMMAND = (
    "pip install --no-deps 'tau_bench @ "
    "git+https://github.com/sierra-research/tau-bench@59a200c6d575d595120f1cb70fea53cef0632f6b'"
)

try:
    import tau_bench
    from tau_bench.envs import get_env
    from tau_bench.envs.base import Env
    from tau_bench.types import RESPOND_ACTION_FIELD_NAME, RESPOND_ACTION_NAME
    from tau_bench.types import Task as ClassicTask

    from tautraj.benchmarks.tau_bench.replay import SharedDomain, SilentUser, TauBenchEnv
    from tautraj.benchmarks.tau_bench.world import TauBenchWorld

    VERSION = version("tau_bench")
except ImportError:
    raise ConfigError(
        f"benchmark=tau_bench needs the package tau_bench. Install it with: {INSTALL_COMMAND}"
    ) from None

SPLITS = {"retail": ("train", "test", "dev"), "airline": ("test",)}

WRITING_TOOLS = {
    "retail": (
        "cancel_pending_order",
        "exchange_delivered_order_items",
        "modify_pending_order_address",
        "modify_pending_order_items",
        "modify_pending_order_payment",
        "modify_user_address",
        "return_delivered_order_items",
    ),
    "airline": (
        "book_reservation",
        "cancel_reservation",
        "send_certificate",
        "update_reservation_baggages",
        "update_reservation_flights",
        "update_reservation_passengers",
    ),
}
"""The package does not say which tools change data; a test calls every tool and compares the database."""

STOP_WORD = "###STOP###"

DONE_BY_ENDING: dict[Ending, bool | None] = {
    "user_stop": True,
    "user_transfer": False,
    "user_out_of_scope": False,
    "agent_stop": False,
    "agent_transfer": True,
    "max_turns": False,
    "too_many_mistakes": False,
    "too_many_tool_errors": False,
    "max_seconds": None,
    "max_tokens": None,
    "max_usd": None,
}
"""Ending -> whether the package counts it as done; with False its reward stays 0.

None: the package has no such ending, and the episode is not graded: time, token and cost limits are ours and say
nothing about the model.
"""


class TauBench:
    """A domain of classic τ-bench as a `Benchmark`."""

    name = "tau_bench"
    has_greeting_turn = False
    stop_words: dict[str, Ending] = {STOP_WORD: "user_stop"}
    user_tools: tuple[dict[str, Any], ...] = ()

    def __init__(self, domain: Domain, world_kind: WorldKind) -> None:
        check_domain(domain)
        self._splits = {split: _load_tasks(domain.name, split) for split in SPLITS[domain.name]}
        tasks = {task_id: task for split in self._splits.values() for task_id, task in split.items()}
        self._open(domain.name, world_kind, open_environment(domain.name), tasks)
        self.version = f"tau_bench {VERSION}"
        folder = Path(tau_bench.__file__).parent / "envs" / domain.name
        files = {split: folder / f"tasks_{split}.py" for split in self._splits}
        self.data_hash = hash_files([*sorted((folder / "data").glob("*.json")), folder / "wiki.md", *files.values()])
        self.quarantine: dict[str, str] = {}
        for split, path in files.items():
            self.quarantine |= load_quarantine(f"tau_bench {domain.name} {split}", path)

    def _open(self, domain: str, world_kind: WorldKind, environment: Env, tasks: Mapping[str, ClassicTask]) -> None:
        """Set what follows from the package's environment, which has the data, and from the tasks played in it."""
        self.domain, self._tasks = domain, tasks
        with boundary(WorldError, f"opening the domain {domain} of tau_bench"):
            self._shared = SharedDomain(environment, world_kind)
        self.agent_prompt: str = self._shared.wiki
        self.greeting = SilentUser(None).greeting
        self.tools = tuple(self._shared.tools_info)
        self.writing_tools = frozenset(WRITING_TOOLS[domain])
        self.closing_tools = frozenset(self._shared.terminate_tools)

    def list_task_ids(self, split: str) -> list[str]:
        if split not in self._splits:
            raise ConfigError(
                f"split={split}: {self.domain} has no such split. Choose one of: {', '.join(self._splits)}"
            )
        return list(self._splits[split])

    def find_unplayable(self, task_ids: Sequence[str]) -> dict[str, str]:
        return {}

    def get_task(self, task_id: str) -> Task:
        task = self._tasks[task_id]
        gold = tuple(
            {"name": action.name, "arguments": action.kwargs}
            for action in task.actions
            if action.name != RESPOND_ACTION_NAME
        )
        privileged = Privileged(gold_actions=gold, communicate=tuple(task.outputs))
        return Task(task_id, Scenario(task.instruction, "", "", "", ""), (), privileged)

    def build_user_prompt(self, task: Task) -> str:
        return SilentUser(task.scenario.text).prompt

    def build_world(self, task: Task) -> TauBenchWorld:
        with boundary(WorldError, f"building the world of {self.domain} task {task.id}"):
            return TauBenchWorld(TauBenchEnv(self._shared, self._tasks[task.id]), self.writing_tools)

    def grade(self, task_id: str, turns: Sequence[Turn], outcome: Outcome, judge: Ask | None) -> Grade | str:
        done = DONE_BY_ENDING[outcome.kind]
        if done is None:
            return outcome.kind
        if not done:
            return _build_grade(0.0, {}, note=f"not over by the benchmark's rule: {outcome.kind}")
        with boundary(GradingError, f"grading {self.domain} task {task_id}"):
            environment = TauBenchEnv(self._shared, self._tasks[task_id])
            for turn in turns:
                if turn.kind == "tool_call" and turn.tool_call is not None:
                    environment.execute(turn.tool_call.name, turn.tool_call.arguments)
                elif turn.kind == "message" and turn.seat == "model":
                    environment.execute(RESPOND_ACTION_NAME, {RESPOND_ACTION_FIELD_NAME: turn.message})
            verdict = environment.compute_verdict()
        components = {"db": float(verdict.db_match)}
        if verdict.outputs:
            components["communicate"] = float(all(verdict.outputs.values()))
        return _build_grade(verdict.reward, components, verdict.db_match, verdict.outputs)


def check_domain(domain: Domain) -> None:
    """Raise `ConfigError` for a domain that the package does not have."""
    if domain.name not in SPLITS:
        raise ConfigError(
            f"benchmark=tau_bench has no domain={domain.name}; its domains are: {', '.join(SPLITS)}. Choose one of "
            f"them, or benchmark=tau2"
        )


def open_environment(domain: str, split: str = "test") -> Env:
    """The package's environment, which has the tasks of `split`."""
    with boundary(WorldError, f"opening the domain {domain} of tau_bench, split {split}"):
        # strategy human: it is never called, while the others call an llm when they are constructed
        return get_env(domain, "human", "", split, task_index=0)


def _load_tasks(domain: str, split: str) -> dict[str, ClassicTask]:
    return {f"{split}-{number}": task for number, task in enumerate(open_environment(domain, split).tasks)}


def _build_grade(
    reward: float,
    components: dict[str, float],
    db_match: bool | None = None,
    outputs: dict[str, bool] | None = None,
    note: str | None = None,
) -> Grade:
    return Grade(
        reward=reward,
        components=components,
        db_match=db_match,
        communicate=tuple(Check(what=what, met=met) for what, met in (outputs or {}).items()),
        actions=(),
        assertions=(),
        judged=(),
        note=note,
    )
