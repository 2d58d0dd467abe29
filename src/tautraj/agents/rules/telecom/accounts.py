"""A customer's records as the telecom agent reads them, and what the policy has it do about bills, lines and data.

Not here: what a customer asks for (`agents.rules.telecom.wishes`), the phone (`agents.rules.telecom.support`).
"""

import re
from typing import Any

from tautraj.agents.rules.telecom.talk import HandOver, Talk

Entity = dict[str, Any]

TODAY = "2025-02-25"
"""As the policy says."""

MAX_REFUEL_GB = 2.0

PHONE_NUMBER = re.compile(r"\b\d{3}-\d{3}-\d{4}\b")

DATE = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d\b")

NAME = re.compile(r"\b[A-Z][\w'-]+ [A-Z][\w'-]+\b")

GIGABYTES = re.compile(r"\b(\d+(?:\.\d+)?) ?(?:GB|gigs?|gigabytes?)\b", re.IGNORECASE)

DECLINES = re.compile(r"\b(?:no|none|not|don't|won't|neither)\b", re.IGNORECASE)

IDENTIFY = (
    "Could you tell me your name and the phone number of the line in question?",
    "May I have your name and your phone number, so that I can find your account?",
    "To find your account I need your name and the phone number it is about.",
)

NOT_FOUND = (
    "I cannot find an account under that. Could you give me your full name and your date of birth (YYYY-MM-DD)?"
)

MAX_TRIES = 3


