"""What customers of a shop want, by family. Not here: how it is said (`synthesis.retail.clauses`)."""

from collections.abc import Callable, Sequence

from tautraj.benchmarks.goals import Family, Request
from tautraj.synthesis.retail.requests import chains, choices, corrections, items, orders, questions, refusals
from tautraj.synthesis.retail.telling import Telling

Maker = Callable[[Telling, Family], Request | Sequence[Request] | None]
"""Makes a request for a customer; None if it does not fit."""

WHOLE_ORDERS: tuple[Maker, ...] = (
    *(orders.cancel, orders.change_address) * 2,
    *(orders.change_payment,) * 3,
)
ITEMS: tuple[Maker, ...] = (items.return_items, items.change_item) * 3
CHAINS: tuple[Maker, ...] = (chains.change_address_and_item, chains.change_address_and_payment)
TAKING_BACK: tuple[Maker, ...] = (
    corrections.change_returned_items,
    corrections.change_refund,
    corrections.change_destination,
    corrections.change_reason,
)
QUESTIONS: tuple[Maker, ...] = (questions.ask_total, questions.ask_refund, questions.ask_difference)

MAKERS: dict[Family, tuple[Maker, ...]] = {
    "direct": (*WHOLE_ORDERS, *ITEMS, items.return_everything, *CHAINS, orders.change_default_address),
    "lookup": (*WHOLE_ORDERS, *ITEMS),
    "optimisation": (choices.optimise,) * 3,
    "conditional": (choices.choose_conditionally,) * 3,
    "change_of_mind": (*(corrections.change_variant,) * 3, *TAKING_BACK),
    "information": (*QUESTIONS * 2, questions.ask_count),
    "refusal": (refusals.refuse,),
    "pressure": (refusals.refuse,),
    "transfer": (questions.ask_for_human,),
}
"""Family -> what makes its requests; the more often one is named, the more often it is tried first.

Of `combined`, the parts are of `direct` and `lookup`."""
