"""Whether every order, item, variant and payment method of a goal is named by something that is no other's.

Judged on the raw data and on whether the words stand in the text, not by reading it as the desk does. Not here: what
the policy says (`synthesis.retail.policy`).
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tautraj.benchmarks.goals import Goal, Request, Write
from tautraj.synthesis.generator import Database

Entity = dict[str, Any]


def find_ambiguity(database: Database, goal: Goal) -> str | None:
    """What of the goal names nothing, or more than one thing; None if all is clear."""
    user = database["users"][goal.user_id]
    if "email" not in goal.identity and _count_namesakes(database, user) > 1:
        return "name and zip code are those of several customers"
    findings = (
        finding
        for request in goal.requests
        for write in request.writes
        for finding in _check_write(database, user, request, write)
    )
    return next(findings, None)


def _count_namesakes(database: Database, user: Entity) -> int:
    return sum(
        other["name"] == user["name"] and other["address"]["zip"] == user["address"]["zip"]
        for other in database["users"].values()
    )


def _check_write(database: Database, user: Entity, request: Request, write: Write) -> Iterator[str]:
    text = " ".join([request.said, *request.answers.values(), request.correction or ""]).lower()
    arguments = write.arguments
    if "order_id" not in arguments:
        return
    order = database["orders"][arguments["order_id"]]
    yield from _check_order(database, user, order, text)
    names = Counter(item["name"] for item in order["items"])
    chosen = [item for item in order["items"] if item["item_id"] in arguments.get("item_ids", ())]
    if len(chosen) < len(order["items"]):
        for name in dict.fromkeys(item["name"] for item in chosen):
            if names[name] > 1:
                yield f"{name}: the order has {names[name]}"
    if method_id := arguments.get("payment_method_id"):
        yield from _check_method(user, user["payment_methods"][method_id], order, text)


def _check_order(database: Database, user: Entity, order: Entity, text: str) -> Iterator[str]:
    """By its number, or by products that are together in no other order of the customer."""
    if order["order_id"].lower() in text:
        return
    own = [database["orders"][key] for key in user["orders"]]
    mentioned = {item["name"] for item in order["items"] if item["name"].lower() in text}
    fitting = [other for other in own if mentioned <= {item["name"] for item in other["items"]}]
    if not mentioned or fitting != [order]:
        yield f"{order['order_id']}: its products name {len(fitting)} orders"


def _check_method(user: Entity, method: Entity, order: Entity, text: str) -> Iterator[str]:
    """By its kind or brand, or as the one that the order was paid with."""
    if (
        re.search(r"\boriginal\b|\bi paid with\b", text)
        and order["payment_history"][0]["payment_method_id"] == method["id"]
    ):
        return
    words: str = {"paypal": "paypal", "gift_card": "gift card"}.get(method["source"]) or method["brand"]
    if words in text:
        return
    same = [other for other in user["payment_methods"].values() if other["source"] == method["source"]]
    if method["source"] != "credit_card" or "credit card" not in text or len(same) > 1:
        yield f"{method['id']} is not named"
