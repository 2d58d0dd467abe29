"""The tech-support workflow, third part: picture messages; with the other two all that the agent mends.

Not here: the signal and the data that they need (`agents.rules.telecom.mobile_data`), how the customer is asked
(`agents.rules.telecom.talk`).
"""

from tautraj.agents.rules.telecom import readings
from tautraj.agents.rules.telecom.mobile_data import FASTEST, DataSupport
from tautraj.agents.rules.telecom.talk import HandOver

NEEDED = {"sms": "send messages with pictures", "storage": "get at your pictures"}
"""Permission of the messaging app -> what it is for."""


class Support(DataSupport):
    """Mends a customer's phone and line."""

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

    def _leave_second_generation(self) -> bool:
        self._talk.think("Picture messages do not go over 2G.")
        if not readings.is_second_generation(self._read_network_status()):
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
        missing = [name for name in NEEDED if not readings.has_permission(name, granted)]
        for name in missing:
            why = f"The app may not {NEEDED[name]}."
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
