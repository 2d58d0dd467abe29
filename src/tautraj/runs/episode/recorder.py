"""Record an episode turn by turn while it is played."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tautraj.benchmarks.briefing import Briefing
from tautraj.llms import Reply
from tautraj.trajectory import LlmCall, Seat, Turn, TurnKind, Usage


class PendingReply(NamedTuple):
    """Side data of an llm's answer, kept until its seat's next turn."""

    call: LlmCall
    reasoning: str | None
    signed: dict[str, Any]
    """`Reply.signed`; empty if the provider signs nothing."""


class Recorder:
    """Records the turns of one episode and the llm calls made for them. Not thread-safe."""

    def __init__(self, on_call: Callable[[int], None] = lambda _: None) -> None:
        """`on_call`: called after every answer of an llm, with its tokens in and out."""
        self._on_call = on_call
        self.turns: list[Turn] = []
        self.copied = 0
        """Number of turns at the beginning that another episode played: their calls are part of its usage."""
        self._pending: dict[Seat, list[PendingReply]] = {}
        self._thoughts: dict[Seat, list[str]] = {}
        self._last_turn_end = time.time()
        self.tokens = 0
        """Tokens in and out of all seats so far; unknown counts count 0."""
        self.usd = 0.0
        """Cost of all seats so far; unpriced calls count 0."""
        self.briefing: Briefing | None = None
        """What the agent's model was sent before the conversation; None until the agent calls `brief`."""

    def copy(self, turns: Iterable[Turn]) -> None:
        """Begin with turns of another episode."""
        self.turns.extend(turns)
        self.copied = len(self.turns)

    def brief(self, system: str, tools: Sequence[dict[str, Any]]) -> None:
        """Record the system prompt and the tool schemas that the agent's model is sent."""
        self.briefing = Briefing(system, tuple(tools))

    def record_reply(self, seat: Seat, reply: Reply) -> None:
        """Record an llm's answer to `seat`; its call and reasoning go to that seat's next turn."""
        self._pending.setdefault(seat, []).append(PendingReply(reply.llm_call, reply.reasoning, reply.signed))
        tokens = (reply.llm_call.tokens_in or 0) + (reply.llm_call.tokens_out or 0)
        self.tokens += tokens
        self._on_call(tokens)
        self.usd += reply.llm_call.usd or 0.0

    def record_thought(self, seat: Seat, thought: str) -> None:
        """Record a thought, which goes to `seat`'s next turn."""
        self._thoughts.setdefault(seat, []).append(thought)

    def record_turn(self, seat: Seat, kind: TurnKind, **fields: Any) -> Turn:
        """Append a turn, with the llm calls and thoughts of `seat` since its last one; return it."""
        replies = self._pending.pop(seat, [])
        if thoughts := self._thoughts.pop(seat, []):
            fields["thought"] = "\n\n".join([*thoughts, *filter(None, [fields.get("thought")])])
        now = time.time()
        started = replies[0].call.started if replies else self._last_turn_end
        reasoning = "\n\n".join(reply.reasoning for reply in replies if reply.reasoning) or None
        turn = Turn(
            index=len(self.turns),
            seat=seat,
            kind=kind,
            reasoning=reasoning,
            signed=tuple(reply.signed for reply in replies if reply.signed),
            calls=tuple(reply.call for reply in replies),
            started=started,
            seconds=round(max(now - started, 0.0), 6),
            **fields,
        )
        self._last_turn_end = now
        self.turns.append(turn)
        return turn

    def amend(self, turn: Turn, **fields: Any) -> None:
        """Replace fields of a turn that was recorded before they were known."""
        self.turns[turn.index] = turn.model_copy(update=fields)

    def sum_usage(self) -> dict[Seat, Usage]:
        """Usage by seat, calls that led to no turn included, those of copied turns not."""
        calls: dict[Seat, list[LlmCall]] = {}
        for turn in self.turns[self.copied :]:
            calls.setdefault(turn.seat, []).extend(turn.calls)
        for seat, replies in self._pending.items():
            calls.setdefault(seat, []).extend(reply.call for reply in replies)
        return {seat: sum_calls(seat_calls) for seat, seat_calls in calls.items()}


def sum_calls(calls: Iterable[LlmCall]) -> Usage:
    """Total usage. Unknown token counts count 0; `usd` is None if any call has no price."""
    calls = list(calls)
    prices = [call.usd for call in calls]
    return Usage(
        calls=len(calls),
        retries=sum(call.retries for call in calls),
        tokens_in=sum(call.tokens_in or 0 for call in calls),
        tokens_out=sum(call.tokens_out or 0 for call in calls),
        tokens_cached=sum(call.tokens_cached or 0 for call in calls),
        usd=None if None in prices else sum(price for price in prices if price is not None),
        seconds=round(sum(call.seconds for call in calls), 6),
    )
