"""What a run has spent, what is reserved for what is under way, and whether there is room for one more.

Pure. Not here: what an episode may cost before one was played (`estimates`), prices (`llms.prices`).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tautraj.config import Budget
from tautraj.metrics import CompactUsage
from tautraj.trajectory import Seat, Usage


class Cost(NamedTuple):
    tokens: float
    usd: float | None
    """None: something was unpriced."""

    def add(self, other: "Cost") -> "Cost":
        priced = self.usd is not None and other.usd is not None
        return Cost(self.tokens + other.tokens, (self.usd or 0.0) + (other.usd or 0.0) if priced else None)

    def scale(self, n: float) -> "Cost":
        return Cost(self.tokens * n, None if self.usd is None else self.usd * n)


ZERO_COST = Cost(0, 0.0)


def sum_cost(usages: Iterable[Usage | CompactUsage]) -> Cost:
    total = ZERO_COST
    for usage in usages:
        total = total.add(Cost(usage.tokens_in + usage.tokens_out, usage.usd))
    return total


class Ledger:
    """Spent over all seats, failed attempts included; reserved: what those under way are expected to take."""

    def __init__(self, budget: Budget, estimate: Cost | None) -> None:
        """`guess`: of one episode, as long as none was played; None where nobody can tell."""
        self._budget, self._estimate = budget, estimate
        self.spent, self.wasted = ZERO_COST, ZERO_COST
        """All of it; the part of it that went into attempts that failed."""
        self.under_way = self._finished = 0

    def reserve(self) -> None:
        self.under_way += 1

    def release(self) -> None:
        self.under_way -= 1

    def spend(self, usage: Mapping[Seat, Usage] | Mapping[Seat, CompactUsage]) -> None:
        """An episode is done."""
        self.spent = self.spent.add(sum_cost(usage.values()))
        self._finished += 1

    def waste(self, usage: Mapping[Seat, Usage]) -> None:
        """An attempt failed."""
        cost = sum_cost(usage.values())
        self.spent, self.wasted = self.spent.add(cost), self.wasted.add(cost)

    @property
    def cost_per_episode(self) -> Cost | None:
        """What an episode takes: the mean so far, before that the guess."""
        return self.spent.scale(1 / self._finished) if self._finished else self._estimate

    @property
    def reserved(self) -> Cost:
        return (self.cost_per_episode or ZERO_COST).scale(self.under_way)

    def find_overrun(self) -> str | None:
        """Why no further episode may start; None when one may."""
        each, budget = self.cost_per_episode or ZERO_COST, self._budget
        if not self._finished and not self.under_way:
            each = ZERO_COST  # a guess keeps nobody from finding out
        expected = self.spent.add(self.reserved).add(each)
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
