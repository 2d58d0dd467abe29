"""Wishes in what a customer of the shop says, told apart by their verbs. The shop's data is not asked.

Not here: which order, item, option or payment method is meant (`agents.rules.retail_shop`), what the policy says
(`agents.rules.retail_decisions`).
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

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


class Wish(NamedTuple):
    """One thing that a customer wants of the shop."""

    kind: Kind
    said: str
    """The sentences about it."""
    fallback: str = ""
    """What is wanted if the rest is not to be had."""
    later: tuple[str, ...] = ()
    """Answers and corrections, in the order in which they were given."""


SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")

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
PAYMENT_CHANGE = (
    re.compile(rf"\b{_CHANGE} (?:[\w#']+ ){{0,5}}?(?:payment|paying|pay|paid|billing|card)\b"),
    re.compile(rf"\b{_CHANGE} [^.]*\b(?:paid|charged|billed|pay)\b"),
)
PAY_FOR_ORDER = re.compile(
    rf"\b(?:pay|paying|charge|charged|bill|billed|put|payment|paid)\b[^.]*{_ORDER}|{_ORDER}[^.]*\b(?:pay|paying|"
    rf"charged?|billed?|payment|paid|put on)\b"
)
METHOD = re.compile(r"\b(?:visa|mastercard|amex|paypal|gift card|credit card|other card|payment method)\b")
QUESTION = re.compile(
    r"\bhow (?:many|much)\b|\b(?:what|which)(?:'s| is| are| was| were| do| does| did| will| would| came)\b"
    r"|\b(?:know|tell me|tell you|find out|wonder\w*|curious|let me know|let you know|be told)\b"
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
FALLBACK = re.compile(
    r",?\s*(?:\b(?:and|but|or)\b,? )?(?:"
    r"(?<!\bas )(?<!\bwonder )(?<!\bwondering )\b(?:[Ii]f|[Ss]hould (?:it|that|this|they|the|none|no)|[Ii]n case|"
    r"[Ww]hen)\b[^,.;]*?(?:\bnot?\b|n't|\bun\w+|out of stock|sold out|\bgone\b|no longer|impossible|missing)"
    r"[^,.;]*(?:[,;]|\bthen\b)|\b[Ii]f not\b,?|\b[Oo]therwise\b,?|\b[Ff]ailing that\b,?|\b[Oo]r else\b,?)"
)
TOPIC_MARK = re.compile(
    r"(?:and )?(?:also|another|one (?:more )?thing|next|second|besides|further|in addition|oh,|then\b|anyway|"
    r"before i forget|"
    r"before you forget|you know what|there (?:is|remains)|after this|while|i should also|you should also|since|"
    r"now that|"
    r"that is not|not even|lastly|finally)"
)
UNCHANGED = re.compile(
    r"(?:and )?(?:nothing else|everything else|all (?:the )?other|all else|the rest|(?:the )?(?:other|"
    r"remaining) (?:options|features)|"
    r"in every other|other than that)\b"
)
"""Begins a sentence that says what stays as it is."""
NEW_CLAUSE = re.compile(
    r"(?:,|;| and| then)\s+(?:(?:and|also|then|please|lastly|finally|next) )*"
    r"(?=(?:(?:(?:i|you)(?: also)?(?:'d| would)? (?:want|need|wish|like)(?: you| the agent)?|also want) to |"
    r"to )?(?:also )?"
    r"(?:cancel|return|exchange|swap|replace|modify|change|send (?:the|my|your) [\w ]+ back|know (?:how|"
    r"what))\b(?! ?[.!?]|$))",
    re.IGNORECASE,
)
ANAPHOR = re.compile(r"\b(?:it|that|this|them|these|those|one|same|both)\b", re.IGNORECASE)


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
    if not QUESTION.search(low):
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
    if "difference" in low or not METHOD.search(low):
        return False
    if any(pattern.search(low) for pattern in PAYMENT_CHANGE):
        return True
    return bool(PAY_FOR_ORDER.search(low)) and not CHANGE_ITEM.search(low)


def read_wishes(said: str) -> list[Wish]:
    """The wishes of a text, in its order. Sentences that name none belong to the one they speak of."""
    drafts: list[_Draft] = []
    ahead: list[str] = []
    """Sentences that speak of the next wish."""
    for sentence in _split(said):
        main, fallback = _split_fallback(sentence)
        kind = classify(main) if main else None
        current = drafts[-1] if drafts else None
        if kind and (current is None or ahead or _is_new(current, kind, main)):
            if current and not ahead and _speaks_of_what_was_said(main):
                ahead, current.context = current.context, []
            drafts.append(_Draft(kind, [*ahead, main], [], []))
            ahead = []
        elif main and (current is None or ahead or _opens_topic(main)):
            ahead.append(main)
        elif main and current and current.fallback:
            current.fallback.append(main)
        elif main and current and kind:
            current.said += [*current.context, main]
            current.context = []
        elif main and current:
            current.context.append(main)
        if fallback and drafts:
            drafts[-1].fallback.append(fallback)
    if drafts:
        drafts[-1].context += ahead
    return [Wish(d.kind, " ".join([*d.said, *d.context]), " ".join(d.fallback)) for d in drafts]


class _Draft:
    """A wish while its sentences are collected."""

    def __init__(self, kind: Kind, said: list[str], context: list[str], fallback: list[str]) -> None:
        self.kind, self.said, self.context, self.fallback = kind, said, context, fallback
        """`context`: sentences after it that name no wish; they go to the next one if that says only "it"."""


def _split(said: str) -> Iterator[str]:
    for sentence in SENTENCE_END.split(said.strip()):
        yield from (part.strip() for part in NEW_CLAUSE.split(sentence) if part.strip())


def _split_fallback(sentence: str) -> tuple[str, str]:
    match = FALLBACK.search(sentence)
    return (sentence[: match.start()].strip(), sentence[match.end() :].strip() or "-") if match else (sentence, "")


def _is_new(current: _Draft, kind: Kind, clause: str) -> bool:
    """Whether a clause opens another wish instead of saying more about the current one."""
    if current.fallback and not _opens_topic(clause):
        return bool(re.search(r"#W\d", clause)) or kind not in ("cancel", "return", "change_item")
    if (
        kind == "change_address"
        and current.kind == "change_default_address"
        and not re.search(r"#W\d|\border\b", clause)
    ):
        return False
    if kind != current.kind or _opens_topic(clause):
        return True
    return bool(re.search(r"#W\d", clause)) or not ANAPHOR.search(clause)


def _opens_topic(sentence: str) -> bool:
    return bool(TOPIC_MARK.match(sentence.lower())) and not re.search(r"\b(?:refund|difference|money)\b", sentence)


def _speaks_of_what_was_said(clause: str) -> bool:
    return bool(ANAPHOR.search(clause)) and not re.search(r"#W\d|\border (?:with|that|of|containing)\b", clause)
