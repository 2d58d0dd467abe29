"""Answers to questions about the shop and the customer's orders. Nothing is changed.

Not here: wishes (`agents.rules.retail.orders`, `agents.rules.retail.items`).
"""

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
    thought = (
        f"{len(available)} of {len(product['variants'])} variants of the {product['name']} fit and are available."
    )
    told = format_count(len(available))
    return Resolution(thought, tells=(told,), answer=f"The {product['name']} is available in {told} right now.")


def answer_total(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, STATUSES)
    if isinstance(order, Resolution):
        return order
    total = sum(item["price"] for item in order["items"])
    told = format_amount(total)
    thought = f"The items of order {order['order_id']} add up to {total:.2f}."
    return Resolution(thought, tells=(told,), answer=f"The total of order {order['order_id']} is ${told}.")


def answer_refund(wish: Wish, shop: Shop) -> Resolution:
    order = find_order(wish, shop, STATUSES)
    if isinstance(order, Resolution):
        return order
    items = next((found for text in list_relevant(wish, order, shop) if (found := find_items(text, order)) != []), [])
    if not items:
        return ask(f"It is not clear which items of {order['order_id']} are meant.", "Which items do you mean?")
    amount = sum(item["price"] for item in items)
    names = ", ".join(item["name"] for item in items)
    told = format_amount(amount)
    thought = f"A return of {names} would be refunded with {amount:.2f}."
    return Resolution(thought, tells=(told,), answer=f"You would get ${told} back for {names}.")


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
    told, name = format_amount(difference), items[0]["name"]
    way = "more" if difference > 0 else "less"
    answer = f"That {name} costs ${told} {way} than the one in order {order['order_id']}."
    return Resolution(f"{target.why} It costs {difference:+.2f}.", tells=(told,), answer=answer)
