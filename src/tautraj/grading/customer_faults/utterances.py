"""A customer's messages, each with what was before it, and all that the customer may know and wants.

Not here: what is wrong with a message (the other modules of `grading.customer_faults`).
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from tautraj.benchmarks import Benchmark
from tautraj.benchmarks.base import Task
from tautraj.benchmarks.goals import Goal
from tautraj.trajectory import CustomerFault, FaultSeverity, FaultTag, Trajectory, Turn

MOST_WORDS = 200
"""Characters of a message that a fault quotes, at most."""


class Utterance(NamedTuple):
    """A message of the customer."""

    turn: int
    """Its index."""
    number: int
    """Among the customer's messages, from 0."""
    text: str
    """Without stop words."""
    stop_word: str | None
    """The word in it that ends the conversation."""
    question: str
    """What the agent said since the customer's last message."""
    is_greeted: bool
    """Whether `question` is a greeting that belongs to no request."""
    device_calls: tuple[Turn, ...]
    """The customer's own tool calls since its last message."""
    earlier: tuple[str, ...]
    """Texts of its messages before."""
    heard: str
    """All it knew before: its instructions, what both sides had said, what its own tools had shown."""

    def blame(self, tag: FaultTag, severity: FaultSeverity, kind: str, words: str) -> CustomerFault:
        """A fault of this message that rests on `words`."""
        quoted = words[:MOST_WORDS]
        return CustomerFault(turn=self.turn, tag=tag, severity=severity, kind=kind, words=quoted, source="program")


class Case(NamedTuple):
    """A conversation and what its customer knows and wants."""

    trajectory: Trajectory
    benchmark: Benchmark
    task: Task

    @property
    def goal(self) -> Goal | None:
        return self.task.goal

    @property
    def domain(self) -> str:
        return self.benchmark.domain

    @property
    def brief(self) -> str:
        """All that the customer was told before the conversation."""
        return "\n".join([self.trajectory.scenario, *(_list_texts(self.goal) if self.goal else ())])

    @property
    def unknown(self) -> str:
        """What the customer does not know, in words."""
        return "\n".join([self.task.scenario.unknown, *(self.goal.unknown if self.goal else ())])


def list_utterances(case: Case) -> Iterator[Utterance]:
    """The customer's messages in order, without given turns; what was said in these was heard."""
    heard, question, earlier = case.brief, "", list[str]()
    calls: list[Turn] = []
    is_greeted = True
    for turn in case.trajectory.turns:
        is_message = turn.kind == "message"
        if turn.seat == "user" and is_message and not turn.given:
            text, word = _cut_stop_word(turn.message or "", case.benchmark.stop_words)
            yield Utterance(
                turn.index, len(earlier), text, word, question, is_greeted, tuple(calls), tuple(earlier), heard
            )
            earlier.append(text)
            question, calls, is_greeted = "", [], False
        elif turn.seat == "user" and turn.kind == "tool_call":
            calls.append(turn)
        elif turn.seat == "model" and is_message:
            question = "\n".join(filter(None, (question, turn.message)))
            is_greeted = is_greeted and turn.given
        if is_message or turn.seat == "user":
            heard += "\n" + "\n".join(filter(None, (turn.message, turn.observation)))


def _cut_stop_word(message: str, stop_words: Collection[str]) -> tuple[str, str | None]:
    word = next((word for word in stop_words if word in message), None)
    return (message if word is None else message.replace(word, " ")).strip(), word


def _list_texts(goal: Goal) -> Iterator[str]:
    yield from goal.identity.values()
    yield from goal.unknown
    for request in goal.requests:
        yield from (request.said, request.wish, *request.answers.values(), *request.insists)
        yield request.correction or ""
