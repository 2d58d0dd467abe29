"""Names of things in what a customer says: order numbers, products, values of options, addresses.

Not here: which of the customer's things they are (`agents.rules.retail.references`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

Entity = dict[str, Any]


ORDER_ID = re.compile(r"#?\b[Ww](\d{7})\b")


FULL_ADDRESS = re.compile(
    r"(?P<address1>\d+ [A-Z][\w' -]+?), (?P<address2>(?:Apt|Unit|Floor|Building|"
    r"Suite)\.? \w+), (?P<city>[A-Z][\w .'-]+?),? "
    r"(?P<state>[A-Z]{2}),? (?P<zip>\d{5})\b"
)


_HEAD = re.compile(
    r"\b(?:order|purchase|parcel|package|shipment|delivery|one|received|got|"
    r"bought|ordered|came|arrived|delivered)\b(?: of (?:mine|yours)\b,?)?(?: (?:i|you|we) \w+|"
    r" in)?(?: (?:just|also|only|"
    r"all))? (?:with|containing|contains|"
    r"that (?:has|had|contains|contained|includes|included|came with|consists of|holds)|which (?:has|had|contains|"
    r"includes)|"
    r"including|includes|of|for|holding|has|had|made up of|comprising|by which (?:i|you) acquired|consisting of|"
    r"where (?:i|you) (?:got|bought|ordered|"
    r"have|had))\b",
    re.IGNORECASE,
)


_LIST_GAP = re.compile(
    r"[\s,]*(?:(?:and|plus|the|my|your|a|an|both|also|some|together with|as well as|along with|with|one|&)\b[\s,]*)*",
    re.IGNORECASE,
)


_ORDER_AFTER = re.compile(r"\s+(?:order|purchase|parcel|package|shipment|delivery)\b", re.IGNORECASE)


_BARE_VALUE = re.compile(r"(?:none|one|two|three|four|five|\d+)", re.IGNORECASE)


class Mention(NamedTuple):
    """A product that is named in a text."""

    start: int
    end: int
    name: str


def find_order_ids(text: str) -> list[str]:
    return list(dict.fromkeys(f"#W{number}" for number in ORDER_ID.findall(text)))


def find_mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """Products named in a text, in its order: the whole name, or its last word if only one product has that."""
    known = sorted(set(names), key=lambda name: (-len(name), name))
    mentions: list[Mention] = []

    def look_for(words: str, name: str) -> None:
        pattern = r"[\s-]*".join(map(_plural_pattern, re.split(r"[\s-]+", words)))
        for match in re.finditer(rf"\b{pattern}\b", text, re.IGNORECASE):
            if not any(match.start() < other.end and other.start < match.end() for other in mentions):
                mentions.append(Mention(match.start(), match.end(), name))

    for name in known:
        look_for(name, name)
    named = {mention.name for mention in mentions}
    for name in known:
        last = name.split()[-1]
        if name not in named and " " in name and sum(other.split()[-1] == last for other in known) == 1:
            look_for(last, name)
    return sorted(mentions)


def _plural_pattern(word: str) -> str:
    stem = re.escape(word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word)
    return rf"{stem[:-1]}(?:y|ies)" if stem.endswith("y") else rf"{stem}(?:e?s)?"


def list_context_mentions(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that only say which order is meant: "the order with the tent and the kettle"."""
    context: list[Mention] = []
    for head in _HEAD.finditer(text):
        at = head.end()
        for mention in mentions:
            if mention.start >= at and _LIST_GAP.fullmatch(text[at : mention.start]):
                context.append(mention)
                at = mention.end
    for index, mention in enumerate(mentions):
        if _ORDER_AFTER.match(text, mention.end):
            context.append(mention)
            start = mention.start
            for before in reversed(mentions[:index]):
                if not re.fullmatch(r"(?:,? and |, | & |/)(?:the |my |your )?", text[before.end : start]):
                    break
                context.append(before)
                start = before.start
    return [mention for mention in mentions if mention in context]


def cut_mentions(text: str, mentions: Iterable[Mention]) -> str:
    """The text without the names of products, whose words may be those of an option."""
    for mention in sorted(mentions, reverse=True):
        text = f"{text[: mention.start]} … {text[mention.end :]}"
    return text


def find_address(text: str) -> dict[str, str] | None:
    """A whole address, with the tools' arguments in the order of a profile; None if there is none."""
    match = FULL_ADDRESS.search(text)
    return dict(sorted({**match.groupdict(), "country": "USA"}.items())) if match else None


def find_values(text: str, product: Entity) -> dict[str, list[str]]:
    """Option -> the values of the product that a text names, in its order."""
    values: dict[str, dict[str, None]] = {}
    for variant in product["variants"].values():
        for option, value in variant["options"].items():
            values.setdefault(option, {})[value] = None
    named = {option: _find_values_of(option, list(names), text) for option, names in values.items()}
    return {option: names for option, names in named.items() if names}


def _find_values_of(option: str, values: Sequence[str], text: str) -> list[str]:
    words = r"\s+".join(_option_pattern(word) for word in option.split())
    at: list[tuple[int, str]] = []
    for value in values:
        if value in ("yes", "no"):
            continue
        pattern = rf"(?<![\w.-]){re.escape(value)}(?![\w-]|\.\d)"
        if _BARE_VALUE.fullmatch(value):
            before = rf"{words}\W{{0,3}}(?:is |of |to |as |at )?(?:the )?{pattern}"
            pattern = rf"{pattern}\W{{0,3}}(?:as |for )?(?:the |my |your )?{words}|{before}"
            if value == "none":
                pattern = rf"{pattern}|\b(?:without|no)\b (?:an? |the |any )?{words}"
        at += [(match.start(), value) for match in re.finditer(pattern, text, re.IGNORECASE)]
    if {"yes", "no"} & set(values):
        at += [(match.start(), value) for match, value in _find_yes_or_no(words, text) if value in values]
    return list(dict.fromkeys(value for _, value in sorted(at)))


def _option_pattern(word: str) -> str:
    return rf"{re.escape(word.rstrip('s'))}(?:s|es)?" if len(word) > 3 else re.escape(word)


def _find_yes_or_no(words: str, text: str) -> Iterable[tuple[re.Match[str], str]]:
    for match in re.finditer(rf"\b{words}\b", text, re.IGNORECASE):
        before = text[max(0, match.start() - 24) : match.start()].lower()
        after = text[match.end() : match.end() + 6].lower()
        is_no = re.search(r"\b(?:without|no|not|non|n't|lacks)\b(?: \w+){0,2}[\s-]*$|n't \w* ?$", before) or re.match(
            r"\W+no\b", after
        )
        yield match, "no" if is_no else "yes"


def has_options(variant: Mapping[str, Any], wanted: Mapping[str, Sequence[str]]) -> bool:
    """Whether a variant has, of every option, one of the values that are wanted."""
    return all(variant["options"].get(option) in values for option, values in wanted.items())
