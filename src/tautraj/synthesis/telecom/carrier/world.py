"""A carrier that no benchmark contains: τ² telecom's db.toml and user_db.toml as plain data.

Today is 2025-02-25, as τ²'s policy and tools say. Ids lie above those of τ²'s database (1001 to 1009), phone numbers
in other exchanges than its 123.

Not here: what holds in every such database (`synthesis.telecom.carrier.invariants`), tasks
(`synthesis.telecom.faults`, `synthesis.telecom.requests`), writing the files (`synthesis.telecom.generator`).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from tautraj.synthesis.people import Person, make_people
from tautraj.synthesis.telecom.carrier.billing import make_bill
from tautraj.synthesis.telecom.carrier.catalogue import COMPANION_PLANS, MODELS, PLANS
from tautraj.synthesis.telecom.carrier.phones import PHONE, SURROUNDINGS, make_phone

TODAY = date(2025, 2, 25)

SITUATIONS = {
    "regular": 74,
    "overdue": 14,
    "suspended": 11,
    "suspended twice overdue": 7,
    "contract ended": 5,
    "disputed": 3,
    "account suspended": 3,
    "unverified": 3,
}
"""Situation -> customers in it. τ² validates and scans all of them again and again, so a world stays small."""

FEBRUARY_STATUS = {
    "overdue": "Overdue",
    "suspended": "Overdue",
    "suspended twice overdue": "Overdue",
    "contract ended": "Overdue",
    "disputed": "Disputed",
    "account suspended": "Disputed",
}


def make_database(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(database, user database): what τ² reads from db.toml and user_db.toml. The same seed, the same data."""
    rng = Random(f"telecom-world-{seed}")
    carrier = _Carrier(rng)
    situations = [situation for situation, count in SITUATIONS.items() for _ in range(count)]
    rng.shuffle(situations)
    for person, situation in zip(make_people(rng, len(situations)), situations, strict=True):
        carrier.add_customer(person, situation)
    return carrier.database, {"device": PHONE | make_phone(rng, wifi=False), "surroundings": SURROUNDINGS}


