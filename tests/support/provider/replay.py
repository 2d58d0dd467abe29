"""A brain for the fake provider that plays both seats as they were recorded offline, over whatever protocol."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from support.provider.server import Answer, ChatRequest, Said
from tautraj.trajectory import Trajectory, Turn

SILENT = "Your answer was empty."
REPROACHES = ("Error: there is no tool", "Error: the arguments of", SILENT)


class Replay:
    """Answers the k-th question of a conversation with its k-th recorded turn; knows it by what was said in it.

    Mistakes are no answers: whoever made one is asked again.
    """

    def __init__(self, recorded: Iterable[Trajectory]) -> None:
        self._recorded = list(recorded)

    def __call__(self, request: ChatRequest) -> Answer:
        if request.messages[-1].text == "Reply with: ok":
            return Answer("ok")
        trajectory = self._known(request)
        seat = "user" if trajectory.scenario.strip() in request.system else "model"
        given = sum(turn.given and turn.seat == seat for turn in trajectory.turns)
        answered = sum(said.role == "assistant" for said in request.messages) - mistakes(request.messages) - given
        return answer_of([t for t in trajectory.turns if t.seat == seat and not t.given][answered])

    def _known(self, request: ChatRequest) -> Trajectory:
        heard = {said.text for said in request.messages if said.role == "user"}
        return next(t for t in self._recorded if t.scenario.strip() in request.system or opening(t) in heard)


class ReplayBySeed(Replay):
    """Knows a conversation by the seed that its calls carry, where tasks open alike."""

    def __init__(self, recorded: Mapping[int, Trajectory]) -> None:
        super().__init__(recorded.values())
        self._by_seed = recorded

    def _known(self, request: ChatRequest) -> Trajectory:
        return self._by_seed[request.body["seed"]]


def mistakes(messages: Sequence[Said]) -> int:
    """Answers that the world never saw: what came back says so."""
    return sum(asked.role == "assistant" and is_reproach(told) for asked, told in pairwise(messages))


def is_reproach(said: Said) -> bool:
    """Whether it tells a seat of a call that could not be carried out, or of an answer that was none."""
    return said.role != "assistant" and said.text.startswith(REPROACHES)


def opening(trajectory: Trajectory) -> str:
    """What the customer said first; no two tasks share it."""
    return next(turn.message or "" for turn in trajectory.turns if turn.seat == "user")


def answer_of(turn: Turn) -> Answer:
    if turn.tool_call is None:
        return Answer(turn.message)
    return Answer(None, ((turn.tool_call.name, turn.tool_call.arguments),))


def essence(trajectory: Trajectory) -> list[Any]:
    """What was said and done. Mistakes are left out: the world never saw them."""
    return [
        (turn.seat, turn.kind, turn.message, turn.observation, turn.tool_call and turn.tool_call.arguments)
        for turn in trajectory.turns
        if turn.kind != "mistake"
    ]
