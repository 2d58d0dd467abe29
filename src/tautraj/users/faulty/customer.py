"""A customer without an llm that does one thing wrong: `user_strategy=faulty user_strategy.fault=…`.

It follows the goal of a synthetic task, or the scenario of another, and errs once, where it can, at a place that the
episode's seed decides. It says so in a thought of that turn; `grading.customer_faults` reads no thoughts. Not here:
the faults (`users.faulty.inventions`, `users.faulty.conduct`).
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Literal

from tautraj.config.components import declare_program
from tautraj.users.base import Customer, UserContext
from tautraj.users.faulty import conduct, inventions
from tautraj.users.faulty.moment import Moment
from tautraj.users.goal import goal
from tautraj.users.scripted import scripted

Fault = Literal[
    "identifier",
    "contradiction",
    "withheld",
    "amount",
    "payment",
    "date",
    "option",
    "wrong_consent",
    "left_at_once",
    "left_unanswered",
    "left_unfinished",
    "transferred_early",
    "claimed_action",
    "claimed_reading",
    "revealed_early",
    "agent_voice",
    "markup",
    "repetition",
    "silence",
    "language",
]

FAULTS: Mapping[Fault, Callable[[Moment], str | None]] = {
    "identifier": inventions.invent_identifier,
    "contradiction": inventions.contradict,
    "withheld": inventions.tell_withheld,
    "amount": inventions.invent_amount,
    "payment": inventions.invent_payment,
    "date": inventions.invent_date,
    "option": inventions.invent_option,
    "wrong_consent": conduct.agree_wrongly,
    "left_at_once": conduct.leave_at_once,
    "left_unanswered": conduct.leave_unanswered,
    "left_unfinished": conduct.leave_unfinished,
    "transferred_early": conduct.transfer_early,
    "claimed_action": conduct.claim_action,
    "claimed_reading": conduct.claim_reading,
    "revealed_early": inventions.reveal_early,
    "agent_voice": conduct.speak_as_agent,
    "markup": conduct.write_markup,
    "repetition": conduct.repeat,
    "silence": conduct.fall_silent,
    "language": conduct.change_language,
}

INSTEAD_OF_ACTING: tuple[Fault, ...] = ("claimed_action", "claimed_reading")
"""Faults that replace what the customer would do, and not only what it would say."""

PLANTED = "Planted fault: "
"""Begins the thought that says where the fault is; its kind follows."""

SHARE = 0.5
"""Of the places where a fault is possible, the share where it happens, until it has."""


@declare_program
def faulty(context: UserContext, *, fault: Fault, patience: int) -> Customer:
    """A customer that commits `fault` once. Ends the conversation after `patience` messages of its own."""
    honest = (goal if context.goal else scripted)(context, patience=patience)
    rng = Random(f"fault-{context.seed}")
    replies: list[str] = []
    heard = context.scenario.text
    is_planted = False

    def answer(message: str) -> str:
        nonlocal heard, is_planted
        is_early = fault in INSTEAD_OF_ACTING
        reply = "" if is_early and not is_planted else honest(message)
        heard += f"\n{message}\n{reply}"
        moment = Moment(context, message, reply, tuple(replies), heard, rng)
        wrong = None if is_planted else FAULTS[fault](moment)
        if wrong is not None and rng.random() < SHARE:
            is_planted = True
            context.think(f"{PLANTED}{fault}")
            return wrong
        return honest(message) if is_early and not is_planted else reply

    def speak(message: str) -> str:
        replies.append(answer(message))
        return replies[-1]

    return speak
