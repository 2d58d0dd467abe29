"""Rules of the benchmarks' policies that a program can check when a write is made.

A rule receives the call and the world before it. Rules that take judgement (a reason, a tone) are left out. Sources:
the retail and airline policies as shipped with τ² 26.3 and classic τ-bench, which agree on these rules. Not here:
what the tools themselves refuse.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tautraj.benchmarks import Benchmark, EntityRef, World
from tautraj.trajectory import Trajectory, Turn

AUTHENTICATION_TOOLS = frozenset({"find_user_id_by_email", "find_user_id_by_name_zip"})
"""Retail's tools that identify the customer."""

AIRLINE_NOW = datetime(2024, 5, 15, 15, 0)
"""The current time as stated in the airline policy."""

FREE_BAGS = {
    "regular": {"basic_economy": 0, "economy": 1, "business": 2},
    "silver": {"basic_economy": 1, "economy": 2, "business": 3},
    "gold": {"basic_economy": 2, "economy": 3, "business": 4},
}
"""Membership -> cabin -> free checked bags per passenger."""

MAX_PAYMENT_METHODS = {"certificate": 1, "credit_card": 1, "gift_card": 3}
"""Kind -> most payment methods of that kind in one booking."""

Arguments = Mapping[str, Any]

Rule = Callable[[Arguments, World], str | None]
"""(arguments, world before the call) -> the violation, or None."""


def find_violations(benchmark: Benchmark, trajectory: Trajectory) -> tuple[str, ...] | None:
    """The agent's violations, each once, in order of occurrence; None for a domain without rules."""
    rules = RULES.get(benchmark.domain)
    if rules is None:
        return None
    world = benchmark.build_world(benchmark.get_task(trajectory.task_id))
    return tuple(dict.fromkeys(_check_turns(rules, trajectory.turns, world, benchmark.writing_tools)))


def _check_turns(
    rules: Mapping[str, Sequence[Rule]], turns: Sequence[Turn], world: World, writing_tools: Collection[str]
) -> Iterator[str]:
    customer_ids: set[str] = set()
    for turn in turns:
        call = turn.tool_call
        if turn.kind != "tool_call" or turn.given or call is None:
            continue
        if turn.dropped and turn.seat == "model":
            yield "several calls at once"
        if turn.seat == "model" and not turn.error:
            yield from filter(None, (rule(call.arguments, world) for rule in rules.get(call.name, ())))
            yield from _check_customer(call.name, call.arguments, turn.observation or "", world, customer_ids)
        if turn.seat == "user" or call.name in writing_tools:
            world.call(call, turn.seat)


def _check_customer(
    name: str, arguments: Arguments, answer: str, world: World, customer_ids: set[str]
) -> Iterator[str]:
    """Retail: the agent looks up one customer only and changes no order of another. Adds to `customer_ids`."""
    if name in AUTHENTICATION_TOOLS:
        customer_ids.add(answer.strip('"'))
        if len(customer_ids) > 1:
            yield "two customers in one conversation"
    elif customer_ids and name in RULES["retail"] and "order_id" in arguments:
        order = _get_entity(world, "orders", arguments["order_id"])
        if order and order["user_id"] not in customer_ids:
            yield "another customer's order was changed"


def _get_entity(world: World, collection: str, key: Any) -> Any:
    return world.read_entity(EntityRef(collection, str(key)))


def _get_reservation(arguments: Arguments, world: World) -> Any:
    return _get_entity(world, "reservations", arguments.get("reservation_id"))


def _get_flight_status(world: World, flight: Any) -> str:
    entity = _get_entity(world, "flights", flight["flight_number"]) or {"dates": {}}
    return str(entity["dates"].get(flight["date"], {}).get("status", ""))


def _check_not_flown(arguments: Arguments, world: World) -> str | None:
    """A reservation with a flown or flying segment cannot be cancelled, and its cabin cannot be changed."""
    reservation = _get_reservation(arguments, world)
    if reservation and arguments.get("cabin") == reservation["cabin"]:
        return None
    flown = reservation and any(
        _get_flight_status(world, flight) in ("landed", "flying") for flight in reservation["flights"]
    )
    return "a reservation was changed whose flights have begun" if flown else None


