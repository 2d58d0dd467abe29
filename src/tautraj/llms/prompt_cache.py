"""Prompt caching where a provider must be told: marks in a request, and what a cached token counts.

Anthropic, and OpenRouter for Claude, cache only what is marked. OpenAI, Gemini, DeepSeek and Mistral cache by
themselves. Not here: the number and cost of cached tokens (`llms.reply`).
"""

from typing import Any

from tautraj.config import Llm
from tautraj.llms.reply import Message

DEFAULT_MARK = {"type": "ephemeral"}
"""Kept for five minutes after each use."""


def mark_for_cache(llm: Llm, request: dict[str, Any]) -> dict[str, Any]:
    """`request` with marks on copies of its tools and messages, or itself if its provider needs none.

    Marked are the ends of three prefixes (a provider takes four): the tools, the system prompt, the conversation. A
    conversation is marked once it has an answer: a single question is not continued, and writing it to the cache
    costs a quarter more. `extra.cache_control` is another mark; null: no marks.
    """
    if not _needs_marks(llm):
        return request
    mark = llm.extra.get("cache_control", DEFAULT_MARK)
    request = {name: value for name, value in request.items() if name != "cache_control"}
    if mark is None:
        return request
    messages: list[Message] = list(request["messages"])
    ends = [index for index, message in enumerate(messages) if message["role"] == "system"][-1:]
    if any(message["role"] == "assistant" for message in messages):
        ends.append(len(messages) - 1)
    for index in ends:
        if str(messages[index].get("content") or "").strip():  # a mark on blank text is refused
            messages[index] = {**messages[index], "cache_control": mark}
    marked = {**request, "messages": messages}
    if "tools" in request and llm.provider.route == "anthropic":  # OpenRouter documents no mark on tools
        *others, last = request["tools"]
        marked["tools"] = [*others, {**last, "cache_control": mark}]
    return marked


def count_limited_tokens_in(llm: Llm, usage: Any) -> int | None:
    """Input tokens that count towards the tokens per minute; None: unknown. Anthropic leaves out cache reads."""
    tokens_in: int | None = getattr(usage, "prompt_tokens", None) or None  # 0 is litellm's word for unknown
    if tokens_in is None or llm.provider.route != "anthropic":
        return tokens_in
    return tokens_in - (getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None) or 0)


def _needs_marks(llm: Llm) -> bool:
    route = llm.provider.route
    return route == "anthropic" or (route == "openrouter" and "claude" in llm.name.lower())
