"""Budget of a run: what is spent, what is reserved for episodes under way, whether another episode may start.

Pure. Not here: the estimate before the first episode (`runs.estimates`), prices (`llms.model_table`).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tautraj.config import Budget
from tautraj.metrics import CompactUsage
from tautraj.trajectory import Seat, Usage


class Cost(NamedTuple):
    """Tokens, in and out together, with their price."""

    tokens: float
    usd: float | None
    """None: at least one call has no price."""

    def add(self, other: "Cost") -> "Cost":
        priced = self.usd is not None and other.usd is not None
        return Cost(self.tokens + other.tokens, (self.usd or 0.0) + (other.usd or 0.0) if priced else None)

    def scale(self, n: float) -> "Cost":
        return Cost(self.tokens * n, None if self.usd is None else self.usd * n)


ZERO_COST = Cost(0, 0.0)


def sum_cost(usages: Iterable[Usage | CompactUsage]) -> Cost:
    """Total cost; `usd` is None if any usage has no price."""
    total = ZERO_COST
    for usage in usages:
        total = total.add(Cost(usage.tokens_in + usage.tokens_out, usage.usd))
    return total


class Ledger:
    """Costs over all seats: spent (failed attempts included), and reserved for the episodes under way."""

    def __init__(self, budget: Budget, estimate: Cost | None, unit: str = "an episode") -> None:
        """`estimate`: cost of one episode, used until one has finished; None if unknown. `unit`: what is booked."""
        self._budget, self._estimate, self._unit = budget, estimate, unit
        self.spent, self.wasted = ZERO_COST, ZERO_COST
        """`wasted` is the part of `spent` that failed attempts cost."""
        self.under_way = self._finished = 0

    def reserve(self) -> None:
        """Reserve the cost of an episode that starts."""
        self.under_way += 1

    def release(self) -> None:
        """Release the reservation of an episode that finished or failed."""
        self.under_way -= 1

    def spend(self, usage: Mapping[Seat, Usage] | Mapping[Seat, CompactUsage]) -> None:
        """Book a finished episode."""
        self.spent = self.spent.add(sum_cost(usage.values()))
        self._finished += 1

    def waste(self, usage: Mapping[Seat, Usage]) -> None:
        """Book a failed attempt."""
        cost = sum_cost(usage.values())
        self.spent, self.wasted = self.spent.add(cost), self.wasted.add(cost)

    @property
    def cost_per_episode(self) -> Cost | None:
        """Mean cost of the finished episodes; before the first, the estimate."""
        return self.spent.scale(1 / self._finished) if self._finished else self._estimate

    @property
    def reserved(self) -> Cost:
        """Expected cost of the episodes under way."""
        return (self.cost_per_episode or ZERO_COST).scale(self.under_way)

    def find_overrun(self) -> str | None:
        """Reason why no further episode may start; None if one may."""
        per_episode, budget = self.cost_per_episode or ZERO_COST, self._budget
        if not self._finished and not self.under_way:
            per_episode = ZERO_COST  # an estimate alone never blocks the first episode
        expected = self.spent.add(self.reserved).add(per_episode)
        if budget.tokens is not None and expected.tokens > budget.tokens:
            return (
                f"budget.tokens={budget.tokens}: {self.spent.tokens:,.0f} spent, "
                f"{self.reserved.tokens:,.0f} reserved, about {per_episode.tokens:,.0f} {self._unit}"
            )
        if budget.usd is None:
            return None
        if self.spent.usd is None:
            return f"budget.usd={budget.usd:g} cannot be kept: calls came back unpriced"
        if expected.usd is not None and expected.usd > budget.usd:
            return (
                f"budget.usd={budget.usd:g}: {self.spent.usd:.4f} USD spent, {self.reserved.usd or 0:.4f} reserved, "
                f"about {per_episode.usd or 0:.4f} {self._unit}"
            )
        return None
