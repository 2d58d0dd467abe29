"""What a reservation costs, by the policy and as the booking tool computes it. Dollars."""

from typing import Any

from tautraj.grading.policy_rules import FREE_BAGS

INSURANCE_PRICE = 30
"""Per passenger."""

BAG_PRICE = 50


def compute_price(reservation: dict[str, Any]) -> int:
    """Price of the seats as bought, insurance, and bags that are not free."""
    per_passenger = sum(flight["price"] for flight in reservation["flights"])
    per_passenger += INSURANCE_PRICE * (reservation["insurance"] == "yes")
    return int(per_passenger * len(reservation["passengers"]) + BAG_PRICE * reservation["nonfree_baggages"])


def count_paid_bags(membership: str, cabin: str, passengers: int, bags: int) -> int:
    """How many of `bags` checked bags are not free. The allowance is that of all passengers together."""
    return max(0, bags - FREE_BAGS[membership][cabin] * passengers)
