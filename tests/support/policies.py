"""What a policy does that has learned everything: the actions of the oracle, as calls, taken from its episodes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.branched_runs import play_words
from tautraj.training.rollouts.environment_class import RolloutEnvironment
from tautraj.training.rollouts.message_tool import MESSAGE_ARGUMENT, MESSAGE_TOOL
from tautraj.trajectory import Trajectory

Action = tuple[str, dict[str, Any]]
"""Name and arguments of a call."""


def play_oracle(root: Path, *overrides: str) -> dict[tuple[str, int], Trajectory]:
    """(task, trial) -> the episode of a run of `flows/generate.py` with the oracle."""
    played = play_words(root, "split=train", *overrides).read_episodes()
    return {(episode.task_id, episode.trial): episode for episode in played}


def list_actions(episode: Trajectory) -> list[Action]:
    """What its agent did, words to the customer as calls of the tool that says them."""
    own = [turn for turn in episode.turns if turn.seat == "model" and not turn.given]
    return [
        (turn.tool_call.name, turn.tool_call.arguments)
        if turn.tool_call is not None
        else (MESSAGE_TOOL, {MESSAGE_ARGUMENT: turn.message})
        for turn in own
    ]


def act(environment: RolloutEnvironment, actions: Sequence[Action]) -> list[str]:
    """Carry out the actions as a trainer does; return what the policy reads."""
    return [getattr(environment, name)(**arguments) for name, arguments in actions]


def write_call(name: str, arguments: dict[str, Any]) -> str:
    """A call in Qwen 3's format."""
    return f"<tool_call>\n{json.dumps({'name': name, 'arguments': arguments})}\n</tool_call>"


class ScriptedPolicy:
    """Writes what a model would that plays the oracle's actions, one call after each result, in Qwen 3's format.

    Which task it is, it reads in the prompt: the customer's first words are there.
    """

    def __init__(self, episodes: Sequence[Trajectory]) -> None:
        """`episodes`: of the oracle, none of which begins with another's first words."""
        self._actions = {_find_opening(episode): list_actions(episode) for episode in episodes}

    def write(self, prompt: str) -> str:
        """The policy's next message. After its last call it writes a word, which ends the rollout."""
        opening = max((text for text in self._actions if text in prompt), key=len)
        taken = prompt.rpartition(opening)[2].count("<tool_response>")
        rest = self._actions[opening][taken:]
        if not rest:
            return "Done.<|im_end|>"
        return f"{write_call(*rest[0])}<|im_end|>"


def _find_opening(episode: Trajectory) -> str:
    return next(turn.message or "" for turn in episode.turns if turn.seat == "user" and not turn.given)
