"""Which payment methods a customer's words describe.

Not here: which of the profile's methods fit them (`agents.rules.airline.records`).
"""

import re
from typing import NamedTuple

_METHOD = re.compile(
    r"(?P<id>\b(?:credit_card|gift_card|certificate)_\d{7}\b)"
    r"|(?P<brand>visa|master ?card)(?: (?:credit )?card)?(?:[\w ,]{0,25}? (?P<four>\d{4})\b)?"
    r"|\b(?P<four_first>\d{4}) card\b"
    r"|(?P<card>credit card|card)(?:,? (?:ending|ends|that ends|which ends|"
    r"with the number ending)[\w ]*? (?P<four_last>\d{4})\b)"
    r"|(?P<rank>larger|bigger|largest|biggest|smaller|smallest|fuller)?(?: of (?:my|your) two)? ?"
    r"\b(?P<source>gift ?cards?|(?:travel )?(?:certificate|voucher)s?"
    r"|credit card(?!,? (?:ending|ends|that ends|which ends|with the number)\b))"
    r"(?:,? (?:\w+ ){0,5}?\$(?P<amount>\d+)| with the (?P<rank_last>smallest|lowest|largest|highest) balance)?"
    r"|\b(?P<rank_alone>larger|bigger|smaller) one\b",
    re.IGNORECASE,
)


class PaymentWords(NamedTuple):
    """How a payment method was described; empty fields were not mentioned."""

    id: str
    source: str
    brand: str = ""
    last_four: str = ""
    amount: int | None = None
    """Balance of a gift card or certificate, dollars."""
    is_largest: bool | None = None
    """True: the one with more on it; False: with less; None: not said."""


def list_payments(text: str) -> list[PaymentWords]:
    """Payment methods in the order mentioned. "The larger one" is of the kind mentioned before."""
    payments: list[PaymentWords] = []
    for match in _METHOD.finditer(text):
        last_four = match["four"] or match["four_first"] or match["four_last"] or ""
        rank = match["rank"] or match["rank_last"] or match["rank_alone"]
        is_largest = None if rank is None else not rank.lower().startswith(("small", "low"))
        if match["id"]:
            payments.append(PaymentWords(match["id"], match["id"].rsplit("_", 1)[0]))
        elif match["brand"] or last_four:
            brand = (match["brand"] or "").lower().replace(" ", "")
            payments.append(PaymentWords("", "credit_card", brand, last_four))
        elif match["source"]:
            word = match["source"].lower()
            source = "credit_card" if "credit" in word else "gift_card" if "gift" in word else "certificate"
            ahead = re.search(r"\$(\d+) $", text[max(0, match.start() - 12) : match.start()])
            amount = match["amount"] or (ahead[1] if ahead else None)
            payments.append(PaymentWords("", source, amount=int(amount) if amount else None, is_largest=is_largest))
        elif payments:
            payments.append(PaymentWords("", payments[-1].source, is_largest=is_largest))
    return payments
