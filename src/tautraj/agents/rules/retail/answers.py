"""Answers to questions about the shop and the customer's orders. Nothing is changed.

Not here: wishes (`agents.rules.retail.orders`, `agents.rules.retail.items`).
"""

import math

from tautraj.agents.announcements.journeys import join
from tautraj.agents.announcements.payment_names import format_money
from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.items import format_amount
from tautraj.agents.rules.retail.mentions import cut_mentions, find_mentions, find_values, has_options
from tautraj.agents.rules.retail.reading import Wish
from tautraj.agents.rules.retail.references import ask, find_items, find_order, list_relevant
from tautraj.agents.rules.retail.shop import Shop
from tautraj.agents.rules.retail.variants import choose_target

STATUSES = ("pending", "delivered", "processed", "cancelled")


def format_count(count: int) -> str:
    return f"{count} variant{'' if count == 1 else 's'}"


def answer_count(wish: Wish, shop: Shop) -> Resolution:
    products = shop.list_product_ids()
    mentions = find_mentions(wish.said, products)
    if not mentions:
        return ask("No product of the shop is named.", "Which product would you like to know this about?")
    product = shop.get_product(products[mentions[0].name])
    wanted = find_values(cut_mentions(wish.said, mentions), product)
    available = [v for v in product["variants"].values() if v["available"] and has_options(v, wanted)]
    fit = "fit and are available" if wanted else "are available"
    thought = f"{len(available)} of {len(product['variants'])} variants of the {product['name']} {fit}."
    number = format_count(len(available))
    return Resolution(thought, tells=(number,), answer=f"The {product['name']} is available in {number} right now.")


def answer_total(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, STATUSES)
    if isinstance(order, Resolution):
        return order
    key, total = order["order_id"], math.fsum(item["price"] for item in order["items"])
    thought = f"The prices of the items of order {key} add up to {format_money(total)}."
    answer = f"The total of order {key} is {format_money(total)}."
    return Resolution(thought, tells=(format_amount(total),), answer=answer)


def answer_refund(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, STATUSES)
    if isinstance(order, Resolution):
        return order
    items = next((named for text in list_relevant(wish, order, shop) if (named := find_items(text, order)) != []), [])
    if not items:
        return ask(f"It is not clear which items of {order['order_id']} are meant.", "Which items do you mean?")
    amount, names = math.fsum(item["price"] for item in items), join([item["name"] for item in items])
    thought = f"A return of the {names} would bring back what was paid for it: {format_money(amount)}."
    answer = f"For the {names} you would get {format_money(amount)} back."
    return Resolution(thought, tells=(format_amount(amount),), answer=answer)


def answer_difference(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, STATUSES)
    if isinstance(order, Resolution):
        return order
    texts = list_relevant(wish, order, shop)
    items = find_items(wish.said, order)
    if not items or len(items) > 1:
        return ask(f"It is not clear which item of {order['order_id']} is meant.", "Which item do you mean?")
    names = {item["name"] for item in order["items"]}
    target = choose_target([cut_mentions(text, find_mentions(text, names)) for text in texts], items[0], shop)
    if isinstance(target, Resolution):
        return target
    difference = target.price - items[0]["price"]
    way = f"{format_money(abs(difference))} {'more' if difference > 0 else 'less'}"
    answer = f"That {items[0]['name']} costs {way} than the one in order {order['order_id']}."
    thought = f"{target.why} It costs {way} than the customer's."
    return Resolution(thought, tells=(format_amount(difference),), answer=answer)
