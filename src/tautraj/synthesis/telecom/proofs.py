"""Proofs of a telecom task: the ten checks of `synthesis.proofs`, where the customer has a part in the gold actions.

| | holds |
|---|---|
| V2 | the gold actions of both seats run without an error |
| V3 | without any one of them the task is not solved, but for a restart that the policy prescribes |
| V4 | repairs in another order solve it too, a restart being last |
| V5 | the policy allows each of them, on the raw data of the task's initial world |
| V6 | every number and month in the text is one line, one bill of the customer's |
| V7 | τ²'s evaluator: gold 1; nothing done 0; without the last action 0; told nothing 0 |
| V8 | the agent by rules solves it by the gold's writes in an episode's turns; the customer reads the text alone |
| V9 | the same, request by request, in every order |
| V10 | no id, no composition of an official task |

Not here: the agent and that customer (`synthesis.telecom.solver`), the orders of V4
(`synthesis.telecom.orders`).
"""

import functools
import itertools
import json
from collections.abc import Sequence
from typing import Any

from tautraj.benchmarks import Benchmark, EntityRef
from tautraj.benchmarks.goals import TRANSFER_TOOL, Goal
from tautraj.synthesis.decontamination import OfficialTasks
from tautraj.synthesis.generator import Rejection
from tautraj.synthesis.proofs import Checks, Failed, check_contact, run_checks, write_text_of
from tautraj.synthesis.telecom.orders import Action, list_orders
from tautraj.synthesis.telecom.policy import find_ambiguity, find_breach
from tautraj.synthesis.telecom.solver import act, make_message, solve
from tautraj.synthesis.text import TaskText, write_text
from tautraj.trajectory import Outcome, Seat, ToolCall, Turn

SEATS: dict[str, Seat] = {"assistant": "model", "user": "user"}

MAX_TURNS = 96
"""Of the solver: an episode has 100, unless `limits.turns` says otherwise."""


