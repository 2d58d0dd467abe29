"""Takes the record down, turn by turn, while an episode is played."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from tautraj.trajectory import Kind, LlmCall, Seat, Turn, Usage


class Recorder:
    """Takes down what passes the world's door and the llms' doors. One per episode, one thread."""

    def __init__(self, given: Sequence[Turn] = ()) -> None:
        self.turns: list[Turn] = list(given)
        self._heard: dict[Seat, list[tuple[LlmCall, str | None]]] = {}
        self._thoughts: dict[Seat, list[str]] = {}
        self._mark = time.time()

    def heard(self, seat: Seat, call: LlmCall, reasoning: str | None) -> None:
        """An llm answered `seat`; what it cost and thought belongs to that seat's next turn."""
        self._heard.setdefault(seat, []).append((call, reasoning))

    def think(self, seat: Seat, thought: str) -> None:
        """`seat` thought something on the way to its next turn."""
        self._thoughts.setdefault(seat, []).append(thought)

    def turn(self, seat: Seat, kind: Kind, **fields: Any) -> Turn:
        """Append a turn, with the calls made for it since the seat's last one."""
        heard = self._heard.pop(seat, [])
        if thoughts := self._thoughts.pop(seat, []):
            fields["thought"] = "\n\n".join([*thoughts, *filter(None, [fields.get("thought")])])
        now = time.time()
        started = heard[0][0].started if heard else self._mark
        reasoning = "\n\n".join(text for _, text in heard if text) or None
        turn = Turn(
            index=len(self.turns),
            seat=seat,
            kind=kind,
            reasoning=reasoning,
            calls=tuple(call for call, _ in heard),
            started=started,
            seconds=round(max(now - started, 0.0), 6),
            **fields,
        )
        self._mark = now
        self.turns.append(turn)
        return turn

    def usage(self) -> dict[Seat, Usage]:
        """By seat, calls that led to no turn included."""
        calls: dict[Seat, list[LlmCall]] = {}
        for turn in self.turns:
            calls.setdefault(turn.seat, []).extend(turn.calls)
        for seat, heard in self._heard.items():
            calls.setdefault(seat, []).extend(call for call, _ in heard)
        return {seat: usage_of(made) for seat, made in calls.items()}


def usage_of(calls: Iterable[LlmCall]) -> Usage:
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
