"""The customer seat. A strategy is a function `(scene, *, settings) -> Customer`; its YAML names it by `_target_`."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tautraj.benchmarks import Scenario
from tautraj.llms import Ask
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall, Turn

Customer = Callable[[str], str]
"""What the agent said -> what the customer says to it."""


class UserContext(NamedTuple):
    """What a customer is given."""

    prompt: str
    """The benchmark's guidelines and the scenario, for an llm."""
    scenario: Scenario
    given_turns: tuple[Turn, ...]
    """The conversation so far; its last message, if the agent's, is what the customer hears first."""
    stop_word: str
    """What to write when the conversation is over."""
    transfer_word: str
    """What to write when transferred to a human; the word for a stop where there is none of its own."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas of the customer's own tools; none in most domains."""
    ask: Ask
    call: Callable[[ToolCall, SideChannels], str]
    """Carry out a call of one of them: what came of it. Raises `WorldClosed` when the episode ended on that."""
    think: Callable[[str], None]
    """Keep a thought in the record of the next turn; the agent never hears it."""