class TelecomProver:
    """Proves tasks of one carrier."""

    def __init__(self, benchmark: Benchmark, official: OfficialTasks) -> None:
        self._benchmark, self._official = benchmark, official
        self._user_tools = [tool["function"]["name"] for tool in benchmark.user_tools]
        self._read_state = functools.lru_cache(maxsize=1)(self._read_initial_state)

    def prove(self, task_id: str, goal: Goal) -> dict[str, Any] | Rejection:
        """Check -> its values, of all ten; or the first that does not hold."""
        checks: Checks = (
            ("V10", self._check_contact),
            ("V6", self._check_references),
            ("V5", self._check_policy),
            ("V2", self._check_gold_runs),
            ("V8", self._check_solver),
            ("V9", self._check_requests_in_any_order),
            ("V7", self._check_evaluator),
            ("V3", self._check_each_counts),
            ("V4", self._check_orders),
        )
        return run_checks(checks, task_id, goal)

    def read(self, task_id: str, goal: Goal) -> list[tuple[Seat, str, dict[str, Any]]]:
        """The calls of both seats while the solver serves the goal's text."""
        world = self._benchmark.build_world(self._benchmark.get_task(task_id))
        turns = solve([write_text(goal)], world, self._user_tools, task_id)
        return [(turn.seat, turn.tool_call.name, turn.tool_call.arguments) for turn in turns if turn.tool_call]

    def _check_policy(self, task_id: str, goal: Goal) -> int:
        """V5; returns the number of actions."""
        actions = self._list_actions(task_id)
        if breach := find_breach(self._read_state(task_id), goal, actions):
            raise Failed("V5", breach)
        return len(actions)

    def _check_references(self, task_id: str, goal: Goal) -> bool:
        if ambiguity := find_ambiguity(self._read_state(task_id), goal):
            raise Failed("V6", ambiguity)
        return True

    def _check_gold_runs(self, task_id: str, goal: Goal) -> bool:
        for turn in self._carry_out(task_id, self._list_actions(task_id)):
            if turn.error:
                raise Failed("V2", f"{turn.tool_call and turn.tool_call.name}: {turn.observation}")
        return True

    def _check_each_counts(self, task_id: str, goal: Goal) -> int:
        """V3; returns the number of actions that were left out, one at a time. V7 leaves out the last one.

        The policy prescribes a restart after a line is resumed, whatever else makes the phone search for its network.
        """
        actions = self._list_actions(task_id) if self._acts(goal) else []
        is_resumed = any(action["name"] == "resume_line" for action in actions)
        for index, action in enumerate(actions[:-1]):
            if is_resumed and action["name"] == "reboot_device":
                continue
            rest = [*actions[:index], *actions[index + 1 :]]
            if self._grade_actions(task_id, rest, goal.tells):
                raise Failed("V3", f"{action['name']} can be left out")
        return len(actions)

    def _check_orders(self, task_id: str, goal: Goal) -> int:
        """V4; returns the number of orders that were tried."""
        orders = list_orders(self._list_actions(task_id))
        for actions in orders:
            if not self._grade_actions(task_id, actions, goal.tells):
                raise Failed("V4", f"in the order {[action['name'] for action in actions]} the task is not solved")
        return len(orders)

    def _check_solver(self, task_id: str, goal: Goal) -> int:
        """V8; returns the number of turns."""
        return self._solve(task_id, [write_text(goal)], "V8")

    def _check_requests_in_any_order(self, task_id: str, goal: Goal) -> int:
        """V9; returns the number of orders that were tried; one request has one, which is V8."""
        orders = list(itertools.permutations(goal.requests)) if len(goal.requests) > 1 else []
        for order in orders:
            self._solve(task_id, [write_text_of(goal, request) for request in order], "V9")
        return max(1, len(orders))

    def _solve(self, task_id: str, texts: Sequence[TaskText], check: str) -> int:
        world = self._benchmark.build_world(self._benchmark.get_task(task_id))
        turns = solve(texts, world, self._user_tools, task_id)
        if self._grade(task_id, turns) != 1.0:
            tools = [turn.tool_call.name for turn in turns if turn.tool_call]
            raise Failed(check, f"the solver does not solve it: {tools}")
        if len(turns) > MAX_TURNS:
            raise Failed(check, f"it takes {len(turns)} turns")
        gold = [(action["name"], action["arguments"]) for action in self._list_actions(task_id)]
        calls = [turn.tool_call for turn in turns if turn.tool_call]
        written = self._keep_writes([(call.name, call.arguments) for call in calls])
        has_transfer = any(tool == TRANSFER_TOOL for tool, _ in gold)  # after it has mended what could be
        if not has_transfer and written != self._keep_writes(gold):
            raise Failed(check, f"the solver writes something else: {written}")
        return len(turns)

    def _keep_writes(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[str]:
        """The agent's among the calls, as text, in alphabetical order."""
        writes = [call for call in calls if call[0] in self._benchmark.writing_tools]
        return sorted(f"{tool}({json.dumps(arguments, sort_keys=True)})" for tool, arguments in writes)

    def _check_contact(self, task_id: str, goal: Goal) -> float:
        """V10. Compositions are looked at where they are drawn."""
        return check_contact(self._official, goal)

    def _check_evaluator(self, task_id: str, goal: Goal) -> dict[str, float]:
        """V7; returns the rewards."""
        actions = self._list_actions(task_id)
        rewards = {
            "gold": self._grade_actions(task_id, actions, goal.tells),
            "nothing": self._grade_actions(task_id, [], ()),
        }
        if self._acts(goal):
            rewards["without the last action"] = self._grade_actions(task_id, actions[:-1], goal.tells)
        if goal.tells:
            rewards["told nothing"] = self._grade_actions(task_id, actions, ())
        if rewards != dict.fromkeys(rewards, 0.0) | {"gold": 1.0}:
            raise Failed("V7", json.dumps(rewards))
        return rewards

    def _acts(self, goal: Goal) -> bool:
        """Whether the gold actions are more than look-ups for an answer."""
        return bool(goal.writes) or goal.transfers or any(request.content_when for request in goal.requests)

    def _list_actions(self, task_id: str) -> list[Action]:
        return list(self._benchmark.get_task(task_id).privileged.gold_actions)

    def _read_initial_state(self, task_id: str) -> dict[str, Any]:
        world = self._benchmark.build_world(self._benchmark.get_task(task_id))
        carrier = {
            name: world.read_entity(EntityRef(name, None)) for name in ("customers", "lines", "bills", "plans")
        }
        return {**carrier, "device": world.read_entity(EntityRef("user.device", None))}

    def _carry_out(self, task_id: str, actions: Sequence[Action]) -> list[Turn]:
        world = self._benchmark.build_world(self._benchmark.get_task(task_id))
        return [
            act(
                world,
                ToolCall(id=f"call_{index}", name=action["name"], arguments=action["arguments"]),
                SEATS[action["requestor"]],
                index,
            )
            for index, action in enumerate(actions)
        ]

    def _grade_actions(self, task_id: str, actions: Sequence[Action], tells: Sequence[str]) -> float:
        turns = self._carry_out(task_id, actions)
        turns.append(make_message("model", f"It is done. {'. '.join(tells)}", len(turns)))
        return self._grade(task_id, turns)

    def _grade(self, task_id: str, turns: Sequence[Turn]) -> float:
        closed = [*turns, make_message("user", "Thank you. ###STOP###", len(turns))]
        grade = self._benchmark.grade(task_id, closed, Outcome(kind="user_stop", detail=None), None)
        if isinstance(grade, str):
            raise Failed("V7", f"not graded: {grade}")
        return grade.reward
