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


def is_about(tool: str, answer: str) -> bool:
    """Whether an answer says what the tool shows; of tools that only change something any answer does."""
    return tool not in ABOUT or _has(ABOUT[tool], answer)


def has_airplane_mode(answer: str) -> bool:
    return _has(r"airplane mode(?! is (?:now )?(?:turned )?off)", answer)


def has_service(answer: str) -> bool:
    """A status bar that shows neither airplane mode nor the want of a signal."""
    return "📶" in answer or not (has_airplane_mode(answer) or _has(r"no signal|no service", answer))


def is_sim_missing(answer: str) -> bool:
    return _has(r"no sim|sim (?:card )?(?:is )?missing|not detected", answer)


def is_sim_locked(answer: str) -> bool:
    return _has(r"locked|\bpin\b|\bpuk\b", answer)


def is_apn_broken(answer: str) -> bool:
    return _has(r"apn name:? (?:is )?broken", answer)


def lacks_mmsc(answer: str) -> bool:
    return _has(r"not set", answer)


def is_offline(answer: str) -> bool:
    return _has(r"no connection|failed", answer)


def is_excellent(answer: str) -> bool:
    return _has(r"\bexcellent\b", answer) and not is_offline(answer)


def is_on(answer: str) -> bool:
    """A switch."""
    return _has(r"\b(?:is|it's|now|currently|turned|switched) on\b", answer)


def is_limited(answer: str) -> bool:
    """A network mode without 5G."""
    return _has(r"[234]g[_ ]only", answer)


def is_vpn_on(answer: str) -> bool:
    return _has(r"on and connected|connected", answer) and not _has(r"not connected|disconnected|turned off", answer)


def is_setting_off(name: str, answer: str) -> bool:
    """Whether a network status lists a setting as not enabled: `Data Roaming`, `Mobile Data`."""
    return _has(rf"{name} (?:enabled: no|is (?:turned |switched )?off|is disabled|off\b)", answer)


def is_second_generation(answer: str) -> bool:
    return _has(r"type:? 2g|2g_only|\b2g\b", answer)


def cannot_send(answer: str) -> bool:
    return _has(r"can(?:not|'t| not)|doesn't|does not|fail|not work", answer)


def has_permission(name: str, answer: str) -> bool:
    """`answer`: the permissions of an app."""
    return _has(rf"\b{name}\b", answer)


def _has(words: str, answer: str) -> bool:
    return re.search(words, answer, re.IGNORECASE) is not None
