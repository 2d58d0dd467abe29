"""Labels of a graded trajectory: facts that say whether to trust its reward and what can be learned from it.

Computed from the record, the task and the benchmark, without a provider; None where that is not possible. Not here:
the reward (`grading.reward`), policy rules (`grading.policy_rules`), identifiers (`grading.identifiers`).
"""

import functools
import json
import math
import re
from collections.abc import Collection, Sequence

from tautraj.benchmarks import Benchmark, get_stop_word
from tautraj.errors import GradingError
from tautraj.grading.database_diff import build_gold_calls, find_gold_writes, is_canonically_equal, replay_both
from tautraj.grading.identifiers import find_identifiers, find_scenario_faults
from tautraj.grading.policy_rules import AUTHENTICATION_TOOLS, RULES, find_violations
from tautraj.metrics import is_success
from tautraj.trajectory import Grade, Labels, Outcome, Trajectory, Turn

YES = re.compile(
    r"\b(yes|yeah|yep|yup|confirm(ed)?|correct|proceed|go ahead|sure|okay|ok|please do|do it|that('s| is) right"
    r"|sounds good|that works|agreed?|absolutely|perfect)\b",
    re.IGNORECASE,
)

LEADING_YES = re.compile(r"\W*(yes|yeah|yep|yup|sure|okay|ok|absolutely|perfect)\b", re.IGNORECASE)

NEGATION = re.compile(r"\b(not|never|cannot)\b|n't\b", re.IGNORECASE)

NO = re.compile(
    r"^\W*(no|nope|not yet|wait|don't|do not|hold on)\b|\b(do not|don't) (proceed|go ahead)\b", re.IGNORECASE
)


def compute_labels(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> Labels:
    """Labels of a trajectory with the grade `grade`."""
    turns = [turn for turn in trajectory.turns if not turn.given]
    writes = find_writes(trajectory, benchmark.writing_tools)
    contradicted, invented = find_scenario_faults(trajectory, benchmark.domain)
    return Labels(
        inaction_passes=is_passed_by_inaction(benchmark, trajectory.task_id),
        gold_known_bad=trajectory.task_id in benchmark.quarantine,
        wrote_nothing=not writes,
        acted_after_stop=_has_acted_after_stop(turns, benchmark),
        unconfirmed_write=_has_unconfirmed_write(turns, writes, benchmark.domain),
        unauthenticated_write=_has_unauthenticated_write(turns, writes, benchmark.domain),
        repeated_call=_has_repeated_call(turns, writes),
        recovered=_has_recovered(turns),
        customer_contradicted=contradicted,
        customer_invented=invented,
        customer_stopped_early=_has_customer_stopped_early(trajectory, writes, benchmark),
        violations=find_violations(benchmark, trajectory),
        canonical_reward=compute_canonical_reward(trajectory, grade, benchmark),
        passed_by_default=_find_default_passes(trajectory, grade, benchmark),
        answer_cut_off=any(call.finish == "length" for turn in turns for call in turn.calls),
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


def find_writes(trajectory: Trajectory, writing_tools: Collection[str]) -> list[Turn]:
    """Successful calls of the agent to `writing_tools`, without given turns."""

    def is_write(turn: Turn) -> bool:
        succeeded = turn.seat == "model" and turn.kind == "tool_call" and not turn.given and not turn.error
        return succeeded and turn.tool_call is not None and turn.tool_call.name in writing_tools

    return [turn for turn in trajectory.turns if is_write(turn)]


def is_affirmative(text: str) -> bool:
    """Whether a customer's message is a yes.

    It is if a sentence contains `YES` and either begins with `LEADING_YES` or is neither negated nor a question, and
    nothing in the message matches `NO`.
    """
    sentences = re.split(r"(?<=[.!?])\s+|\n+", text)
    statements = (
        sentence
        for sentence in sentences
        if LEADING_YES.match(sentence) or not (NEGATION.search(sentence) or sentence.rstrip().endswith("?"))
    )
    return any(YES.search(sentence) for sentence in statements) and not NO.search(text)


def _has_acted_after_stop(turns: Sequence[Turn], benchmark: Benchmark) -> bool:
    def is_closing(turn: Turn) -> bool:
        if turn.seat == "user":
            return any(word in (turn.message or "") for word in benchmark.stop_words)
        return turn.tool_call is not None and turn.tool_call.name in benchmark.closing_tools and not turn.error

    end = next((turn.index for turn in turns if is_closing(turn)), None)
    return end is not None and any(
        turn.index > end and turn.seat == "model" and turn.kind in ("message", "tool_call") for turn in turns
    )


def _has_unconfirmed_write(turns: Sequence[Turn], writes: Sequence[Turn], domain: str) -> bool | None:
    """Whether the customer's last message before some write is not a yes. One yes may cover several writes."""
    if domain not in RULES:
        return None
    messages = [turn for turn in turns if turn.seat == "user" and turn.message]

    def get_last_message(write: Turn) -> str:
        return next((turn.message or "" for turn in reversed(messages) if turn.index < write.index), "")

    return any(not is_affirmative(get_last_message(write)) for write in writes)


def _has_unauthenticated_write(turns: Sequence[Turn], writes: Sequence[Turn], domain: str) -> bool | None:
    """Whether a write came before the agent knew its customer; None for domains without `RULES`.

    Known from: in retail, a successful call of `AUTHENTICATION_TOOLS`; in airline, a user id in a customer's message.
    """

    def identifies_customer(turn: Turn) -> bool:
        if domain == "airline":
            return turn.seat == "user" and bool(find_identifiers(turn.message or "", domain)["user id"])
        return turn.tool_call is not None and turn.tool_call.name in AUTHENTICATION_TOOLS and not turn.error

    if domain not in RULES:
        return None
    first = next((turn.index for turn in turns if identifies_customer(turn)), math.inf)
    return any(write.index < first for write in writes)


def _has_repeated_call(turns: Sequence[Turn], writes: Sequence[Turn]) -> bool:
    """Whether the agent repeated a call with no write and no call by the customer in between."""
    seen: set[str] = set()
    write_indices = {write.index for write in writes}
    for turn in turns:
        if turn.seat == "user" and turn.tool_call is not None:
            seen = set()
        elif turn.seat == "model" and turn.kind == "tool_call" and turn.tool_call is not None:
            call = turn.tool_call.name + json.dumps(turn.tool_call.arguments, sort_keys=True)
            if call in seen:
                return True
            seen = set() if turn.index in write_indices else seen | {call}
    return False


def _has_recovered(turns: Sequence[Turn]) -> bool:
    """Whether a tool that returned an error to the agent succeeded in a later call."""
    failed: set[str] = set()
    for turn in turns:
        if turn.seat == "model" and turn.tool_call is not None:
            if turn.error:
                failed.add(turn.tool_call.name)
            elif turn.tool_call.name in failed:
                return True
    return False


def _has_customer_stopped_early(trajectory: Trajectory, writes: Sequence[Turn], benchmark: Benchmark) -> bool:
    """Whether the customer left after a question of the agent while a gold write was missing."""
    if trajectory.outcome.kind != "user_stop":
        return False
    messages = [turn for turn in trajectory.turns if turn.kind == "message" and turn.message]
    last = next((turn.message or "" for turn in reversed(messages) if turn.seat == "model"), "")
    calls = [(turn.tool_call.name, turn.tool_call.arguments) for turn in writes if turn.tool_call]
    gold_writes = find_gold_writes(benchmark, trajectory.task_id, trajectory.privileged) if "?" in last else []
    return any((gold.name, gold.arguments) not in calls for gold in gold_writes)


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
