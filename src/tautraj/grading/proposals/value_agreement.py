"""Whether the values that an announcement names are those that a customer wants: payments, flights, bags, items.

The customer knows its own words only: a product that it never named is another one, and so is an option that changes
without its having asked for it. Not here: operations and ids (`grading.proposals.agreement`).
"""

import re
from calendar import month_name
from collections.abc import Collection, Iterator
from typing import Any

from tautraj.benchmarks.goals import Request

PAYMENT_KINDS = {
    "paypal": r"pay ?pal",
    "credit_card": r"credit[ _]card",
    "gift_card": r"gift[ _]card",
    "certificate": r"certificate",
}

SPOKEN_DAY = re.compile(rf"\b({'|'.join(month_name[1:])}) (\d\d?)\b(?!,? (?!2024)\d{{4}})")
"""A day of the year of the benchmark's airline: "May 20". No birthday."""

BRANDS = r"(?i:\b(?:visa|mastercard)\b)"

PAYING = r"\b(?:pa(?:y|id)\w*|cards?|refund\w*|charg\w*|certificates?|money|account|method)\b"

CABINS = r"(?i:\bbasic[ _]economy\b|(?<!basic )(?<!basic_)\beconomy\b|\bbusiness\b)"

REASONS = r"(?i:\bno longer needed\b|\bordered by mistake\b)"

