"""The judge of natural-language assertions: τ²'s prompt and verdict, our call.

τ² asks litellm itself, with a model of its own choice, no retry and no ledger. Its prompt is kept; the call goes to
the seat `judge`.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from tau2.data_model.message import AssistantMessage
from tau2.evaluator import evaluator_nl_assertions

from tautraj.errors import GradingError
from tautraj.llms import Ask

ATTEMPTS = 3
"""Of one verdict that cannot be read."""


class NoJudge(GradingError):
    """A judge is needed, and nobody plays it."""


_ask_judge: ContextVar[Callable[[list[Any]], str]] = ContextVar("_ask_judge")


def _generate(model: str, messages: list[Any], **_: Any) -> AssistantMessage:
    """In place of τ²'s own call; `model` is the one it would have asked."""
    return AssistantMessage(role="assistant", content=_ask_judge.get()(messages))


def install_judge() -> None:
    """Have τ²'s evaluator call `_generate`, in the whole process; `use_judge` decides per thread what that asks."""
    evaluator_nl_assertions.generate = _generate


@contextmanager
def use_judge(judge: Ask | None, assertion_count: int) -> Iterator[None]:
    """Have τ²'s evaluator ask `judge` about so many assertions. Raises `NoJudge` if it is asked and there is none."""

    def verdict(messages: list[Any]) -> str:
        if judge is None:
            raise NoJudge("judge")
        asked = [{"role": message.role, "content": message.content} for message in messages]
        for _ in range(ATTEMPTS):
            if (text := _extract_verdict(judge(asked).text, assertion_count)) is not None:
                return text
        raise GradingError(
            f"the judge gave no verdict on {assertion_count} assertions that could be read, {ATTEMPTS} times"
        )

    token = _ask_judge.set(verdict)
    try:
        yield
    finally:
        _ask_judge.reset(token)


def _extract_verdict(text: str, assertion_count: int) -> str | None:
    """The JSON in an answer; None unless it decides on every assertion: τ² counts a missing one as met."""
    text = text[text.find("{") : text.rfind("}") + 1]
    try:
        results = json.loads(text)["results"]
        whole = all(
            isinstance(r["metExpectation"], bool) and isinstance(r["expectedOutcome"], str) and str(r["reasoning"])
            for r in results
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return text if whole and len(results) == assertion_count else None
