"""Values of steps: counted from branches by the rule, whoever played them."""

import pytest
from support import records

from tautraj.grading.branching.values import (
    Continuations,
    Loss,
    StepValue,
    compute_step_values,
    count_continuations,
    find_loss,
)
from tautraj.trajectory import Parent, Trajectory


def make_episode(reward: float | None, decisions: int = 4) -> Trajectory:
    """The agent decides in turns 1, 3, 5, …; the customer speaks between."""
    turns = [records.turn(index=index, seat="model" if index % 2 else "user") for index in range(2 * decisions)]
    ungraded = {"ungraded": "max_usd", "grade": None} if reward is None else {}
    return records.trajectory(id="5-t0-x", turns=turns, reward=reward, **ungraded)


def make_branches(*rewards: tuple[int, float | None]) -> list[tuple[Parent | None, float | None]]:
    """(turn, reward) of each."""
    return [
        (Parent(run="c-0", episode="5-t0-x", turn=turn, attempt=number), reward)
        for number, (turn, reward) in enumerate(rewards)
    ]


def test_branches_are_counted_by_the_episode_and_the_turn_that_they_leave() -> None:
    branches = make_branches((3, 1.0), (3, 0.0), (3, None), (5, 0.5))
    elsewhere = (Parent(run="other", episode="5-t0-x", turn=3, attempt=0), 1.0)
    assert count_continuations([*branches, elsewhere, (None, 1.0)]) == {
        ("c-0", "5-t0-x"): {3: Continuations(1, 2), 5: Continuations(0, 1)},
        ("other", "5-t0-x"): {3: Continuations(1, 1)},
    }


@pytest.mark.parametrize(("reward", "end"), [(0.0, (0, 1)), (1.0, (1, 1)), (None, (0, 0))])
def test_a_value_is_that_of_the_branches_at_the_next_decision(reward: float | None, end: tuple[int, int]) -> None:
    places = {1: Continuations(4, 4), 3: Continuations(2, 4), 6: Continuations(4, 4)}
    assert compute_step_values(make_episode(reward), places) == [
        StepValue(1, Continuations(2, 4)),
        StepValue(3, Continuations(0, 0)),
        StepValue(5, Continuations(0, 0)),
        StepValue(7, Continuations(*end)),
    ]


@pytest.mark.parametrize(
    ("successes", "n", "interval"),
    [(2, 4, (0.1500, 0.8500)), (0, 4, (0.0, 0.4899)), (4, 4, (0.5101, 1.0)), (1, 10, (0.0179, 0.4042))],
)
def test_an_interval_is_wilsons(successes: int, n: int, interval: tuple[float, float]) -> None:
    """Of Wilson 1927: (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z = 1.96."""
    ways = Continuations(successes, n)
    assert ways.value == successes / n
    assert ways.interval == pytest.approx(interval, abs=1e-4)
    assert (Continuations(0, 0).value, Continuations(0, 0).interval) == (None, None)


@pytest.mark.parametrize(
    ("places", "loss"),
    [
        ({1: (4, 4), 3: (4, 4), 5: (0, 4), 7: (0, 4)}, Loss(3, 3)),
        ({1: (4, 4), 3: (0, 4), 5: (1, 4)}, Loss(5, 7)),
        ({1: (4, 4)}, Loss(1, 7)),
        ({3: (1, 4), 7: (0, 4)}, Loss(3, 5)),
        ({1: (0, 4)}, None),
        ({}, None),
    ],
)
def test_an_episode_was_lost_after_the_last_place_from_where_it_was_won(
    places: dict[int, tuple[int, int]], loss: Loss | None
) -> None:
    counted = {turn: Continuations(*ways) for turn, ways in places.items()}
    assert find_loss(make_episode(0.0), counted) == loss
    assert find_loss(make_episode(1.0), counted) is None
    assert find_loss(make_episode(None), counted) is None