NUMBERS = {"no": "0", "zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}

EXCHANGED = {
    "payment method": r"\b(?:paypal|credit_card|gift_card|certificate)_\d+\b",
    "flight": r"\b[A-Z]{3}\d{3}\b",
    "date": r"\b20\d\d-\d\d-\d\d\b",
    "cabin": CABINS,
    "reason": REASONS,
    "zip code": r"(?<![\w$#.,])\d{5}\b(?![.,]\d)",
}
"""Kind -> form of a value. An announcement may name others too, but not in place of the request's."""

AMOUNT = r"\$ ?(\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?) ?(?:dollars|usd|gb)\b"

GIGABYTES = r"\b(\d+(?:\.\d+)?) ?(?:gb|gigabytes?)\b"
"""Where data is bought: prices and bills are not what was asked for."""

NO_INSURANCE = (
    r"\b(?:no|without|declin\w+)(?: (?:any|the|travel|trip))* insurance\b"
    r"|\b(?:not|don't|won't)(?: \w+){1,4} insurance\b|\binsurance\W+(?:no|none|declined)\b"
)

BAGS = rf"\b(\d+|{'|'.join(NUMBERS)})(?: \w+)? (?:bags?|baggages?|suitcases?)\b"


NAMED_ITEM = re.compile(r"\bthe ((?:[A-Z0-9][\w'&/-]*)(?: [A-Z0-9][\w'&/-]*)*) \(([^()]*)\)")
"""A product's name and its options, as announcements have them: `the Lamp (black, color: 3)`."""

EXCHANGED_ITEM = re.compile(rf"{NAMED_ITEM.pattern} for {NAMED_ITEM.pattern}")

ALL_ITEMS = re.compile(
    r"\b(?:everything|(?:all|every)(?: of)?(?: the| my| these| those)? (?:items?|things?|of it)"
    r"|(?:whole|entire)(?! of))\b",
    re.IGNORECASE,
)


def find_foreign_item(announced: str, request: Request) -> str | None:
    """An item or an option of the announcement that the customer does not mean; None if there is none."""
    if not any("item_ids" in write.arguments for write in request.writes):
        return None
    text = _get_words(request)
    if not ALL_ITEMS.search(text):
        for name, _ in NAMED_ITEM.findall(announced):
            if name.lower() not in text.lower():
                return f"the item: {name}"
    if request.family == "optimisation":  # the data decide on the options that it does not name
        return None
    for _, old, _, new in EXCHANGED_ITEM.findall(announced):
        for option in sorted({*new.split(", ")} - {*old.split(", ")}):
            if not _is_spoken_of(option, text):
                return f"the option: {option}"
    return None


def _is_spoken_of(option: str, text: str) -> bool:
    """Whether a text has the option; of `wheels: yes` the key is enough, in any form: "does not fit over glasses"."""
    key = r"\W+".join(rf"{re.escape(word.rstrip('s'))}(?:s|es)?" for word in option.partition(": ")[0].split())
    return option.lower() in text.lower() or search(rf"\b{key}\b", text) >= 0


def compare_values(announced: str, request: Request) -> str | None:
    wanted_text = " ".join(flatten(write.arguments) for write in request.writes)
    months = list(month_name)
    announced = SPOKEN_DAY.sub(lambda day: f"2024-{months.index(day[1]):02d}-{int(day[2]):02d}", announced)
    for kind, form in EXCHANGED.items():
        if kind == "payment method" and not _has_payment_in_mind(request):
            continue
        stated, wanted = find_values(form, announced), find_values(form, wanted_text)
        if wanted and stated - wanted and wanted - stated:
            return f"the {kind}: {join(stated - wanted)}"
    return None


def _has_payment_in_mind(request: Request) -> bool:
    """Whether it ever speaks of paying: where nothing is to be paid, any method will do."""
    return search(PAYING, _get_words(request)) >= 0


def _get_words(request: Request) -> str:
    """All that it says of the request."""
    return " ".join([request.said, request.correction or "", *request.answers.values()])


def compare_payments(announced: str, request: Request) -> str | None:
    ids = find_values(EXCHANGED["payment method"], " ".join(flatten(write.arguments) for write in request.writes))
    wanted = {value.rpartition("_")[0] for value in ids}
    stated = {kind for kind, words in PAYMENT_KINDS.items() if re.search(words, announced, re.IGNORECASE)}
    is_other = wanted and stated and not stated & wanted
    if is_other and _has_payment_in_mind(request):
        return f"the payment: {join(stated)}"
    brands, own_brands = find_values(BRANDS, announced), find_values(BRANDS, _get_words(request))
    return f"the payment: {join(brands)}" if brands - own_brands and own_brands - brands else None


def compare_numbers(announced: str, request: Request) -> str | None:
    for arguments in (write.arguments for write in request.writes):
        amounts = {float(value) for value in _find_amounts(arguments)}
        form = GIGABYTES if "gb_amount" in arguments else AMOUNT
        numbers = (next(filter(None, match.groups())) for match in re.finditer(form, announced, re.IGNORECASE))
        stated = {float(number.replace(",", "")) for number in numbers}
        foreign = stated - amounts - {sum(amounts)}
        if foreign and amounts - stated and (stated & amounts or sum(amounts) not in stated):
            return f"the amount: {join({f'{value:g}' for value in foreign})}"
        bags = {NUMBERS.get(word.lower(), word) for word in re.findall(BAGS, announced, re.IGNORECASE)}
        if "total_baggages" in arguments and bags and str(arguments["total_baggages"]) not in bags:
            return f"the number of bags: {join(bags)}"
        wanted = arguments.get("insurance")
        stated_insurance = "no" if search(NO_INSURANCE, announced) >= 0 else "yes"
        if wanted and search(r"\binsurance\b", announced) >= 0 and wanted != stated_insurance:
            return "the insurance"
    return None


def _find_amounts(arguments: dict[str, Any]) -> Iterator[float]:
    for key in ("amount", "gb_amount"):
        if key in arguments:
            yield arguments[key]
    for method in arguments.get("payment_methods", ()):
        yield method["amount"]


def search(form: str, text: str) -> int:
    match = re.search(form, text, re.IGNORECASE)
    return match.start() if match else -1


def find_values(form: str, text: str) -> set[str]:
    return {match[0].lower().lstrip("#").replace(" ", "_") for match in re.finditer(form, text)}


def flatten(value: Any) -> str:
    """All values of a call's arguments as one text."""
    if isinstance(value, dict):
        return " ".join(map(flatten, value.values()))
    return " ".join(map(flatten, value)) if isinstance(value, list | tuple) else str(value)


def join(values: Collection[str]) -> str:
    return ", ".join(sorted(values))
