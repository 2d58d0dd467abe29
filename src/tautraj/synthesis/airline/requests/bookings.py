"""Requests for a booking: the flights named by number or as the best of a day, one or several people, who pays how.

A task makes one booking at most: its id depends on those made before. Not here: changes
(`synthesis.airline.requests.changes`).
"""

from tautraj.benchmarks.goals import Family, Request, Topic
from tautraj.synthesis.airline.offers import get_price
from tautraj.synthesis.airline.prices import compute_price, count_paid_bags
from tautraj.synthesis.airline.requests.parts import make_request
from tautraj.synthesis.airline.requests.ways import Way, draw_route, list_direct, pick_best
from tautraj.synthesis.airline.view import CABIN_WORDS, Entity, View, get_city, say_count, say_person

NEW_RESERVATION = "HATHAT"
"""Id that τ²'s tool gives to the first booking."""

NEW_CERTIFICATE = "certificate_3221322"

ROUND_TRIP_SHARE = 0.3
DETAILS_LATER_SHARE = 0.35


def book(view: View, family: Family) -> Request | None:
    """A booking of flights by number, or (`optimisation`) of the best one of the day."""
    origin, destination = draw_route(view)
    people, names = _draw_people(view)
    cabin = view.rng.choice(list(CABIN_WORDS))
    is_round = view.rng.random() < ROUND_TRIP_SHARE and family == "direct"
    day = view.rng.randint(16, 27)
    dates = [f"2024-05-{day}", f"2024-05-{view.rng.randint(day + 1, 30)}"][: 1 + is_round]
    ends = [(origin, destination), (destination, origin)][: 1 + is_round]
    options = [list_direct(view, *pair, date, cabin, len(people)) for pair, date in zip(ends, dates, strict=True)]
    if not all(options):
        return None
    if family == "optimisation":
        best = pick_best(view, options[0], cabin)
        if best is None:
            return None
        ways, choice = [best[0]], view.say("best of the day", best=best[1])
    else:
        ways = [view.rng.choice(option) for option in options]
        choice = view.say("flight by number", flight=_name_flights(ways))
    bags = view.rng.choice((0, 0, 0, 1, 1, 2, 3))
    paid = count_paid_bags(view.user["membership"], cabin, len(people), bags)
    insurance = view.rng.choice(("yes", "no", "no"))
    booking = {
        "user_id": view.user_id,
        "origin": origin,
        "destination": destination,
        "flight_type": "round_trip" if is_round else "one_way",
        "cabin": cabin,
        "flights": [way.segment for way in ways],
        "passengers": people,
        "total_baggages": bags,
        "nonfree_baggages": paid,
        "insurance": insurance,
    }
    priced = [{"price": get_price(view.database, way.segment, cabin)} for way in ways]
    payment = _draw_payments(view, compute_price(booking | {"flights": priced}))
    if payment is None:
        return None
    trip = _name_trip(view, origin, destination, dates)
    parts = [choice, view.say("passengers", people=names), _say_extras(view, bags, insurance), payment[1]]
    said, answers = _arrange(view, view.say("book", trip=trip, cabin=CABIN_WORDS[cabin]), parts)
    about = (NEW_RESERVATION, *_list_stores([entry["payment_id"] for entry in payment[0]]))
    arguments = booking | {"payment_methods": payment[0]}
    return make_request(view, family, said, "book_reservation", arguments, about, answers)


def _list_stores(payment_ids: list[str]) -> list[str]:
    """Those with a balance that another request could miss; with a certificate, also one that could be new."""
    stores = [key for key in payment_ids if not key.startswith("credit_card")]
    return [*stores, NEW_CERTIFICATE] if any(key.startswith("certificate") for key in stores) else stores


def _arrange(view: View, ask: str, parts: list[str]) -> tuple[str, dict[Topic, str]]:
    """The wish with its details in another order, some of them said only when asked."""
    choice, people, extras, payment = parts
    answers: dict[Topic, str] = {}
    rest = [choice, people]
    topics: list[tuple[Topic, str]] = [("option", extras), ("payment", payment)]
    for topic, detail in topics:
        if view.rng.random() < DETAILS_LATER_SHARE:
            details = detail[:1].lower() + detail[1:] if not detail.startswith(("I ", "I'")) else detail
            answers[topic] = view.say("details later", details=details)
        else:
            rest.append(detail)
    return " ".join([ask, *view.shuffle(rest)]), answers


def _name_trip(view: View, origin: str, destination: str, dates: list[str]) -> str:
    names = {"origin": get_city(origin), "destination": get_city(destination), "date": view.say_date(dates[0])}
    if len(dates) == 1:
        forms = (
            "a one-way flight from {origin} to {destination} on {date}",
            "a one-way trip from {origin} to {destination}, leaving on {date}",
            "a flight, one way, from {origin} to {destination} on {date}",
        )
        return view.rng.choice(forms).format(**names)
    forms = (
        "a round trip from {origin} to {destination}, out on {date} and back on {back}",
        "a round trip between {origin} and {destination}, leaving on {date}, returning on {back}",
        "a round-trip flight from {origin} to {destination}, {date} to {back}",
    )
    return view.rng.choice(forms).format(**names, back=view.say_date(dates[1]))


def _name_flights(ways: list[Way]) -> str:
    numbers = [f"flight {way.flight['flight_number']}" for way in ways]
    return f"{numbers[0]} out and {numbers[1]} back" if len(numbers) > 1 else numbers[0]


def _draw_people(view: View) -> tuple[list[Entity], str]:
    """Passengers, and how they are called: the customer, saved passengers, or both."""
    owner = view.user["name"] | {"dob": view.user["dob"]}
    others = view.rng.sample(
        view.user["saved_passengers"], view.rng.choice((0, 0, 0, 1, 1, len(view.user["saved_passengers"])))
    )
    is_owner = not others or view.rng.random() < 0.75
    names = [f"{say_person(person)} (born {view.say_birthday(person['dob'])})" for person in others]
    words = ["me", *names] if is_owner else names
    text = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    if words == ["me"]:
        text = view.rng.choice(("just me", "me alone", "me and nobody else"))
    return [dict(person) for person in ([owner] if is_owner else []) + others], text


def _say_extras(view: View, bags: int, insurance: str) -> str:
    bag_words = say_count(bags, view.rng.choice(("checked bag", "bag", "suitcase")))
    insurance_words = {
        "yes": ("travel insurance", "the travel insurance", "the insurance"),
        "no": ("no insurance", "no travel insurance"),
    }
    return view.say("bags and insurance", bags=bag_words, insurance=view.rng.choice(insurance_words[insurance]))


def _draw_payments(view: View, price: int) -> tuple[list[Entity], str] | None:
    """Payments that add up to the price, and how the customer says so; None if its methods do not suffice."""
    methods = view.user["payment_methods"]
    named = [(key, name) for key in view.shuffle(list(methods)) if (name := view.name_payment(key))]
    cards = [(key, name) for key, name in named if methods[key]["source"] == "credit_card"]
    stores = [(key, name) for key, name in named if methods[key].get("amount", 0) > 0]
    for key, name in stores if view.rng.random() < 0.6 else []:
        balance = int(methods[key]["amount"])
        if balance >= price:
            return [{"payment_id": key, "amount": price}], view.say("single payment", pay=name)
        if cards:
            payments = [
                {"payment_id": key, "amount": balance},
                {"payment_id": cards[0][0], "amount": price - balance},
            ]
            return payments, view.say("split payment", first=name, second=cards[0][1])
    if not cards:
        return None
    return [{"payment_id": cards[0][0], "amount": price}], view.say("single payment", pay=cards[0][1])
