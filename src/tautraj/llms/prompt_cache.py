"""Marks up to which a provider shall cache a request, for those that cache only what is marked.

These are Anthropic and the Claude models of OpenRouter. OpenAI, Gemini, DeepSeek and Mistral cache without marks.
Not here: the tokens read from a cache (`llms.reply`) and their price (`llms.model_table`).
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


def _needs_marks(llm: Llm) -> bool:
    route = llm.provider.route
    return route == "anthropic" or (route == "openrouter" and "claude" in llm.name.lower())