def _check_cancellation(arguments: Arguments, world: World) -> str | None:
    """Insurance always counts as covering the cancellation: the customer's reason is free text."""
    reservation = _get_reservation(arguments, world)
    if reservation is None:
        return None
    recent = AIRLINE_NOW - datetime.fromisoformat(reservation["created_at"]) <= timedelta(hours=24)
    cancelled = any(_get_flight_status(world, flight) == "cancelled" for flight in reservation["flights"])
    allowed = recent or cancelled or reservation["cabin"] == "business" or reservation["insurance"] == "yes"
    return None if allowed else "a reservation was cancelled that may not be"


def _check_flight_change(arguments: Arguments, world: World) -> str | None:
    reservation, chosen = _get_reservation(arguments, world), list(arguments.get("flights", ()))
    if reservation is None or not chosen or _sort_segments(chosen) == _sort_segments(reservation["flights"]):
        return None
    if reservation["cabin"] == "basic_economy":
        return "flights of a basic economy reservation were changed"
    flights = [_get_entity(world, "flights", flight["flight_number"]) for flight in chosen]
    if None in flights:
        return None
    destination, stops = reservation["destination"], [flight["destination"] for flight in flights]
    end = reservation["origin"] if reservation["flight_type"] == "round_trip" else destination
    is_same_route = flights[0]["origin"] == reservation["origin"] and destination in stops and stops[-1] == end
    return None if is_same_route else "origin or destination was changed"


def _sort_segments(flights: Sequence[Any]) -> list[tuple[str, str]]:
    return sorted((flight["flight_number"], flight["date"]) for flight in flights)


def _check_passenger_count(arguments: Arguments, world: World) -> str | None:
    return "more than five passengers were booked" if len(arguments.get("passengers", ())) > 5 else None


def _check_payment_methods(arguments: Arguments, world: World) -> str | None:
    ids = [str(method.get("payment_id")) for method in arguments.get("payment_methods", ())]
    exceeded = any(sum(name.startswith(kind) for name in ids) > most for kind, most in MAX_PAYMENT_METHODS.items())
    return "too many payment methods of a kind" if exceeded else None


def _check_booked_bags(arguments: Arguments, world: World) -> str | None:
    user = _get_entity(world, "users", arguments.get("user_id"))
    return _check_free_bags(user, arguments.get("cabin"), len(arguments.get("passengers", ())), arguments)


def _check_added_bags(arguments: Arguments, world: World) -> str | None:
    reservation = _get_reservation(arguments, world)
    if reservation is None:
        return None
    if arguments.get("total_baggages", 0) < reservation["total_baggages"]:
        return "checked bags were taken away"
    user = _get_entity(world, "users", reservation["user_id"])
    return _check_free_bags(user, reservation["cabin"], len(reservation["passengers"]), arguments)


def _check_free_bags(user: Any, cabin: Any, passengers: int, arguments: Arguments) -> str | None:
    if user is None or cabin not in FREE_BAGS["regular"]:
        return None
    free = FREE_BAGS[user["membership"]][cabin] * passengers
    paid = max(0, arguments.get("total_baggages", 0) - free)
    return None if arguments.get("nonfree_baggages") == paid else "free bags were miscounted"


def _check_compensation(arguments: Arguments, world: World) -> str | None:
    """The call names no reservation, so it is a violation only if none of the customer's reservations qualifies."""
    user = _get_entity(world, "users", arguments.get("user_id"))
    if user is None or user["membership"] != "regular":
        return None
    reservations = [entity for key in user["reservations"] if (entity := _get_entity(world, "reservations", key))]
    qualifies = any(entity["insurance"] == "yes" or entity["cabin"] == "business" for entity in reservations)
    return None if qualifies else "a customer was compensated who may not be"


RULES: dict[str, dict[str, tuple[Rule, ...]]] = {
    "retail": dict.fromkeys(
        (
            "cancel_pending_order",
            "exchange_delivered_order_items",
            "modify_pending_order_address",
            "modify_pending_order_items",
            "modify_pending_order_payment",
            "return_delivered_order_items",
        ),
        (),
    ),
    "airline": {
        "book_reservation": (_check_passenger_count, _check_payment_methods, _check_booked_bags),
        "cancel_reservation": (_check_not_flown, _check_cancellation),
        "send_certificate": (_check_compensation,),
        "update_reservation_baggages": (_check_added_bags,),
        "update_reservation_flights": (_check_not_flown, _check_flight_change),
    },
}
"""Domain -> writing tool -> its rules."""
