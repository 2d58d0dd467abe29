"""Requests for a certificate that the customer is entitled to.

A task has one at most: its id depends on the others.
"""

from tautraj.benchmarks.goals import Family, Request, Write
from tautraj.synthesis.airline.compensation import CANCELLATION_RATE, DELAY_RATE
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.requests.bookings import NEW_CERTIFICATE
from tautraj.synthesis.airline.requests.parts import Target
from tautraj.synthesis.airline.view import View


def compensate(view: View, target: Target, family: Family) -> Request | None:
    """For a cancelled flight; or for a delayed one, after which the reservation is cancelled."""
    reservation = target.reservation
    key, passengers = reservation["reservation_id"], len(reservation["passengers"])
    statuses = set(view.list_statuses(reservation))
    has_right = (
        view.user["membership"] != "regular"
        or reservation["insurance"] == "yes"
        or reservation["cabin"] == "business"
    )
    if not has_right or {"cancelled", "delayed"} <= statuses:
        return None
    about = (key, NEW_CERTIFICATE)
    if "cancelled" in statuses:
        writes = (_send(view, CANCELLATION_RATE * passengers),)
        return Request(
            family=family,
            said=view.say("complain cancelled", ref=target.name),
            writes=writes,
            about=about,
        )
    if "delayed" not in statuses or find_breach(
        view.database, "cancel_reservation", {"reservation_id": key}, view.user_id, is_reason_insured=False
    ):
        return None
    cancellation = Write(tool="cancel_reservation", arguments={"reservation_id": key})
    return Request(
        family=family,
        said=view.say("give up delayed", ref=target.name),
        writes=(cancellation, _send(view, DELAY_RATE * passengers)),
        about=about,
    )


def _send(view: View, amount: int) -> Write:
    return Write(tool="send_certificate", arguments={"user_id": view.user_id, "amount": amount})
