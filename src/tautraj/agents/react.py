"""A text protocol, with a thought before each action (`react`) or without (`act`)."""

from tautraj.agents.base import Stage
from tautraj.agents.smolagents_loop import DeskAgent, play
from tautraj.agents.text_protocol import TextConversation


def react(stage: Stage, *, replay_reasoning: bool) -> None:
    """Thought, then action, as text. The thought is kept in the record and reaches nobody."""
    play(DeskAgent(stage, TextConversation(stage, thought=True, replay_reasoning=replay_reasoning)))


def act(stage: Stage, *, replay_reasoning: bool) -> None:
    """An action as text, and nothing else."""
    play(DeskAgent(stage, TextConversation(stage, thought=False, replay_reasoning=replay_reasoning)))
