"""Whether the customer confirmed a write: a question of the agent that names it, and a yes to that question.

One yes covers every write that its question named. Not here: what a yes is (`grading.affirmative`), what a
question is (`grading.questions`).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.grading.affirmative import is_affirmative, is_go_ahead, is_refusal
from tautraj.grading.questions import asks_consent, asks_only_for_more
from tautraj.trajectory import ToolCall, Turn

CHANGE = r"chang|modif|updat|switch|replac|swap|edit|adjust"

OPERATIONS = {
    "cancel_pending_order": r"cancel|call(?:ing)? off|refund",
    "exchange_delivered_order_items": r"exchang|swap|replac|switch|trad(?:e|ing)",
    "modify_pending_order_address": r"address|ship|deliver\w* to|send (?:it|them|the order) to|redirect",
    "modify_pending_order_items": rf"{CHANGE}|exchang|upgrad|downgrad",
    "modify_pending_order_payment": r"payment|\bpay\b|charg|card|paypal",
    "modify_user_address": r"address|\bmov(?:e|ing)|profile",
    "return_delivered_order_items": r"return|refund|send(?:ing)? (?:it |them )?back",
    "book_reservation": r"\bbook|reserv|purchas|\bbuy",
    "cancel_reservation": r"cancel|refund",
    "send_certificate": r"certificate|voucher|compensat|credit|goodwill",
    "update_reservation_baggages": r"\bbag|baggage|luggage|suitcase",
    "update_reservation_flights": rf"{CHANGE}|upgrad|downgrad|cabin|rebook|mov(?:e|ing)|business|economy|flight",
    "update_reservation_passengers": r"passenger|travell?er|\bname",
}
"""Writing tool of retail or airline -> the words that name its operation."""

DISTINCT_OPERATIONS = re.compile(
    r"(?P<cancel>\bcancel(?!led|ed)\w*|call off)|(?P<exchange>\bexchang(?!ed)\w*|\bswap)"
    r"|(?P<return>\breturn(?!ed)\w*)|(?P<book>\bbook (?!number|id))"
    r"|(?P<address>\baddress)|(?P<certificate>certificate|voucher|compensat)|(?P<baggages>\bbag|baggage|luggage)"
    r"|(?P<payment>payment method)|(?P<items>\bmodify)|(?P<flights>upgrad|downgrad|rebook|\bcabin)"
    r"|(?P<passengers>passenger)",
    re.IGNORECASE,
)

IDENTIFIERS = {
    "order": re.compile(r"#?\bw\d{7}\b", re.IGNORECASE),
    "reservation": re.compile(r"\b(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])(?!HAT\d)[A-Z0-9]{6}\b"),
    "item": re.compile(r"\b\d{10}\b"),
    "payment": re.compile(r"\b(?:credit_card|gift_card|paypal|certificate)_\d+\b", re.IGNORECASE),
    "zip": re.compile(r"(?<![\w$#])\d{5}(?=\b(?![.,]?\d))"),
    "flight": re.compile(r"\bHAT\d{3}\b", re.IGNORECASE),
    "amount": re.compile(r"(?<=\$)\d+(?:\.\d+)?"),
    "cabin": re.compile(r"\bbasic[ _]economy\b|(?<!basic )(?<!basic_)\beconomy\b|\bbusiness\b", re.IGNORECASE),
}
"""Kind -> form of a value that a question and a write must agree on."""

OWN_KEYS = {kind: (kind,) for kind in ("amount", "zip", "cabin")}
OWN_KEYS |= {kind: (f"{kind}_id",) for kind in ("order", "reservation")}
"""Kind -> the arguments it is read from, where its form says too little; other kinds are found in all arguments."""


class DialogueStep(NamedTuple):
    """What the agent said since the customer's last message, and the customer's answer."""

    agent_text: str
    answer: str
    turn_index: int
    """Of the turn with the answer."""


def find_unconfirmed_write(turns: Sequence[Turn], writes: Sequence[Turn]) -> Turn | None:
    """The first write that the customer did not confirm; None if there is none."""
    dialogue = list(_pair_messages(turns))
    previous_write = -1
    for write in writes:
        before = [step for step in dialogue if step.turn_index < write.index]
        if write.tool_call and not _is_confirmed(write.tool_call, before, previous_write):
            return write
        previous_write = write.index
    return None


def _pair_messages(turns: Sequence[Turn]) -> Iterator[DialogueStep]:
    spoken: list[str] = []
    for turn in turns:
        if turn.kind != "message" or not turn.message:
            continue
        if turn.seat == "model":
            spoken.append(turn.message)
        elif turn.seat == "user":
            yield DialogueStep("\n".join(spoken), turn.message, turn.index)
            spoken = []


def _is_confirmed(call: ToolCall, dialogue: Sequence[DialogueStep], previous_write: int) -> bool:
    """Go back from the last answer to the one about the call. `previous_write`: index of a turn, or -1."""
    for number in range(len(dialogue) - 1, -1, -1):
        step = dialogue[number]
        if asks_consent(step.agent_text):
            if _names(step.agent_text, step.answer, call):
                return is_affirmative(step.answer)
            if not _mentions_write(step.agent_text):
                earlier = [e for e in dialogue[: number + 1] if e.turn_index > previous_write or e is step]
                return is_affirmative(step.answer) and _is_named_before(call, earlier, step.answer)
        elif is_go_ahead(step.answer) and _names(step.agent_text, step.answer, call):
            return True
        elif is_refusal(step.answer) and not asks_only_for_more(step.agent_text):
            return False
    return False


def _is_named_before(call: ToolCall, dialogue: Sequence[DialogueStep], answer: str) -> bool:
    """Whether one of the messages before a bare "shall I go ahead?" names the call."""
    texts = [text for step in dialogue for text in (step.agent_text, step.answer)][:-1]
    return any(_names(text, answer, call) for text in texts)


def _mentions_write(text: str) -> bool:
    return bool(DISTINCT_OPERATIONS.search(text)) or any(
        IDENTIFIERS[kind].search(text) for kind in ("order", "reservation")
    )


def _names(question: str, answer: str, call: ToolCall) -> bool:
    """Whether the question is about the call: its operation, or a value of it, and no value of another one."""
    wanted = {kind: _find_arguments(kind, call.arguments) for kind in IDENTIFIERS}
    whole = str(call.arguments)  # a flight of the call may have the form of a reservation: "TRN501"
    stated = {
        kind: (_find_values(kind, answer) or _find_values(kind, question))
        - (_find_values(kind, whole) - wanted[kind])
        for kind in IDENTIFIERS
    }
    if any(_is_contradicted(kind, stated[kind], wanted[kind], question) for kind in IDENTIFIERS):
        return False
    if re.search(OPERATIONS.get(call.name, "(?!)"), question, re.IGNORECASE):
        return True
    others = {match.lastgroup for match in DISTINCT_OPERATIONS.finditer(question)}
    return not others and any(_find_values(kind, question) & wanted[kind] for kind in IDENTIFIERS)


def _is_contradicted(kind: str, stated: set[str], wanted: set[str], question: str) -> bool:
    """Whether question and call have values of a kind that the other has not.

    Items must all agree; of other kinds one must: flights that stay as they are need not be named again.
    """
    if kind == "payment":
        wanted = {value for value in wanted if value.rpartition("_")[0].replace("_", " ") not in question.lower()}
    differs = bool(stated - wanted and wanted - stated)
    return differs and (kind == "item" or not stated & wanted)


def _find_values(kind: str, text: str) -> set[str]:
    return {_normalise(match) for match in IDENTIFIERS[kind].findall(text)}


def _find_arguments(kind: str, arguments: dict[str, Any]) -> set[str]:
    values = {key: value for key, value in arguments.items() if key in OWN_KEYS.get(kind, (key,))}
    if kind in OWN_KEYS:
        return {_normalise(str(value)) for value in values.values()}
    return _find_values(kind, " ".join(str(value) for value in values.values()))


def _normalise(value: str) -> str:
    return value.lower().lstrip("#").replace(" ", "_").removesuffix(".0").removesuffix(".00")
