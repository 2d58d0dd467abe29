"""The tech-support workflow, first part: a signal.

One fault hides another: airplane mode hides the signal, no signal hides the data, no data hides the speed. Not here:
mobile data (`agents.rules.telecom.mobile_data`), bills and lines (`agents.rules.telecom.accounts`).
"""

from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.accounts import Account
from tautraj.agents.rules.telecom.talk import HandOver, Talk


class ServiceSupport:
    """Gets a phone its signal back."""

    def __init__(self, talk: Talk, account: Account, opening: str) -> None:
        """`opening`: what the customer has said about it; it may say where it is."""
        self._talk, self._account, self._opening = talk, account, opening
        self._has_service = False
        """Whether the phone has shown a signal."""

    def mend_service(self) -> str:
        self._restore_service()
        return "Your phone has its signal back."

    def _restore_service(self) -> bool:
        """Get a signal; whether anything had to be done. Hands over where it cannot be got."""
        if self._has_service:
            return False
        self._has_service = True  # or else it hands over
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
        talk.opener = "The cause is your line: it is suspended."
        account.pay_overdue_bills()
        if not account.resume(line):
            raise HandOver("The customer does not want the suspended line resumed.")
        if not readings.has_service(talk.use_phone("reboot_device", "Your line is active again.")):
            raise HandOver("The line is resumed and there is still no signal.")
