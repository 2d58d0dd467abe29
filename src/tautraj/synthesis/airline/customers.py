"""An airline's customers: profile, payment methods, saved passengers. Shares are those of τ²'s airline.

Not here: names and addresses (`synthesis.people`), their reservations (`synthesis.airline.world`).
"""

from random import Random
from typing import Any, TypeVar

from tautraj.synthesis.people import FIRST_NAMES, LAST_NAMES, generate_user_ids, make_people

USERS = 500

MEMBERSHIPS = {"regular": 143, "silver": 182, "gold": 175}
PAYMENT_METHOD_COUNTS = {1: 80, 2: 142, 3: 111, 4: 90, 5: 41, 6: 28, 7: 8}
SAVED_PASSENGER_COUNTS = {1: 328, 2: 172}
"""Value -> number of τ²'s 500 customers that have it."""

CERTIFICATE_AMOUNTS = (100, 150, 250, 500)
MAX_GIFT_CARD = 300

Passenger = dict[str, str]
"""τ²'s keys: first_name, last_name, dob."""

T = TypeVar("T", int, str)


def make_users(rng: Random) -> dict[str, Any]:
    """Users by id, without reservations."""
    people = make_people(rng, USERS)
    counts = [draw_weighted(rng, PAYMENT_METHOD_COUNTS) for _ in people]
    # τ²'s payment ids have seven digits of which the first is not 0.
    numbers = iter(rng.sample(range(1_000_000), sum(counts)))
    users = {}
    for user_id, person, count in zip(generate_user_ids(rng, people), people, counts, strict=True):
        name = {"first_name": person.first_name, "last_name": person.last_name}
        users[user_id] = {
            "user_id": user_id,
            "name": name,
            "address": person.address,
            "email": person.email,
            "dob": _draw_birthday(rng),
            "payment_methods": _make_payment_methods(rng, [next(numbers) for _ in range(count)]),
            "saved_passengers": make_strangers(rng, draw_weighted(rng, SAVED_PASSENGER_COUNTS), [name]),
            "membership": draw_weighted(rng, MEMBERSHIPS),
            "reservations": [],
        }
    return users


def make_strangers(rng: Random, count: int, known: list[Passenger]) -> list[Passenger]:
    """`count` passengers whose names differ from one another's and from the names of those known."""
    taken = {(person["first_name"], person["last_name"]) for person in known}
    strangers: list[Passenger] = []
    while len(strangers) < count:
        name = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
        if name not in taken:
            taken.add(name)
            strangers.append({"first_name": name[0], "last_name": name[1], "dob": _draw_birthday(rng)})
    return strangers


def draw_weighted(rng: Random, weights: dict[T, int]) -> T:
    """One of the keys, with its value as weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def _make_payment_methods(rng: Random, numbers: list[int]) -> dict[str, Any]:
    """One per number. No two credit cards end in the same four digits."""
    methods: dict[str, Any] = {}
    for number, last_four in zip(numbers, rng.sample(range(1000, 10_000), len(numbers)), strict=True):
        source = rng.choice(("credit_card", "gift_card", "certificate"))
        method: dict[str, Any] = {"source": source, "id": f"{source}_{number:07d}"}
        if source == "credit_card":
            method |= {"brand": rng.choice(("visa", "mastercard")), "last_four": str(last_four)}
        elif source == "gift_card":
            method |= {"amount": float(rng.randint(0, MAX_GIFT_CARD))}
        else:
            method |= {"amount": float(rng.choice(CERTIFICATE_AMOUNTS))}
        methods[method["id"]] = method
    return methods


def _draw_birthday(rng: Random) -> str:
    """ISO date, from 1950 to 2000 as in τ²."""
    return f"{rng.randint(1950, 2000)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
