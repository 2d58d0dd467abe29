"""Proofs of a task: what every task of a world passes, checked by the benchmark's own tools and evaluator.

| | holds |
|---|---|
| V1 | τ² loads the task |
| V2 | the gold calls run without an error |
| V3 | they have an effect, and none of them can be left out |
| V4 | every order of the writes, and of the items in a list, leads to the same state |
| V5 | the policy allows each of them, judged on the raw data |
| V6 | every reference in the goal names one entity |
| V7 | τ²'s evaluator: gold 1; nothing done 0, unless refusing is all; without the last write 0; told nothing 0 |
| V8 | a solver that reads only the text and the tools comes to the gold state and the gold answers |
| V9 | the same, request by request, in every order of the requests |
| V10 | nothing is shared with an official task |

Not here: decontamination itself (`synthesis.decontamination`), what a domain contributes (`synthesis.generator`).
"""

import itertools
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tautraj.benchmarks import Benchmark, EntityRef, World
from tautraj.benchmarks.goals import Goal, Request, Write
from tautraj.synthesis.decontamination import Candidate, OfficialTasks
from tautraj.synthesis.generator import Database, Generator, Rejection, Solution
from tautraj.synthesis.solver import find_user_id, solve
from tautraj.synthesis.text import TaskText, write_text
from tautraj.trajectory import Outcome, ToolCall, Turn

MAX_ORDERS = 24
"""Orders of writes or requests that are tried: all, up to four of them."""

State = dict[EntityRef, str | None]
"""Every entity that is not as it was -> its JSON."""


class Failed(Exception):
    """A check does not hold."""

    def __init__(self, check: str, why: str) -> None:
        super().__init__(why)
        self.rejection = Rejection(check, why)


Checks = Sequence[tuple[str, Callable[[str, Goal], Any]]]
"""(V2 to V10, function of task id and goal: the check's value, or it raises `Failed`), the cheapest first."""


def run_checks(checks: Checks, task_id: str, goal: Goal) -> dict[str, Any] | Rejection:
    """Check -> its value, V1 among them, since τ² has loaded the task; or the first that does not hold."""
    values: dict[str, Any] = {"V1": True}
    try:
        for name, check in checks:
            values[name] = check(task_id, goal)
    except Failed as failed:
        return failed.rejection
    return dict(sorted(values.items(), key=lambda item: int(item[0][1:])))


def check_contact(official: OfficialTasks, goal: Goal) -> float:
    """V10; returns the cosine with the closest official text."""
    writes = [(write.tool, write.arguments) for write in goal.writes]
    entities = {entity for request in goal.requests for entity in request.about} | {goal.user_id}
    contact, cosine = official.compare(Candidate("\n".join(write_text(goal)), writes, entities))
    if contact:
        raise Failed("V10", f"{contact.check}: {contact.value}")
    return round(cosine, 3)


def write_text_of(goal: Goal, request: Request) -> TaskText:
    """The text of one request alone."""
    return write_text(goal.model_copy(update={"requests": (request,)}))


