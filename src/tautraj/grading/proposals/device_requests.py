"""What an agent's message asks a customer to do on its phone: the customer's own tools, in any words.

Not here: what the customer says about it (`users.phone.device`).
"""

import json
import re
from collections.abc import Callable, Collection
from typing import Any, NamedTuple


class DeviceRequest(NamedTuple):
    tool: str
    arguments: dict[str, Any]
    wanted: str | None = None
    """ON or OFF where a toggle is meant to end so; None where nothing is said."""


LOOK = r"(?:check|look|tell me|see|read|open|view|go (?:in)?to|what (?:does|do|is|are)|show|is there|do you have)"
SWITCH = r"(?:toggle|turn|switch|disable|enable|deactivate|activate|put|take|set)"
NEAR = r"[^.?!\n]{0,60}?"
"""Words between a verb and what it is about, in one sentence."""

Arguments = Callable[[str], dict[str, Any]]


def _no_arguments(_: str) -> dict[str, Any]:
    return {}


def _read_mode(sentence: str) -> dict[str, Any]:
    named = re.search(r"\b([234]g)[ _]only\b", sentence, re.IGNORECASE)
    return {"mode": f"{named[1].lower()}_only" if named else "4g_5g_preferred"}


def _read_app(sentence: str) -> dict[str, Any]:
    return {"app_name": "browser" if "browser" in sentence.lower() else "messaging"}


def _read_permission(sentence: str) -> dict[str, Any]:
    named = re.search(r"\b(sms|storage|phone|network)\b", sentence, re.IGNORECASE)
    return {**_read_app(sentence), "permission": named[1].lower() if named else "sms"}


REQUESTS: tuple[tuple[str, str, Arguments], ...] = (
    ("check_status_bar", rf"\b{LOOK}\b{NEAR}\bstatus bar\b", _no_arguments),
    (
        "check_network_status",
        rf"\b{LOOK}\b{NEAR}\b(?:network|connection|cellular) status\b"
        r"|\bis (?:the |your )?(?:airplane mode|mobile data|(?:data )?roaming) (?:switched |turned )?on\b",
        _no_arguments,
    ),
    (
        "check_network_mode_preference",
        rf"\b{LOOK}\b{NEAR}\b(?:network mode|preferred network|network preference)",
        _no_arguments,
    ),
    (
        "set_network_mode_preference",
        rf"\b(?:set|change|switch)\b{NEAR}\b(?:network mode|preferred network|network preference)",
        _read_mode,
    ),
    ("check_sim_status", rf"\b{LOOK}\b{NEAR}\bsim\b", _no_arguments),
    ("reseat_sim_card", rf"\b(?:re-?seat|re-?insert|take|remove)\b{NEAR}\bsim\b", _no_arguments),
    ("check_apn_settings", rf"\b{LOOK}\b{NEAR}\bapn\b", _no_arguments),
    ("reset_apn_settings", rf"\breset\b{NEAR}\bapn\b", _no_arguments),
    ("reboot_device", r"\b(?:reboot|restart)\b", _no_arguments),
    ("run_speed_test", r"\bspeed ?test\b", _no_arguments),
    ("check_data_restriction_status", rf"\b{LOOK}\b{NEAR}\b(?:data[- ]saver|data restriction)", _no_arguments),
    ("toggle_data_saver_mode", rf"\b{SWITCH}\b{NEAR}\bdata[- ]saver", _no_arguments),
    ("check_vpn_status", rf"\b{LOOK}\b{NEAR}\bvpn\b", _no_arguments),
    ("disconnect_vpn", rf"\b(?:disconnect|{SWITCH}|end|leave|stop)\b{NEAR}\bvpn\b", _no_arguments),
    ("toggle_airplane_mode", rf"\b{SWITCH}\b{NEAR}\b(?:airplane|flight) mode\b", _no_arguments),
    ("toggle_data", rf"\b{SWITCH}\b{NEAR}\bmobile data\b", _no_arguments),
    ("toggle_roaming", rf"\b{SWITCH}\b{NEAR}\broaming\b", _no_arguments),
    ("check_wifi_calling_status", rf"\b{LOOK}\b{NEAR}\bwi-?fi calling\b", _no_arguments),
    ("toggle_wifi_calling", rf"\b{SWITCH}\b{NEAR}\bwi-?fi calling\b", _no_arguments),
    ("check_wifi_status", rf"\b{LOOK}\b{NEAR}\bwi-?fi\b(?! calling)", _no_arguments),
    ("toggle_wifi", rf"\b{SWITCH}\b{NEAR}\bwi-?fi\b(?! calling)", _no_arguments),
    ("check_app_permissions", rf"\b{LOOK}\b{NEAR}\bpermissions?\b", _read_app),
    ("grant_app_permission", rf"\b(?:grant|give|allow)\b{NEAR}\b(?:permission|access)\b", _read_permission),
    ("can_send_mms", rf"\b(?:send|sending)\b{NEAR}\b(?:mms|picture|photo)", _no_arguments),
    ("check_payment_request", rf"\b{LOOK}\b{NEAR}\bpayment requests?\b", _no_arguments),
    ("make_payment", r"\b(?:make|complete|approve)\b(?: \w+){0,2} payment\b|\bpay it\b", _no_arguments),
)
"""(tool, words for it, its arguments in the sentence)."""

