"""Which payment methods a customer's words describe.

Not here: which of the profile's methods fit them (`agents.rules.airline.records`).
"""

import re
from typing import NamedTuple


class PaymentWords(NamedTuple):
    """How a payment method was described; empty fields were not mentioned."""

    id: str
    source: str
    brand: str
    last_four: str
    amount: int | None
    """Balance of a gift card or certificate, dollars."""
    is_largest: bool | None
    """True: the one with more on it; False: with less; None: not said."""


def list_payments(text: str) -> list[PaymentWords]:
    """Payment methods in the order mentioned."""
    found = []
    pattern = re.compile(
        r"(?P<id>\b(?:credit_card|gift_card|certificate)_\d{7}\b)"
        r"|(?P<brand>visa|master ?card)(?: (?:credit )?card)?(?:[\w ,]{0,25}? (?P<four>\d{4})\b)?"
        r"|(?P<card>credit card|card)(?:,? (?:ending|ends|that ends|which ends|"
        r"with the number ending)[\w ]*? (?P<four2>\d{4})\b)"
        r"|(?P<rank>larger|bigger|largest|biggest|smaller|smallest|fuller)?(?: of (?:my|your) two)? ?"
        r"\b(?P<source>gift ?cards?|(?:travel )?(?:certificate|voucher)s?|credit card)"
        r"(?:,? (?:\w+ ){0,5}?\$(?P<amount>\d+))?",
        re.IGNORECASE,
    )
    for match in pattern.finditer(text):
        if match["id"]:
            found.append(PaymentWords(match["id"], match["id"].rsplit("_", 1)[0], "", "", None, None))
        elif match["brand"] or match["card"]:
            brand = (match["brand"] or "").lower().replace(" ", "")
            found.append(PaymentWords("", "credit_card", brand, match["four"] or match["four2"] or "", None, None))
        else:
            word = match["source"].lower()
            source = "credit_card" if "credit" in word else "gift_card" if "gift" in word else "certificate"
            amount, before = match["amount"], text[max(0, match.start() - 12) : match.start()]
            if not amount and (ahead := re.search(r"\$(\d+) $", before)):
                amount = ahead[1]
            rank = (match["rank"] or "").lower()
            found.append(
                PaymentWords(
                    "",
                    source,
                    "",
                    "",
                    int(amount) if amount else None,
                    None if not rank else not rank.startswith("small"),
                )
            )
    return found
