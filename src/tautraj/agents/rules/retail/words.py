"""The words by which the shop's desk tells wishes apart.

Not here: how sentences become wishes (`agents.rules.retail.reading`), names of things
(`agents.rules.retail.mentions`).
"""

import re
from typing import Literal

Kind = Literal[
    "cancel",
    "return",
    "change_item",
    "change_address",
    "change_default_address",
    "change_payment",
    "count",
    "total",
    "refund",
    "difference",
    "transfer",
]


IDIOMS = re.compile(
    r"\b(?:chang\w+ (?:my|your) minds?|(?:plans?|circumstances|things?|situation|minds?)(?: have| has| had)? changed|"
    r"change of (?:mind|plans?|heart|residence|home)|in (?:exchange|return)|return (?:label|policy|window)|"
    r"(?:no|small|spare) change)\b",
    re.IGNORECASE,
)


_CHANGE = (
    r"(?:chang|switch|mov|modif|updat|swap|replac|exchang|trad|correct|convert|set|chose|choos|edit|adjust|amend|"
    r"alter)\w*"
)


_ORDER = r"(?:order|purchase|#w\d)"


CANCEL = re.compile(
    rf"\b(?:cancel\w*|call(?:ed|ing)? off|scrap(?:ped)?|withdraw\w*|withdrawn|void(?:ed)?|annul\w*|revok\w*|"
    rf"(?:stop(?:ped)?|drop(?:ped)?|get rid of|kill|undo|undone|take back)(?= [^,.]*{_ORDER}))\b"
)


RETURN = re.compile(
    r"\b(?:return(?:s|ed|ing)?|(?:send|sent|sending|give|giving|take|taken|taking|bring|ship|shipping|hand|mail|"
    r"go|goes|going|"
    r"post)(?! (?:me )?(?:my |the |any )?(?:refund|money|amount|difference))(?: [\w#%.&/'-]+,?){0,24}? back)\b"
)


CHANGE_ITEM = re.compile(
    r"\b(?:exchang\w*|swap\w*|replac\w*|trad(?:e|ed|ing)|switch\w*|chang\w*|modif\w*|upgrad\w*|downgrad\w*|"
    r"substitut\w*|"
    r"convert\w*|alter(?:ed|ing)?|adjust\w*|rather have|instead of)\b"
)


SWAP = re.compile(r"\b(?:exchang|swap|replac|trad|upgrad|substitut)\w* (?:\w+ ){0,2}?(?:the|my|your)\b")


ADDRESS = re.compile(
    r"\baddress\b|\b\d+ [A-Z][\w' ]+, [^.]*\d{5}\b|\b(?:ship|deliver|sen[dt])\w*\b.* to (?:my|the) (?:home|place)"
)


DEFAULT_ADDRESS = re.compile(
    r"\b(?:default|profile|account|home|main|standard|usual|permanent)(?: shipping| home)? address\b"
    r"(?!(?: \w+){0,2} (?:for|of|in|on) (?:my |the )?order)"
    r"|address (?:that is )?(?:on|in|of|for|saved (?:on|in)|stored (?:on|in)) (?:my|the|your) (?:account|profile|"
    r"file)"
    r"|\b(?:account|profile)\b[^.]*\baddress\b"
)


TO_DEFAULT = re.compile(
    r"\b(?:to|with|use|by|at|into|than|is|be|note|record|address:|has to be|it is)(?: (?:my|your|the|good|old|"
    r"current|same|own|to|this address:))*"
    r" (?:(?:default|profile|account|home|main|standard|usual|permanent)(?: shipping| home)? address"
    r"|address (?:that is )?(?:on|in|from|of|saved (?:on|in)) (?:my|the|your) (?:account|profile|file))"
)


PAYMENT_CHANGE = re.compile(
    rf"\b{_CHANGE} (?:[\w#']+ ){{0,5}}?(?:payment|paying|pay|paid|billing|card)\b|\bpayment(?: method)? (?:of|for|"
    rf"on|to)\b"
    rf"|\b{_CHANGE} [^.]*\b(?:paid|charged|billed|pay)\b|\bput the payment\b"
)


PAY_FOR_ORDER = re.compile(
    rf"\b(?:pay|paying|charge|charged|bill|billed|put|payment|paid)\b[^.]*{_ORDER}|{_ORDER}[^.]*\b(?:pay|paying|"
    rf"charged?|billed?|payment|paid|put on)\b"
)


