"""A brain for the fake provider that plays both seats as they were recorded offline, over whatever protocol."""

from collections.abc import Iterable

from provider import Answer, ChatRequest

from tautraj.trajectory import Trajectory, Turn


class Replay:
    """Answers the k-th question of a conversation with its k-th recorded turn; knows it by what was said in it."""

    def __init__(self, recorded: Iterable[Trajectory]) -> None:
        self._recorded = list(recorded)

    def __call__(self, request: ChatRequest) -> Answer:
        if request.messages[-1].text == "Reply with: ok":
            return Answer("ok")
        seat = "model" if request.tools else "user"
        trajectory = self._known(request, seat)
        given = sum(turn.given and turn.seat == "model" for turn in trajectory.turns) if seat == "model" else 0
        answered = sum(said.role == "assistant" for said in request.messages) - given
        return answer_of([t for t in trajectory.turns if t.seat == seat and not t.given][answered])

    def _known(self, request: ChatRequest, seat: str) -> Trajectory:
        if seat == "user":
            return next(t for t in self._recorded if t.scenario.strip() in request.system)
        heard = {said.text for said in request.messages if said.role == "user"}
        return next(t for t in self._recorded if opening(t) in heard)


def opening(trajectory: Trajectory) -> str:
    """What the customer said first; no two tasks share it."""
    return next(turn.message or "" for turn in trajectory.turns if turn.seat == "user")


def answer_of(turn: Turn) -> Answer:
    if turn.tool_call is None:
        return Answer(turn.message)
    return Answer(None, ((turn.tool_call.name, turn.tool_call.arguments),))
