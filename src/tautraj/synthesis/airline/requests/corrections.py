"""Requests that the customer corrects when it is asked for a confirmation: bags, cabin, payment."""

from tautraj.benchmarks.goals import Request, Write
from tautraj.synthesis.airline.policy import find_breach
from tautraj.synthesis.airline.prices import BAG_PRICE, count_paid_bags
from tautraj.synthesis.airline.requests.changes import add_bags
from tautraj.synthesis.airline.requests.flight_changes import change_cabin
from tautraj.synthesis.airline.requests.parts import Target, list_touched
from tautraj.synthesis.airline.view import CABIN_WORDS, View, say_count


def change_mind_about_bags(view: View, target: Target) -> Request | None:
    first, last = view.rng.sample((1, 2, 3), 2)
    request = add_bags(view, target, "change_of_mind", first)
    if request is None:
        return None
    reservation = target.reservation
    total = reservation["total_baggages"] + last
    if total > 10:
        return None
    arguments = request.writes[0].arguments
    paid = count_paid_bags(view.user["membership"], reservation["cabin"], len(reservation["passengers"]), total)
    due = BAG_PRICE * max(0, paid - reservation["nonfree_baggages"])
    method = view.user["payment_methods"][arguments["payment_id"]]
    first_due = BAG_PRICE * max(0, arguments["nonfree_baggages"] - reservation["nonfree_baggages"])
    if method.get("amount", due) < due or (due and not first_due):
        return None
    changed = arguments | {"total_baggages": total, "nonfree_baggages": paid}
    if find_breach(view.database, "update_reservation_baggages", changed, view.user_id):
        return None
    bags = (
        say_count(total, "bag") + " in total"
        if view.rng.random() < 0.5
        else say_count(last, f"{view.rng.choice(('more ', 'extra '))}bag")
    )
    correction = view.say("correct bags", bags=bags, key=target.short)
    write = Write(tool="update_reservation_baggages", arguments=changed)
    about = list_touched(reservation["reservation_id"], arguments["payment_id"])
    return request.model_copy(update={"writes": (write,), "correction": correction, "about": about})


def change_mind_about_cabin(view: View, target: Target) -> Request | None:
    request = change_cabin(view, target, "change_of_mind")
    if request is None:
        return None
    arguments = request.writes[0].arguments
    reservation = target.reservation
    if view.rng.random() < 0.5:
        others = [key for key in view.user["payment_methods"] if key != arguments["payment_id"]]
        if not others:
            return None
        payment_id = view.rng.choice(others)
        name = view.name_payment(payment_id)
        changed = arguments | {"payment_id": payment_id}
        if name is None:
            return None
        correction = view.say("correct payment", pay=name, key=target.short)
    else:
        (cabin,) = {"basic_economy", "economy", "business"} - {reservation["cabin"], arguments["cabin"]}
        changed = arguments | {"cabin": cabin}
        correction = view.say("correct cabin", cabin=CABIN_WORDS[cabin], key=target.short)
    if find_breach(view.database, "update_reservation_flights", changed, view.user_id):
        return None
    about = (*request.about, *list_touched(reservation["reservation_id"], changed["payment_id"])[1:])
    write = Write(tool="update_reservation_flights", arguments=changed)
    return request.model_copy(update={"writes": (write,), "correction": correction, "about": about})
