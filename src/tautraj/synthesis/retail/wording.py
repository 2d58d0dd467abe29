"""How an item, its options, a payment method and an address are named by their owner.

Not here: clauses and how they are filled in (`synthesis.templates`).
"""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

ADJECTIVES = {"washable", "insulated", "stackable", "folding"}
"""Options with the values yes and no that are said without "with"."""

CLEAR_UNITS = {"lumens", "bottles", "people", "pieces", "quarts", "watts", "volts", "liters", "GB", "TB", "Hz", "psi"}
"""Units behind which the option need not be named."""

NUMBERS = {"one", "two", "three", "four"}

UNCOUNTED = {"fabric", "fiber", "leather", "material", "steel", "wood"}
"""Options that take no article behind an adjective."""

STEM = 6
"""Letters of an option by which a value is known to name it: `two batteries` of `batteries`."""


def join_words(words: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def name_item(item: Mapping[str, Any], rng: Random) -> str:
    """The product of an item, as its owner calls it."""
    return f"{rng.choice(('the', 'the', 'my'))} {item['name'].lower()}"


def name_items(items: Sequence[Mapping[str, Any]], rng: Random) -> str:
    article = rng.choice(("the", "the", "my"))
    return join_words([f"{article} {item['name'].lower()}" for item in items])


def name_another(product: str) -> str:
    """ "one", or what is said instead if the product's name is a plural."""
    if not product.endswith("s"):
        return "one"
    return "a set" if product.endswith("Paints") else "a pair"


def describe_option(option: str, value: str, rng: Random) -> str:
    """A value of an option, to be put behind the name of a product: "in red", "with propane as fuel"."""
    if value in ("yes", "no"):
        return _describe_yes_or_no(option, value == "yes", rng)
    if option == "color":
        return rng.choice((f"in {value}", f"in {value}", f"in the color {value}", f"with {value} as the color"))
    if value == "none":
        return rng.choice((f"with no {option}", f"without {_add_article(option)}"))
    names_itself = option.rsplit(maxsplit=1)[-1].rstrip("s")[:STEM] in value
    if names_itself and " " in value:
        return f"with {value}"
    if re.fullmatch(r"\d[\w.]*", value):
        return f"with {value} {option}"
    if value in NUMBERS and option.endswith("s"):
        return f"with {value} {option.rstrip('s') if value == 'one' else option}"
    is_adjective = re.fullmatch(r"[A-Za-z-]+[A-Za-rt-z]", value) and value not in NUMBERS
    if is_adjective and not (names_itself or option.endswith("s")):
        adjective = value if option in UNCOUNTED else _add_indefinite(value)
        return rng.choice((*[f"with {adjective} {option}"] * 2, f"with {value} for the {option}"))
    forms = [f"with {value} as the {option}", f"with {value} for the {option}"]
    if value.rsplit(maxsplit=1)[-1] in CLEAR_UNITS:
        forms += [f"with {value}"] * 4
    if value[0].isdigit() and not option.endswith("s"):
        forms += [f"with {_add_article(option)} of {value}"] * 3
    return rng.choice(forms)


def _describe_yes_or_no(option: str, is_yes: bool, rng: Random) -> str:
    if option in ADJECTIVES:
        return f"that is {option}" if is_yes else f"that is not {option}"
    if option == "fits over glasses":
        return "that fits over glasses" if is_yes else "that does not fit over glasses"
    noun = _add_article(option)
    with_it = (f"with {noun}", f"that has {noun}")
    return rng.choice(with_it if is_yes else (f"without {noun}", f"with no {option}", f"that has no {option}"))


def describe_options(options: Mapping[str, str], rng: Random) -> str:
    """Several of them, in any order."""
    names = list(options)
    rng.shuffle(names)
    names.sort(key=lambda name: name != "color" or rng.random() < 0.5)
    parts = [describe_option(name, options[name], rng) for name in names]
    return join_words(parts)


def _add_article(option: str) -> str:
    if option.lower().endswith("s") or option.endswith("included"):
        return option
    return f"{'an' if option[0] in 'aeiou' else 'a'} {option}"


def _add_indefinite(value: str) -> str:
    return f"{'an' if value[0] in 'aeiouAEIO' else 'a'} {value}"


def name_payment(method: Mapping[str, Any], rng: Random, *, has_two_cards: bool) -> str:
    """A payment method, as its owner calls it."""
    if method["source"] == "paypal":
        return rng.choice(("my PayPal account", "PayPal", "my PayPal"))
    if method["source"] == "gift_card":
        return rng.choice(("my gift card", "my gift card", "the gift card on my account"))
    if method["brand"] == "visa":
        names = ("my Visa", "my Visa card", "the Visa card")
    else:
        names = ("my Mastercard", "the Mastercard", "my Mastercard")
    return rng.choice(names if has_two_cards else (*names, "my credit card"))


def write_address(address: Mapping[str, str]) -> str:
    """In one line, country left out."""
    return f"{address['address1']}, {address['address2']}, {address['city']}, {address['state']} {address['zip']}"
