"""The tech-support workflow: signal, then data, then messages, with a fresh reading after each repair.

One fault hides another: airplane mode hides the signal, no signal hides the data, no data hides the speed. Not here:
bills and lines (`agents.rules.telecom.accounts`), how the customer is asked (`agents.rules.telecom.talk`).
"""

import functools
import re

from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.accounts import Account
from tautraj.agents.rules.telecom.talk import HandOver, Talk

FASTEST = "4g_5g_preferred"

WHERE = (
    "Are you outside your usual area at the moment, abroad perhaps?",
    "Where are you right now: at home, or travelling abroad?",
    "Are you travelling outside your home network at the moment?",
)

HOME = re.compile(r"\b(?:at|from|back|my) home\b|\bnot (?:abroad|travell?ing|outside)\b|^\W*no\b", re.IGNORECASE)

HERE = re.compile(
    rf"{HOME.pattern}|\babroad\b|\btravell?ing\b|\bon (?:a |my )?(?:\w+ )?(?:holiday|vacation|trip)\b", re.IGNORECASE
)
"""Where a customer says that it is."""

AFFIRMED = re.compile(r"^\W*(?:yes|(?:i am|i'm|you are|you're) (?:now )?in|in)\b|\boutside\b", re.IGNORECASE)


class Support:
    """Mends a customer's phone and line."""

    def __init__(self, talk: Talk, account: Account, opening: str) -> None:
        """`opening`: what the customer has said about it; it may say where it is."""
        self._talk, self._account, self._opening = talk, account, opening
        self._speed = ""
        """What the last speed test said."""

    def mend_service(self) -> str:
        self._restore_service()
        return "Your phone has its signal back."

    def mend_data(self) -> str:
        self._restore_data()
        self._restore_speed()
        return "Your mobile data is back at full speed."

    def mend_messages(self) -> str:
        """Stops as soon as a picture message can be sent."""
        talk = self._talk
        steps = (
            self._restore_service,
            self._restore_data,
            self._leave_second_generation,
            self._leave_wifi_calling,
            self._grant_permissions,
            self._restore_mmsc,
        )
        talk.think("Picture messages need service, mobile data, the right network, and an app that may send them.")
        is_broken = self._cannot_send("Let us see whether it still fails.")
        for step in steps:
            if not is_broken:
                break
            if step():
                is_broken = self._cannot_send()
        if is_broken:
            raise HandOver("Every step of the workflow for picture messages was taken, and none can be sent.")
        return "You can send picture messages again."

    def _restore_service(self) -> bool:
        """Get a signal; whether anything had to be done. Hands over where it cannot be got."""
        talk = self._talk
        talk.think("Whatever is wrong, the signal comes first.")
        bar = talk.use_phone("check_status_bar")
        if readings.has_service(bar):
            return False
        if readings.has_airplane_mode(bar):
            talk.think("Airplane mode switches off all reception.")
            bar = talk.use_phone("toggle_airplane_mode", "Airplane mode is on, and it cuts off all reception.")
            if readings.has_service(bar):
                return True
        talk.think("No airplane mode and no signal: the SIM card is next.")
        sim = talk.use_phone("check_sim_status")
        if readings.is_sim_missing(sim):
            bar = talk.use_phone("reseat_sim_card", "Your phone does not find its SIM card.")
            if readings.has_service(bar):
                return True
            talk.think("A SIM card that was missing may be locked as well.")
            sim = talk.use_phone("check_sim_status")
        if readings.is_sim_locked(sim):
            raise HandOver("The SIM card is locked with a PIN or PUK.")
        talk.think("The SIM card is good: the APN settings are next.")
        if readings.is_apn_broken(talk.use_phone("check_apn_settings")):
            talk.use_phone("reset_apn_settings", "The APN settings are broken.")
            if readings.has_service(talk.use_phone("reboot_device", "They are reset when the phone starts again.")):
                return True
        self._lift_suspension()
        return True

    def _lift_suspension(self) -> None:
        """The last cause of no signal: a suspended line."""
        talk, account = self._talk, self._account
        talk.think("The phone is in order: the line itself may be suspended.")
        line = account.find_line()
        if line["status"] != "Suspended":
            raise HandOver("There is no signal, though SIM card, APN settings and line are in order.")
        if account.is_contract_over(line):
            raise HandOver("The line is suspended and its contract has ended: the suspension may not be lifted.")
        talk.think("The line is suspended and its contract lasts: everything overdue has to be paid first.")
        account.pay_overdue_bills()
        if not account.resume(line):
            raise HandOver("The customer does not want the suspended line resumed.")
        if not readings.has_service(talk.use_phone("reboot_device", "Your line is active again.")):
            raise HandOver("The line is resumed and there is still no signal.")

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
        if not readings.is_setting_off("data roaming", self._talk.use_phone("check_network_status")):
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
        return True

    @functools.cache  # noqa: B019 - asked once in a conversation
    def _is_abroad(self) -> bool:
        if HERE.search(self._opening):
            return not HOME.search(self._opening)
        self._talk.think("Data may fail because the customer is travelling.")
        said = self._talk.say(self._talk.choose(WHERE))
        if not (HERE.search(said) or AFFIRMED.search(said)):
            said = self._talk.say(f"I need to know that to go on. {WHERE[1]}")
        return not HOME.search(said) and bool(HERE.search(said) or AFFIRMED.search(said))

    def _switch_data_on(self) -> bool:
        self._talk.think("Mobile data itself may be switched off.")
        if not readings.is_setting_off("mobile data", self._talk.use_phone("check_network_status")):
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
        if account.refuel(line, None) is None:
            raise HandOver(
                "The data is used up, and the customer wants no more of it. There is no tool for another plan."
            )
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

    def _leave_second_generation(self) -> bool:
        self._talk.think("Picture messages do not go over 2G.")
        if not readings.is_second_generation(self._talk.use_phone("check_network_status")):
            return False
        why = "Your phone is in a 2G network, which carries no picture messages."
        self._talk.use_phone("set_network_mode_preference", why, mode=FASTEST)
        return True

    def _leave_wifi_calling(self) -> bool:
        self._talk.think("Wi-Fi calling can take picture messages away from the mobile network.")
        if not readings.is_on(self._talk.use_phone("check_wifi_calling_status")):
            return False
        self._talk.use_phone("toggle_wifi_calling", "Wi-Fi calling gets in the way of picture messages.")
        return True

    def _grant_permissions(self) -> bool:
        talk = self._talk
        talk.think("The network is in order: the messaging app needs the permissions sms and storage.")
        granted = talk.use_phone("check_app_permissions", app_name="messaging")
        missing = [name for name in ("sms", "storage") if not readings.has_permission(name, granted)]
        for name in missing:
            why = f"The messaging app lacks the {name} permission."
            talk.use_phone("grant_app_permission", why, app_name="messaging", permission=name)
        return bool(missing)

    def _restore_mmsc(self) -> bool:
        self._talk.think("The app is in order: the last cause is the address of the picture message centre.")
        if not readings.lacks_mmsc(self._talk.use_phone("check_apn_settings")):
            return False
        self._talk.use_phone("reset_apn_settings", "The address of the picture message centre is missing.")
        self._talk.use_phone("reboot_device", "They are reset when the phone starts again.")
        return True

    def _cannot_send(self, why: str = "") -> bool:
        return readings.cannot_send(self._talk.use_phone("can_send_mms", why))

    def _is_offline(self) -> bool:
        return readings.is_offline(self._test_speed())

    def _is_fast(self) -> bool:
        return readings.is_excellent(self._test_speed())

    def _test_speed(self) -> str:
        self._speed = self._talk.use_phone("run_speed_test")
        return self._speed
