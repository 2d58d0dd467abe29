"""What an agent is given before a conversation: the benchmark's own prompt and tools, or short ones.

Play (`agent.system`, `agent.tools`) and exports (`style.system`, `style.tools`) both ask `build_briefing`, so that a
model trained on short rows is sent what its rows began with. Not here: what agents add to it (`agents`), what was
sent (`runs.episode.recorder`).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tautraj.benchmarks.base import Benchmark
from tautraj.config import PromptKind, ToolDetail


class Briefing(NamedTuple):
    """A system prompt, "" for none, and JSON schemas of tools in OpenAI's format."""

    system: str
    tools: tuple[dict[str, Any], ...]


def build_briefing(benchmark: Benchmark, system: PromptKind, tools: ToolDetail) -> Briefing:
    prompts = {"benchmark": benchmark.agent_prompt, "short": write_short_prompt(benchmark), "none": ""}
    return Briefing(prompts[system], keep_names(benchmark.tools) if tools == "names" else benchmark.tools)


def write_short_prompt(benchmark: Benchmark) -> str:
    """A policy of 60 to 100 words: what holds in every domain, and of that only what this one has tools for."""
    names = {tool["function"]["name"] for tool in benchmark.tools}
    reading = names - benchmark.writing_tools
    sentences = [
        f"You are a customer service agent. Domain: {benchmark.domain}.",
        "Do one thing at a time: either send the customer one message or make one tool call.",
    ]
    if any("user" in name or "customer" in name for name in reading):
        sentences.append("Find out who the customer is with a tool before you do anything else.")
    if benchmark.writing_tools:
        sentences.append("Before a call that changes anything, tell the customer what will be changed and get a yes.")
    if benchmark.user_tools:
        sentences.append("What only the customer's own device can show or do, ask the customer for, step by step.")
    sentences.append("Decline what the policy does not allow, and make up nothing.")
    if any(name.startswith("transfer") for name in names):
        sentences.append("Transfer the customer to a human agent only if no tool can do what is wanted.")
    return " ".join(sentences)


def keep_names(tools: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The tools without descriptions and parameters.

    Any arguments fit. llama.cpp holds a call to its tool's schema: an object without `properties` is open, one with
    empty `properties` takes no argument.
    """
    return tuple(
        {"type": "function", "function": {"name": name, "description": "", "parameters": {"type": "object"}}}
        for name in (tool["function"]["name"] for tool in tools)
    )
