"""How a local model's server renders a conversation, so that training can hold its own tokens against it.

Not here: the template itself (`llms.local.chat_template`).
"""

import json
from collections.abc import Sequence
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from tautraj.llms.reply import Message

Conversation = tuple[Sequence[Message], Sequence[dict[str, Any]]]
"""Messages and tools in OpenAI's format."""

OPENER = build_opener(ProxyHandler({}))
"""Without the proxies of the environment: the server is on 127.0.0.1."""


def render_tokens(address: str, conversations: Sequence[Conversation]) -> list[list[int]]:
    """Token ids of each conversation as the server at `address` (without /v1) reads it, and as it would be asked.

    A conversation that the assistant ends is rendered to its end; another ends with the beginning of an answer.
    Where the template shows no system prompt, llama.cpp puts that prompt into the first message: the tokens show it.
    llama.cpp reads the JSON of arguments and writes it anew, as transformers does if they are objects, not text:
    spaces after commas and colons, letters unescaped. Only numbers differ: 1.0 becomes 1.
    """
    prompts = [render_prompt(address, messages, tools) for messages, tools in conversations]
    # as the server does: it cuts a BOS that the template wrote from the prompt and has the tokenizer add its own
    settings = {"add_special": True, "parse_special": True}
    return [_post(f"{address}/tokenize", {"content": prompt, **settings})["tokens"] for prompt in prompts]


def render_prompt(address: str, messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> str:
    """The text of a conversation as the server at `address` shows it to the model."""
    body = {"messages": messages, "add_generation_prompt": messages[-1]["role"] != "assistant"}
    prompt: str = _post(f"{address}/apply-template", {**body, "tools": tools} if tools else body)["prompt"]
    return prompt


def shows_tools(address: str) -> bool:
    """Whether the template of the server at `address` shows a model both tools and calls, as llama.cpp found."""
    with OPENER.open(f"{address}/props") as answer:
        capabilities = json.load(answer)["chat_template_caps"]
    return bool(capabilities["supports_tools"] and capabilities["supports_tool_calls"])


def _post(url: str, body: dict[str, Any]) -> Any:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with OPENER.open(request) as answer:
        return json.load(answer)
