"""The customer seat. A strategy is a function `(context, *, settings) -> Customer`, named by `_target_` in YAML."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tautraj.benchmarks import Scenario
from tautraj.benchmarks.goals import Goal
from tautraj.llms import Ask
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall, Turn

Customer = Callable[[str], str]
"""The agent's message -> the customer's reply."""


class UserContext(NamedTuple):
    """What a strategy receives."""

    prompt: str
    """The system prompt for an llm: the benchmark's guidelines and the scenario."""
    scenario: Scenario
    given_turns: tuple[Turn, ...]
    """The conversation so far. If its last message is the agent's, the customer replies to that first."""
    stop_word: str
    """Written by the customer to end the conversation."""
    transfer_word: str
    """Written by the customer when transferred to a human; `stop_word` where the benchmark has no other."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas of the customer's own tools; empty in most domains."""
    ask: Ask
    call: Callable[[ToolCall, SideChannels], str]
    """Carry out a call of one of `tools`. Returns its result, or an error message for an invalid call.

    Raises `WorldClosed` if it ended the episode, and `InvalidToolCalls` after too many invalid calls in a row.
    """
    think: Callable[[str], None]
    """Record a thought with the next turn; the agent never sees it."""
    goal: Goal | None = None
    """What the customer wants, as data; None unless the task is synthetic. For customers without an llm."""
    seed: int = 0
    """The episode's seed."""
