"""The ledger: spent, reserved, room for one more. Not here: which run it belongs to (`test_progress`)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import usage

from tautraj.config import Budget
from tautraj.runs.budget import Cost, Ledger


def ledger(usd: float | None = None, tokens: int | None = None, guess: Cost | None = None) -> Ledger:
    return Ledger(Budget(usd=usd, tokens=tokens), guess)


def test_without_a_budget_there_is_always_room() -> None:
    free = ledger()
    free.spend({"model": usage(usd=1e9, tokens_in=10**12)})
    assert free.find_overrun() is None


def test_all_seats_and_both_ways_count() -> None:
    kept = ledger(tokens=1000)
    kept.spend({"model": usage(tokens_in=100, tokens_out=10), "user": usage(tokens_in=50), "judge": usage()})
    assert kept.spent.tokens == 100 + 10 + 50 + 10 + 100 + 10


def test_what_is_under_way_is_reserved() -> None:
    kept = ledger(usd=1.0, guess=Cost(0, 0.25))
    for _ in range(4):
        assert kept.find_overrun() is None
        kept.reserve()
    assert kept.reserved.usd == 1.0
    assert kept.find_overrun() == "budget.usd=1: 0.0000 USD spent, 1.0000 reserved, about 0.2500 an episode"


def test_a_guess_does_not_keep_the_first_episode_from_being_played() -> None:
    kept = ledger(usd=1.0, guess=Cost(0, 5.0))
    assert kept.find_overrun() is None
    kept.reserve()
    assert kept.find_overrun() is not None


def test_an_episode_that_was_cheaper_gives_back_what_was_reserved() -> None:
    kept = ledger(usd=1.0, guess=Cost(0, 0.5))
    kept.reserve()
    kept.reserve()
    assert kept.find_overrun() is not None
    kept.release()
    kept.spend({"model": usage(usd=0.1)})
    assert kept.find_overrun() is None


def test_failed_attempts_are_spent_and_make_an_episode_dearer() -> None:
    kept = ledger(usd=10.0)
    kept.spend({"model": usage(usd=1.0)})
    kept.waste({"model": usage(usd=1.0)})
    assert kept.spent.usd == 2.0
    assert kept.wasted.usd == 1.0
    assert kept.cost_per_episode is not None
    assert kept.cost_per_episode.usd == 2.0


def test_a_call_that_comes_back_unpriced_ends_a_budget_in_usd() -> None:
    kept = ledger(usd=1.0)
    kept.spend({"model": usage(usd=None)})
    assert kept.find_overrun() == "budget.usd=1 cannot be kept: calls came back unpriced"
    assert ledger(tokens=10**6).find_overrun() is None


@pytest.mark.parametrize("workers", [1, 4, 16])
@given(costs=st.lists(st.floats(0.01, 1.0), min_size=60, max_size=60), budget=st.floats(0.5, 10.0))
def test_the_overshoot_is_bounded_by_the_episodes_under_way(workers: int, costs: list[float], budget: float) -> None:
    """Whatever they cost, and however wrong the guess was."""
    kept, under_way, owed = ledger(usd=budget, guess=Cost(0, 0.01)), list[float](), list(costs)
    while True:
        while owed and len(under_way) < workers and kept.find_overrun() is None:
            under_way.append(owed.pop())
            kept.reserve()
        if not under_way:
            break
        kept.release()
        kept.spend({"model": usage(usd=under_way.pop(0))})
    assert kept.spent.usd is not None
    assert kept.spent.usd <= budget + workers * max(costs)
