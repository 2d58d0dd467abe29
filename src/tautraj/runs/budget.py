"""What a run has spent, what is reserved for what is under way, and whether there is room for one more.

Pure. Not here: what an episode may cost before one was played (`estimates`), prices (`llms.prices`).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tautraj.config import Budget
from tautraj.metrics import Spent
from tautraj.trajectory import Seat, Usage


class Cost(NamedTuple):
    tokens: float
    usd: float | None
    """None: something was unpriced."""

    def plus(self, other: "Cost") -> "Cost":
        priced = self.usd is not None and other.usd is not None
        return Cost(self.tokens + other.tokens, (self.usd or 0.0) + (other.usd or 0.0) if priced else None)

    def times(self, n: float) -> "Cost":
        return Cost(self.tokens * n, None if self.usd is None else self.usd * n)


NOTHING = Cost(0, 0.0)


def cost_of(usages: Iterable[Usage | Spent]) -> Cost:
    total = NOTHING
    for usage in usages:
        total = total.plus(Cost(usage.tokens_in + usage.tokens_out, usage.usd))
    return total


class Ledger:
    """Spent over all seats, failed attempts included; reserved: what those under way are expected to take."""

    def __init__(self, budget: Budget, guess: Cost | None) -> None:
        """`guess`: of one episode, as long as none was played; None where nobody can tell."""
        self._budget, self._guess = budget, guess
        self.spent, self.wasted = NOTHING, NOTHING
        """All of it; the part of it that went into attempts that failed."""
        self.under_way = self._finished = 0

    def begin(self) -> None:
        self.under_way += 1

    def end(self) -> None:
        self.under_way -= 1

    def spend(self, usage: Mapping[Seat, Usage] | Mapping[Seat, Spent]) -> None:
        """An episode is done."""
        self.spent = self.spent.plus(cost_of(usage.values()))
        self._finished += 1

    def waste(self, usage: Mapping[Seat, Usage]) -> None:
        """An attempt failed."""
        cost = cost_of(usage.values())
        self.spent, self.wasted = self.spent.plus(cost), self.wasted.plus(cost)

    @property
    def each(self) -> Cost | None:
        """What an episode takes: the mean so far, before that the guess."""
        return self.spent.times(1 / self._finished) if self._finished else self._guess

    @property
    def reserved(self) -> Cost:
        return (self.each or NOTHING).times(self.under_way)

    def refusal(self) -> str | None:
        """Why no further episode may start; None when one may."""
        each, budget = self.each or NOTHING, self._budget
        if not self._finished and not self.under_way:
            each = NOTHING  # a guess keeps nobody from finding out
        expected = self.spent.plus(self.reserved).plus(each)
        if budget.tokens is not None and expected.tokens > budget.tokens:
            return (
                f"budget.tokens={budget.tokens}: {self.spent.tokens:,.0f} spent, "
                f"{self.reserved.tokens:,.0f} reserved, about {each.tokens:,.0f} an episode"
            )
        if budget.usd is None:
            return None
        if self.spent.usd is None:
            return f"budget.usd={budget.usd:g} cannot be kept: calls came back unpriced"
        if expected.usd is not None and expected.usd > budget.usd:
            return (
                f"budget.usd={budget.usd:g}: {self.spent.usd:.4f} USD spent, {self.reserved.usd or 0:.4f} reserved, "
                f"about {each.usd or 0:.4f} an episode"
            )
        return None
