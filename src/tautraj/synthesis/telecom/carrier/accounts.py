"""A customer of the carrier with everything that belongs to it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tautraj.synthesis.telecom.carrier.world import TODAY

Entity = dict[str, Any]
"""A row of the database as plain data."""


class Account(NamedTuple):
    customer: Entity
    lines: tuple[Entity, ...]
    bills: tuple[Entity, ...]
    devices: tuple[Entity, ...]
    """Of the lines, in their order."""
    plans: tuple[Entity, ...]
    """All that the carrier has."""

    def get_plan(self, line: Entity) -> Entity:
        return next(plan for plan in self.plans if plan["plan_id"] == line["plan_id"])

    def list_bills(self, status: str) -> list[Entity]:
        return [bill for bill in self.bills if bill["status"] == status]

    def list_phone_lines(self, status: str) -> list[Entity]:
        """Lines in a phone, under contract."""
        return [
            line
            for line, device in zip(self.lines, self.devices, strict=True)
            if line["status"] == status and device["device_type"] == "phone" and self.is_contracted(line)
        ]

    def is_contracted(self, line: Entity) -> bool:
        return str(line["contract_end_date"]) > TODAY.isoformat()

    @property
    def is_in_order(self) -> bool:
        """Whether nothing is owed, disputed or waiting to be verified."""
        statuses = {bill["status"] for bill in self.bills}
        return self.customer["account_status"] == "Active" and not statuses & {"Overdue", "Disputed"}


def list_accounts(database: dict[str, list[Entity]]) -> Iterator[Account]:
    """Every customer, in the order of the database."""
    lines = {line["line_id"]: line for line in database["lines"]}
    bills = {bill["bill_id"]: bill for bill in database["bills"]}
    devices = {device["device_id"]: device for device in database["devices"]}
    for customer in database["customers"]:
        own = tuple(lines[line_id] for line_id in customer["line_ids"])
        yield Account(
            customer,
            own,
            tuple(bills[bill_id] for bill_id in customer["bill_ids"]),
            tuple(devices[line["device_id"]] for line in own),
            tuple(database["plans"]),
        )
