"""Labels of a graded trajectory: facts that say whether to trust its reward and what can be learned from it.

Computed from the record, the task and the benchmark, without a provider; None where that is not possible. Not here:
the reward (`grading.reward`), policy rules (`grading.policy_rules`), confirmations (`grading.confirmation`), what the
customer made up (`grading.scenario_faults`) or did wrong (`grading.customer_faults`), repeated calls
(`grading.repetition`), writes (`grading.writes`).
"""

import functools
import math
from collections.abc import Sequence

from tautraj.benchmarks import Benchmark, EntityRef, get_stop_word
from tautraj.errors import GradingError
from tautraj.grading.confirmation import find_unconfirmed_write
from tautraj.grading.customer_faults.attribution import is_customer_at_fault
from tautraj.grading.database_diff import build_gold_calls, is_canonically_equal, replay_both
from tautraj.grading.policy_rules import AUTHENTICATION_TOOLS, RULES, find_violations
from tautraj.grading.questions import has_open_request
from tautraj.grading.repetition import has_recovered, has_repeated_call
from tautraj.grading.scenario_faults import find_scenario_faults, find_stated
from tautraj.grading.writes import TRANSFER_TOOL, find_missing_writes, find_writes
from tautraj.metrics import is_success
from tautraj.trajectory import Grade, Labels, Outcome, Trajectory, Turn


def compute_labels(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> Labels:
    """Labels of a trajectory with the grade `grade`. Its `customer_faults` are already found."""
    turns = [turn for turn in trajectory.turns if not turn.given]
    writes = find_writes(trajectory, benchmark.writing_tools)
    contradicted, invented = find_scenario_faults(trajectory, benchmark.domain)
    return Labels(
        inaction_passes=is_passed_by_inaction(benchmark, trajectory.task_id),
        gold_known_bad=trajectory.task_id in benchmark.quarantine,
        wrote_nothing=not writes,
        acted_after_stop=_has_acted_after_stop(turns, benchmark),
        unconfirmed_write=_has_unconfirmed_write(turns, writes, benchmark.domain),
        unauthenticated_write=_has_unauthenticated_write(turns, writes, trajectory, benchmark),
        repeated_call=has_repeated_call(turns, {write.index for write in writes}),
        recovered=has_recovered(turns),
        customer_contradicted=contradicted,
        customer_invented=invented,
        customer_stopped_early=_has_customer_stopped_early(trajectory, benchmark),
        violations=find_violations(benchmark, trajectory),
        canonical_reward=compute_canonical_reward(trajectory, grade, benchmark),
        passed_by_default=_find_default_passes(trajectory, grade, benchmark),
        answer_cut_off=any(call.finish == "length" for turn in turns for call in turn.calls),
        customer_at_fault=is_customer_at_fault(trajectory, benchmark),
    )


@functools.lru_cache(maxsize=10_000)
def is_passed_by_inaction(benchmark: Benchmark, task_id: str) -> bool:
    """Whether the benchmark's reward is 1 if the customer leaves at once and nothing is done.

    False if its evaluator raises `GradingError` for that.
    """
    word, task = get_stop_word(benchmark), benchmark.get_task(task_id)
    left = Turn(index=len(task.given), seat="user", kind="message", message=word, started=0.0, seconds=0.0)
    try:
        verdict = benchmark.grade(task_id, [*task.given, left], Outcome(kind="user_stop", detail=None), None)
    except GradingError:
        return False
    return isinstance(verdict, Grade) and bool(is_success(verdict.reward))


def compute_canonical_reward(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> float:
    """The benchmark's reward, with databases compared by `is_canonically_equal`: in any order of lists."""
    if grade.db_match is not False or grade.components.get("db") != 0.0:
        return grade.reward
    if not is_canonically_equal(replay_both(benchmark, trajectory.task_id, trajectory.turns, trajectory.privileged)):
        return grade.reward
    return math.prod(value for name, value in grade.components.items() if name != "db")


def _has_acted_after_stop(turns: Sequence[Turn], benchmark: Benchmark) -> bool:
    """Whether the agent acted after the end, or called a tool after it had handed the customer to a human.

    After such a transfer a message is right: τ²'s policies ask for one.
    """

    def is_closing(turn: Turn) -> bool:
        if turn.seat == "user":
            return any(word in (turn.message or "") for word in benchmark.stop_words)
        return turn.tool_call is not None and turn.tool_call.name in benchmark.closing_tools and not turn.error

    def is_transfer(turn: Turn) -> bool:
        return turn.seat == "model" and turn.tool_call is not None and turn.tool_call.name == TRANSFER_TOOL

    end = next((turn.index for turn in turns if is_closing(turn)), math.inf)
    transfer = next((turn.index for turn in turns if is_transfer(turn) and not turn.error), math.inf)
    acts = [turn for turn in turns if turn.seat == "model" and turn.kind in ("message", "tool_call")]
    return any(turn.index > end or (turn.kind == "tool_call" and turn.index > transfer) for turn in acts)


def _has_unconfirmed_write(turns: Sequence[Turn], writes: Sequence[Turn], domain: str) -> bool | None:
    return find_unconfirmed_write(turns, writes) is not None if domain in RULES else None


def _has_unauthenticated_write(
    turns: Sequence[Turn], writes: Sequence[Turn], trajectory: Trajectory, benchmark: Benchmark
) -> bool | None:
    """Whether a write came before the agent knew its customer; None for domains without `RULES`.

    Known from: in retail, a successful call of `AUTHENTICATION_TOOLS`; in airline, the id of a user that exists, in a
    customer's message.
    """
    if benchmark.domain not in RULES:
        return None
    world = benchmark.build_world(benchmark.get_task(trajectory.task_id))

    def identifies_customer(turn: Turn) -> bool:
        if benchmark.domain == "airline":
            text = turn.message or "" if turn.seat == "user" else ""
            user_ids = find_stated(text, benchmark.domain)["user id"]
            return any(world.read_entity(EntityRef("users", user_id)) is not None for user_id in user_ids)
        return turn.tool_call is not None and turn.tool_call.name in AUTHENTICATION_TOOLS and not turn.error

    first = next((turn.index for turn in turns if identifies_customer(turn)), math.inf)
    return any(write.index < first for write in writes)


def _has_customer_stopped_early(trajectory: Trajectory, benchmark: Benchmark) -> bool:
    """Whether the customer left after a request of the agent while a gold write was missing.

    Whether there is anything else is no such request: the agent that asks this has forgotten the write.
    """
    if trajectory.outcome.kind != "user_stop":
        return False
    messages = [turn for turn in trajectory.turns if turn.kind == "message" and turn.message]
    last = next((turn.message or "" for turn in reversed(messages) if turn.seat == "model"), "")
    if not has_open_request(last):
        return False
    return bool(find_missing_writes(trajectory, benchmark))


def _find_default_passes(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> tuple[str, ...]:
    """Components of the reward that passed although the task requires nothing for them."""
    required = {
        "db": any(call.name in benchmark.writing_tools for call, _ in build_gold_calls(trajectory.privileged)),
        "communicate": bool(grade.communicate),
        "action": bool(grade.actions),
        "env_assertion": bool(grade.assertions),
        "nl_assertion": bool(grade.judged),
    }
    return tuple(
        name for name, value in grade.components.items() if is_success(value) and not required.get(name, True)
    )
