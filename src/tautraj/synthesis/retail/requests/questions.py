"""Requests that change nothing: questions, and what only a human may do.

An answer has at least four characters or a unit: shorter ones stand in ids by accident. Not here: what the policy
forbids (`synthesis.retail.requests.refusals`).
"""

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.retail.customer import find_differences, list_other_variants
from tautraj.synthesis.retail.requests.beside import make_beside
from tautraj.synthesis.retail.requests.items import pick_items
from tautraj.synthesis.retail.requests.orders import pick_order
from tautraj.synthesis.retail.telling import Telling
from tautraj.synthesis.retail.wording import name_item, name_items

STATUSES = ("pending", "processed", "delivered", "cancelled")
SHORTEST_AMOUNT = 4
"""Characters."""


def ask_count(talk: Telling, family: Family) -> Request | None:
    product = talk.rng.choice(list(talk.customer.database["products"].values()))
    count = sum(variant["available"] for variant in product["variants"].values())
    said = talk.say("count", product=product["name"].lower())
    return Request(family=family, said=said, tells=(f"{count} variants",), about=(product["product_id"],))


def ask_total(talk: Telling, family: Family) -> Request | None:
    picked = pick_order(talk, talk.rng.choice(("direct", "lookup")), *STATUSES)
    amount = write_amount(sum(item["price"] for item in picked[0]["items"])) if picked else None
    if picked is None or amount is None:
        return None
    return Request(
        family=family, said=talk.say("total", order=picked[1]), tells=(amount,), about=(picked[0]["order_id"],)
    )


def ask_refund(talk: Telling, family: Family) -> Request | None:
    picked = pick_items(talk, talk.rng.choice(("direct", "lookup")), talk.rng.choice((1, 2, 3)), "delivered")
    amount = write_amount(sum(item["price"] for item in picked[1])) if picked else None
    if picked is None or amount is None:
        return None
    order, items, origin = picked
    question = talk.say("refund question", items=name_items(items, talk.rng), **{"from": origin})
    said = f"{question} {talk.say_maybe('no action yet', 0.5)}".strip()
    return Request(family=family, said=said, tells=(amount,), about=(order["order_id"],))


def ask_difference(talk: Telling, family: Family) -> Request | None:
    picked = pick_items(talk, talk.rng.choice(("direct", "lookup")), 1, "pending", "delivered")
    if picked is None:
        return None
    order, (item,), origin = picked
    available = list_other_variants(talk.customer.database, item, lambda variant: variant["available"])
    variant = talk.rng.choice(available)
    amount = write_amount(abs(variant["price"] - item["price"]))
    if amount is None:
        return None
    new = f"{talk.describe(item, find_differences(item, variant))}, otherwise the same"
    names = {"item": name_item(item, talk.rng), "from": origin, "new": new.replace(", otherwise", " and otherwise")}
    return Request(
        family=family,
        said=talk.say("difference question", **names),
        tells=(amount,),
        about=(order["order_id"], item["product_id"]),
    )


def ask_for_human(talk: Telling, family: Family) -> list[Request]:
    request = Request(family=family, said=talk.say("transfer"))
    return [request, *make_beside(talk, request)]


def write_amount(dollars: float) -> str | None:
    """Dollars without zeros at the end, which stand in "12.5" as in "12.50"; None if that is too short."""
    text = f"{dollars:.2f}".rstrip("0").rstrip(".")
    return text if len(text) >= SHORTEST_AMOUNT else None