class Prover:
    """Proves tasks of one world."""

    def __init__(
        self, generator: Generator, database: Database, benchmark: Benchmark, official: OfficialTasks
    ) -> None:
        """`benchmark`: the world's folder as it is played, holding the tasks that are to be proved."""
        self._generator, self._database = generator, database
        self._benchmark, self._official = benchmark, official
        self._gold: State = {}
        """Of the task that is being proved: the state after its writes, from V2 on."""

    def prove(self, task_id: str, goal: Goal) -> dict[str, Any] | Rejection:
        """Check -> its values, of all ten; or the first that does not hold."""
        checks: Checks = (
            ("V5", self._check_policy),
            ("V6", self._check_references),
            ("V2", self._check_gold_runs),
            ("V3", self._check_each_counts),
            ("V4", self._check_orders),
            ("V8", self._check_solver),
            ("V9", self._check_requests_in_any_order),
            ("V10", self._check_contact),
            ("V7", self._check_evaluator),
        )
        return run_checks(checks, task_id, goal)

    def read(self, task_id: str, goal: Goal) -> Solution | str:
        """What the solver makes of the goal's text; or why it cannot tell."""
        text, world = write_text(goal), self._build_world(task_id)
        user_id = find_user_id(self._generator.desk, text, world.peek)
        return solve(self._generator.desk, text, user_id, world.peek) if user_id else "nobody is identified"

    def _check_policy(self, task_id: str, goal: Goal) -> int:
        """V5; returns the number of writes. A refused request has none."""
        for write in goal.writes:
            if breach := self._generator.find_breach(self._database, write, goal.user_id):
                raise Failed("V5", breach)
        return len(goal.writes)

    def _check_references(self, task_id: str, goal: Goal) -> bool:
        if ambiguity := self._generator.find_ambiguity(self._database, goal):
            raise Failed("V6", ambiguity)
        return True

    def _check_gold_runs(self, task_id: str, goal: Goal) -> bool:
        self._gold = self._run(task_id, goal.writes, "V2")
        return True

    def _check_each_counts(self, task_id: str, goal: Goal) -> bool:
        if goal.writes and not self._gold:
            raise Failed("V3", "the writes change nothing")
        for index, write in enumerate(goal.writes):
            rest = [*goal.writes[:index], *goal.writes[index + 1 :]]
            if self._try(task_id, rest) == self._gold:
                raise Failed("V3", f"{write.tool} can be left out")
        return True

    def _check_orders(self, task_id: str, goal: Goal) -> int:
        """V4; returns the number of orders that were tried."""
        orders = list(itertools.islice(itertools.permutations(goal.writes), MAX_ORDERS))
        for index, write in enumerate(goal.writes):
            for other in self._generator.reorder(write):
                orders.append((*goal.writes[:index], other, *goal.writes[index + 1 :]))
        for order in orders:
            if self._run(task_id, order, "V4") != self._gold:
                raise Failed("V4", "the order of the writes, or of the items in one, matters")
        return len(orders)

    def _check_solver(self, task_id: str, goal: Goal) -> bool:
        """V8."""
        self._compare(task_id, goal, "V8", [write_text(goal)])
        return True

    def _check_requests_in_any_order(self, task_id: str, goal: Goal) -> int:
        """V9; returns the number of orders that were tried; one request has one, which is V8."""
        if len(goal.requests) == 1:
            return 1
        orders = list(itertools.islice(itertools.permutations(goal.requests), MAX_ORDERS))
        for order in orders:
            self._compare(task_id, goal, "V9", [write_text_of(goal, request) for request in order])
        return len(orders)

    def _compare(self, task_id: str, goal: Goal, check: str, texts: Sequence[TaskText]) -> None:
        """Solve the texts one after another in one world, and compare its state and the answers with gold."""
        world = self._build_world(task_id)
        user_id = find_user_id(self._generator.desk, texts[0], world.peek)
        if user_id is None:
            raise Failed(check, "the customer cannot be identified")
        tells: list[str] = []
        for text in texts:
            solution = solve(self._generator.desk, text, user_id, world.peek)
            if isinstance(solution, str):
                raise Failed(check, solution)
            for write in solution.writes:
                _carry_out(world, write, check)
            tells += solution.tells
        if self._read_state(task_id, world) != self._gold:
            raise Failed(check, "the solver comes to another state")
        if missing := [told for told in goal.tells if told not in tells]:
            raise Failed(check, f"the solver does not tell {missing[0]}")

    def _check_contact(self, task_id: str, goal: Goal) -> float:
        return check_contact(self._official, goal)

    def _check_evaluator(self, task_id: str, goal: Goal) -> dict[str, float]:
        """V7; returns the rewards."""
        answer = ". ".join(goal.tells)
        rewards = {"gold": self._grade(task_id, goal.writes, answer), "nothing": self._grade(task_id, (), "")}
        if goal.writes:
            rewards["without the last write"] = self._grade(task_id, goal.writes[:-1], answer)
        if goal.tells:
            rewards["told nothing"] = self._grade(task_id, goal.writes, "")
        expected = dict.fromkeys(rewards, 0.0) | {"gold": 1.0}
        if not goal.writes and not goal.tells:
            expected["nothing"] = 1.0  # to refuse is all there is to do
        if rewards != expected:
            raise Failed("V7", json.dumps(rewards))
        return rewards

    def _grade(self, task_id: str, writes: Sequence[Write], answer: str) -> float:
        world = self._build_world(task_id)
        turns: list[Turn] = []
        for write in writes:
            call = ToolCall(id=f"call_{len(turns)}", name=write.tool, arguments=write.arguments)
            seen = world.call(call, "model")
            fields = {"kind": "tool_call", "tool_call": call, "observation": seen.content, "error": seen.error}
            turns.append(_make_turn(turns, "model", **fields))
        turns.append(_make_turn(turns, "model", kind="message", message=f"It is done. {answer}"))
        turns.append(_make_turn(turns, "user", kind="message", message="Thank you. ###STOP###"))
        grade = self._benchmark.grade(task_id, turns, Outcome(kind="user_stop", detail=None), None)
        if isinstance(grade, str):
            raise Failed("V7", f"not graded: {grade}")
        return grade.reward

    def _build_world(self, task_id: str) -> World:
        return self._benchmark.build_world(self._benchmark.get_task(task_id))

    def _run(self, task_id: str, writes: Iterable[Write], check: str) -> State:
        world = self._build_world(task_id)
        for write in writes:
            _carry_out(world, write, check)
        return self._read_state(task_id, world)

    def _read_state(self, task_id: str, world: World) -> State:
        before = self._build_world(task_id)
        entities = {ref: world.read_entity(ref) for ref in world.find_touched_entities()}
        return {
            ref: json.dumps(entity, sort_keys=True)
            for ref, entity in entities.items()
            if entity != before.read_entity(ref)
        }

    def _try(self, task_id: str, writes: Iterable[Write]) -> State | None:
        """The state after the writes; None if one of them is an error."""
        try:
            return self._run(task_id, writes, "")
        except Failed:
            return None


def _carry_out(world: World, write: Write, check: str) -> None:
    seen = world.call(ToolCall(id="call", name=write.tool, arguments=write.arguments), "model")
    if seen.error:
        raise Failed(check, f"{write.tool}: {seen.content}")


def _make_turn(turns: Sequence[Turn], seat: str, **fields: Any) -> Turn:
    return Turn.model_validate({"index": len(turns), "seat": seat, "started": 0.0, "seconds": 0.0} | fields)
