"""The desk of the shop: who a customer is, what is wanted, and what the policy makes of it.

Not here: how words are read (`agents.rules.retail.reading`, `agents.rules.retail.shop`), the decisions
(`agents.rules.retail.orders`, `agents.rules.retail.items`, `agents.rules.retail.answers`).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tautraj.agents.rules.desk import Action, Call, Desk, Resolution
from tautraj.agents.rules.retail.answers import answer_count, answer_difference, answer_refund, answer_total
from tautraj.agents.rules.retail.cancellation import resolve_cancel
from tautraj.agents.rules.retail.items import resolve_change_item, resolve_return
from tautraj.agents.rules.retail.orders import (
    is_to_default,
    resolve_address,
    resolve_default_address,
    resolve_payment,
)
from tautraj.agents.rules.retail.reading import Wish, read_wishes
from tautraj.agents.rules.retail.references import split_by_order
from tautraj.agents.rules.retail.shop import Shop
from tautraj.agents.rules.retail.words import Kind, classify

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_ZIP = re.compile(r"(?<!\d)\d{5}(?!\d)")
_USER_ID = re.compile(r"\b([a-z]+)_([a-z]+)_\d{4}\b")
_NAME = re.compile(
    r"\b(?:[Nn]ame(?: is|'s|:)?|(?:I|[Yy]ou) am|I'm|[Yy]ou're|[Yy]ou are|[Tt]his is|[Ii]t's|"
    r"[Ii]t is)\s+([A-Z][\w'-]+)\s+([A-Z][\w'-]+)"
)
_TWO_WORDS = re.compile(r"\b([A-Z][a-z'-]+)\s+([A-Z][a-z'-]+)\b")


class RetailDesk:
    """The shop, as the rules agent knows it."""

    identity_questions: tuple[str, ...] = (
        "To find your account, may I have your email address? If you do not have it at hand, your full name and zip "
        "code will do.",
        "Could you tell me your email address, or your full name and zip code, so that I can find your account?",
        "What is the email address on your account? Or, if you prefer, tell me your full name and zip code.",
        "First I need to find your account. Could I have your email address, or else your name and zip code?",
    )

    def identify(self, utterance: str) -> Action | None:
        if email := _EMAIL.search(utterance):
            return "find_user_id_by_email", {"email": email[0].rstrip(".")}
        zip_code = _ZIP.search(utterance)
        if zip_code is None:
            return None
        name = _USER_ID.search(utterance) or _NAME.search(utterance) or _TWO_WORDS.search(utterance)
        if name is None:
            return None
        first, last = (part.capitalize() if part.islower() else part for part in name.groups())
        return "find_user_id_by_name_zip", {"first_name": first, "last_name": last, "zip": zip_code[0]}

    def get_user_id(self, lookup: Action, answer: Any) -> str | None:
        return answer if isinstance(answer, str) and _USER_ID.fullmatch(answer) else None

    def look_at_customer(self, user_id: str, call: Call) -> None:
        call("get_user_details", {"user_id": user_id})

    def read(self, utterance: str) -> Sequence[Wish]:
        return read_wishes(utterance)

    def name_wish(self, intent: Wish, user_id: str) -> str:
        name = NAMES_OF_WISHES[intent.kind]
        if intent.kind == "change_address" and is_to_default(intent):
            name = "The default address as shipping address"
        return f"{name} for {user_id}."

    def amend(self, intent: Wish, utterance: str) -> Wish:
        if not re.search(r"[A-Za-z]{3}", utterance):
            return intent
        return intent._replace(later=(*intent.later, utterance))

    def resolve(self, intent: Wish, user_id: str, call: Call) -> Resolution:
        shop = Shop(user_id, call)
        parts = split_by_order(intent, shop, STATUSES[intent.kind]) if intent.kind in STATUSES else [intent]
        resolutions = [self._resolve(part, shop) for part in parts]
        for resolution in resolutions:
            if resolution.question or resolution.refusal or len(parts) == 1:
                return resolution
        return resolutions[0]._replace(
            thought=" ".join(resolution.thought for resolution in resolutions),
            writes=tuple(write for resolution in resolutions for write in resolution.writes),
            tells=tuple(text for resolution in resolutions for text in resolution.tells),
            answer=" ".join(resolution.answer for resolution in resolutions if resolution.answer) or None,
        )

    def _resolve(self, intent: Wish, shop: Shop) -> Resolution:
        """What is to be done about a wish that concerns one order, or none; the second choice where there is one."""
        resolution = RESOLVERS[intent.kind](intent, shop)
        if not resolution.is_transfer:  # whose wish it is stands beside whom the order turns out to be of
            named = self.name_wish(intent, shop.user_id)
            resolution = resolution._replace(thought=f"{named} {resolution.thought}")
        if resolution.refusal is None or not intent.fallback:
            return resolution
        second = _fall_back(intent)
        if second is None:
            return resolution
        other = self._resolve(second, shop)
        return other._replace(thought=f"{resolution.thought} So the customer's second choice counts. {other.thought}")


def _fall_back(wish: Wish) -> Wish | None:
    """The second choice of a customer, as a wish of its own; None if it is to leave things as they are."""
    kind = classify(wish.fallback)
    if kind is None and re.search(r"\b(?:leave|keep|forget|nothing|stay)\b", wish.fallback):
        return None
    return Wish(kind or wish.kind, wish.said, later=(*wish.later, wish.fallback))


def _resolve_transfer(wish: Wish, shop: Shop) -> Resolution:
    thought = f"None of my tools does what the customer {shop.user_id} asks for: {wish.said}"
    return Resolution(thought, is_transfer=True)


STATUSES: dict[Kind, tuple[str, ...]] = {
    "cancel": ("pending",),
    "return": ("delivered",),
    "change_item": ("pending", "delivered"),
}
"""Kind of a wish that may concern several orders -> the statuses in which it can be fulfilled."""

NAMES_OF_WISHES: dict[Kind, str] = {
    "cancel": "A cancellation",
    "return": "A return",
    "change_item": "Another variant",
    "change_address": "Another shipping address",
    "change_default_address": "Another default address",
    "change_payment": "Another payment method",
    "count": "A number of variants",
    "total": "The total of an order",
    "refund": "The sum of a refund",
    "difference": "A difference in price",
    "transfer": "Something for a human",
}
"""Kind -> how a thought about it begins: what is looked at depends on it."""

RESOLVERS: dict[Kind, Callable[[Wish, Shop], Resolution]] = {
    "cancel": resolve_cancel,
    "return": resolve_return,
    "change_item": resolve_change_item,
    "change_address": resolve_address,
    "change_default_address": resolve_default_address,
    "change_payment": resolve_payment,
    "count": answer_count,
    "total": answer_total,
    "refund": answer_refund,
    "difference": answer_difference,
    "transfer": _resolve_transfer,
}

RETAIL_DESK: Desk[Wish] = RetailDesk()