METHOD = re.compile(r"\b(?:visa|mastercard|amex|paypal|gift card|credit card|other card|payment method)\b")


QUESTION = re.compile(
    r"\bhow (?:many|much)\b|\btotal of\b[^.]*\?|\bwhat (?:refund|amount|total|price|sum)\b|\b(?:what|which)(?:'s|"
    r" is| are| was| were|"
    r" do| does| did| will| would| came)\b"
    r"|\b(?:know|tell me|tell you|find out|wonder\w*|curious|let me know|let you know|be told)\b"
)


CHEAPEST = re.compile(
    r"\b(?:cheapest|least expensive|lowest[- ]priced?|lowest price|lowest cost|least costly|most affordable|"
    r"costs? (?:the )?least|"
    r"smallest price|easiest on|inexpensive)\b",
    re.IGNORECASE,
)


DEAREST = re.compile(
    r"\b(?:most expensive|priciest|dearest|highest[- ]priced?|highest price|costliest|top of the (?:range|line)|"
    r"most costly|"
    r"costs? (?:the )?most|most premium|most luxurious)\b",
    re.IGNORECASE,
)


TRANSFER = re.compile(
    r"\b(?:human|supervisor|manager|real person|live person|representative|specialist|technician|"
    r"somebody in charge|complaints)\b"
    r"|\b(?:invoice|tax receipt|warranty|guarantee claim|repair\w*|spare part|assembl\w*|business account|"
    r"bulk order|job|"
    r"sponsor\w*|press|interview|delete (?:my|your) (?:whole )?account|close (?:my|your) (?:whole )?account|"
    r"(?:my|your) (?:last |family )?name (?:has |is )?(?:changed|misspelled)|e-?mail (?:address )?(?:on|in|"
    r"of) (?:my|your) (?:account|profile))\b"
)


UNCHANGED = re.compile(
    r"(?:and )?(?:nothing else|everything else|all (?:the )?other|all else|the rest|(?:the )?(?:other|"
    r"remaining) (?:options|features)|"
    r"in every other|other than that)\b"
)
"""Begins a sentence that says what stays as it is."""


def classify(clause: str) -> Kind | None:
    """What is wanted by a clause; None if it only says more about something."""
    low = IDIOMS.sub("", clause).lower()
    if UNCHANGED.match(low):
        return None
    if TRANSFER.search(low):
        return "transfer"
    if kind := _classify_question(low):
        return kind
    has_other_verb = CANCEL.search(low) or RETURN.search(low)
    if ADDRESS.search(IDIOMS.sub("", clause)) and not has_other_verb:
        default, order = DEFAULT_ADDRESS.search(low), re.search(r"\border\b|#w\d", low)
        is_default = default and not TO_DEFAULT.search(low) and not (order and order.start() < default.start())
        return "change_default_address" if is_default else "change_address"
    if _is_payment_change(low) and not has_other_verb:
        return "change_payment"
    if RETURN.search(low):
        return "return"
    if CANCEL.search(low):
        return "cancel"
    return "change_item" if CHANGE_ITEM.search(low) else None


def _classify_question(low: str) -> Kind | None:
    if not QUESTION.search(low) or (SWAP.search(low) and not re.search(r"\bhow much\b|\bdifference\b|\brefund", low)):
        return None
    if re.search(r"\bhow many\b|\bnumber of\b|\bcount\b", low):
        return "count"
    if re.search(
        r"\bhow much\b|\bwhat\b|\bamount\b|\bsum\b|\bfigure\b|\btotal\b|\bknow\b|\bprice\b|\bdifference\b", low
    ):
        if re.search(r"\bdifference\b|\b(?:more|extra|cheaper|dearer|less|on top)\b|\bgap\b|\bapart\b", low):
            return "difference"
        if re.search(r"\brefund\w*\b|\bback\b|\breimburse\w*|\breturned\b", low):
            return "refund"
        if re.search(
            r"\btotal\w*\b|\b(?:cost|costs|paid|pay|spent|spend|altogether|add\w* up|c[ao]me to|c[ao]me out|"
            r"in all|charged|sum|amount\w*)\b",
            low,
        ):
            return "total"
    return None


def _is_payment_change(low: str) -> bool:
    if (
        re.search(r"\bdifference\b|\brefund", low)
        or CHEAPEST.search(low)
        or DEAREST.search(low)
        or not METHOD.search(low)
    ):
        return False
    if PAYMENT_CHANGE.search(low):
        return True
    return bool(PAY_FOR_ORDER.search(low)) and not SWAP.search(low)
