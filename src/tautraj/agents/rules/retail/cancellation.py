"""What is done about wishes to cancel orders.

Not here: other wishes about whole orders (`agents.rules.retail.orders`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.mentions import Entity, find_mentions, find_order_ids, list_context_mentions
from tautraj.agents.rules.retail.reading import Wish
from tautraj.agents.rules.retail.references import ask, find_order, list_relevant, name_order, refuse
from tautraj.agents.rules.retail.shop import Shop

NO_LONGER_NEEDED = re.compile(
    r"(?:\bno longer|\bnot|n't|\bnever|\bhardly|\bstopped) (?:really |actually |even |be )?(?:need\w*|wanted|want|"
    r"requir\w+|hav\w+ (?:a|any) use|any use)"
    r"|\bno (?:longer (?:necessary|of use|useful|wanted|required)|more need|need|further need|use for)\b|"
    r"\bunneeded\b|\bneedless\b"
    r"|\bneed (?:it|them|any of (?:it|that)|that) (?:no more|no longer|anymore)|\b(?:has|have|"
    r"had) become (?:unnecessary|superfluous|pointless)"
    r"|\bunnecessary\b|\bwithout (?:it|them)\b|\bneed (?:has|is) gone\b",
    re.IGNORECASE,
)


BY_MISTAKE = re.compile(
    r"\bmistake\w*|\bmistook\b|\baccident\w*\b|\bin error\b|\berror\b|\bmisclick\w*|\bby oversight\b|"
    r"\bunintention\w+|\bnever meant\b"
    r"|\bdid ?n[o']t mean\b|\bwrong (?:button|click|thing|order|items?|products?)\b|\binadvertent\w*|\bslip of\b",
    re.IGNORECASE,
)


OTHER_REASON = re.compile(
    r"\b(?:cheaper|lower price|better price|better deal|discount|too (?:long|slow|late|expensive|dear)|slow\w*|"
    r"delay\w*|afford|"
    r"budget|reviews?|ugly|dislike|do ?n[o']t like|no longer like|quality|waiting|wait|arriv\w+ in time|money|"
    r"elsewhere|another shop|"
    r"competitor|colou?r|price)\b",
    re.IGNORECASE,
)


REASONS = ((BY_MISTAKE, "ordered by mistake"), (NO_LONGER_NEEDED, "no longer needed"), (OTHER_REASON, None))
"""How a reason is told, the strongest first, with what the tool takes for it."""


ALL_ORDERS = re.compile(r"\b(?:all|every)\b[^.]{0,30}\borders?\b|\bboth orders\b", re.IGNORECASE)


ONLY = re.compile(r"\b(?:only|just|nothing but)(?: to)?(?: cancel\w*)?(?: the| my| your)?\s*$", re.IGNORECASE)


REST = re.compile(
    r"\b(?:rest of (?:the|it|my|your)|single (?:item|article)|keep the other|only (?:that|this) item)\b",
    re.IGNORECASE,
)


def resolve_cancel(wish: Wish, shop: Shop) -> Resolution:
    if not find_order_ids(wish.said) and ALL_ORDERS.search(wish.said):
        pending = [order for order in shop.list_orders() if order["status"] == "pending"]
        return _cancel_all(wish, pending)
    order = find_order(wish, shop, ("pending",))
    if isinstance(order, Resolution):
        return order
    key, status = order["order_id"], order["status"]
    if status != "pending":
        return refuse(
            f"{name_order(order)} is {status}. Only pending orders can be cancelled.",
            f"I am sorry, order {key} is already {status}, and only pending orders can be cancelled.",
        )
    if len(order["items"]) > 1 and _is_partial(wish.said, order):
        return refuse(
            f"{name_order(order)} is pending. It can only be cancelled as a whole, and a part of it is to be.",
            f"I am sorry, I cannot cancel single items of order {key}; only the whole order can be cancelled.",
        )
    given = _find_reason(list_relevant(wish, order, shop))
    if given is None:
        return ask(
            f"{name_order(order)} is pending. A reason is needed, and none is given.",
            f"Why would you like to cancel order {key}: is it no longer needed, or was it ordered by mistake?",
        )
    situation = f"{name_order(order)} is pending. The customer says '{given.said}'"
    if given.reason is None:
        return refuse(
            f"{situation}, which is neither 'no longer needed' nor 'ordered by mistake'.",
            f"I am sorry, order {key} can only be cancelled if it is no longer needed or was ordered by mistake; "
            "other reasons are not acceptable.",
        )
    thought = f"{situation}, so the reason is '{given.reason}', and it may be cancelled as a whole."
    return Resolution(thought, (("cancel_pending_order", {"order_id": key, "reason": given.reason}),))


def _is_partial(text: str, order: Entity) -> bool:
    """Whether only some items of an order are to be cancelled."""
    mentions = find_mentions(text, {item["name"] for item in order["items"]})
    context = list_context_mentions(text, mentions)
    named = any(ONLY.search(text[: mention.start]) for mention in mentions if mention not in context)
    return named or (len(mentions) > len(context) and bool(REST.search(text)))


def _cancel_all(wish: Wish, orders: Sequence[Entity]) -> Resolution:
    given = _find_reason([*reversed(wish.later), wish.said])
    if not orders:
        return refuse(
            "The customer has no pending order.", "I am sorry, you have no pending order that could be cancelled."
        )
    if given is None or given.reason is None:
        return ask("A reason is needed.", "Are these orders no longer needed, or were they ordered by mistake?")
    writes = tuple(
        ("cancel_pending_order", {"order_id": order["order_id"], "reason": given.reason}) for order in orders
    )
    return Resolution(f"All {len(orders)} pending orders may be cancelled: {given.reason}.", writes)


class _GivenReason(NamedTuple):
    said: str
    """The words that decide, as within a sentence."""
    reason: str | None
    """As the tool takes it; None for one that is not accepted."""


def _find_reason(texts: Sequence[str]) -> _GivenReason | None:
    """The reason that the first of the texts with any gives."""
    for text in texts:
        for pattern, reason in REASONS:
            if match := pattern.search(text):
                beginning = re.split(r"[^\w']", text[: match.start()])[-1]  # the "do" of "don't need"
                deciding = f"{beginning}{match[0]}"
                return _GivenReason(deciding[:1].lower() + deciding[1:], reason)
    return None
