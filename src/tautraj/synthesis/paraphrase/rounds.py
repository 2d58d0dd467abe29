"""Rounds of questions to the llm: all tasks in the first, in the next those whose answer was refused.

Not here: who asks and proves, and how many at once (`orchestration.worlds.paraphrases`).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tautraj.config import Llm
from tautraj.runs.episode.recorder import sum_calls
from tautraj.synthesis.diversity import drop_near_duplicates
from tautraj.synthesis.generator import Rejection
from tautraj.synthesis.paraphrase.answers import Answer, Question
from tautraj.synthesis.paraphrase.dialogue import build_messages, read_rewording
from tautraj.synthesis.paraphrase.proofs import Rewording, Verdict
from tautraj.synthesis.parts import Proved
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.text import write_text
from tautraj.trajectory import Usage

WITHHELD = Rejection("withheld", "the provider's filter withheld the answer")

TOO_CLOSE = Rejection("near-duplicate", "it reads like the text before, or like that of another task")


class Crew(NamedTuple):
    """Who does the work of a round."""

    ask: Callable[[Sequence[Question]], Sequence[Answer]]
    """Answers in the order of the questions."""
    prove: Callable[[int, Sequence[Rewording]], Sequence[Verdict]]
    """(attempt, its rewordings) -> verdicts in their order."""


class Attempt(NamedTuple):
    """An answer, and what became of it."""

    answer: Answer
    rejection: Rejection | None
    """None: the task is in its words."""


class ParaphraseSummary(NamedTuple):
    """What the llm's work came to."""

    llm: Llm
    tasks: int
    """That it was asked about."""
    kept: int
    """That are in its words."""
    answers: int
    refused: dict[str, int]
    """Check -> answers."""
    usage: Usage
    """Of the answers that were not withheld."""

    def describe_cost(self) -> str:
        usd = "unpriced" if self.usage.usd is None else f"{self.usage.usd:.4f} USD"
        return f"{self.answers:,} answers, {self.usage.tokens_in:,} tokens in, {self.usage.tokens_out:,} out, {usd}"


class Paraphrases(NamedTuple):
    """The tasks of a world after an llm has rewritten what could be kept."""

    tasks: list[Proved]
    attempts: list[list[Attempt]]
    """Of each task; only the last can be one that was kept."""

    def list_kept(self) -> list[bool]:
        """Of each task: whether it is in the llm's words."""
        return [any(attempt.rejection is None for attempt in attempts) for attempts in self.attempts]

    def list_lines(self, task_ids: Sequence[str]) -> list[dict[str, Any]]:
        """The lines of `paraphrases.jsonl`."""
        return [
            {
                "task": task_id,
                "attempt": number,
                "refused_by": rejection and rejection.check,
                "why": rejection and rejection.why,
                **answer.model_dump(),
            }
            for task_id, attempts in zip(task_ids, self.attempts, strict=True)
            for number, (answer, rejection) in enumerate(attempts, start=1)
        ]

    def summarise(self, llm: Llm) -> ParaphraseSummary:
        attempts = [attempt for attempts in self.attempts for attempt in attempts]
        refused = Counter(attempt.rejection.check for attempt in attempts if attempt.rejection)
        usage = sum_calls(attempt.answer.call for attempt in attempts if attempt.answer.call)
        return ParaphraseSummary(
            llm, len(self.tasks), sum(self.list_kept()), len(attempts), dict(sorted(refused.items())), usage
        )


def paraphrase_tasks(request: SynthesisRequest, tasks: Sequence[Proved], crew: Crew) -> Paraphrases:
    """The tasks, in the llm's words where those pass every check, else as they are.

    Depends on the answers alone, not on when they come. Raises what `crew` raises.
    """
    result = Paraphrases(list(tasks), [[] for _ in tasks])
    for number in range(request.paraphrase.attempts):
        owed = [index for index, is_kept in enumerate(result.list_kept()) if not is_kept]
        questions = [_build_question(request, result, index, number) for index in owed]
        _judge(result, tasks, dict(zip(owed, crew.ask(questions), strict=True)), number, crew)
    return result


def _build_question(request: SynthesisRequest, result: Paraphrases, index: int, number: int) -> Question:
    refused = [
        (answer.text, rejection.why) for answer, rejection in result.attempts[index] if rejection and answer.text
    ]
    return Question(index, number, build_messages(request.domain.name, result.tasks[index].goal, refused))


def _judge(
    result: Paraphrases, tasks: Sequence[Proved], answers: Mapping[int, Answer], number: int, crew: Crew
) -> None:
    """Add the attempts of a round to `result`, and put what is kept among its tasks. `answers`: index -> answer."""
    rejections: dict[int, Rejection] = {}
    rewordings: dict[int, Rewording] = {}
    for index, answer in answers.items():
        goal = read_rewording(tasks[index].goal, answer.text) if answer.call else WITHHELD
        if isinstance(goal, Rejection):
            rejections[index] = goal
        else:
            rewordings[index] = Rewording(tasks[index], goal)
    proved: dict[int, Proved] = {}
    verdicts = crew.prove(number, list(rewordings.values()))
    for (index, rewording), verdict in zip(rewordings.items(), verdicts, strict=True):
        if isinstance(verdict, Rejection):
            rejections[index] = verdict
        else:
            proved[index] = tasks[index].model_copy(update={"goal": rewording.goal, "checks": verdict})
    fresh = _find_fresh([*tasks, *result.tasks], proved)
    for index, answer in answers.items():
        is_alike = index in proved and index not in fresh
        result.attempts[index].append(Attempt(answer, TOO_CLOSE if is_alike else rejections.get(index)))
        if index in fresh:
            result.tasks[index] = proved[index]


def _find_fresh(before: Sequence[Proved], proved: Mapping[int, Proved]) -> set[int]:
    """Indices of those in `proved` that read neither like one of `before` nor like an earlier one of them."""
    texts = dict.fromkeys(write_text(task.goal).reason_for_call for task in before)
    rewritten = [write_text(task.goal).reason_for_call for task in proved.values()]
    indices, first = list(proved), len(texts)
    return {indices[position - first] for position in drop_near_duplicates([*texts, *rewritten]) if position >= first}