class _Carrier:
    """The database while it grows, a customer at a time."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.database: dict[str, Any] = {key: [] for key in ("plans", "devices", "lines", "customers", "bills")}
        self._ids = {letter: _generate_ids(rng, letter) for letter in "PDLCB"}
        self._phone_numbers = _generate_phone_numbers(rng)
        self._imeis = (str(number) for number in rng.sample(range(35 * 10**13, 36 * 10**13), 2_000))
        self._phone_plan_ids = [self._add_plan(*plan) for plan in PLANS]
        self._companion_plan_ids = [self._add_plan(*plan) for plan in COMPANION_PLANS]
        self._plans = {plan["plan_id"]: plan for plan in self.database["plans"]}

    def add_customer(self, person: Person, situation: str) -> None:
        rng = self._rng
        kinds = ["phone"] + rng.choices(
            ("phone", "tablet", "watch", "router"), (66, 16, 10, 8), k=_draw_extra_lines(rng)
        )
        lines = [] if situation == "unverified" else [self._add_line(kind) for kind in kinds]
        _suspend(rng, lines, situation)
        owns_contact_number = lines and rng.random() < 0.7
        address = person.address
        customer: dict[str, Any] = {
            "customer_id": next(self._ids["C"]),
            "full_name": f"{person.first_name} {person.last_name}",
            "date_of_birth": _draw_date(rng, date(1945, 1, 1), date(2005, 12, 31)),
            "email": person.email,
            "phone_number": lines[0]["phone_number"] if owns_contact_number else next(self._phone_numbers),
            "account_status": {"unverified": "Pending Verification", "account suspended": "Suspended"}.get(
                situation, "Active"
            ),
            "created_at": _draw_time(rng, date(2018, 1, 1), date(2024, 11, 30)),
            "goodwill_credit_used_this_year": float(rng.choice((0, 0, 0, 10, 15, 25, 40))),
            "line_ids": [line["line_id"] for line in lines],
            "bill_ids": [],
            "payment_methods": _make_payment_methods(rng) if lines else [],
            "address": {
                "street": f"{address['address1']}, {address['address2']}",
                "city": address["city"],
                "state": address["state"],
                "zip_code": address["zip"],
            },
        }
        self.database["customers"].append(customer)
        if lines:
            january = "Overdue" if situation == "suspended twice overdue" else "Paid"
            february = FEBRUARY_STATUS.get(situation, rng.choice(("Issued", "Paid")))
            for month, status in ((1, january), (2, february), (3, "Draft")):
                bill_id = next(self._ids["B"])
                customer["bill_ids"].append(bill_id)
                planned = [(line, self._plans[line["plan_id"]]) for line in lines]
                bill = make_bill(rng, bill_id, customer["customer_id"], planned, month, status)
                self.database["bills"].append(bill)

    def _add_plan(self, name: str, limit: float, price: float, refueling_price: float) -> str:
        plan = {
            "plan_id": next(self._ids["P"]),
            "name": name,
            "data_limit_gb": limit,
            "price_per_month": price + self._rng.randrange(-3, 4),
            "data_refueling_price_per_gb": refueling_price + self._rng.choice((0.0, 0.25, 0.5)),
        }
        self.database["plans"].append(plan)
        return str(plan["plan_id"])

    def _add_line(self, kind: str) -> dict[str, Any]:
        rng = self._rng
        plan_id = rng.choice(self._phone_plan_ids) if kind == "phone" else self._companion_plan_ids[kind == "watch"]
        line = {
            "line_id": next(self._ids["L"]),
            "phone_number": next(self._phone_numbers),
            "status": "Active",
            "plan_id": plan_id,
            "device_id": next(self._ids["D"]),
            "data_used_gb": round(min(self._plans[plan_id]["data_limit_gb"], 50.0) * rng.uniform(0.05, 0.9), 1),
            "data_refueling_gb": 0.0,
            "roaming_enabled": rng.random() < 0.5,
            "contract_end_date": _draw_date(rng, date(2025, 6, 1), date(2027, 12, 31)),
            "last_plan_change_date": _draw_date(rng, date(2024, 6, 1), date(2025, 1, 31)),
        }
        if rng.random() < 0.25:
            line["last_sim_replacement_date"] = _draw_date(rng, date(2024, 6, 1), date(2025, 1, 31))
        self.database["lines"].append(line)
        self.database["devices"].append(
            {
                "device_id": line["device_id"],
                "device_type": kind,
                "model": rng.choice(MODELS[kind]),
                "imei": next(self._imeis),
                "is_esim_capable": rng.random() < 0.7,
                "activated": True,
                "activation_date": _draw_time(rng, date(2023, 1, 1), date(2025, 1, 31)),
            }
        )
        return line


def _suspend(rng: Random, lines: list[dict[str, Any]], situation: str) -> None:
    """Suspend the lines that a customer in this situation has no service on; an extra line at the owner's wish."""
    for index, line in enumerate(lines):
        owed = situation == "account suspended" or (
            index == 0 and situation in ("suspended", "suspended twice overdue", "contract ended")
        )
        if not owed and not (situation == "regular" and index > 0 and rng.random() < 0.15):
            continue
        first, last = (date(2025, 2, 20), date(2025, 2, 24)) if owed else (date(2025, 1, 8), date(2025, 1, 31))
        line |= {
            "status": "Suspended",
            "data_used_gb": 0.0,
            "suspension_start_date": _draw_date(rng, first, last),
        }
        if situation == "contract ended":
            line["contract_end_date"] = _draw_date(rng, date(2024, 12, 31), date(2025, 1, 31))


def _make_payment_methods(rng: Random) -> list[dict[str, str]]:
    kinds = rng.sample(("Credit Card", "Debit Card", "PayPal"), rng.choice((1, 1, 2)))
    return [
        {
            "method_type": kind,
            "account_number_last_4": f"{rng.randrange(10_000):04d}",
            "expiration_date": f"{rng.randrange(1, 13):02d}/{rng.randrange(2026, 2030)}",
        }
        for kind in kinds
    ]


def _draw_extra_lines(rng: Random) -> int:
    return rng.choices((0, 1, 2, 3), (48, 32, 15, 5))[0]


def _generate_ids(rng: Random, letter: str) -> Iterator[str]:
    """Ascending ids of four digits from 2000 on."""
    return (f"{letter}{number}" for number in sorted(rng.sample(range(2_000, 10_000), 2_000)))


def _generate_phone_numbers(rng: Random) -> Iterator[str]:
    for number in rng.sample(range(5_000_000), 2_000):
        yield f"555-{300 + number // 10_000}-{number % 10_000:04d}"


def _draw_date(rng: Random, first: date, last: date) -> str:
    return (first + timedelta(days=rng.randrange((last - first).days + 1))).isoformat()


def _draw_time(rng: Random, first: date, last: date) -> str:
    return f"{_draw_date(rng, first, last)}T{rng.randrange(8, 19):02d}:{rng.randrange(60):02d}:00"
