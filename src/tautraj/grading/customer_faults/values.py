"""Amounts, dates, payment methods and options that neither a customer's instructions nor the conversation gave.

Values are compared as what they mean: "$1,020" is 1020, "May 20th" is 2024-05-20. Not here: identifiers
(`grading.customer_faults.identity`).
"""

import itertools
import re
from calendar import month_abbr, month_name
from collections.abc import Iterator

from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.proposals.value_agreement import BRANDS, CABINS, PAYMENT_KINDS
from tautraj.trajectory import CustomerFault

NUMBER = r"\d[\d,]*(?:\.\d+)?"

AMOUNT = re.compile(
    rf"\$ ?(?P<before>{NUMBER})|\b(?P<after>{NUMBER}) ?(?:dollars|usd|bucks|gb|gigabytes?)\b", re.IGNORECASE
)

MONTHS = {name: number for names in (month_abbr, month_name) for number, name in enumerate(names) if name}

MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

DATE = re.compile(
    rf"\b(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)\b"
    rf"|\b(?P<name>{MONTH})\.? (?P<day_after>\d\d?)(?:st|nd|rd|th)?\b(?!:)"
    rf"|\b(?P<day_before>\d\d?)(?:st|nd|rd|th)? (?:of )?(?P<name_after>{MONTH})\b"
)

RELATIVE = re.compile(
    r"\b(?:day|days|week|weeks|tomorrow|yesterday|earlier|later|next|before|after)\b", re.IGNORECASE
)
"""Words with which instructions tell a date by another one."""

ENDING_IN = re.compile(r"\b(?:ending|ends) (?:in|with) (\d{4})\b", re.IGNORECASE)

SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+|\|")
"""A phone's status bar has its parts between bars."""

DENIAL = re.compile(r"\b(?:no|not|never|without|instead of|rather than|neither|cannot)\b|n['’]t\b", re.IGNORECASE)

OWN = re.compile(r"\b(?:my|mine)\b", re.IGNORECASE)

COLOURS = (
    r"black|white|gr[ae]y|silver|gold|blue|navy|teal|indigo|red|green|olive|yellow|orange|purple|pink|brown|beige"
)

MATERIALS = (
    r"leather|metal|plastic|wood|bamboo|maple|walnut|oak|cotton|polyester|nylon|wool|canvas|silicone|rubber|latex"
    r"|ceramic|porcelain|stainless steel|alumini?um|copper|brass"
)

MEASURE = r"(?:ml|mah|mm|cm|inch(?:es)?|in|ft|feet|tb|watts?|hz|mp|lumens?|lit(?:er|re)s?|cups?|quarts?|lbs|degrees?)"

RETAIL_OPTION = re.compile(
    rf"\b(?:{COLOURS}|{MATERIALS})\b|\b\d+(?:\.\d+)?[ -]?{MEASURE}\b|\bsize:? (?:XXL|XL|XS|[SML]|\d+)\b",
    re.IGNORECASE,
)

OPTIONS = {"retail": RETAIL_OPTION, "airline": re.compile(CABINS)}
"""Domain -> form of an option of what is bought there."""


def find_foreign_amounts(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """amount: of money or data; no number that was heard, rounded or not, nor the sum or difference of two."""
    for match in AMOUNT.finditer(utterance.text):
        known = {_to_float(number) for number in re.findall(NUMBER, utterance.heard)}
        if not _is_derived(_to_float(match["before"] or match["after"]), known, utterance.heard):
            yield utterance.blame("hallucination", "hindered", "amount", match[0])


def _is_derived(value: float, known: set[float], heard: str) -> bool:
    if any(value in (number, round(number), int(number)) for number in known):
        return True
    amounts = {_to_float(match["before"] or match["after"]) for match in AMOUNT.finditer(heard)}
    pairs = itertools.combinations(sorted(amounts), 2)
    return any(abs(value - result) < 0.01 for low, high in pairs for result in (low + high, high - low))


def _to_float(number: str) -> float:
    return float(number.replace(",", ""))


def find_foreign_dates(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """date: of no day that was heard, nor one beside it where instructions tell days by others."""
    for match in DATE.finditer(utterance.text):
        year, month, day = _read_date(match)
        known = [_read_date(other) for other in DATE.finditer(utterance.heard)]
        reach = 1 if RELATIVE.search(case.brief) else 0
        is_known = any(
            month == other_month
            and abs(day - other_day) <= reach
            and (year == other_year or not (year and other_year))
            for other_year, other_month, other_day in known
        )
        if not is_known:
            yield utterance.blame("hallucination", "hindered", "date", match[0])


def _read_date(match: re.Match[str]) -> tuple[int, int, int]:
    """(year, month, day); the year is 0 if none is named."""
    if match["year"]:
        return int(match["year"]), int(match["month"]), int(match["day"])
    return 0, MONTHS[match["name"] or match["name_after"]], int(match["day_after"] or match["day_before"])


def find_foreign_payments(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """payment: a way to pay, a brand of card or its last digits. What it denies or asks about is none of its own."""
    for sentence in SENTENCE_END.split(utterance.text):
        if DENIAL.search(sentence) or sentence.endswith("?") and not OWN.search(sentence):
            continue
        for form in PAYMENT_KINDS.values():
            match = re.search(form, sentence, re.IGNORECASE)
            if match and not re.search(form, utterance.heard, re.IGNORECASE):
                yield utterance.blame("hallucination", "hindered", "payment", match[0])
        for match in itertools.chain(re.finditer(BRANDS, sentence), ENDING_IN.finditer(sentence)):
            if match[match.lastindex or 0].lower() not in utterance.heard.lower():
                yield utterance.blame("hallucination", "hindered", "payment", match[0])


def find_foreign_options(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """option: a colour, material, size or cabin that was never heard. What it denies is none that it wants."""
    form = OPTIONS.get(case.domain)
    for sentence in SENTENCE_END.split(utterance.text) if form else ():
        if DENIAL.search(sentence):
            continue
        for option in dict.fromkeys(match[0] for match in form.finditer(sentence)):  # type: ignore[union-attr]
            if _to_words(option) not in _to_words(utterance.heard):
                yield utterance.blame("hallucination", "hindered", "option", option)


def _to_words(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
