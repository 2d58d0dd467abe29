"""The verifier itself: goals whose writes were made wrong in nine ways, each of which it must refuse."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from support.airline_tasks import AirlineTasks, make_tasks

from tautraj.benchmarks.goals import Goal, Write
from tautraj.synthesis.proofs import Rejection

Mutation = Callable[[Write, Goal, dict[str, Any], Random], Write | None]


def _take_foreign_reservation(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    """Of another customer, alike in its number of passengers."""
    if "reservation_id" not in write.arguments:
        return None
    own = database["reservations"][write.arguments["reservation_id"]]
    others = [
        key
        for key, other in database["reservations"].items()
        if other["user_id"] != goal.user_id and len(other["passengers"]) == len(own["passengers"])
    ]
    return _change(write, reservation_id=rng.choice(others)) if others else None


def _keep_flights(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    if write.tool != "update_reservation_flights":
        return None
    own = database["reservations"][write.arguments["reservation_id"]]
    flights = [{"flight_number": flight["flight_number"], "date": flight["date"]} for flight in own["flights"]]
    return _change(write, flights=flights, cabin=own["cabin"])


def _take_unavailable_flight(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    """Each flight on a day on which it is not for sale."""
    if "flights" not in write.arguments:
        return None
    days = [f"2024-05-{day:02d}" for day in range(1, 16)]
    return _change(write, flights=[flight | {"date": rng.choice(days)} for flight in write.arguments["flights"]])


def _add_passengers(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    """One more than the reservation has, or six in a booking."""
    if "passengers" not in write.arguments:
        return None
    people = write.arguments["passengers"]
    extra = [people[0] | {"first_name": name} for name in ("Ann", "Ben", "Cid", "Dan", "Eve", "Fay")]
    wanted = 6 if write.tool == "book_reservation" else len(people) + 1
    return _change(write, passengers=[*people, *extra][:wanted])


def _miscount_bags(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    if "total_baggages" not in write.arguments:
        return None
    field = rng.choice(("total_baggages", "nonfree_baggages"))
    return _change(write, **{field: write.arguments[field] + rng.choice((1, 2))})


def _pay_with_foreign_card(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    foreign = [
        key
        for user_id, user in database["users"].items()
        for key, method in user["payment_methods"].items()
        if user_id != goal.user_id and method["source"] == "credit_card"
    ]
    if "payment_id" in write.arguments:
        return _change(write, payment_id=rng.choice(foreign))
    if "payment_methods" in write.arguments:
        payments = write.arguments["payment_methods"]
        return _change(write, payment_methods=[*payments[:-1], payments[-1] | {"payment_id": rng.choice(foreign)}])
    return None


def _turn_list_around(write: Write, goal: Goal, database: dict[str, Any], rng: Random) -> Write | None:
    """Another order of passengers, flights or payments."""
    for field in ("passengers", "flights", "payment_methods"):
        values = write.arguments.get(field, [])
        if len(values) > 1:
            return _change(write, **{field: values[::-1]})
    return None


def _change(write: Write, **arguments: Any) -> Write:
    return Write(tool=write.tool, arguments=write.arguments | arguments)


REPLACED: dict[str, Mutation] = {
    "wrong reservation owner": _take_foreign_reservation,
    "same flights": _keep_flights,
    "unavailable flight": _take_unavailable_flight,
    "too many passengers": _add_passengers,
    "bag count wrong": _miscount_bags,
    "foreign payment": _pay_with_foreign_card,
    "other order": _turn_list_around,
}
CLASSES = (*REPLACED, "duplicate write", "certificate without right")


def _list_mutants(goal: Goal, database: dict[str, Any], rng: Random) -> Iterator[tuple[str, Goal]]:
    """Each class as often as the goal has writes that can be made wrong in this way."""
    for index, write in enumerate(goal.writes):
        for name, mutate in REPLACED.items():
            wrong = mutate(write, goal, database, rng)
            if wrong is not None and wrong != write:
                yield name, _with_writes(goal, [*goal.writes[:index], wrong, *goal.writes[index + 1 :]])
        yield "duplicate write", _with_writes(goal, [*goal.writes, write])
    amount = rng.choice((50, 100, 150, 200, 300, 400))
    gift = Write(tool="send_certificate", arguments={"user_id": goal.user_id, "amount": amount})
    yield "certificate without right", _with_writes(goal, [*goal.writes, gift])


def _with_writes(goal: Goal, writes: list[Write]) -> Goal:
    """The same text, and these writes."""
    first, *others = goal.requests
    requests = [first.model_copy(update={"writes": tuple(writes)})]
    requests += [request.model_copy(update={"writes": ()}) for request in others]
    return goal.model_copy(update={"requests": tuple(requests)})


def _prove_all(tasks: AirlineTasks) -> dict[int, dict[str, Any] | Rejection]:
    return {index: tasks.prover.prove(str(index), draft.goal) for index, draft in enumerate(tasks.drafts)}


def _count_mutants(
    tasks: AirlineTasks, verdicts: dict[int, dict[str, Any] | Rejection], most: int
) -> tuple[Counter[str], list[str]]:
    """Mutants of proved goals looked at by class, at most so many of each, and those that V1 to V9 let pass.

    V7 does not count: it grades by the task on file, which a mutant does not change.
    """
    looked_at: Counter[str] = Counter()
    passed: list[str] = []
    for index, draft in enumerate(tasks.drafts):
        if isinstance(verdicts[index], Rejection):
            continue
        for name, goal in _list_mutants(draft.goal, tasks.database, Random(f"mutation-{index}")):
            if looked_at[name] == most:
                continue
            looked_at[name] += 1
            verdict = tasks.prover.prove(str(index), goal)
            if not isinstance(verdict, Rejection) or verdict.check in ("V7", "V10"):
                passed.append(f"{name}: task {index}")
    print(dict(looked_at))
    return looked_at, passed


def test_most_drafts_are_proved_and_every_class_of_wrong_goals_is_refused(tmp_path: Path) -> None:
    tasks = make_tasks(tmp_path, 45)
    verdicts = _prove_all(tasks)
    assert sum(isinstance(verdict, Rejection) for verdict in verdicts.values()) <= 10, verdicts
    looked_at, passed = _count_mutants(tasks, verdicts, 10)
    assert min(looked_at[name] for name in CLASSES) >= 5
    assert not passed


@pytest.mark.slow
def test_nearly_all_drafts_are_proved_and_every_class_of_wrong_goals_is_refused(tmp_path: Path) -> None:
    tasks = make_tasks(tmp_path, 1500, 400)
    verdicts = _prove_all(tasks)
    rejected = Counter(verdict.check for verdict in verdicts.values() if isinstance(verdict, Rejection))
    assert rejected.total() <= 100, rejected
    looked_at, passed = _count_mutants(tasks, verdicts, 200)
    assert min(looked_at[name] for name in CLASSES) == 200
    assert not passed
