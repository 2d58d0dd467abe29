"""An answer as its provider sent it, before litellm: how it ended, and the fields of its message.

litellm reports every ending that it does not know as `stop`, and renames some fields. Not here: the parsed answer
(`llms.reply`), the failures that an ending stands for (`llms.error_mapping`).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tautraj.llms.provider_rules.response_repair import find_error, parse_body

USUAL_ENDINGS = {
    "stop", "end_turn", "stop_sequence", "eos", "eos_token", "complete", "completed", "tool_calls", "tool_use",
    "function_call", "content_filter", "finish_reason_unspecified",
}  # fmt: skip
"""Endings for which litellm's word says as much."""

CUT_OFF_ENDINGS = {"length", "max_tokens", "max_output_tokens"}

BROKEN_OFF_ENDINGS = {"error", "network_error", "malformed_response", "failed"}

CONTEXT_ENDINGS = {"model_context_window_exceeded", "model_length", "context_length_exceeded"}

UNREADABLE_CALL_ENDINGS = {"malformed_function_call", "unexpected_tool_call"}
"""Gemini's: the model's call had no valid form, or named no tool of the request."""


class RawAnswer(NamedTuple):
    finish: str | None
    """The provider's own word for how the answer ended; None if it sent none."""
    detail: str | None
    """What the provider says about that ending (Gemini's `finishMessage`)."""
    error: Any
    """The error inside the answer's choice; None without one."""
    message: Mapping[str, Any] | None
    """The message, in OpenAI's protocol; None in others."""

    @property
    def is_broken_off(self) -> bool:
        return self.error is not None or (self.finish or "").lower() in BROKEN_OFF_ENDINGS

    @property
    def is_context_exceeded(self) -> bool:
        return (self.finish or "").lower() in CONTEXT_ENDINGS

    @property
    def is_call_unreadable(self) -> bool:
        return (self.finish or "").lower() in UNREADABLE_CALL_ENDINGS

    @property
    def is_usual(self) -> bool:
        """Whether the model ended by its own will or at a limit, as far as the provider says how it ended."""
        word = (self.finish or "").lower()
        return not word or word in USUAL_ENDINGS | CUT_OFF_ENDINGS

    def describe_ending(self) -> str:
        """What the provider says about the ending, to be put behind a sentence; "" if it says nothing."""
        words = ": ".join(filter(None, (self.finish, self.detail)))
        return f" ({words})" if words else ""

    def name_finish(self, litellm_word: str | None) -> str | None:
        """`length` for an answer that was cut off, litellm's word for the usual endings, else the provider's."""
        word = (self.finish or "").lower()
        if word in CUT_OFF_ENDINGS:
            return "length"
        return self.finish if word and word not in USUAL_ENDINGS else litellm_word


NO_RAW_ANSWER = RawAnswer(None, None, None, None)


def read_raw_answer(body: str) -> RawAnswer:
    """Read a response body (JSON text), of OpenAI's, Anthropic's, Gemini's or Ollama's protocol."""
    parsed = parse_body(body)
    answer = parsed if isinstance(parsed, dict) else {}
    choice = _take_first(answer.get("choices"))
    candidate = _take_first(answer.get("candidates"))
    incomplete = answer.get("incomplete_details")
    words = [
        choice.get("native_finish_reason"),
        choice.get("finish_reason"),
        candidate.get("finishReason"),
        answer.get("stop_reason"),
        answer.get("done_reason"),
        incomplete.get("reason") if isinstance(incomplete, dict) else None,
    ]
    finish = next((word for word in words if isinstance(word, str) and word), None)
    detail, message = candidate.get("finishMessage"), choice.get("message")
    return RawAnswer(
        finish=finish,
        detail=detail if isinstance(detail, str) else None,
        error=find_error(choice),
        message=message if isinstance(message, dict) else None,
    )


def _take_first(items: Any) -> dict[str, Any]:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
