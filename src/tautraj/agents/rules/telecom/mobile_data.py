"""The tech-support workflow, second part: a data connection, and its speed.

Not here: the signal that it needs (`agents.rules.telecom.service`).
"""

import functools
import re

from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.accounts import Account
from tautraj.agents.rules.telecom.service import ServiceSupport
from tautraj.agents.rules.telecom.talk import HandOver, Talk

FASTEST = "4g_5g_preferred"
"""Network mode without a limit."""

WHERE = (
    "Are you outside your usual area at the moment, abroad perhaps?",
    "Where are you right now: at home, or travelling abroad?",
    "Are you travelling outside your home network at the moment?",
)

HOME = re.compile(r"\b(?:at|from|back|my) home\b|\bnot (?:abroad|travell?ing|outside)\b|^\W*no\b", re.IGNORECASE)

HERE = re.compile(
    rf"{HOME.pattern}|\babroad\b|\btravell?ing\b|\bon (?:a |my )?(?:\w+ )?(?:holiday|vacation|trip)\b"
    r"|\bI(?:'m| am) (?:now |currently )?in (?-i:[A-Z])",
    re.IGNORECASE,
)
"""Where a customer says that it is."""

AFFIRMED = re.compile(r"^\W*(?:yes|(?:i am|i'm|you are|you're) (?:now )?in|in)\b|\boutside\b", re.IGNORECASE)


class DataSupport(ServiceSupport):
    """Gets a phone its mobile data back, at full speed."""

    def __init__(self, talk: Talk, account: Account, opening: str) -> None:
        super().__init__(talk, account, opening)
        self._speed = ""
        """What the last speed test said."""

    def mend_data(self) -> str:
        self._restore_data()
        self._restore_speed()
        return "Your mobile data is back at full speed."

    def _restore_data(self) -> bool:
        """Get a data connection; whether anything had to be done."""
        talk = self._talk
        talk.think("No connection at all, or just a slow one? A speed test tells.")
        if not self._is_offline():
            return False
        steps = (
            self._restore_service,
            self._roam_on_phone,
            self._roam_on_line,
            self._switch_data_on,
            self._sell_data,
        )
        if not any(step() and not self._is_offline() for step in steps):
            raise HandOver("Every step of the workflow for mobile data was taken, and there is no connection.")
        return True

    def _roam_on_phone(self) -> bool:
        if not self._is_abroad():
            return False
        self._talk.think("Abroad, data needs roaming on the phone and on the line.")
        if not readings.is_setting_off("data roaming", self._read_network_status()):
            return False
        self._talk.use_phone("toggle_roaming", "Data roaming is off on your phone.")
        return True

    def _roam_on_line(self) -> bool:
        talk, account = self._talk, self._account
        line = account.find_line() if self._is_abroad() else None
        if line is None or line["roaming_enabled"]:
            return False
        talk.think("The line is not enabled for roaming; the policy enables it for travellers at no cost.")
        if not talk.confirm(
            f"Your line {line['phone_number']} is not enabled for roaming. I can enable it at no cost."
        ):
            raise HandOver("The customer is abroad and does not want roaming enabled.")
        talk.call("enable_roaming", **account.name(line))
        talk.opener = "Roaming is enabled on your line."
        return True

    @functools.cache  # noqa: B019 - asked once in a conversation
    def _is_abroad(self) -> bool:
        if HERE.search(self._opening):
            return not HOME.search(self._opening)
        self._talk.think("Data may fail because the customer is travelling.")
        answer = self._talk.say(self._talk.choose(WHERE))
        if not (HERE.search(answer) or AFFIRMED.search(answer)):
            answer = self._talk.say(f"I need to know that to go on. {WHERE[1]}")
        return not HOME.search(answer) and bool(HERE.search(answer) or AFFIRMED.search(answer))

    def _switch_data_on(self) -> bool:
        self._talk.think("Mobile data itself may be switched off.")
        if not readings.is_setting_off("mobile data", self._read_network_status()):
            return False
        self._talk.use_phone("toggle_data", "Mobile data is switched off on your phone.")
        return True

    def _sell_data(self) -> bool:
        """The last cause: the plan's data is used up."""
        talk, account = self._talk, self._account
        talk.think("The phone is in order: the data of the plan may be used up.")
        line = account.find_line()
        usage = talk.call("get_data_usage", **account.name(line))
        used, limit, more = (float(usage[key]) for key in ("data_used_gb", "data_limit_gb", "data_refueling_gb"))
        if used < limit + more:
            raise HandOver("There is no data connection, though the phone is in order and data is left.")
        sold_gb = account.refuel(line, None)
        if sold_gb is None:
            raise HandOver(
                "The data is used up, and the customer wants no more of it. There is no tool for another plan."
            )
        talk.opener = f"I have added {sold_gb:g} GB of data to your line."
        return True

    def _restore_speed(self) -> None:
        """All three causes are looked at: two of them together look like one."""
        talk = self._talk
        if readings.is_excellent(self._speed):
            return
        talk.think("There is a connection and it is slow: Data Saver, network mode and VPN are looked at in turn.")
        if readings.is_on(talk.use_phone("check_data_restriction_status", "The connection is slow.")):
            talk.use_phone("toggle_data_saver_mode", "Data Saver slows the connection down.")
            if self._is_fast():
                return
        talk.think("Not excellent yet: the phone may be kept to slow networks.")
        if readings.is_limited(talk.use_phone("check_network_mode_preference")):
            talk.use_phone("set_network_mode_preference", "Your phone may use slow networks only.", mode=FASTEST)
            if self._is_fast():
                return
        talk.think("Still not excellent: a VPN is the last cause.")
        if readings.is_vpn_on(talk.use_phone("check_vpn_status")):
            talk.use_phone("disconnect_vpn", "The VPN takes most of the speed.")
            if self._is_fast():
                return
        raise HandOver("Data Saver, network mode and VPN are in order, and the connection is still slow.")

    @functools.cache  # noqa: B019 - asked once: nothing that is mended later changes what is looked for there
    def _read_network_status(self) -> str:
        return self._talk.use_phone("check_network_status")

    def _is_offline(self) -> bool:
        return readings.is_offline(self._test_speed())

    def _is_fast(self) -> bool:
        return readings.is_excellent(self._test_speed())

    def _test_speed(self) -> str:
        self._speed = self._talk.use_phone("run_speed_test")
        return self._speed
