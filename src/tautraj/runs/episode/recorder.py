"""Takes the record down, turn by turn, while an episode is played."""

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tautraj.llms import Reply
from tautraj.trajectory import LlmCall, Seat, Turn, TurnKind, Usage


class PendingReply(NamedTuple):
    """An llm's answer, as far as it is not what was said or done."""

    call: LlmCall
    reasoning: str | None
    signed: dict[str, Any]


class Briefing(NamedTuple):
    system: str
    tools: tuple[dict[str, Any], ...]


class Recorder:
    """Takes down what passes the world's door and the llms' doors. One per episode, one thread."""

    def __init__(self, given: Sequence[Turn] = ()) -> None:
        self.turns: list[Turn] = list(given)
        self._pending: dict[Seat, list[PendingReply]] = {}
        self._thoughts: dict[Seat, list[str]] = {}
        self._last_turn_end = time.time()
        self.tokens = 0
        """In and out, of all seats so far; what a provider did not say counts 0."""
        self.usd = 0.0
        """Of all seats so far; what is unpriced counts 0."""
        self.briefing: Briefing | None = None
        """None until an agent's model is told something."""

    def brief(self, system: str, tools: Sequence[dict[str, Any]]) -> None:
        """What the agent's model is told first, and the schemas that it is shown."""
        self.briefing = Briefing(system, tuple(tools))

    def record_reply(self, seat: Seat, reply: Reply) -> None:
        """An llm answered `seat`; what it cost and thought belongs to that seat's next turn."""
        self._pending.setdefault(seat, []).append(
            PendingReply(reply.llm_call, reply.reasoning, _extract_signed(reply))
        )
        self.tokens += (reply.llm_call.tokens_in or 0) + (reply.llm_call.tokens_out or 0)
        self.usd += reply.llm_call.usd or 0.0

    def record_thought(self, seat: Seat, thought: str) -> None:
        """`seat` thought something on the way to its next turn."""
        self._thoughts.setdefault(seat, []).append(thought)

    def record_turn(self, seat: Seat, kind: TurnKind, **fields: Any) -> Turn:
        """Append a turn, with the calls made for it since the seat's last one."""
        heard = self._pending.pop(seat, [])
        if thoughts := self._thoughts.pop(seat, []):
            fields["thought"] = "\n\n".join([*thoughts, *filter(None, [fields.get("thought")])])
        now = time.time()
        started = heard[0].call.started if heard else self._last_turn_end
        reasoning = "\n\n".join(answer.reasoning for answer in heard if answer.reasoning) or None
        turn = Turn(
            index=len(self.turns),
            seat=seat,
            kind=kind,
            reasoning=reasoning,
            signed=tuple(answer.signed for answer in heard if answer.signed),
            calls=tuple(answer.call for answer in heard),
            started=started,
            seconds=round(max(now - started, 0.0), 6),
            **fields,
        )
        self._last_turn_end = now
        self.turns.append(turn)
        return turn

    def amend(self, turn: Turn, **fields: Any) -> None:
        """Complete a turn that could not be whole when it was taken down."""
        self.turns[turn.index] = turn.model_copy(update=fields)

    def sum_usage(self) -> dict[Seat, Usage]:
        """By seat, calls that led to no turn included."""
        calls: dict[Seat, list[LlmCall]] = {}
        for turn in self.turns:
            calls.setdefault(turn.seat, []).extend(turn.calls)
        for seat, heard in self._pending.items():
            calls.setdefault(seat, []).extend(answer.call for answer in heard)
        return {seat: sum_calls(made) for seat, made in calls.items()}


def _extract_signed(reply: Reply) -> dict[str, Any]:
    """What of its reasoning the provider signed."""
    signed = {key: value for key, value in reply.reasoning_fields.items() if key != "reasoning_content"}
    signatures = [call.signature for call in reply.tool_calls if call.signature]
    return {**signed, "thought_signatures": signatures} if signatures else signed


def sum_calls(calls: Iterable[LlmCall]) -> Usage:
    """Totals; unknown tokens count 0, one unpriced call makes the sum unpriced."""
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
