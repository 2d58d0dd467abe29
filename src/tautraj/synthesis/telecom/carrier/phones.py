"""Phones in order. Not here: what is broken on them (`synthesis.telecom.fault_tables`)."""

from random import Random
from typing import Any

PHONE = {
    "sim_card_status": "active",
    "sim_card_missing": False,
    "airplane_mode": False,
    "network_signal_strength": "good",
    "network_technology_connected": "5G",
    "network_connection_status": "connected",
    "data_enabled": True,
    "roaming_enabled": False,
    "network_mode_preference": "4g_5g_preferred",
    "wifi_signal_strength": "none",
    "wifi_calling_enabled": False,
    "wifi_calling_mms_over_wifi": False,
    "data_saver_mode": False,
    "vpn_enabled_setting": False,
    "vpn_connected": False,
    "active_apn_settings": {
        "apn_name": "internet",
        "mms_apn": "mms",
        "mmsc_url": "http://mms.carrier.com/mms/wapenc",
    },
    "app_statuses": {
        "messaging": {
            "app_name": "messaging",
            "permissions": {"sms": True, "storage": True, "phone": True, "network": False},
        },
        "browser": {
            "app_name": "browser",
            "permissions": {"sms": False, "storage": True, "phone": False, "network": True},
        },
    },
}
"""A phone in order. The MMSC is the one that τ²'s reset of the APN settings restores."""

SURROUNDINGS = {
    "is_abroad": False,
    "line_active": True,
    "mobile_data_usage_exceeded": False,
    "roaming_allowed": False,
}
"""Of a customer at home whom no task has named yet."""


def make_phone(rng: Random, wifi: bool) -> dict[str, Any]:
    """What differs between phones in order: battery and Wi-Fi, as a part of `device` of the user database."""
    networks = ("Maple House", "Dovecote_5", "guest-upstairs", "TheOldBarn")
    connection = {
        "wifi_ssid": rng.choice(networks),
        "wifi_signal_strength": rng.choice(("fair", "good", "excellent")),
    }
    return {
        "battery_level": rng.randrange(15, 100),
        "wifi_enabled": wifi,
        "wifi_connected": wifi,
        **(connection if wifi else {}),
    }
