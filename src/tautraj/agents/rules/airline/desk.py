"""The desk of the airline: reads a customer's words, decides by the policy and by what the tools answer. No gold."""

import re
from collections.abc import Sequence
from typing import Any

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.answering import resolve_question
from tautraj.agents.rules.airline.booking import resolve_booking
from tautraj.agents.rules.airline.cancelling import resolve_cancellation, resolve_compensation
from tautraj.agents.rules.airline.changing import resolve_bags, resolve_cabin
from tautraj.agents.rules.airline.cues import OWN, Kind, find_kinds
from tautraj.agents.rules.airline.passengers import resolve_passengers
from tautraj.agents.rules.airline.payment_words import list_payments
from tautraj.agents.rules.airline.rebooking import resolve_flights
from tautraj.agents.rules.airline.records import Entity, find_reservation
from tautraj.agents.rules.airline.several import is_about_all, resolve_all
from tautraj.agents.rules.airline.slots import list_codes, list_dates, list_places, list_reservation_ids
from tautraj.agents.rules.airline.wishes import Wish, has_reference, read_wishes, split_sentences
from tautraj.agents.rules.desk import Action, Call, Resolution

BARE_REFERENCE = re.compile(
    r"(?:(?:it|that|is|it's|that's|the|my|your|reservation|booking|number|id|code|one|would|"
    r"be|should|sorry|yes|sure|under)"
    r"[ ,:.]+)*[A-Z0-9]{6}\W*",
    re.IGNORECASE,
)
CONDITION = re.compile(r"^(?:and |but )?(?:only )?(?:if|should|in case|unless|when)\b[^,:;]*?[,:;] ", re.IGNORECASE)
KEPT = re.compile(r"\b(?:leave|keep|forget)\b[^,.;]*?(?: and |, )", re.IGNORECASE)
LEAVE = (
    r"\bleave (?:it|everything|things|the reservation)|forget (?:it|about)|do nothing|keep (?:it|"
    r"things|everything|the way|the present)"
)
USER_ID = re.compile(r"\b[a-z]+_[a-z]+_\d{3,4}\b")
NAMES_OF_WISHES: dict[Kind, str] = {
    "cancel": "A cancellation",
    "book": "A booking",
    "flights": "Other flights",
    "cabin": "Another cabin",
    "bags": "More bags",
    "passengers": "Other passengers",
    "insurance": "Insurance",
    "compensation": "A compensation",
    "question": "A question",
    "complaint": "A complaint",
}
"""Kind -> how a thought names it."""


class AirlineDesk:
    """`agents.rules.desk.Desk` of the airline."""

    identity_questions: tuple[str, ...] = ("May I have your user id, please?",)

    def identify(self, utterance: str) -> Action | None:
        match = USER_ID.search(utterance)
        return ("get_user_details", {"user_id": match[0]}) if match else None

    def get_user_id(self, lookup: Action, answer: Any) -> str | None:
        return str(answer["user_id"]) if isinstance(answer, dict) else None

    def look_at_customer(self, user_id: str, call: Call) -> None:
        """The look-up was one of the profile."""

    def read(self, utterance: str) -> Sequence[Wish]:
        return read_wishes(utterance)

    def name_wish(self, intent: Wish, user_id: str) -> str:
        return f"{NAMES_OF_WISHES[intent.kind]} for {user_id}."

    def amend(self, intent: Wish, utterance: str) -> Wish:
        """Words about another reservation, or about another kind of wish, change nothing."""
        if intent.kind == "complaint":
            return next((wish._replace(context=intent.said) for wish in read_wishes(utterance)), intent)
        if _is_about_another(intent, utterance):
            return intent
        return intent._replace(amendments=(*intent.amendments, utterance))

    def resolve(self, intent: Wish, user_id: str, call: Call) -> Resolution:
        first = self._resolve_once(intent, user_id, call)
        if not intent.otherwise or not (first.refusal or first.is_transfer):
            return first
        if re.search(LEAVE, intent.otherwise, re.IGNORECASE) and not re.search(r"\badd\b", intent.otherwise):
            return first._replace(thought=f"{first.thought} The customer wants nothing else then.")
        alternative = KEPT.sub("", CONDITION.sub("", intent.otherwise))
        kinds = find_kinds(alternative) or [intent.kind]
        if intent.kind == "book" and kinds[0] != "cancel":
            kinds = ["book"]
        payments = [part for part in split_sentences(intent.said) if list_payments(part)]
        fallback = Wish(kinds[0], " ".join([alternative, *payments]), intent.reference, amendments=intent.amendments)
        if kinds[0] == "flights":
            fallback = intent._replace(otherwise="", amendments=(*intent.amendments, alternative))
        second = self._resolve_once(fallback, user_id, call)
        return second._replace(thought=f"{first.thought} The customer's other choice: {second.thought}")

    def _resolve_once(self, wish: Wish, user_id: str, call: Call) -> Resolution:
        user = call("get_user_details", {"user_id": user_id})
        if wish.kind == "insurance":
            return Resolution("Insurance is sold with the booking only.", refusal=rules.LATE_INSURANCE)
        if wish.kind == "complaint":
            return Resolution(
                "A complaint asks for nothing yet, and compensation is not offered unasked.",
                question="I am sorry to hear that. What would you like me to do about it?",
            )
        if wish.kind == "book":
            return resolve_booking(wish, user, call)
        if wish.kind == "question":
            return resolve_question(wish, user, call)
        if is_about_all(wish):
            return resolve_all(
                wish, user, call, lambda reservation: self._resolve_change(wish, user, reservation, call)
            )
        reservation = find_reservation(wish, user, call)
        if isinstance(reservation, str):
            return Resolution("It is not clear which reservation is meant.", question=reservation)
        return self._resolve_change(wish, user, reservation, call)

    def _resolve_change(self, wish: Wish, user: Entity, reservation: Entity, call: Call) -> Resolution:
        match wish.kind:
            case "cancel":
                return resolve_cancellation(wish, reservation, call)
            case "compensation":
                return resolve_compensation(wish, user, reservation, call)
            case "bags":
                return resolve_bags(wish, user, reservation, call)
            case "passengers":
                return resolve_passengers(wish, user, reservation)
            case "cabin":
                return resolve_cabin(wish, user, reservation, call)
        return resolve_flights(wish, user, reservation, call)


def _is_about_another(intent: Wish, utterance: str) -> bool:
    """Whether an answer or correction names another reservation. A bare reservation number is an answer."""
    own_text = f"{intent.said} {intent.context}"
    is_about_booking = bool(re.search(r"(?i)\bnew (?:booking|trip|flight|ticket)", utterance))
    if is_about_booking or intent.kind == "book":
        is_about_own = bool(list_reservation_ids(utterance) or re.search(OWN, utterance, re.IGNORECASE))
        return intent.kind != "book" or (not is_about_booking and is_about_own)
    if not has_reference(own_text) or BARE_REFERENCE.fullmatch(utterance.strip()):
        return False
    codes = set(list_reservation_ids(utterance))
    if codes:
        return not codes & set(list_codes(own_text))
    if not re.search(r"\b(?:trip|booking|reservation|journey)\b", utterance):
        return False
    if places := set(list_places(utterance)):
        return not places <= set(list_places(own_text))
    return bool(set(list_dates(utterance)) - set(list_dates(own_text)))


AIRLINE_DESK = AirlineDesk()
