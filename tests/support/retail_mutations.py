"""Wrong gold for a retail goal: one write is changed as a faulty generator could have made it.

Each mutation returns the goal with that write changed, or None where the goal has no write that it applies to.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from tautraj.benchmarks.goals import Goal, Write
from tautraj.synthesis.generator import Database

CHANGES = ("modify_pending_order_items", "exchange_delivered_order_items")

Mutation = Callable[[Database, Goal, Random], Goal | None]


def _replace(goal: Goal, old: Write, *new: Write) -> Goal:
    requests = []
    for request in goal.requests:
        writes = [write for one in request.writes for write in (new if one is old else (one,))]
        requests.append(request.model_copy(update={"writes": tuple(writes)}))
    return goal.model_copy(update={"requests": tuple(requests)})


def _change(goal: Goal, write: Write, **arguments: Any) -> Goal:
    return _replace(goal, write, write.model_copy(update={"arguments": write.arguments | arguments}))


def _pick(goal: Goal, rng: Random, *tools: str) -> Write | None:
    writes = [write for write in goal.writes if not tools or write.tool in tools]
    return rng.choice(writes) if writes else None


def _pick_of_order(goal: Goal, rng: Random) -> Write | None:
    writes = [write for write in goal.writes if "order_id" in write.arguments]
    return rng.choice(writes) if writes else None


def use_order_of_wrong_status(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """One of the customer's own, in a status in which the tool may not be used."""
    write = _pick_of_order(goal, rng)
    if write is None:
        return None
    status = database["orders"][write.arguments["order_id"]]["status"]
    own = [database["orders"][key] for key in database["users"][goal.user_id]["orders"]]
    others = [order["order_id"] for order in own if order["status"] != status]
    return _change(goal, write, order_id=rng.choice(others)) if others else None


def write_twice(database: Database, goal: Goal, rng: Random) -> Goal | None:
    write = _pick(goal, rng)
    return _replace(goal, write, write, write.model_copy()) if write else None


def keep_same_item(database: Database, goal: Goal, rng: Random) -> Goal | None:
    write = _pick(goal, rng, *CHANGES)
    return _change(goal, write, new_item_ids=write.arguments["item_ids"]) if write else None


def choose_unavailable_variant(database: Database, goal: Goal, rng: Random) -> Goal | None:
    return _choose_variant(database, goal, rng, is_available=False)


def choose_random_variant(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """Another one that is available."""
    return _choose_variant(database, goal, rng, is_available=True)


def _choose_variant(database: Database, goal: Goal, rng: Random, *, is_available: bool) -> Goal | None:
    write = _pick(goal, rng, *CHANGES)
    if write is None:
        return None
    (item_id,), (new_id,) = write.arguments["item_ids"], write.arguments["new_item_ids"]
    product = next(product for product in database["products"].values() if item_id in product["variants"])
    others = [
        key
        for key, variant in product["variants"].items()
        if key not in (item_id, new_id) and variant["available"] == is_available
    ]
    return _change(goal, write, new_item_ids=[rng.choice(others)]) if others else None


def give_bad_reason(database: Database, goal: Goal, rng: Random) -> Goal | None:
    write = _pick(goal, rng, "cancel_pending_order")
    return _change(goal, write, reason=rng.choice(("too expensive", "arrives too late"))) if write else None


def give_other_reason(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """The other one that the policy accepts."""
    write = _pick(goal, rng, "cancel_pending_order")
    if write is None:
        return None
    is_mistake = write.arguments["reason"] == "ordered by mistake"
    return _change(goal, write, reason="no longer needed" if is_mistake else "ordered by mistake")


def pay_with_foreign_method(database: Database, goal: Goal, rng: Random) -> Goal | None:
    writes = [write for write in goal.writes if "payment_method_id" in write.arguments]
    if not writes:
        return None
    stranger = rng.choice([user for key, user in database["users"].items() if key != goal.user_id])
    return _change(goal, rng.choice(writes), payment_method_id=rng.choice(list(stranger["payment_methods"])))


def pay_with_other_method(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """Another one of the customer's own."""
    writes = [write for write in goal.writes if "payment_method_id" in write.arguments]
    if not writes:
        return None
    write = rng.choice(writes)
    methods = database["users"][goal.user_id]["payment_methods"]
    others = [key for key in methods if key != write.arguments["payment_method_id"]]
    return _change(goal, write, payment_method_id=rng.choice(others)) if others else None


def use_foreign_order(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """Another customer's order of the same status, with the items of that order."""
    return _use_other_order(database, goal, rng, is_own=False)


def use_other_order(database: Database, goal: Goal, rng: Random) -> Goal | None:
    """Another order of the customer, of the same status."""
    return _use_other_order(database, goal, rng, is_own=True)


def _use_other_order(database: Database, goal: Goal, rng: Random, *, is_own: bool) -> Goal | None:
    write = _pick_of_order(goal, rng)
    if write is None:
        return None
    order = database["orders"][write.arguments["order_id"]]
    own = database["users"][goal.user_id]["orders"]
    taken = {other.arguments.get("order_id") for other in goal.writes}
    others = [
        other
        for key, other in database["orders"].items()
        if (key in own) == is_own and other["status"] == order["status"] and key not in taken
    ]
    if not others:
        return None
    other = rng.choice(others)
    arguments: dict[str, Any] = {"order_id": other["order_id"]}
    if "item_ids" in write.arguments:
        item = rng.choice(other["items"])
        arguments["item_ids"] = [item["item_id"]]
    if "new_item_ids" in write.arguments:
        variants = database["products"][item["product_id"]]["variants"].values()
        fitting = [v["item_id"] for v in variants if v["available"] and v["item_id"] != item["item_id"]]
        arguments["new_item_ids"] = [rng.choice(fitting)]
    return _change(goal, write, **arguments)


def leave_a_write_out(database: Database, goal: Goal, rng: Random) -> Goal | None:
    write = _pick(goal, rng)
    return _replace(goal, write) if write else None


MUTATIONS: tuple[Mutation, ...] = (
    use_order_of_wrong_status,
    write_twice,
    keep_same_item,
    choose_unavailable_variant,
    give_bad_reason,
    pay_with_foreign_method,
    use_foreign_order,
    choose_random_variant,
    use_other_order,
    give_other_reason,
    pay_with_other_method,
    leave_a_write_out,
)
