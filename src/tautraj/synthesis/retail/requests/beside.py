"""What a customer mostly wants besides something that changes nothing: without it, to do nothing would be right.

Not here: what changes nothing (`retail.requests.refusals`, `retail.requests.questions`).
"""

from tautraj.benchmarks.goals import Request
from tautraj.synthesis.retail.customer import draw
from tautraj.synthesis.retail.requests.items import change_item, return_items
from tautraj.synthesis.retail.requests.orders import cancel, change_address, change_payment
from tautraj.synthesis.retail.telling import Telling

SHARE = 0.85

MAKERS = (change_item, return_items, cancel, change_address, change_payment)


def make_beside(talk: Telling, request: Request) -> list[Request]:
    """A request that the policy allows, about other things; none where the customer has no order for it."""
    if talk.rng.random() > SHARE:
        return []
    for make in draw(talk.rng, MAKERS):
        made: Request | None = make(talk, "direct")
        if made and not set(made.about) & set(request.about):
            return [made]
    return []
