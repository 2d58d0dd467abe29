"""The conversation of the rules agent, over a domain's desk: `agent=rules`. No llm, no gold.

It authenticates, looks up, asks for what is missing, lists what it is going to do and waits for a yes, writes, tells,
and asks for the next wish. Not here: how a domain reads its customers and decides (`agents.rules.desk`), its words
(`agents.rules.wording`), how it acts (`agents.rules.actions`).
"""

import re
from collections import Counter
from contextlib import suppress
from itertools import repeat
from random import Random
from typing import Any, NoReturn

from tautraj.agents.base import AgentContext
from tautraj.agents.oracle import ON_HOLD, TRANSFER_TOOL
from tautraj.agents.rules.actions import Actions
from tautraj.agents.rules.desk import Action, Desk, Resolution, Specialist
from tautraj.agents.rules.wording import (
    NOT_FOUND,
    NOT_UNDERSTOOD,
    NOT_WITHOUT,
    TO_A_HUMAN,
    WHAT_ELSE,
    PlainWording,
    Wording,
)
from tautraj.config import Run
from tautraj.config.components import attach_check, declare_program, load_object
from tautraj.errors import ConfigError, WorldClosed, boundary
from tautraj.grading.affirmative import is_affirmative, is_refusal

INTRODUCES = re.compile(r"@|\bname is\b|\buser id\b|_\d{4}\b|\b\d{3}-\d{3}-\d{4}\b", re.IGNORECASE)
"""A first message that says who the customer is; most speak of other people's addresses at most."""

TAKES_BACK = re.compile(
    r"\b(?:changed my mind|actually|instead|on second thought|wait|was the wrong)\b", re.IGNORECASE
)
"""In an answer to an announcement: another wish, whatever else is in it."""

MAX_ASKED = 3
"""Times that one question is asked, and that a wish is changed; then it is left."""


def check_desk(run: Run, *, desks: dict[str, str], **_: Any) -> None:
    load_desk(run.domain.name, desks)


def load_desk(domain: str, desks: dict[str, str]) -> Desk[Any] | Specialist:
    next_step = f"It plays {', '.join(desks)}. For {domain} choose another agent, e.g. agent=tool_calling model=gpt4o"
    if domain not in desks:
        raise ConfigError(f"agent=rules: {domain} has no desk. {next_step}")
    with boundary(ConfigError, f"agent=rules: loading the desk of {domain}", next_step):
        desk: Desk[Any] | Specialist = load_object(desks[domain])
    return desk


@declare_program
@attach_check(check_desk)
def rules(context: AgentContext, *, desks: dict[str, str]) -> None:
    """Converse until the episode ends. `desks`: domain -> dotted name of its desk."""
    _converse(context, desks, Wording)


@declare_program
@attach_check(check_desk)
def rules_plain(context: AgentContext, *, desks: dict[str, str]) -> None:
    """The same, always in the same few words."""
    _converse(context, desks, PlainWording)


def _converse(context: AgentContext, desks: dict[str, str], words: type[Wording]) -> None:
    with suppress(WorldClosed):  # nothing is carried out once the customer has left
        desk = load_desk(context.domain, desks)
        if isinstance(desk, Specialist):
            desk.converse(context.env, context.turns[-1].message or "", context.task_id)
        else:
            Conversation(context, desk, words(Random(f"rules-{context.task_id}"))).hold()


