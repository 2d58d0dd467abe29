"""Classic τ-bench (package `tau_bench`) as a `Benchmark`, on its own tools, data, customer prompt and reward rule.

Importing this module without the package raises `ConfigError`. A task id is the split and the number in it,
"train-0", because every split numbers its tasks from 0.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tautraj.benchmarks.base import EntityRef, Observation, Scenario, Task
from tautraj.benchmarks.overlay import Overlay
from tautraj.benchmarks.quarantine import hash_files, load_quarantine
from tautraj.config import Domain, WorldKind
from tautraj.errors import ConfigError, GradingError, WorldError, boundary
from tautraj.llms import Ask
from tautraj.trajectory import Check, Ending, Grade, Outcome, Privileged, Seat, ToolCall, Turn

INSTALL_COMMAND = (
    "pip install --no-deps 'tau_bench @ "
    "git+https://github.com/sierra-research/tau-bench@59a200c6d575d595120f1cb70fea53cef0632f6b'"
)

try:
    import tau_bench
    from tau_bench.envs import get_env
    from tau_bench.types import RESPOND_ACTION_FIELD_NAME, RESPOND_ACTION_NAME
    from tau_bench.types import Task as ClassicTask

    from tautraj.benchmarks.tau_bench.replay import SharedDomain, SilentUser, TauBenchEnv

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


class TauBenchWorld:
    """An environment of the package with its own database."""

    def __init__(self, environment: TauBenchEnv, writing_tools: frozenset[str]) -> None:
        self._environment, self._writing_tools = environment, writing_tools

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        return self._execute(call.name, call.arguments)

    def peek(self, name: str, arguments: dict[str, Any]) -> Any:
        assert name not in self._writing_tools
        observation = self._execute(name, arguments)
        if observation.error:
            return None
        try:
            return json.loads(observation.content)
        except ValueError:
            return observation.content

    def find_touched_entities(self) -> set[EntityRef]:
        return {
            EntityRef(name, key)
            for name, entities in self._environment.data.items()
            for key in (entities.private_keys if isinstance(entities, Overlay) else entities)
        }

    def read_entity(self, ref: EntityRef) -> Any:
        return deepcopy(dict.get(self._environment.data[ref.collection], ref.key))

    def _execute(self, name: str, arguments: dict[str, Any]) -> Observation:
        with boundary(WorldError, f"calling {name}"):
            content = self._environment.execute(name, arguments)
        return Observation(content, content.startswith("Error: "))


class TauBench:
    """A domain of classic τ-bench as a `Benchmark`."""

    name = "tau_bench"
    has_greeting_turn = False
    stop_words: dict[str, Ending] = {STOP_WORD: "user_stop"}
    user_tools: tuple[dict[str, Any], ...] = ()

    def __init__(self, domain: Domain, world_kind: WorldKind) -> None:
        if domain.name not in SPLITS:
            raise ConfigError(
                f"benchmark=tau_bench has no domain={domain.name}; its domains are: {', '.join(SPLITS)}. Choose one "
                f"of them, or benchmark=tau2"
            )
        if domain.data_dir is not None:
            raise ConfigError(
                f"domain.data_dir={domain.data_dir}: benchmark=tau_bench reads the data in its package. Leave "
                f"domain.data_dir out, or choose benchmark=tau2"
            )
        self.domain = domain.name
        self.version = f"tau_bench {VERSION}"
        self._splits = {split: _load_tasks(domain.name, split) for split in SPLITS[domain.name]}
        self._tasks = {task_id: task for tasks in self._splits.values() for task_id, task in tasks.items()}
        with boundary(WorldError, f"opening the domain {domain.name} of tau_bench"):
            # strategy human: it is never called, while the others call an llm when they are constructed
            self._shared = SharedDomain(get_env(domain.name, "human", "", "test", task_index=0), world_kind)
            user = SilentUser(None)
        self.agent_prompt: str = self._shared.wiki
        self.greeting = user.greeting
        self.tools = tuple(self._shared.tools_info)
        self.writing_tools = frozenset(WRITING_TOOLS[domain.name])
        self.closing_tools = frozenset(self._shared.terminate_tools)
        folder = Path(tau_bench.__file__).parent / "envs" / domain.name
        files = {split: folder / f"tasks_{split}.py" for split in self._splits}
        self.data_hash = hash_files([*sorted((folder / "data").glob("*.json")), folder / "wiki.md", *files.values()])
        self.quarantine: dict[str, str] = {}
        for split, path in files.items():
            self.quarantine |= load_quarantine(f"tau_bench {domain.name} {split}", path)

    def list_task_ids(self, split: str) -> list[str]:
        if split not in self._splits:
            raise ConfigError(
                f"split={split}: {self.domain} has no such split. Choose one of: {', '.join(self._splits)}"
            )
        return list(self._splits[split])

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


def _load_tasks(domain: str, split: str) -> dict[str, ClassicTask]:
    with boundary(WorldError, f"loading the {split} tasks of tau_bench's {domain}"):
        tasks = get_env(domain, "human", "", split, task_index=0).tasks
    return {f"{split}-{number}": task for number, task in enumerate(tasks)}


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
