"""Facts about a graded trajectory that say whether to trust its reward, and what there is to learn from it.

Decided by a program from the record, the task and the benchmark; what it cannot decide is None. No provider is asked.
Not here: the reward (`reward`), the rules of a policy (`policy`), what a customer's words give away (`identifiers`).
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
    """Of a trajectory that was graded so."""
    turns = [turn for turn in trajectory.turns if not turn.given]
    written = find_writes(trajectory, benchmark.writing_tools)
    contradicted, invented = find_scenario_faults(trajectory, benchmark.domain)
    return Labels(
        inaction_passes=is_passed_by_inaction(benchmark, trajectory.task_id),
        gold_known_bad=trajectory.task_id in benchmark.quarantine,
        wrote_nothing=not written,
        acted_after_stop=_has_acted_after_stop(turns, benchmark),
        unconfirmed_write=_has_unconfirmed_write(turns, written, benchmark.domain),
        unauthenticated_write=_has_unauthenticated_write(turns, written, benchmark.domain),
        repeated_call=_has_repeated_call(turns, written),
        recovered=_has_recovered(turns),
        customer_contradicted=contradicted,
        customer_invented=invented,
        customer_stopped_early=_has_customer_stopped_early(trajectory, written, benchmark),
        violations=find_violations(benchmark, trajectory),
        canonical_reward=compute_canonical_reward(trajectory, grade, benchmark),
        passed_by_default=_find_default_passes(trajectory, grade, benchmark),
    )


@functools.lru_cache(maxsize=10_000)
def is_passed_by_inaction(benchmark: Benchmark, task_id: str) -> bool:
    """Whether the benchmark gives 1 when the customer leaves at once and nothing was done.

    Where its evaluator raises because nothing was done, it does not.
    """
    word, task = get_stop_word(benchmark), benchmark.get_task(task_id)
    left = Turn(index=len(task.given), seat="user", kind="message", message=word, started=0.0, seconds=0.0)
    try:
        verdict = benchmark.grade(task_id, [*task.given, left], Outcome(kind="user_stop", detail=None), None)
    except GradingError:
        return False
    return isinstance(verdict, Grade) and bool(is_success(verdict.reward))


def compute_canonical_reward(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> float:
    """The benchmark's, with the comparison of the databases replaced by one that does not mind order."""
    if grade.db_match is not False or grade.components.get("db") != 0.0:
        return grade.reward
    if not is_canonically_equal(replay_both(benchmark, trajectory.task_id, trajectory.turns, trajectory.privileged)):
        return grade.reward
    return math.prod(value for name, value in grade.components.items() if name != "db")


def find_writes(trajectory: Trajectory, writing_tools: Collection[str]) -> list[Turn]:
    """Calls by which the agent changed the database, as far as the tools say."""

    def wrote(turn: Turn) -> bool:
        done = turn.seat == "model" and turn.kind == "tool_call" and not turn.given and not turn.error
        return done and turn.tool_call is not None and turn.tool_call.name in writing_tools

    return [turn for turn in trajectory.turns if wrote(turn)]


def is_affirmative(text: str) -> bool:
    """Whether a customer's words are a yes: a sentence is, that neither denies it nor asks."""
    sentences = re.split(r"(?<=[.!?])\s+|\n+", text)
    plain = (
        one for one in sentences if LEADING_YES.match(one) or not (NEGATION.search(one) or one.rstrip().endswith("?"))
    )
    return any(YES.search(one) for one in plain) and not NO.search(text)


def _has_acted_after_stop(turns: Sequence[Turn], benchmark: Benchmark) -> bool:
    def closes(turn: Turn) -> bool:
        if turn.seat == "user":
            return any(word in (turn.message or "") for word in benchmark.stop_words)
        return turn.tool_call is not None and turn.tool_call.name in benchmark.closing_tools and not turn.error

    closed = next((turn.index for turn in turns if closes(turn)), None)
    return closed is not None and any(
        turn.index > closed and turn.seat == "model" and turn.kind in ("message", "tool_call") for turn in turns
    )


def _has_unconfirmed_write(turns: Sequence[Turn], writes: Sequence[Turn], domain: str) -> bool | None:
    """The last thing the customer said before a write is no yes. One yes may be to several writes."""
    if domain not in RULES:
        return None
    said = [turn for turn in turns if turn.seat == "user" and turn.message]

    def word_before(write: Turn) -> str:
        return next((turn.message or "" for turn in reversed(said) if turn.index < write.index), "")

    return any(not is_affirmative(word_before(write)) for write in writes)


def _has_unauthenticated_write(turns: Sequence[Turn], writes: Sequence[Turn], domain: str) -> bool | None:
    """Before a write, retail's agent had not looked its customer up; airline's had not been told a user id."""

    def knows(turn: Turn) -> bool:
        if domain == "airline":
            return turn.seat == "user" and bool(find_identifiers(turn.message or "", domain)["user id"])
        return turn.tool_call is not None and turn.tool_call.name in AUTHENTICATION_TOOLS and not turn.error

    if domain not in RULES:
        return None
    first = next((turn.index for turn in turns if knows(turn)), math.inf)
    return any(write.index < first for write in writes)


def _has_repeated_call(turns: Sequence[Turn], writes: Sequence[Turn]) -> bool:
    """The agent made a call a second time, and nobody did anything in between that could change the answer."""
    seen: set[str] = set()
    written = {write.index for write in writes}
    for turn in turns:
        if turn.seat == "user" and turn.tool_call is not None:
            seen = set()
        elif turn.seat == "model" and turn.kind == "tool_call" and turn.tool_call is not None:
            call = turn.tool_call.name + json.dumps(turn.tool_call.arguments, sort_keys=True)
            if call in seen:
                return True
            seen = set() if turn.index in written else seen | {call}
    return False


def _has_recovered(turns: Sequence[Turn]) -> bool:
    """A tool that had answered the agent with an error answered later without one."""
    failed: set[str] = set()
    for turn in turns:
        if turn.seat == "model" and turn.tool_call is not None:
            if turn.error:
                failed.add(turn.tool_call.name)
            elif turn.tool_call.name in failed:
                return True
    return False


def _has_customer_stopped_early(trajectory: Trajectory, writes: Sequence[Turn], benchmark: Benchmark) -> bool:
    """The customer left while the agent was still asking and a gold write had not been made."""
    if trajectory.outcome.kind != "user_stop":
        return False
    said = [turn for turn in trajectory.turns if turn.kind == "message" and turn.message]
    asked = next((turn.message or "" for turn in reversed(said) if turn.seat == "model"), "")
    made = [(turn.tool_call.name, turn.tool_call.arguments) for turn in writes if turn.tool_call]
    wanted = find_gold_writes(benchmark, trajectory.task_id, trajectory.privileged) if "?" in asked else []
    return any((gold.name, gold.arguments) not in made for gold in wanted)


def _find_default_passes(trajectory: Trajectory, grade: Grade, benchmark: Benchmark) -> tuple[str, ...]:
    """Passed, and nothing had to be done for it."""
    asked_for = {
        "db": any(call.name in benchmark.writing_tools for call, _ in build_gold_calls(trajectory.privileged)),
        "communicate": bool(grade.communicate),
        "action": bool(grade.actions),
        "env_assertion": bool(grade.assertions),
        "nl_assertion": bool(grade.judged),
    }
    return tuple(
        name for name, value in grade.components.items() if is_success(value) and not asked_for.get(name, True)
    )
