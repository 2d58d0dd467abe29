"""What holds in every telecom database, τ²'s own included (but for a bill that is overdue before it is due).

A database is plain data as in db.toml and user_db.toml: dates are ISO text, so text order is their order.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tautraj.synthesis.telecom.carrier.world import TODAY

COLLECTIONS = {
    "plans": ("plan_id", "P"),
    "devices": ("device_id", "D"),
    "lines": ("line_id", "L"),
    "customers": ("customer_id", "C"),
    "bills": ("bill_id", "B"),
}
"""Collection -> (its key, the letter that its ids begin with)."""

PHONE_NUMBER = re.compile(r"\d{3}-\d{3}-\d{4}")

PLAN_CHARGE = re.compile(r"(?P<plan>.+) - Line (?P<number>[\d-]+)")

Database = dict[str, Any]


def list_violations(database: Database, user_database: Database) -> list[str]:
    """One sentence for each rule that an entity breaks."""
    checks = (
        _check_ids,
        _check_references,
        _check_uniqueness,
        _check_plans,
        _check_lines,
        _check_devices,
        _check_customers,
        _check_bills,
    )
    return [*(text for check in checks for text in check(database)), *_check_phone(user_database)]


def _check_ids(database: Database) -> Iterator[str]:
    for collection, (key, letter) in COLLECTIONS.items():
        for entity_id, count in Counter(entity[key] for entity in database[collection]).items():
            if not re.fullmatch(rf"{letter}\d{{4,}}", entity_id):
                yield f"{entity_id} is no id of {collection}"
            if count > 1:
                yield f"{entity_id} names {count} {collection}"


def _check_references(database: Database) -> Iterator[str]:
    """Each line, bill and device belongs to one customer, and every id that is named exists."""
    customers, lines = database["customers"], database["lines"]
    named = {
        "lines": [line_id for customer in customers for line_id in customer["line_ids"]],
        "bills": [bill_id for customer in customers for bill_id in customer["bill_ids"]],
        "devices": [line["device_id"] for line in lines],
    }
    for collection, ids in named.items():
        key, _ = COLLECTIONS[collection]
        existing = {entity[key] for entity in database[collection]}
        yield from (f"{entity_id} has {count} owners" for entity_id, count in Counter(ids).items() if count > 1)
        yield from (f"{entity_id} is named and does not exist" for entity_id in ids if entity_id not in existing)
        yield from (f"{entity_id} has no owner" for entity_id in sorted(existing - set(ids)))
    plans = {plan["plan_id"] for plan in database["plans"]}
    yield from (f"{line['line_id']} has an unknown plan" for line in lines if line["plan_id"] not in plans)
    owners = {bill_id: customer["customer_id"] for customer in customers for bill_id in customer["bill_ids"]}
    for bill in database["bills"]:
        if bill["customer_id"] != owners.get(bill["bill_id"], bill["customer_id"]):
            yield f"{bill['bill_id']} is listed by another customer than it names"


def _check_uniqueness(database: Database) -> Iterator[str]:
    customers, lines = database["customers"], database["lines"]
    own_numbers = {line["line_id"]: line["phone_number"] for line in lines}
    contact_numbers = [
        customer["phone_number"]
        for customer in customers
        if customer["phone_number"] not in [own_numbers.get(line_id) for line_id in customer["line_ids"]]
    ]
    values = {
        "phone number": [*own_numbers.values(), *contact_numbers],
        "e-mail address": [customer["email"] for customer in customers],
        "name and date of birth": [f"{customer['full_name']}, {customer['date_of_birth']}" for customer in customers],
        "plan name": [plan["name"] for plan in database["plans"]],
        "IMEI": [device["imei"] for device in database["devices"]],
    }
    for kind, texts in values.items():
        yield from (f"{count} have the {kind} {text}" for text, count in Counter(texts).items() if count > 1)
    for number in values["phone number"]:
        if not PHONE_NUMBER.fullmatch(number):
            yield f"{number} is no phone number"


def _check_plans(database: Database) -> Iterator[str]:
    for plan in database["plans"]:
        if min(plan["data_limit_gb"], plan["price_per_month"], plan["data_refueling_price_per_gb"]) <= 0:
            yield f"{plan['plan_id']} has a limit or price that is not positive"


def _check_lines(database: Database) -> Iterator[str]:
    limits = {plan["plan_id"]: plan["data_limit_gb"] for plan in database["plans"]}
    for line in database["lines"]:
        line_id, today = line["line_id"], TODAY.isoformat()
        suspended = line["status"] == "Suspended"
        if suspended != ("suspension_start_date" in line):
            yield f"{line_id} is {line['status']}, which its suspension date does not say"
        if line.get("suspension_start_date", today) > today:
            yield f"{line_id} is suspended from a day to come"
        if suspended and line["data_used_gb"] > 0:
            yield f"{line_id} is suspended and has used data"
        if line["data_used_gb"] >= limits.get(line["plan_id"], 0) + line["data_refueling_gb"]:
            yield f"{line_id} has used up its data"
        if not suspended and line["contract_end_date"] < today:
            yield f"{line_id} is active after its contract"


def _check_devices(database: Database) -> Iterator[str]:
    for device in database["devices"]:
        if device["activated"] and device["activation_date"][:10] > TODAY.isoformat():
            yield f"{device['device_id']} was activated on a day to come"
        if "last_esim_transfer_date" in device and not device["is_esim_capable"]:
            yield f"{device['device_id']} had an eSIM transferred and can have none"
        if not re.fullmatch(r"\d{15}", device["imei"]):
            yield f"{device['device_id']} has no IMEI of 15 digits"


def _check_customers(database: Database) -> Iterator[str]:
    lines = {line["line_id"]: line for line in database["lines"]}
    bills = {bill["bill_id"]: bill for bill in database["bills"]}
    for customer in database["customers"]:
        customer_id, status = customer["customer_id"], customer["account_status"]
        own = [lines[line_id] for line_id in customer["line_ids"] if line_id in lines]
        statuses = Counter(bills[bill_id]["status"] for bill_id in customer["bill_ids"] if bill_id in bills)
        if status == "Pending Verification" and (own or customer["bill_ids"] or customer["payment_methods"]):
            yield f"{customer_id} is not verified and has lines, bills or payment methods"
        if status == "Suspended" and any(line["status"] == "Active" for line in own):
            yield f"{customer_id} is suspended and has an active line"
        if statuses["Awaiting Payment"] or statuses["Draft"] > 1:
            yield f"{customer_id} has a payment request or two drafts"
        for method in customer["payment_methods"]:
            if not re.fullmatch(r"\d{4} (0\d|1[0-2])/20\d\d", " ".join(list(method.values())[1:])):
                yield f"{customer_id} has a payment method without four digits and a month"


def _check_bills(database: Database) -> Iterator[str]:
    prices = {plan["name"]: plan["price_per_month"] for plan in database["plans"]}
    numbers = {line["line_id"]: line["phone_number"] for line in database["lines"]}
    owned = {
        bill_id: {numbers.get(line_id) for line_id in customer["line_ids"]}
        for customer in database["customers"]
        for bill_id in customer["bill_ids"]
    }
    for bill in database["bills"]:
        bill_id, draft = bill["bill_id"], bill["status"] == "Draft"
        if abs(sum(item["amount"] for item in bill["line_items"]) - bill["total_due"]) > 1e-6:
            yield f"{bill_id} is not the sum of its items"
        if (
            not bill["period_start"] <= bill["issue_date"] <= bill["period_end"]
            or bill["issue_date"] > bill["due_date"]
        ):
            yield f"{bill_id} is issued outside its period or after it is due"
        if draft != (bill["issue_date"] > TODAY.isoformat()):
            yield f"{bill_id} is a draft of a day that was, or a bill of a day to come"
        if bill["status"] == "Overdue" and bill["due_date"] >= TODAY.isoformat():
            yield f"{bill_id} is overdue and not yet due"
        for item in bill["line_items"]:
            charge = PLAN_CHARGE.fullmatch(item["description"])
            if charge and charge["number"] not in owned.get(bill_id, ()):
                yield f"{bill_id} charges for a line of somebody else"
            if charge and item["item_type"] == "Plan Charge" and item["amount"] != prices.get(charge["plan"]):
                yield f"{bill_id} charges another price than the plan's"


def _check_phone(user_database: Database) -> Iterator[str]:
    """The phone that every task breaks is in order and nobody's."""
    device, surroundings = user_database["device"], user_database.get("surroundings", {})
    if device["airplane_mode"] or device["sim_card_missing"] or device["network_connection_status"] != "connected":
        yield "the phone has no service"
    if not device["data_enabled"] or device["data_saver_mode"] or device["vpn_connected"]:
        yield "the phone has no fast data"
    if device["wifi_connected"] and not device["wifi_enabled"]:
        yield "the phone is on a Wi-Fi network with its Wi-Fi off"
    if any(surroundings.get(key) for key in ("phone_number", "is_abroad", "payment_request")):
        yield "the phone belongs to somebody before its task says so"
