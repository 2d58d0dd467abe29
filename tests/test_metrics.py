"""Episodes to numbers: pass^k, the interval, and what counts in no mean.

Not here: how a reward comes about (`test_tau2_grading`).
"""

import math
from itertools import combinations
from statistics import fmean

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.records import row, trajectory, turn, usage

from tautraj.metrics import (
    SUCCESS,
    EpisodeSummary,
    Failure,
    compute_metrics,
    compute_success_interval,
    count_successes_by_task,
    describe_pass_hat,
    pass_hat_k,
)
from tautraj.metrics import summarise as row_of

trials = st.lists(st.booleans(), min_size=1, max_size=6)
"""Of one task."""
counts = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
"""(successes, trials) of one task."""
rows = st.lists(
    st.builds(
        row,
        task_id=st.sampled_from(["5", "9", "12"]),
        reward=st.sampled_from([None, 0.0, 0.5, 1.0]),
        components=st.dictionaries(st.sampled_from(["db", "communicate"]), st.sampled_from([0.0, 1.0])),
        usage=st.dictionaries(
            st.sampled_from(["model", "user"]), st.builds(usage, usd=st.sampled_from([None, 0.0, 0.25]))
        ),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(tasks=st.lists(trials, min_size=1, max_size=5), k=st.integers(1, 6))
def test_pass_hat_k_is_the_share_of_k_attempts_that_all_succeed(tasks: list[list[bool]], k: int) -> None:
    shares = [fmean(all(some) for some in combinations(task, k)) for task in tasks if len(task) >= k]
    found = pass_hat_k([(sum(task), len(task)) for task in tasks], k)
    assert found == (pytest.approx(fmean(shares)) if shares else None)


@pytest.mark.parametrize(
    ("successes", "k", "expected"),
    [
        ([(3, 4)], 1, 3 / 4),
        ([(3, 4)], 2, 3 / 6),
        ([(3, 4)], 3, 1 / 4),
        ([(3, 4)], 4, 0),
        ([(4, 4), (2, 4)], 2, (1 + 1 / 6) / 2),
        ([(4, 4), (1, 1)], 2, 1),
        ([(1, 1)], 2, None),
        ([], 1, None),
    ],
)
def test_pass_hat_k_by_hand(successes: list[tuple[int, int]], k: int, expected: float | None) -> None:
    assert pass_hat_k(successes, k) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("successes", "low", "high"),
    [
        ([(1, 1)] * 40, 0.91238, 1),
        ([(0, 1)] * 40, 0, 0.08762),
        ([(1, 1)] * 5 + [(0, 1)] * 5, 0.23659, 0.76341),
        ([(1, 1)] * 81 + [(0, 1)] * 182, 0.25528, 0.36620),
    ],
)
def test_one_trial_a_task_is_wilsons_interval(successes: list[tuple[int, int]], low: float, high: float) -> None:
    assert compute_success_interval(successes) == pytest.approx((low, high), abs=1e-5)


@pytest.mark.parametrize("rate", [0, 1])
def test_without_a_difference_between_tasks_tasks_are_counted(rate: int) -> None:
    assert compute_success_interval([(8 * rate, 8)] * 5) == compute_success_interval([(rate, 1)] * 5)


def test_trials_that_agree_are_no_more_than_their_tasks() -> None:
    agreeing, mixed = [(4, 4)] * 5 + [(0, 4)] * 5, [(2, 4)] * 10
    assert compute_success_interval(agreeing) == pytest.approx(compute_success_interval([(1, 1)] * 5 + [(0, 1)] * 5))
    assert compute_success_interval(mixed) == pytest.approx(compute_success_interval([(1, 1)] * 20 + [(0, 1)] * 20))


@settings(deadline=None)
@given(successes=st.lists(counts, min_size=1, max_size=20), confidence=st.floats(0.5, 0.999))
def test_the_interval_holds_the_rate(successes: list[tuple[int, int]], confidence: float) -> None:
    rate = sum(c for c, _ in successes) / sum(n for _, n in successes)
    low, high = compute_success_interval(successes, confidence)
    assert 0 <= low <= rate + 1e-12
    assert rate - 1e-12 <= high <= 1
    assert high - low > 1e-6


@pytest.mark.parametrize("successes", [[(0, 1)] * 10, [(1, 1)] * 13, [(1, 1)] * 40])
def test_the_interval_holds_a_rate_of_0_or_1_exactly(successes: list[tuple[int, int]]) -> None:
    rate = successes[0][0]
    low, high = compute_success_interval(successes)
    assert low <= rate <= high


@settings(deadline=None)
@given(rows=rows)
@example(rows=[])
@example(rows=[row(reward=None)])
def test_every_number_is_a_number(rows: list[EpisodeSummary]) -> None:
    numbers = compute_metrics(rows, [])
    assert [name for name, value in numbers.items() if not math.isfinite(value)] == []
    graded = [r for r in rows if r.reward is not None]
    assert ("success_rate" in numbers) == ("reward_mean" in numbers) == bool(graded)
    if graded:
        names = ("success_rate_low", "success_rate", "success_rate_high")
        low, rate, high = (numbers[name] for name in names)
        assert 0 <= low <= rate + 1e-12
        assert rate - 1e-12 <= high <= 1
        assert rate == fmean(r.reward == 1 for r in graded)


def test_no_episodes_are_counts_of_nothing() -> None:
    counted = ("episodes", "graded", "ungraded", "failed", "tokens", "spent_tokens", "wasted_tokens")
    assert compute_metrics([], []) == {**dict.fromkeys(counted, 0), "spent_usd": 0, "wasted_usd": 0}


def test_what_failed_or_was_not_graded_stands_beside_the_means() -> None:
    played = [
        row(id="a", task_id="1", reward=1.0, components={"db": 1.0, "communicate": 1.0}),
        row(id="b", task_id="2", reward=0.0, components={"db": 0.0}, outcome="max_turns"),
        row(id="c", task_id="2", trial=1, reward=1.0, components={"db": 1.0}),
        row(id="d", task_id="3", reward=None, ungraded="nothing was compared", outcome="max_turns"),
    ]
    failed = [Failure("e", "RateLimited", "429"), Failure("f", "RateLimited", "429"), Failure("g", "SeatError", "")]
    expected = {
        "episodes": 4,
        "graded": 3,
        "ungraded": 1,
        "failed": 3,
        "failures_RateLimited": 2,
        "failures_SeatError": 1,
        "endings_user_stop": 2,
        "endings_max_turns": 2,
        "success_rate": 2 / 3,
        "reward_mean": 2 / 3,
        "reward_db": 2 / 3,
        "reward_communicate": 1.0,
        "tasks": 2,
        "pass_hat_1": 3 / 4,
        "pass_hat_1_tasks": 2,
        "pass_hat_2": 0.0,
        "pass_hat_2_tasks": 1,
    }
    numbers = compute_metrics(played, failed)
    assert {name: numbers[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("name", ["turns", "tool_calls", "mistakes", "seconds"])
def test_an_ungraded_episode_is_in_no_mean(name: str) -> None:
    played = [row(**{name: 2}), row(id="other", reward=None, ungraded="why", **{name: 200})]
    assert compute_metrics(played, [])[f"{name}_mean"] == 2


def test_means_of_effort_are_over_conversations() -> None:
    numbers = compute_metrics([row(turns=2, tool_calls=0, seconds=1.0), row(turns=4, tool_calls=3, seconds=2.0)], [])
    assert (numbers["turns_mean"], numbers["tool_calls_mean"], numbers["seconds_mean"]) == (3, 1.5, 1.5)


def test_a_reward_of_almost_one_is_a_success() -> None:
    played = [row(trial=n, reward=reward) for n, reward in enumerate([1.0, SUCCESS, 0.999, 0.0, None])]
    assert count_successes_by_task(played) == {"5": (2, 4)}


def test_an_unpriced_seat_has_no_usd_and_then_there_is_no_total() -> None:
    played = [row(usage={"model": usage(usd=0.5), "user": usage(usd=None, calls=3)}), row(usage={"user": usage()})]
    numbers = compute_metrics(played, [])
    assert numbers["model_usd"] == 0.5
    assert numbers["user_calls"] == 5
    assert numbers.keys() & {"user_usd", "usd"} == set()


def test_priced_seats_have_usd_and_a_total() -> None:
    played = [row(usage={"model": usage(usd=0.5), "user": usage(usd=0.0)}), row(usage={"user": usage(usd=0.25)})]
    numbers = compute_metrics(played, [])
    assert (numbers["model_usd"], numbers["user_usd"], numbers["usd"]) == (0.5, 0.25, 0.75)
    assert (numbers["user_tokens_in"], numbers["user_tokens_out"], numbers["tokens"]) == (200, 20, 330)


def test_a_row_counts_what_was_played_and_not_what_was_given() -> None:
    call = {"id": "c", "name": "look", "arguments": {}}
    turns = [
        turn(given=True),
        turn(given=True, kind="tool_call", tool_call=call),
        turn(seat="user"),
        turn(kind="tool_call", tool_call=call),
        turn(kind="mistake"),
    ]
    found = row_of(trajectory(turns=turns))
    assert (found.turns, found.tool_calls, found.mistakes) == (3, 1, 1)
    assert (found.reward, found.components, found.outcome) == (1.0, {"db": 1.0}, "user_stop")


def test_a_row_of_an_ungraded_episode_has_no_components() -> None:
    found = row_of(trajectory(reward=None, ungraded="nothing was compared", grade=None))
    assert (found.reward, found.ungraded, found.components) == (None, "nothing was compared", {})


def test_pass_hat_k_says_over_how_many_tasks_it_is_unless_it_is_all() -> None:
    """A run stopped in its second trial: one of two tasks has two, so pass^2 is that task's."""
    rows = [row(id="a0", task_id="a"), row(id="a1", task_id="a", trial=1), row(id="b0", task_id="b", reward=0.0)]
    stopped = compute_metrics(rows, [])
    assert (describe_pass_hat(stopped, 1), describe_pass_hat(stopped, 2)) == ("0.500", "1.000 (1 of 2 tasks)")
    whole = compute_metrics([*rows, row(id="b1", task_id="b", trial=1, reward=0.0)], [])
    assert describe_pass_hat(whole, 2) == "0.500"


def test_a_call_in_code_is_one_turn_and_what_only_the_agent_sees_is_none() -> None:
    """A block of code with one call and one sentence: two turns, as they would be without code."""
    call = {"id": "c", "name": "look", "arguments": {}}
    turns = [
        turn(kind="belief", belief={}),
        turn(kind="plan", plan="1. Look."),
        turn(kind="code", code="look(); respond('Done.')"),
        turn(kind="tool_call", tool_call=call),
        turn(),
        turn(seat="user"),
        turn(seat="user", kind="mistake"),
    ]
    assert row_of(trajectory(turns=turns)).turns == 3