class Account:
    """The customer that is being served."""

    def __init__(self, talk: Talk, customer: Entity, phone_number: str | None) -> None:
        self._talk, self.customer = talk, customer
        self._phone_number = phone_number
        self._line_ids: dict[str, str] = {}
        """By phone number, as far as they were looked at."""

    @property
    def customer_id(self) -> str:
        return str(self.customer["customer_id"])

    def find_line(self, phone_number: str | None = None) -> Entity:
        """The line of a number as it is now, or else the caller's. Asks which one if it is none of the customer's."""
        for _ in range(MAX_TRIES):
            wanted = phone_number or self._phone_number or ""
            line_ids = self.customer["line_ids"]
            for line_id in [self._line_ids[wanted]] if wanted in self._line_ids else line_ids:
                line: Entity = self._talk.call("get_details_by_id", id=line_id)
                self._line_ids[line["phone_number"]] = line_id
                if line["phone_number"] == wanted or len(line_ids) == 1:
                    return line
            self._talk.think("That is the number of none of the customer's lines.")
            number = PHONE_NUMBER.search(self._talk.say("Which line is it about? Please tell me its phone number."))
            self._phone_number, phone_number = (number[0] if number else None), None
        raise HandOver("It cannot be found out which line the customer means.")

    def find_suspended_line(self) -> Entity | None:
        """The only suspended one; None if there is none, or more."""
        lines = [self._talk.call("get_details_by_id", id=line_id) for line_id in self.customer["line_ids"]]
        suspended = [line for line in lines if line["status"] == "Suspended"]
        return suspended[0] if len(suspended) == 1 else None

    def name(self, line: Entity) -> dict[str, str]:
        """The arguments that name a line to the tools."""
        return {"customer_id": self.customer_id, "line_id": line["line_id"]}

    def list_bills(self) -> list[Entity]:
        """In the order of their periods."""
        bills = self._talk.call("get_bills_for_customer", customer_id=self.customer_id) or []
        return sorted(bills, key=lambda bill: bill["period_start"])

    def pay_overdue_bills(self) -> list[str]:
        """Collect what is overdue, bill by bill; a sentence for each. Hands over if the customer does not pay."""
        talk = self._talk
        overdue = [bill for bill in self.list_bills() if bill["status"] == "Overdue"]
        for number, bill in enumerate(overdue):
            bill_id, amount = bill["bill_id"], bill["total_due"]
            talk.think(
                f"{bill_id} is overdue, {len(overdue) - number} to pay. Only one request may be open at a time."
            )
            more = "another overdue bill" if number else "an overdue bill"
            if not talk.confirm(
                f"There is {more} of ${amount:.2f} on your account, {bill_id}, due since {bill['due_date']}. "
                "I can send you a payment request for it."
            ):
                raise HandOver(f"The customer does not pay the overdue bill {bill_id}.")
            talk.call("send_payment_request", customer_id=self.customer_id, bill_id=bill_id)
            talk.use_phone("check_payment_request", "I have sent you a payment request.")
            talk.use_phone("make_payment", "That is the one.")
            talk.think("A bill is paid only when the records say so.")
            if talk.call("get_details_by_id", id=bill_id)["status"] != "Paid":
                raise HandOver(f"The payment of {bill_id} did not arrive.")
        return [f"Your bill {bill['bill_id']} of ${bill['total_due']:.2f} is paid." for bill in overdue]

    def is_contract_over(self, line: Entity) -> bool:
        return str(line["contract_end_date"]) < TODAY

    def resume(self, line: Entity) -> bool:
        """Lift a suspension; False if the customer does not want it. Hands over where the contract has ended."""
        talk, number = self._talk, line["phone_number"]
        talk.think("Nothing is overdue and the contract lasts, so the suspension may be lifted.")
        if not talk.confirm(f"I can now resume the line {number}."):
            return False
        talk.call("resume_line", **self.name(line))
        return True

    def refuel(self, line: Entity, wanted_gb: float | None) -> float | None:
        """Sell data for a line; the gigabytes sold, or None if the customer wants none."""
        talk = self._talk
        plan = talk.call("get_details_by_id", id=line["plan_id"])
        price = plan["data_refueling_price_per_gb"]
        question = (
            f"The data of {line['phone_number']} is used up. I can add up to 2 GB at ${price:.2f} a GB. "
            "How many GB of data would you like?"
        )
        for _ in range(MAX_TRIES):
            if wanted_gb is not None and wanted_gb <= MAX_REFUEL_GB:
                break
            if wanted_gb is not None:
                question = (
                    f"{wanted_gb:g} GB is more than I may add: 2 GB is the most. How many GB of data shall it be?"
                )
            talk.think("The customer says how much data it buys; the policy allows 2 GB at most.")
            wanted_gb = read_gigabytes(talk.say(question))
            if wanted_gb is None and DECLINES.search(talk.said):
                return None
        if wanted_gb is None or wanted_gb > MAX_REFUEL_GB:
            return None
        talk.think(f"{wanted_gb:g} GB at ${price:.2f} each; the price has to be confirmed.")
        total = f"${wanted_gb * price:.2f}"
        if not talk.confirm(f"I can add {wanted_gb:g} GB of data to the line {line['phone_number']} for {total}."):
            return None
        talk.call("refuel_data", **self.name(line), gb_amount=wanted_gb)
        return wanted_gb


def read_gigabytes(answer: str) -> float | None:
    """The first amount of data in what a customer says; None if it names none."""
    named = GIGABYTES.search(answer)
    return float(named[1]) if named else None


def identify(talk: Talk, opening: str) -> Account:
    """Find the customer by phone number, or else by name and date of birth. `opening` may name another line."""
    heard, question = "", talk.choose(IDENTIFY)
    talk.think("First I have to know who is calling.")
    for _ in range(MAX_TRIES):
        heard = f"{heard}\n{talk.say(question)}"
        numbers = PHONE_NUMBER.findall(f"{opening}\n{heard}")[::-1]
        for number in dict.fromkeys(numbers):
            if customer := talk.call("get_customer_by_phone", phone_number=number):
                return _open_account(talk, customer, number)
        born, name = DATE.search(heard), NAME.search(talk.said)
        if born and name:
            matches = talk.call("get_customer_by_name", full_name=name[0], dob=born[0]) or []
            if len(matches) == 1:
                return _open_account(talk, matches[0], numbers[0] if numbers else None)
        question = NOT_FOUND
    raise HandOver("The customer cannot be identified.")


def _open_account(talk: Talk, customer: Entity, phone_number: str | None) -> Account:
    """The account, whose owner is thanked by name with the next message."""
    talk.opener = f"Thank you, {customer['full_name'].split()[0]}."
    return Account(talk, customer, phone_number)
