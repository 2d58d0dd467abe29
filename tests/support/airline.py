"""A hand-made airline: four flights, two customers, one reservation; and edits of single values in it."""

from copy import deepcopy
from typing import Any

Database = dict[str, Any]

DELETED = object()


def plant(database: Database, path: str, value: Any) -> None:
    """Sets the value at a dotted path, such as `reservations.RES001.flights.0.price`. `DELETED` removes it."""
    *parents, last = path.split(".")
    place: Any = database
    for name in parents:
        place = place[int(name) if isinstance(place, list) else name]
    key = int(last) if isinstance(place, list) else last
    if value is DELETED:
        del place[key]
    else:
        place[key] = value


def _make_flight(number: str, origin: str, destination: str, departure: int) -> dict[str, Any]:
    """A punctual flight of one hour. It has not left today if it leaves at 16:00 or later."""

    def at(day: int, hour: int) -> str:
        return f"2024-05-{day:02d}T{hour:02d}:00:00"

    def make_status(day: int) -> dict[str, Any]:
        seats, prices = {"basic_economy": 9, "economy": 0, "business": 20}, {"basic_economy": 50, "economy": 150}
        if day > 15:
            return {"status": "available", "available_seats": seats, "prices": prices | {"business": 500}}
        kind, what = ("landed", "actual") if day < 15 else ("on time", "estimated")
        times = {
            f"{what}_departure_time_est": at(day, departure),
            f"{what}_arrival_time_est": at(day, departure + 1),
        }
        return {"status": kind, **times}

    return {
        "flight_number": number,
        "origin": origin,
        "destination": destination,
        "scheduled_departure_time_est": f"{departure}:00:00",
        "scheduled_arrival_time_est": f"{departure + 1}:00:00",
        "dates": {f"2024-05-{day:02d}": make_status(day) for day in range(1, 31)},
    }


def make_small_database() -> Database:
    """Two customers. One has a reservation of two passengers with one paid bag."""
    flights = [
        _make_flight("ABC001", "SFO", "LAX", 16),
        _make_flight("ABC002", "LAX", "SFO", 20),
        _make_flight("ABC003", "PHX", "LAS", 16),
        _make_flight("ABC004", "LAS", "PHX", 16),
    ]
    people = [{"first_name": name, "last_name": "Obi", "dob": "1980-01-01"} for name in ("Ada", "Bo", "Cleo", "Dov")]
    methods: list[dict[str, Any]] = [
        {"source": "credit_card", "id": "credit_card_0000001", "brand": "visa", "last_four": "1234"},
        {"source": "credit_card", "id": "credit_card_0000002", "brand": "visa", "last_four": "5678"},
        {"source": "gift_card", "id": "gift_card_0000003", "amount": 20.0},
        {"source": "certificate", "id": "certificate_0000004", "amount": 250.0},
    ]
    address = {"address1": "1 A", "address2": "B", "city": "C", "country": "USA", "state": "NY", "zip": "00000"}
    user = {
        "user_id": "ada_obi_1234",
        "name": {"first_name": "Ada", "last_name": "Obi"},
        "address": address,
        "email": "ada.obi1@example.com",
        "dob": "1980-01-01",
        "payment_methods": {method["id"]: method for method in methods},
        "saved_passengers": people[1:3],
        "membership": "silver",
        "reservations": ["RES001"],
    }
    other = user | {
        "user_id": "bo_obi_1234",
        "email": "bo.obi1@example.com",
        "payment_methods": {},
        "reservations": [],
    }
    segments = [
        {"origin": "SFO", "destination": "LAX", "flight_number": "ABC001", "date": "2024-05-20", "price": 150},
        {"origin": "LAX", "destination": "SFO", "flight_number": "ABC002", "date": "2024-05-20", "price": 120},
    ]
    reservation = {
        "reservation_id": "RES001",
        "user_id": "ada_obi_1234",
        "origin": "SFO",
        "destination": "LAX",
        "flight_type": "round_trip",
        "cabin": "economy",
        "flights": segments,
        "passengers": people[:2],
        "payment_history": [{"payment_id": "gift_card_0000003", "amount": (150 + 120 + 30) * 2 + 50}],
        "created_at": "2024-05-10T10:00:00",
        "total_baggages": 5,
        "nonfree_baggages": 1,
        "insurance": "yes",
    }
    database = {
        "flights": {flight["flight_number"]: flight for flight in flights},
        "users": {"ada_obi_1234": user, "bo_obi_1234": other},
        "reservations": {"RES001": reservation},
    }
    return deepcopy(database)
