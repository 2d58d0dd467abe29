"""How agents without an llm ask the customer to use its phone. Customers without an llm understand every wording.

Not here: how they do (`grading.proposals.device_requests`).
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

Step = Literal["words", "look", "deed"]
"""What the customer has done last: said something, looked something up, changed something."""

LEADS: dict[Step, tuple[str, ...]] = {
    "words": ("", "All right.", "Thank you.", "I see."),
    "look": ("", "", "Thank you.", "Thanks for checking.", "I see.", "All right, let us go on."),
    "deed": ("", "Thank you.", "Okay.", "All right."),
}
"""Words before a request, after each of them."""

NETWORK_MODE = "4g_5g_preferred"
"""That the wordings of `set_network_mode_preference` ask for."""

REQUESTS: dict[str, tuple[str, ...]] = {
    "check_status_bar": (
        "Please look at the status bar at the top of your screen and tell me what it shows.",
        "Could you check your status bar and tell me what you see there?",
        "What does the status bar of your phone show?",
    ),
    "check_network_status": (
        "Please open the network status in your settings and tell me what it says.",
        "Could you check the network status of your phone and read it to me?",
        "Please check the network status on your phone: what does it list?",
    ),
    "check_network_mode_preference": (
        "Please check the network mode preference in your settings: what is it set to?",
        "Could you look up which network mode your phone prefers?",
        "What is the network mode preference of your phone?",
    ),
    "set_network_mode_preference": (
        "Please set the network mode preference to 4G/5G preferred.",
        "Could you change the network mode to 4G/5G preferred?",
        "Please switch the network mode to 4G/5G preferred.",
    ),
    "check_sim_status": (
        "Please check the status of your SIM card and tell me what it says.",
        "Could you look at the SIM status in your settings?",
        "What does your phone say about its SIM card? Please check the SIM status.",
    ),
    "reseat_sim_card": (
        "Please take the SIM card out and put it back in.",
        "Could you remove the SIM card and insert it again?",
        "Please reseat the SIM card: take it out and push it in again.",
    ),
    "check_apn_settings": (
        "Please open the APN settings and tell me what they say.",
        "Could you check the APN settings of your phone and read them to me?",
        "Please look at the APN settings: what do they show?",
    ),
    "reset_apn_settings": (
        "Please reset the APN settings to their defaults.",
        "Could you reset the APN settings of your phone?",
        "Please reset the APN settings.",
    ),
    "reboot_device": (
        "Please restart your phone and tell me what it shows afterwards.",
        "Could you restart the phone now?",
        "Please reboot your phone.",
    ),
    "run_speed_test": (
        "Please run a speed test and tell me the result.",
        "Could you run a speed test now?",
        "Please run a speed test: what does it say?",
    ),
    "check_data_restriction_status": (
        "Please check whether Data Saver is on.",
        "Could you look in your settings whether Data Saver is switched on?",
        "Please check the data restrictions on your phone: is Data Saver on?",
    ),
    "toggle_data_saver_mode": (
        "Please turn Data Saver off.",
        "Could you switch Data Saver off?",
        "Please switch off Data Saver in your settings.",
    ),
    "check_vpn_status": (
        "Please check whether a VPN is connected.",
        "Could you look in your settings whether you use a VPN?",
        "Please open the VPN settings and tell me what they say.",
    ),
    "disconnect_vpn": (
        "Please disconnect the VPN.",
        "Could you disconnect the VPN?",
        "Please end the VPN connection: disconnect the VPN in your settings.",
    ),
    "toggle_airplane_mode": (
        "Please turn airplane mode off.",
        "Could you switch airplane mode off?",
        "Please switch airplane mode off and tell me what the phone shows then.",
    ),
    "toggle_data": (
        "Please turn mobile data on.",
        "Could you switch mobile data on?",
        "Please switch mobile data on in your settings.",
    ),
    "toggle_roaming": (
        "Please turn data roaming on.",
        "Could you switch data roaming on?",
        "Please switch data roaming on in your settings.",
    ),
    "check_wifi_calling_status": (
        "Please check whether Wi-Fi calling is on.",
        "Could you look in your settings whether Wi-Fi calling is switched on?",
        "Please open the Wi-Fi calling settings: what do they say?",
    ),
    "toggle_wifi_calling": (
        "Please turn Wi-Fi calling off.",
        "Could you switch Wi-Fi calling off?",
        "Please switch off Wi-Fi calling.",
    ),
    "check_app_permissions": (
        "Please check which permissions your {app_name} app has.",
        "Could you look up the permissions of the {app_name} app?",
        "Please open the settings of the {app_name} app and tell me its permissions.",
    ),
    "grant_app_permission": (
        "Please grant the {app_name} app the {permission} permission.",
        "Could you give the {app_name} app the {permission} permission?",
        "Please allow {permission} access for the {app_name} app.",
    ),
    "can_send_mms": (
        "Please try to send a picture message now and tell me whether it works.",
        "Could you try sending a picture message?",
        "Please see whether your phone can send a picture message now.",
    ),
    "check_payment_request": (
        "Please check your payment requests and tell me what you see.",
        "Could you look at your payment requests?",
        "Please open the payment request on your phone: what does it say?",
    ),
    "make_payment": (
        "If that is right, please make the payment.",
        "If you accept it, please make the payment now.",
        "Please make the payment if it is as I said.",
    ),
}
"""The customer's tool -> requests for it."""


def request_device_use(tool: str, arguments: Mapping[str, Any]) -> str:
    """Ask for one call of a customer's tool: as people do, or by its name, which `grading.proposals` reads too."""
    if tool in REQUESTS and arguments.get("mode", NETWORK_MODE) == NETWORK_MODE:
        return REQUESTS[tool][0].format_map(arguments)
    values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in arguments.items()}
    pairs = "; ".join(f"{_to_words(key)}: {value}" for key, value in values.items())
    return f"On your device, please {_to_words(tool)}{f' ({pairs})' if pairs else ''}."


def _to_words(name: str) -> str:
    return re.sub(r"\b(apn|sim|vpn)\b", lambda match: match[0].upper(), name.replace("_", " "))
