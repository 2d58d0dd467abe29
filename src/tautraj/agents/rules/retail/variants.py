"""Which variant of a product a customer means: by its options, or as the cheapest or the most expensive.

Not here: the exchange itself (`agents.rules.retail.items`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from tautraj.agents.rules.desk import Resolution
from tautraj.agents.rules.retail.mentions import Entity, find_mentions, find_values, has_options
from tautraj.agents.rules.retail.references import ask, refuse
from tautraj.agents.rules.retail.shop import Shop
from tautraj.agents.rules.retail.words import CHEAPEST, DEAREST

SAME = re.compile(
    r"\b(?:everything else|all else|the rest|other (?:options?|features?|details?)|otherwise|apart from that|"
    r"nothing else|"
    r"exactly (?:as|like)|identical|same (?:model|thing|one|item|as|but))\b",
    re.IGNORECASE,
)


class Target(NamedTuple):
    """What an item is to become."""

    item_id: str
    price: float
    why: str


def choose_target(texts: Sequence[str], item: Entity, shop: Shop) -> Target | Resolution:
    """The available variant that is meant, or why there is none."""
    product = shop.get_product(item["product_id"])
    variants, options = product["variants"], item["options"]
    wanted: dict[str, list[str]] = {}
    for text in texts:
        for option, values in find_values(text, product).items():
            wanted.setdefault(option, [value for value in values if value != options.get(option)] or values)
    available = [variant for key, variant in variants.items() if variant["available"] and key != item["item_id"]]
    name = product["name"].lower()
    sense = next(
        (sense for text in texts for sense, pattern in ((1, CHEAPEST), (-1, DEAREST)) if pattern.search(text)), 0
    )
    if sense:
        kept = {option: [value] for option, value in options.items() if _is_kept(option, texts)}
        fitting = [variant for variant in available if has_options(variant, kept | wanted)]
        best = min(fitting, key=lambda variant: sense * variant["price"], default=None)
        own = item["price"] * sense
        if best is None or (own <= best["price"] * sense and has_options(item, wanted)):
            return refuse(
                f"No other available version of the {name} is better.",
                f"I am sorry, there is no other version of the {name} that fits this better.",
            )
        word = "cheapest" if sense > 0 else "most expensive"
        among = f"Of the {len(fitting)} available variants that fit, the {word}"
        why = f"{among if len(fitting) > 1 else 'The only available variant that fits'} is {best['item_id']}."
        return Target(best["item_id"], best["price"], why)
    changed = {option: values for option, values in wanted.items() if values != [options.get(option)]}
    if not changed:
        others = find_mentions(" ".join(texts), set(shop.list_product_ids()) - {product["name"]})
        if others:
            return refuse(
                f"The product must stay the same: {name} cannot become {others[0].name.lower()}.",
                f"I am sorry, the {name} can only be exchanged for another version, not for a different product.",
            )
        return ask(f"The options of the new {name} are missing.", f"Which options should the new {name} have?")
    exact = _find_exact(options, changed, available)
    if exact:
        why = f"Variant {exact['item_id']} has the options that are wanted, and is available."
        return Target(exact["item_id"], exact["price"], why)
    fitting = [variant for variant in available if has_options(variant, wanted)]
    if (
        fitting
        and not any(SAME.search(text) for text in texts)
        and _find_exact(options, changed, variants.values()) is None
    ):
        if len(fitting) == 1:
            return Target(
                fitting[0]["item_id"], fitting[0]["price"], f"Only variant {fitting[0]['item_id']} has these options."
            )
        listed = "; ".join(", ".join(variant["options"].values()) for variant in fitting)
        return ask(
            f"{len(fitting)} variants have these options.",
            f"Which of these {name} variants would you like: {listed}?",
        )
    return refuse(
        f"No available variant of the {name} has these options.",
        f"I am sorry, the {name} is not available with these options.",
    )


def _find_exact(options: Entity, changed: dict[str, list[str]], variants: Sequence[Entity]) -> Entity | None:
    """The variant that keeps all other options; of values named as alternatives, the first one counts most."""
    fitting = [
        variant
        for variant in variants
        if has_options(variant, {option: [value] for option, value in options.items()} | changed)
    ]

    def rank(variant: Entity) -> list[int]:
        return [values.index(variant["options"][option]) for option, values in changed.items()]

    return min(fitting, key=rank, default=None)


def _is_kept(option: str, texts: Sequence[str]) -> bool:
    """Whether "the same colour" is asked for."""
    words = re.escape(option)
    kept = (
        rf"\b(?:same|keep\w*|current|present)\b(?:[\w' ]+?,? (?:and|or) )?(?: \w+){{0,2}}? {words}\b",
        rf"\b{words} (?:\w+ ){{0,3}}?(?:the same|as (?:it is|is)|unchanged|stays?)\b",
    )
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in kept for text in texts)
