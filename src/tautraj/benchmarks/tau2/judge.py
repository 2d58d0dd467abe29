"""The judge of natural-language assertions: τ²'s prompt and verdict, sent through the seat `judge`.

τ² itself would call litellm with a model of its own choice, without retries, limits or recorded usage.
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
"""Calls per verdict, while the answer cannot be parsed."""


class NoJudge(GradingError):
    """The task needs a judge, and no llm is configured for that seat."""


_ask_judge: ContextVar[Callable[[list[Any]], str]] = ContextVar("_ask_judge")


def _generate(model: str, messages: list[Any], **_: Any) -> AssistantMessage:
    """Replaces τ²'s own llm call; `model`, τ²'s choice, is ignored."""
    return AssistantMessage(role="assistant", content=_ask_judge.get()(messages))


def install_judge() -> None:
    """Make τ²'s evaluator call `_generate`, in the whole process; `use_judge` sets the judge per thread."""
    evaluator_nl_assertions.generate = _generate


@contextmanager
def use_judge(judge: Ask | None, assertion_count: int) -> Iterator[None]:
    """Make τ²'s evaluator call `judge` in this block. Raises `NoJudge` if it is needed and None."""

    def ask_for_verdict(messages: list[Any]) -> str:
        if judge is None:
            raise NoJudge("judge")
        request = [{"role": message.role, "content": message.content} for message in messages]
        for _ in range(ATTEMPTS):
            if (text := _extract_verdict(judge(request).text, assertion_count)) is not None:
                return text
        raise GradingError(
            f"the judge gave no readable verdict on {assertion_count} assertions in {ATTEMPTS} attempts"
        )

    token = _ask_judge.set(ask_for_verdict)
    try:
        yield
    finally:
        _ask_judge.reset(token)


def _extract_verdict(text: str, assertion_count: int) -> str | None:
    """The JSON in an answer; None unless it covers every assertion, because τ² counts a missing one as met."""
    text = text[text.find("{") : text.rfind("}") + 1]
    try:
        results = json.loads(text)["results"]
        is_valid = all(
            isinstance(r["metExpectation"], bool) and isinstance(r["expectedOutcome"], str) and str(r["reasoning"])
            for r in results
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return text if is_valid and len(results) == assertion_count else None
