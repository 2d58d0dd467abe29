"""What can be wrong with a phone and its line, how it is broken before a call, and what mends it.

τ²'s own fault tables (`tau2.domains.telecom.tasks`) as data, without the one customer, line, plan and bill that they
name; a test holds the two equal. Three faults are added. Not here: which faults occur together
(`synthesis.telecom.compositions`).
"""

from typing import Any, NamedTuple

Call = tuple[str, str, dict[str, Any]]
"""(seat, function, arguments). An argument in angle brackets stands for what `resolve` is given by that name."""

LINE = {"customer_id": "<customer_id>", "line_id": "<line_id>"}


class Fault(NamedTuple):
    name: str
    """τ²'s, where it has the fault."""
    breaks: tuple[Call, ...]
    mends: tuple[Call, ...] | None
    """What the two seats do about it. None: the agent can only transfer."""
    asserted: tuple[Call, ...] = ()
    """What has to hold besides the symptom being gone."""


def resolve(call: Call, names: dict[str, Any]) -> Call:
    """The call with `names` in the places of the angle brackets."""
    seat, function, arguments = call
    return seat, function, {key: _fill(value, names) for key, value in arguments.items()}


def _fill(value: Any, names: dict[str, Any]) -> Any:
    return names[value[1:-1]] if isinstance(value, str) and value.startswith("<") else value


def _phone(function: str, **arguments: Any) -> Call:
    return "user", function, arguments


def _carrier(function: str, **arguments: Any) -> Call:
    return "assistant", function, arguments


SEARCH = _phone("simulate_network_search")
ABROAD = _phone("set_user_location", abroad=True)
PHONE_ROAMING_OFF, PHONE_ROAMING_ON = _phone("turn_roaming_off"), _phone("turn_roaming_on")
RESET_APN = (_phone("reset_apn_settings"), _phone("reboot_device"))
PREFER_FASTEST = (_phone("set_network_mode_preference", mode="4g_5g_preferred"),)
PAID = _carrier("assert_no_overdue_bill", overdue_bill_id="<bill_id>")
USED_UP = _carrier("set_data_usage", **LINE, data_used_gb="<used_gb>")


def _suspend(contract_ended: bool) -> tuple[Call, ...]:
    return (
        _carrier("suspend_line_for_overdue_bill", **LINE, new_bill_id="<bill_id>", contract_ended=contract_ended),
        SEARCH,
    )


def _remove(*permissions: str) -> tuple[Call, ...]:
    return tuple(_phone("remove_app_permission", app_name="messaging", permission=name) for name in permissions)


def _grant(*permissions: str) -> tuple[Call, ...]:
    return tuple(_phone("grant_app_permission", app_name="messaging", permission=name) for name in permissions)


AIRPLANE_MODE = Fault("airplane_mode_on", (_phone("turn_airplane_mode_on"),), (_phone("toggle_airplane_mode"),))
SIM_MISSING = Fault("unseat_sim_card", (_phone("unseat_sim_card"),), (_phone("reseat_sim_card"),))
SIM_PIN = Fault("lock_sim_card_pin", (_phone("lock_sim_card", mode="pin"),), None)
SIM_PUK = Fault("lock_sim_card_puk", (_phone("lock_sim_card", mode="puk"),), None)
APN_BROKEN = Fault("break_apn_settings", (_phone("break_apn_settings"),), RESET_APN)
BILL_OVERDUE = Fault(
    "overdue_bill_suspension",
    _suspend(contract_ended=False),
    (
        _carrier("send_payment_request", customer_id="<customer_id>", bill_id="<bill_id>"),
        _phone("make_payment"),
        _carrier("resume_line", **LINE),
        _phone("reboot_device"),
    ),
    (PAID,),
)
CONTRACT_ENDED = Fault("contract_end_suspension", _suspend(contract_ended=True), None)
ROAMING_OFF = Fault(
    "user_abroad_roaming_enabled_off",
    (ABROAD, PHONE_ROAMING_OFF, _carrier("enable_roaming", **LINE)),
    (_phone("toggle_roaming"),),
)
LINE_WITHOUT_ROAMING = Fault(
    "user_abroad_roaming_disabled_on",
    (ABROAD, PHONE_ROAMING_ON, _carrier("disable_roaming", **LINE), SEARCH),
    (_carrier("enable_roaming", **LINE),),
)
NO_ROAMING = Fault(
    "user_abroad_roaming_disabled_off",
    (ABROAD, PHONE_ROAMING_OFF, _carrier("disable_roaming", **LINE), SEARCH),
    (_carrier("enable_roaming", **LINE), _phone("toggle_roaming")),
)
DATA_OFF = Fault("data_mode_off", (_phone("turn_data_off"),), (_phone("toggle_data"),))
DATA_USED_UP = Fault(
    "data_usage_exceeded",
    (USED_UP,),
    (_carrier("refuel_data", **LINE, gb_amount="<refuel_gb>"),),
    (_carrier("assert_data_refueling_amount", **LINE, expected_amount="<refuel_gb>"),),
)
DATA_NOT_BOUGHT = Fault("data_usage_exceeded_not_bought", (USED_UP,), None)
"""The customer wants neither more data nor another plan. τ²'s `data_usage_exceeded_no_refuel`, which no official task
has, is left out: 2 GB are refueled already, and it is a matter of reading whether the policy's 2 GB forbid more."""
DATA_SAVER = Fault("data_saver_mode_on", (_phone("turn_data_saver_mode_on"),), (_phone("toggle_data_saver_mode"),))
ONLY_2G = Fault("bad_network_preference", (_phone("set_network_mode_preference", mode="2g_only"),), PREFER_FASTEST)
ONLY_3G = Fault("only_third_generation", (_phone("set_network_mode_preference", mode="3g_only"),), PREFER_FASTEST)
VPN = Fault("bad_vpn", (_phone("break_vpn"),), (_phone("disconnect_vpn"),))
WIFI_CALLING = Fault(
    "bad_wifi_calling",
    (_phone("set_wifi_calling", enabled=True, mms_over_wifi=True),),
    (_phone("toggle_wifi_calling"),),
)
MMS_APN = Fault("break_apn_mms_setting", (_phone("break_apn_mms_setting"),), RESET_APN)
NO_SMS = Fault("break_app_sms_permission", _remove("sms"), _grant("sms"))
NO_STORAGE = Fault("break_app_storage_permission", _remove("storage"), _grant("storage"))
NO_PERMISSIONS = Fault("break_app_both_permissions", _remove("sms", "storage"), _grant("sms", "storage"))