CUE = re.compile(
    r"\b(?:please|could you|can you|would you|will you|try|next|now|let us|let's|i need you|i would like you|ask you|"
    r"tell me|what (?:does|do|is|are)|is (?:the |your )?\w+)\b|^\W*(?:then |and |\d+[.)] ?)?"
    r"(?:check|look|run|open|turn|toggle|switch|restart|reboot|reset|disconnect|grant|set|make|re-?seat|take|remove|go)\b",
    re.IGNORECASE,
)
"""A sentence that asks for something. Others tell what was seen or done."""

OFFER = re.compile(
    r"\b(?:shall|should|may|can|could) i\b|\bi (?:have|am going|will|can)\b|\bdo you (?:confirm|agree)", re.I
)
"""A sentence about what the agent does."""

WANTED = re.compile(r"\b(?:(off|disable|deactivate)|(on|enable|activate))\b", re.IGNORECASE)


TOOL_REQUEST = re.compile(r"on your device, please (\w+(?: \w+)*)(?: \((.*)\))?\.", re.IGNORECASE)
"""The oracle's request: the tool's name in words, `key: value; …`."""


def find_device_requests(message: str, tools: Collection[str]) -> list[DeviceRequest]:
    """What is to be done on the phone, in the order of the message. `tools`: the customer's."""
    if exact := parse_tool_request(message, tools):
        return [DeviceRequest(*exact)]
    requests: list[DeviceRequest] = []
    for sentence in re.split(r"(?<=[.!?:;])\s+|\n+", message):
        if not CUE.search(sentence) or OFFER.search(sentence):
            continue
        matches = [
            (match.start(), DeviceRequest(tool, read(sentence), _find_wanted(tool, sentence)))
            for tool, words, read in REQUESTS
            if tool in tools and (match := re.search(words, sentence, re.IGNORECASE))
        ]
        requests += [request for _, request in sorted(matches, key=lambda pair: pair[0]) if request not in requests]
    return requests


def _find_wanted(tool: str, sentence: str) -> str | None:
    wanted = WANTED.search(sentence) if tool.startswith("toggle") else None
    return None if wanted is None else "OFF" if wanted[1] else "ON"


def parse_tool_request(message: str, tools: Collection[str]) -> tuple[str, dict[str, Any]] | None:
    """(tool, arguments) of the oracle's request; None if the message names none of `tools` in its form."""
    request = TOOL_REQUEST.search(message)
    name = _to_name(request[1]) if request else ""
    if request is None or name not in tools:
        return None
    pairs = (pair.partition(": ") for pair in (request[2] or "").split("; ") if pair)
    return name, {_to_name(key): _parse_value(value) for key, _, value in pairs}


def _to_name(words: str) -> str:
    return words.lower().replace(" ", "_")


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
