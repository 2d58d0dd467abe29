"""Questions, with what the agent must say: sums in dollars, numbers of flights and reservations, a status.

Every answer has four characters or a dollar sign, so that it is not found by accident.
"""

from tautraj.benchmarks.goals import Request
from tautraj.synthesis.airline.offers import get_price, get_status
from tautraj.synthesis.airline.requests.bookings import NEW_CERTIFICATE
from tautraj.synthesis.airline.requests.ways import draw_route, list_direct
from tautraj.synthesis.airline.view import CABIN_WORDS, View, get_city


def ask(view: View) -> Request | None:
    return view.rng.choice(QUESTIONS)(view)


def _make(said: str, answer: str, *about: str) -> Request:
    return Request(family="information", said=said, tells=(answer,), about=about)


def _ask_balance(view: View, source: str, clause: str) -> Request | None:
    methods = [method for method in view.user["payment_methods"].values() if method["source"] == source]
    if len(methods) < 2:
        return None
    total = int(sum(method["amount"] for method in methods))
    about = [method["id"] for method in methods] + [NEW_CERTIFICATE] * (source == "certificate")
    return _make(view.say(clause), f"${total}", *about)


def _ask_gift_cards(view: View) -> Request | None:
    return _ask_balance(view, "gift_card", "gift cards")


def _ask_certificates(view: View) -> Request | None:
    return _ask_balance(view, "certificate", "certificates")


def _ask_paid(view: View) -> Request | None:
    for reservation in view.shuffle(view.reservations):
        if name := view.name_reservation(reservation, by_id=view.rng.random() < 0.5):
            total = int(sum(payment["amount"] for payment in reservation["payment_history"]))
            return _make(view.say("paid", ref=name), f"${total}", reservation["reservation_id"])
    return None


def _ask_cheapest(view: View) -> Request | None:
    origin, destination = draw_route(view)
    date, cabin = f"2024-05-{view.rng.randint(16, 30)}", view.rng.choice(list(CABIN_WORDS))
    ways = list_direct(view, origin, destination, date, cabin, 1)
    if len(ways) < 2:
        return None
    said = view.say(
        "cheapest",
        origin=get_city(origin),
        destination=get_city(destination),
        date=view.say_date(date),
        cabin=CABIN_WORDS[cabin],
    )
    return _make(said, f"${min(get_price(view.database, way.segment, cabin) for way in ways)}")


def _ask_upgrade(view: View) -> Request | None:
    for reservation in view.shuffle(view.reservations):
        flights, passengers = reservation["flights"], len(reservation["passengers"])
        offers = [get_status(view.database, flight) for flight in flights]
        cabin = view.rng.choice([name for name in CABIN_WORDS if name != reservation["cabin"]])
        name = view.name_reservation(reservation, by_id=view.rng.random() < 0.5)
        if name is None or any(
            offer["status"] != "available" or offer["available_seats"][cabin] < passengers for offer in offers
        ):
            continue
        new, old = sum(offer["prices"][cabin] for offer in offers), sum(flight["price"] for flight in flights)
        if new > old:
            said = view.say("upgrade", ref=name, cabin=CABIN_WORDS[cabin])
            return _make(said, f"${(new - old) * passengers}", reservation["reservation_id"])
    return None


def _ask_flight_number(view: View) -> Request | None:
    for reservation in view.shuffle(view.reservations):
        if name := view.name_reservation(reservation, by_id=view.rng.random() < 0.3):
            said = view.say("which flight", ref=name)
            return _make(said, reservation["flights"][0]["flight_number"], reservation["reservation_id"])
    return None


def _ask_reservation_number(view: View) -> Request | None:
    for reservation in view.shuffle(view.reservations):
        if name := view.name_reservation(reservation, by_id=False):
            said = view.say("which reservation", ref=name)
            return _make(said, reservation["reservation_id"], reservation["reservation_id"])
    return None


def _ask_status(view: View) -> Request | None:
    flight = view.database["flights"][view.rng.choice(list(view.database["flights"]))]
    date = view.rng.choice(("2024-05-15", "2024-05-15", "2024-05-14"))
    said = view.say("status", flight=flight["flight_number"], date=view.say_date(date))
    return _make(said, flight["dates"][date]["status"])


QUESTIONS = (
    _ask_gift_cards,
    _ask_certificates,
    _ask_paid,
    _ask_paid,
    _ask_cheapest,
    _ask_cheapest,
    _ask_upgrade,
    _ask_upgrade,
    _ask_flight_number,
    _ask_reservation_number,
    _ask_status,
)
