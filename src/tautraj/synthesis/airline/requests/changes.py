"""Requests for cancellations, bags and passengers, with the writes that fulfil them.

Each function returns None if it does not fit the customer. Not here: flights and cabins
(`synthesis.airline.requests.flight_changes`), bookings (`synthesis.airline.requests.bookings`), what the policy
forbids (`synthesis.airline.requests.refusals`).
"""

from tautraj.benchmarks.goals import Family, Request, Topic
from tautraj.synthesis.airline.customers import make_strangers
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.prices import BAG_PRICE, count_paid_bags
from tautraj.synthesis.airline.requests.parts import Target, add_payment, list_touched, make_request
from tautraj.synthesis.airline.view import Entity, View, say_count, say_person
from tautraj.synthesis.people import LAST_NAMES

REASON_LATER_SHARE = 0.2


def cancel(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    arguments = {"reservation_id": reservation["reservation_id"]}
    if view.is_flown(reservation):
        return None
    reason = draw_reason(view, reservation)
    ask = view.say("cancel", ref=target.name)
    answers: dict[Topic, str] = {}
    if view.rng.random() < REASON_LATER_SHARE:
        answers["reason"] = view.say("reason later", key=target.short, reason=_lower(reason))
        said = ask
    else:
        said = add_reason(view, ask, reason)
    return make_request(
        view, family, said, "cancel_reservation", arguments, (reservation["reservation_id"],), answers
    )


def draw_reason(view: View, reservation: Entity) -> str:
    """A reason that leads to a cancellation where one is possible."""
    if "cancelled" in view.list_statuses(reservation):
        return view.say("by airline")
    uninsured = reservation | {"insurance": "no"}
    database = view.database | {"reservations": {reservation["reservation_id"]: uninsured}}
    arguments = {"reservation_id": reservation["reservation_id"]}
    needs_insurance = find_breach(database, "cancel_reservation", arguments, view.user_id) is not None
    if needs_insurance or view.rng.random() < 0.2:
        return view.say(view.rng.choice(["health", "health", "weather"]))
    return view.say("plan")


def add_reason(view: View, ask: str, reason: str) -> str:
    """The wish and its reason in one sentence or two, in either order."""
    way = view.rng.random()
    if way < 0.3 and ask.endswith("."):
        return f"{ask[:-1]}{view.rng.choice([' because', ', because', ', since', ' as'])} {_lower(reason)}."
    return f"{reason}. {ask}" if way < 0.65 else f"{ask} {reason}."


def _lower(reason: str) -> str:
    return reason if reason.startswith("I ") else reason[:1].lower() + reason[1:]


def add_bags(view: View, target: Target, family: Family, count: int | None = None) -> Request | None:
    reservation = target.reservation
    if view.is_flown(reservation):
        return None
    count = count or view.rng.randint(1, 3)
    total = reservation["total_baggages"] + count
    if total > 10:
        return None
    cabin, passengers = reservation["cabin"], len(reservation["passengers"])
    paid = count_paid_bags(view.user["membership"], cabin, passengers, total)
    due = BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    payment = view.draw_payment(due)
    if payment is None:
        return None
    if view.rng.random() < 0.3:
        said = view.say("total bags", ref=target.name, bags=say_count(total, _draw_bag_noun(view)))
    else:
        more = view.rng.choice(("more ", "extra ", "")) if count > 1 else view.rng.choice(("more ", "extra "))
        said = view.say("add bags", ref=target.name, bags=say_count(count, more + _draw_bag_noun(view)))
    said, answers = add_payment(view, target, said, payment[1], is_due=due > 0)
    arguments = {
        "reservation_id": reservation["reservation_id"],
        "total_baggages": total,
        "nonfree_baggages": paid,
        "payment_id": payment[0],
    }
    about = list_touched(reservation["reservation_id"], payment[0])
    return make_request(view, family, said, "update_reservation_baggages", arguments, about, answers)


def _draw_bag_noun(view: View) -> str:
    return view.rng.choice(("checked bag", "bag", "suitcase", "piece of luggage", "checked bag"))


def change_passenger(view: View, target: Target, family: Family) -> Request | None:
    reservation = target.reservation
    if view.is_flown(reservation):
        return None
    passengers = [dict(person) for person in reservation["passengers"]]
    index = view.rng.randrange(len(passengers))
    old = passengers[index]
    if view.rng.random() < 0.5:
        names = [person["last_name"] for person in passengers]
        last_name = view.rng.choice([name for name in LAST_NAMES if name not in names])
        passengers[index] = old | {"last_name": last_name}
        clause = "rename passenger"
    else:
        passengers[index] = make_strangers(view.rng, 1, passengers)[0]
        clause = "swap passenger"
    new = passengers[index]
    said = view.say(
        clause, ref=target.name, old=say_person(old), new=say_person(new), dob=view.say_birthday(new["dob"])
    )
    arguments = {"reservation_id": reservation["reservation_id"], "passengers": passengers}
    about = (reservation["reservation_id"],)
    return make_request(view, family, said, "update_reservation_passengers", arguments, about)
