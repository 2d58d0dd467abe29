"""The certificate that a reservation entitles to, by the policy's section on compensation.

Not here: that the customer must ask for it, and complain about just this; who receives it
(`synthesis.airline.policy`).
"""

from tautraj.synthesis.airline.offers import Database, get_status

CANCELLATION_RATE = 100
"""Dollars per passenger, if the airline cancelled a flight."""

DELAY_RATE = 50
"""Dollars per passenger, if a flight is delayed and the reservation has been changed or cancelled because of it."""


def compute_compensation(start: Database, database: Database, reservation_id: str) -> int:
    """Dollars; 0 if there is nothing to compensate, or the customer is not entitled.

    `start` is the database when the conversation began: an exchanged flight stands only there.
    """
    reservation = start["reservations"].get(reservation_id)
    if reservation is None:
        return 0
    is_regular = start["users"][reservation["user_id"]]["membership"] == "regular"
    if is_regular and reservation["insurance"] == "no" and reservation["cabin"] != "business":
        return 0
    statuses = {get_status(start, flight)["status"] for flight in reservation["flights"]}
    has_changed = any(
        reservation.get(field) != database["reservations"][reservation_id].get(field)
        for field in ("status", "flights", "cabin")
    )
    rate = (
        CANCELLATION_RATE if "cancelled" in statuses else DELAY_RATE if "delayed" in statuses and has_changed else 0
    )
    return rate * len(reservation["passengers"])
