"""A telecom task of a made-up world, taken through τ²'s environment and judged by τ²'s evaluator."""

from collections.abc import Sequence
from typing import Any

from tau2.data_model import message as m
from tau2.data_model.simulation import SimulationRun, TerminationReason
from tau2.data_model.tasks import Task
from tau2.domains.telecom.data_model import TelecomDB
from tau2.domains.telecom.environment import TelecomEnvironment
from tau2.domains.telecom.tools import TelecomTools
from tau2.domains.telecom.user_data_model import TelecomUserDB
from tau2.domains.telecom.user_tools import TelecomUserTools
from tau2.evaluator.evaluator import EvaluationType, evaluate_simulation
from tau2.registry import registry

from tautraj.synthesis.telecom.carrier.accounts import Account

DOMAIN = "telecom of one customer"


class Calls:
    """Plays calls for one customer; a database with nobody else is a fiftieth of the work."""

    def __init__(self, account: Account, user_database: dict[str, Any]) -> None:
        self._database = {
            "plans": account.plans,
            "customers": [account.customer],
            "lines": account.lines,
            "bills": account.bills,
            "devices": account.devices,
        }
        self._user_database = user_database

    def grade(self, task: dict[str, Any], calls: Sequence[dict[str, Any]], said: str = "Goodbye.") -> float:
        """The reward of τ²'s evaluator if both seats make these calls (gold actions) and the agent says `said`."""
        parsed = Task.model_validate(task)
        state = parsed.initial_state
        environment = self.build()
        environment.set_state(state.initialization_data, state.initialization_actions, [])
        messages: list[Any] = []
        for index, action in enumerate(calls):
            call = m.ToolCall(
                id=str(index), name=action["name"], arguments=action["arguments"], requestor=action["requestor"]
            )
            kind = m.UserMessage if action["requestor"] == "user" else m.AssistantMessage
            messages += [kind(role=action["requestor"], tool_calls=[call]), environment.get_response(call)]
        messages.append(m.AssistantMessage(role="assistant", content=said))
        run = SimulationRun(
            id="1",
            task_id=parsed.id,
            start_time="",
            end_time="",
            duration=0.0,
            termination_reason=TerminationReason.USER_STOP,
            messages=messages,
        )
        registry._domains[DOMAIN] = self.build
        return float(evaluate_simulation(run, parsed, EvaluationType.ALL, False, DOMAIN).reward)

    def grade_gold(self, task: dict[str, Any]) -> float:
        criteria = task["evaluation_criteria"]
        return self.grade(task, criteria["actions"], " ".join(criteria.get("communicate_info", [])))

    def build(self, solo_mode: bool = False) -> TelecomEnvironment:
        database = TelecomDB.model_validate(self._database)
        user_database = TelecomUserDB.model_validate(self._user_database)
        return TelecomEnvironment("telecom", "", TelecomTools(database), TelecomUserTools(user_database))
