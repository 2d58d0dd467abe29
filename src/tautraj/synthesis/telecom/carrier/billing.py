"""A month's bill of a customer: what its lines cost, what they used above their plan, what a suspended one costs."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

HOLDING_FEE = 5.0
"""USD a month for a suspended line, as `suspend_line` says."""

OVERAGE_SHARE = 0.2

ISSUE_DAYS = {"Draft": 1, "Issued": 20}
"""Status -> day of the month; the 5th for others. An issued bill is not yet due in February, a draft is of March."""


def make_bill(
    rng: Random,
    bill_id: str,
    customer_id: str,
    lines: list[tuple[dict[str, Any], dict[str, Any]]],
    month: int,
    status: str,
) -> dict[str, Any]:
    """The bill for a month of 2025. `lines`: (line, its plan)."""
    start, end = date(2025, month, 1), date(2025, month + 1, 1) - timedelta(days=1)
    issued = start.replace(day=ISSUE_DAYS.get(status, 5))
    items = [] if status == "Draft" else list(_list_charges(rng, lines, issued.isoformat()))
    return {
        "bill_id": bill_id,
        "customer_id": customer_id,
        "period_start": start.isoformat(),
        "period_end": end.isoformat(),
        "issue_date": issued.isoformat(),
        "total_due": round(sum((item["amount"] for item in items), start=0.0), 2),
        "due_date": (issued + timedelta(days=14)).isoformat(),
        "status": status,
        "line_items": items,
    }


def _list_charges(
    rng: Random, lines: list[tuple[dict[str, Any], dict[str, Any]]], day: str
) -> Iterator[dict[str, Any]]:
    for line, plan in lines:
        number = line["phone_number"]
        yield _make_charge(f"{plan['name']} - Line {number}", plan["price_per_month"], day, "Plan Charge")
        if line.get("suspension_start_date", day) < day:
            yield _make_charge(f"Suspension Fee - Line {number}", HOLDING_FEE, day, "Fee")
        elif rng.random() < OVERAGE_SHARE:
            yield _make_charge(f"Data Overage - Line {number}", rng.randrange(150, 2_400) / 100, day, "Overage")


def _make_charge(description: str, amount: float, day: str, kind: str) -> dict[str, Any]:
    return {"description": description, "amount": amount, "date": day, "item_type": kind}
