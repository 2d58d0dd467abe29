"""A customer with a voice: how it names orders, items and payment methods while a request is put into words.

Not here: what is requested (`synthesis.retail.requests`), the clauses (`synthesis.retail.clauses`).
"""

from collections.abc import Sequence
from random import Random

from tautraj.synthesis.retail.clauses import CLAUSES
from tautraj.synthesis.retail.customer import Customer, Entity, get_payment
from tautraj.synthesis.retail.wording import describe_options, name_another, name_items, name_payment
from tautraj.synthesis.templates import fill

NEEDED = ("story", "paying")
"""Slots of sentences that make no sense without them."""


class Telling:
    """One request of one customer, while it is worded. Draws from `rng`."""

    def __init__(self, customer: Customer, voice: str, rng: Random) -> None:
        self.customer, self.voice, self.rng = customer, voice, rng

    def say(self, clause: str, /, **names: str) -> str:
        """A clause in the voice. Of names that are empty only those may stand in it that have a place for nothing."""
        templates = CLAUSES[clause][self.voice]
        missing = [f"{{{name}}}" for name in NEEDED if not names.get(name)]
        fitting = [template for template in templates if not any(slot in template for slot in missing)]
        return fill(self.rng.choice(fitting), self.rng, names)

    def say_maybe(self, clause: str, share: float, /, **names: str) -> str:
        return self.say(clause, **names) if self.rng.random() < share else ""

    def name_order(self, order: Entity, context: Sequence[Entity] = ()) -> str:
        """By what is in it, or by its number if no `context` is given. Begins in lower case."""
        if not context:
            return _lower(self.say("order by number", id=order["order_id"]))
        bare = " and ".join(item["name"].lower() for item in context)
        return _lower(self.say("order by content", things=name_items(context, self.rng), bare=bare))

    def say_from(self, order: Entity, context: Sequence[Entity] = ()) -> str:
        """ "from order …", with a blank before it, to be put behind the name of an item."""
        return f" {_lower(self.say('from order', order=self.name_order(order, context)))}".replace(" ,", ",")

    def say_state(self, order: Entity) -> str:
        """ "that arrived", "that I ordered": instead of `say_from` where the item alone tells the order."""
        return f" {_lower(self.say('pending' if order['status'] == 'pending' else 'received'))}"

    def name_method(self, method_id: str, order: Entity | None = None) -> str:
        """A payment method; now and then as the original one, if `order` was paid with it."""
        if order is not None and get_payment(order) == method_id and self.rng.random() < 0.5:
            return _lower(self.say("original payment"))
        method = self.customer.get_method(method_id)
        return name_payment(method, self.rng, has_two_cards=self.customer.has_two_cards)

    def describe(self, item: Entity, options: dict[str, str]) -> str:
        """Another variant of an item's product, by its options."""
        return f"{name_another(item['name'])} {describe_options(options, self.rng)}"


def _lower(text: str) -> str:
    """Its first letter in lower case, unless it is a name."""
    return (
        text
        if text[:2].isupper() or text.startswith(("PayPal", "Visa", "Mastercard", "I ", "#"))
        else text[:1].lower() + text[1:]
    )
