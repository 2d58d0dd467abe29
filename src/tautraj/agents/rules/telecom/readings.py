"""What a customer's words say about its phone. The words of τ²'s tools, and plain ones for the same.

Not here: what follows from it (`agents.rules.telecom.support`).
"""

import re

ABOUT = {
    "check_status_bar": r"signal|service|airplane|📶|📵|bars?\b",
    "check_network_status": r"mobile data|roaming|network type",
    "check_network_mode_preference": r"[2345]g",
    "set_network_mode_preference": r"[2345]g|status bar",
    "check_sim_status": r"sim\b",
    "check_apn_settings": r"apn|mmsc",
    "run_speed_test": r"mbps|connection|excellent|good|fair|poor",
    "check_data_restriction_status": r"\bo(?:n|ff)\b",
    "check_vpn_status": r"vpn",
    "check_wifi_calling_status": r"\bo(?:n|ff)\b",
    "check_app_permissions": r"permission|sms|storage",
    "can_send_mms": r"\bcan|works?\b|sent|fail",
    "check_payment_request": r"payment|\bbill",
    "make_payment": r"payment|paid",
}
"""The customer's tool -> words of which an answer about it has some."""


def is_about(tool: str, said: str) -> bool:
    """Whether an answer says what the tool shows; of tools that only change something any answer does."""
    return tool not in ABOUT or _has(ABOUT[tool], said)


def has_airplane_mode(said: str) -> bool:
    return _has(r"airplane mode(?! is (?:now )?(?:turned )?off)", said)


def has_service(said: str) -> bool:
    """A status bar that shows neither airplane mode nor the want of a signal."""
    return "📶" in said or not (has_airplane_mode(said) or _has(r"no signal|no service", said))


def is_sim_missing(said: str) -> bool:
    return _has(r"no sim|sim (?:card )?(?:is )?missing|not detected", said)


def is_sim_locked(said: str) -> bool:
    return _has(r"locked|\bpin\b|\bpuk\b", said)


def is_apn_broken(said: str) -> bool:
    return _has(r"apn name:? (?:is )?broken", said)


def lacks_mmsc(said: str) -> bool:
    return _has(r"not set", said)


def is_offline(said: str) -> bool:
    return _has(r"no connection|failed", said)


def is_excellent(said: str) -> bool:
    return _has(r"\bexcellent\b", said) and not is_offline(said)


def is_on(said: str) -> bool:
    """A switch."""
    return _has(r"\b(?:is|it's|now|currently|turned|switched) on\b", said)


def is_limited(said: str) -> bool:
    """A network mode without 5G."""
    return _has(r"[234]g[_ ]only", said)


def is_vpn_on(said: str) -> bool:
    return _has(r"on and connected|connected", said) and not _has(r"not connected|disconnected|turned off", said)


def is_setting_off(name: str, said: str) -> bool:
    """Whether a network status lists a setting as not enabled: `Data Roaming`, `Mobile Data`."""
    return _has(rf"{name} (?:enabled: no|is (?:turned |switched )?off|is disabled|off\b)", said)


def is_second_generation(said: str) -> bool:
    return _has(r"type:? 2g|2g_only|\b2g\b", said)


def cannot_send(said: str) -> bool:
    return _has(r"can(?:not|'t| not)|doesn't|does not|fail|not work", said)


def has_permission(name: str, said: str) -> bool:
    """`said`: the permissions of an app."""
    return _has(rf"\b{name}\b", said)


def _has(words: str, said: str) -> bool:
    return re.search(words, said, re.IGNORECASE) is not None
