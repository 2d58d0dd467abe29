"""Cancellations and compensation, by the policy."""

import re
from datetime import datetime, timedelta

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.cues import BY_AIRLINE, INSURED, PLANS
from tautraj.agents.rules.airline.records import Entity, list_statuses
from tautraj.agents.rules.airline.rules import say_count
from tautraj.agents.rules.airline.wishes import Wish, drop_introduction
from tautraj.agents.rules.desk import Call, Resolution


def resolve_cancellation(wish: Wish, reservation: Entity, call: Call) -> Resolution:
    key = reservation["reservation_id"]
    if reservation.get("status") == "cancelled":
        return Resolution(f"{key} is cancelled already.", refusal=rules.IS_CANCELLED)
    statuses = list_statuses(reservation["flights"], call)
    if {"landed", "flying"} & set(statuses):
        return Resolution(
            f"A flight of {key} has been flown ({', '.join(statuses)}), so only a human may cancel it.",
            is_transfer=True,
        )
    if not _has_reason(wish):
        return Resolution(f"{key} has not been flown.", question=f"Why would you like to cancel {key}?")
    if ground := _find_ground(wish, reservation, statuses):
        return Resolution(
            f"{key} may be cancelled: {ground}.", writes=(("cancel_reservation", {"reservation_id": key}),)
        )
    is_insured = reservation["insurance"] == "yes"
    return Resolution(
        f"{key} was made on {reservation['created_at'].replace('T', ' at ')}, in "
        f"{rules.say_cabin(reservation['cabin'])}, {'with' if is_insured else 'without'} insurance, and no flight of "
        "it is cancelled: no ground for a cancellation holds.",
        refusal=rules.NO_GROUND.format(
            key=key, insurance=rules.NOT_INSURED_REASON if is_insured else rules.UNINSURED
        ),
    )


def _has_reason(wish: Wish) -> bool:
    pattern = rf"{INSURED}|{PLANS}|{BY_AIRLINE}|because|since\b|reason|due to|delay|instead"
    return any(map(drop_introduction, wish.amendments)) or bool(re.search(pattern, wish.said, re.IGNORECASE))


def _find_ground(wish: Wish, reservation: Entity, statuses: list[str]) -> str | None:
    if rules.NOW - datetime.fromisoformat(reservation["created_at"]) <= timedelta(hours=24):
        return "it was made within the last 24 hours"
    if "cancelled" in statuses:
        return "the airline has cancelled a flight of it"
    if reservation["cabin"] == "business":
        return "it is in business class"
    if reservation["insurance"] == "yes" and wish.is_said(INSURED):
        return "it is insured, and the insurance covers health and weather"
    return None


def resolve_compensation(wish: Wish, user: Entity, reservation: Entity, call: Call) -> Resolution:
    key = reservation["reservation_id"]
    if user["membership"] == "regular" and reservation["insurance"] == "no" and reservation["cabin"] != "business":
        return Resolution(
            f"A regular member without insurance who does not fly business ({key}) is not compensated.",
            refusal=rules.NO_RIGHT,
        )
    statuses = list_statuses(reservation["flights"], call)
    passengers = len(reservation["passengers"])
    complaint = f"{wish.context} {wish.said} {' '.join(wish.amendments)}"
    is_about_delay = bool(re.search(r"delay|\blate\b|behind schedule|wait", complaint, re.IGNORECASE))
    is_about_cancellation = bool(re.search(r"cancell?ed|cancellation", complaint, re.IGNORECASE))
    has_change = wish.has_change or reservation.get("status") == "cancelled"
    if "cancelled" in statuses and is_about_cancellation:
        amount, why = rules.CANCELLATION_COMPENSATION * passengers, "a flight of it was cancelled"
    elif "delayed" in statuses and is_about_delay and has_change:
        amount, why = rules.DELAY_COMPENSATION * passengers, "a flight of it is delayed and it is given up"
    elif "delayed" in statuses and is_about_delay:
        return Resolution(
            f"{key} has a delayed flight, but is neither changed nor cancelled.", refusal=rules.DELAY_KEPT
        )
    else:
        listed = " and ".join(dict.fromkeys(statuses))
        return Resolution(
            f"The flights of {key} are {listed}, which is not what the customer complains about.",
            refusal=rules.UNCONFIRMED.format(key=key, statuses=listed),
        )
    return Resolution(
        f"{key}: {why}, {say_count(passengers, 'passenger')}, {user['membership']} member. A certificate "
        f"of ${amount} is due.",
        writes=(("send_certificate", {"user_id": user["user_id"], "amount": amount}),),
    )
