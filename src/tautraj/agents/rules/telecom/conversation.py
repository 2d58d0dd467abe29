"""The conversation of the telecom agent by rules: identify, mend or do what is asked, tell, close or hand over.

Not here: the conversation over a desk that the other domains have (`agents.rules.conversation`).
"""

from random import Random

from tautraj.agents.oracle import ON_HOLD, TRANSFER_TOOL
from tautraj.agents.rules.months import MONTHS
from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.accounts import Account, Entity, identify
from tautraj.agents.rules.telecom.support import Support
from tautraj.agents.rules.telecom.talk import Channel, HandOver, Talk
from tautraj.agents.rules.telecom.wishes import Wish, read_wishes

CLOSING = (
    "Is there anything else I can do for you?",
    "Can I help you with anything else?",
    "Is there anything else that you need today?",
)

NOT_UNDERSTOOD = "I am afraid I did not understand that. What can I do for you?"

MAX_MESSAGES = 3
"""That nothing is understood of, one after another."""


class TelecomDesk:
    """`agents.rules.desk.Specialist` of telecom."""

    def converse(self, environment: Channel, opening: str, seed: str) -> None:
        """Serve a customer that has begun with `opening`, until it wants nothing more or is handed over."""
        talk = Talk(environment, Random(f"telecom-agent-{seed}"))
        try:
            _serve(talk, opening)
        except HandOver as reason:
            talk.think(f"{reason} Only a human can go on.")
            talk.call(TRANSFER_TOOL, summary=str(reason))
            talk.opener = ""  # the policy prescribes the words, and no others
            talk.say(ON_HOLD)


def _serve(talk: Talk, opening: str) -> None:
    talk.said = opening
    account = identify(talk, opening)
    wishes = read_wishes(opening) or read_wishes(talk.said)
    misunderstood = 0
    while misunderstood < MAX_MESSAGES:
        results = [result for wish in wishes for result in _fulfil(talk, account, wish)]
        misunderstood = 0 if wishes else misunderstood + 1
        wishes = read_wishes(talk.say(" ".join([*results, talk.choose(CLOSING)]) if wishes else NOT_UNDERSTOOD))


def _fulfil(talk: Talk, account: Account, wish: Wish) -> list[str]:
    """What to tell about a wish when it is settled."""
    support = Support(talk, account, wish.text)
    match wish.kind:
        case "service":
            return [support.mend_service()]
        case "data":
            return [support.mend_data()]
        case "messages":
            return [support.mend_messages()]
        case "pay":
            return _pay(account, wish)
        case "resume":
            return _resume(talk, account, wish)
        case "refuel":
            return _refuel(talk, account, wish)
        case "roaming":
            return _switch_roaming(talk, account, wish)
        case "bill":
            return _tell_bill(account, wish)
        case "data left":
            return _tell_data_left(talk, account, wish)
        case "plan":
            raise HandOver("The customer wants another plan, for which there is no tool.")


def _pay(account: Account, wish: Wish) -> list[str]:
    if not wish.month and (paid := account.pay_overdue_bills()):
        return paid
    bills = [bill for bill in account.list_bills() if bill["period_start"].startswith(wish.month or "")]
    overdue = [bill for bill in bills if bill["status"] == "Overdue"]
    if overdue:
        return account.pay_overdue_bills()
    return ["I am sorry, only overdue bills may be paid here.", *map(_describe_bill, bills)]


def _describe_bill(bill: Entity) -> str:
    name = f"Your bill for {_name_month(bill)}, {bill['bill_id']},"
    if bill["status"] == "Issued":
        return f"{name} is due by {bill['due_date']}."
    return f"{name} is {bill['status'].lower()}."


def _name_month(bill: Entity) -> str:
    return MONTHS[int(bill["period_start"][5:7]) - 1]


def _resume(talk: Talk, account: Account, wish: Wish) -> list[str]:
    line = account.find_line(wish.phone_number)
    if line["status"] != "Suspended" and not wish.phone_number:
        line = account.find_suspended_line() or line
    number = line["phone_number"]
    if line["status"] != "Suspended":
        return [f"The line {number} is not suspended: it is {line['status'].lower()}."]
    if account.is_contract_over(line):
        raise HandOver(f"The contract of the line {number} has ended: its suspension may not be lifted.")
    paid = account.pay_overdue_bills()
    if not account.resume(line):
        return [*paid, f"Then the line {number} stays suspended."]
    if wish.phone_number:
        return [*paid, f"The line {number} is active again. The device that uses it has to be restarted once."]
    if not readings.has_service(talk.use_phone("reboot_device", "Your line is active again.")):
        raise HandOver(f"The line {number} is resumed and there is still no signal.")
    return [*paid, f"The line {number} is active and your phone has service again."]


def _refuel(talk: Talk, account: Account, wish: Wish) -> list[str]:
    line = account.find_line(wish.phone_number)
    sold = account.refuel(line, wish.gigabytes)
    number = line["phone_number"]
    return [
        f"I have added {sold:g} GB to the line {number}." if sold else f"Then I add no data to the line {number}."
    ]


def _switch_roaming(talk: Talk, account: Account, wish: Wish) -> list[str]:
    line = account.find_line(wish.phone_number)
    number, state = line["phone_number"], "enabled" if wish.is_on else "disabled"
    if line["roaming_enabled"] == wish.is_on:
        return [f"Roaming is {state} already on the line {number}."]
    talk.think(f"Roaming on {number} is to be {state}; it costs nothing.")
    if not talk.confirm(f"I can have roaming {state} on the line {number}, at no cost."):
        return [f"Then I leave roaming on the line {number} as it is."]
    talk.call("enable_roaming" if wish.is_on else "disable_roaming", **account.name(line))
    return [f"Roaming is now {state} on the line {number}."]


def _tell_bill(account: Account, wish: Wish) -> list[str]:
    bills = [bill for bill in account.list_bills() if bill["period_start"].startswith(wish.month or "")]
    return [
        f"Your bill for {_name_month(bill)} comes to ${bill['total_due']:.2f} and is {bill['status'].lower()}."
        for bill in bills
    ] or ["I find no bill for that month."]


def _tell_data_left(talk: Talk, account: Account, wish: Wish) -> list[str]:
    line = account.find_line(wish.phone_number)
    usage = talk.call("get_data_usage", **account.name(line))
    used, limit, more = (float(usage[key]) for key in ("data_used_gb", "data_limit_gb", "data_refueling_gb"))
    return [f"The line {line['phone_number']} has {round(limit + more - used, 2)} GB left this month."]