class Conversation:
    def __init__(self, context: AgentContext, desk: Desk[Any], wording: Wording) -> None:
        self._desk = desk
        self._wording = wording
        self._actions = Actions(context, self._wording)
        self._user_id = ""

    def hold(self) -> NoReturn:
        """Returns never: the environment raises `WorldClosed` when the episode has ended."""
        opening = self._actions.said
        introduction = self._authenticate()
        self._desk.look_at_customer(self._user_id, self._actions.call)
        wishes = self._desk.read(opening) or self._desk.read(introduction)
        refusal: str | None = None
        while True:
            decided = [self._decide(wish) for wish in wishes]
            decided.sort(key=lambda pair: pair[1].is_transfer)  # a transfer ends the conversation
            done: list[str] = []
            for intent, resolution in decided:
                refusal = self._carry_out(intent, resolution, done)
            if refusal and not done:
                done = [self._wording.refuse_again(refusal)]
            self._actions.say(*done, self._wording.ask_for_more() if done else NOT_UNDERSTOOD)
            wishes = self._desk.read(self._actions.said)

    def _authenticate(self) -> str:
        """Ask until the customer is found; return what it said of itself.

        All of that counts together if its last message is not enough.
        """
        introduction = self._actions.said if INTRODUCES.search(self._actions.said) else ""
        tried: list[Action] = []
        while True:
            lookups = [
                self._desk.identify(words) for words in (self._actions.said, introduction) if words in introduction
            ]
            lookup = next((lookup for lookup in lookups if lookup and lookup not in tried), None)
            if lookup is not None:
                tried.append(lookup)
                user_id = self._desk.get_user_id(lookup, self._actions.call(*lookup))
                if user_id is not None:
                    self._user_id = user_id
                    return introduction
            before = NOT_FOUND if tried else self._wording.acknowledge()
            self._actions.say(before, self._wording.ask_for_identity(self._desk.identity_questions))
            introduction = f"{introduction} {self._actions.said}".strip()

    def _decide(self, intent: Any) -> tuple[Any, Resolution]:
        """What is to be done about a wish, and the wish with what the customer has answered.

        It is named before anything is looked up: what is looked up depends on it.
        """
        self._actions.thought = self._desk.name_wish(intent, self._user_id)
        times_asked: Counter[str] = Counter()
        while True:
            resolution = self._desk.resolve(intent, self._user_id, self._actions.call)
            if resolution.question is None:
                return intent, resolution
            if times_asked[resolution.question] == MAX_ASKED:
                return intent, Resolution(resolution.thought, refusal=NOT_WITHOUT)
            times_asked[resolution.question] += 1
            self._actions.thought = resolution.thought
            self._actions.say(resolution.question)
            intent = self._desk.amend(intent, self._actions.said)

    def _carry_out(self, intent: Any, resolution: Resolution, done: list[str]) -> str | None:
        """Do it; what is to be said at last is appended to `done`. Returns the refusal, if any.

        A customer that wants something else instead is asked and listened to as at first.
        """
        for _ in range(MAX_ASKED):
            if resolution.is_transfer:
                self._actions.thought = TO_A_HUMAN
                self._actions.call(TRANSFER_TOOL, {"summary": resolution.thought})
                self._actions.say(*done, ON_HOLD)
            else:
                self._actions.thought = resolution.thought
            changed = self._write(intent, resolution, done)
            if changed is None:
                done += filter(None, [resolution.answer or self._wording.tell(resolution.tells)])
                done += filter(None, [resolution.refusal])
                return resolution.refusal
            intent, resolution = self._decide(changed)
        done.append(NOT_WITHOUT)
        return NOT_WITHOUT

    def _write(self, intent: Any, resolution: Resolution, done: list[str]) -> Any | None:
        """Make the writes, each after a yes; the intent as the customer has changed it, if it has."""
        for (name, arguments), terms in zip(resolution.writes, resolution.terms or repeat(""), strict=False):
            if not self._propose(name, arguments, terms, done):
                return self._change(intent)
            report = self._wording.report(name, arguments, self._actions.call)
            error = self._actions.write(name, self._choose_arguments(arguments), self._user_id)
            done.append(f"That did not work: {error}" if error else report)
        return None

    def _propose(self, name: str, arguments: dict[str, Any], terms: str, done: list[str]) -> bool:
        """Say what is `done`, and what is going to be written. Whether the customer agrees."""
        announced = self._wording.announce(name, arguments, self._actions.call)
        self._actions.say(*done, announced, terms, self._wording.ask_to_confirm())
        done.clear()
        return self._has_agreed()

    def _choose_arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """What is written of what was agreed to."""
        return arguments

    def _has_agreed(self) -> bool:
        """Whether the last message is a yes and nothing else: "wait … with wheels: yes" is another wish."""
        first = re.split(r"(?<=[.!?])\s", self._actions.said, maxsplit=1)[0]
        return (
            is_affirmative(self._actions.said) and not is_refusal(first) and not TAKES_BACK.search(self._actions.said)
        )

    def _change(self, intent: Any) -> Any:
        """The intent after an answer that is no yes. The customer is asked once if the answer does not change it."""
        for _ in range(2):
            changed = self._desk.amend(intent, self._actions.said)
            if changed == intent:
                changed = next(iter(self._desk.read(self._actions.said)), intent)
            if changed != intent:
                break
            self._actions.say(WHAT_ELSE)
        return changed
