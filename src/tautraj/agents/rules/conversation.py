"""The conversation of the rules agent, over a domain's desk: `agent=rules`. No llm, no gold.

It authenticates, looks up, asks for what is missing, lists what it is going to do and waits for a yes, writes, tells,
and asks for the next wish. Not here: how a domain reads its customers and decides (`agents.rules.desk`).
"""

import json
import re
from collections import deque
from contextlib import suppress
from typing import Any, NoReturn

from tautraj.agents.announcements import announce_write, report_write
from tautraj.agents.base import AgentContext
from tautraj.agents.oracle import GOODBYE, ON_HOLD, TRANSFER_TOOL
from tautraj.agents.rules.desk import Desk, Resolution, Specialist
from tautraj.config import Run
from tautraj.config.components import attach_check, load_object
from tautraj.errors import ConfigError, WorldClosed, boundary
from tautraj.grading.affirmative import is_affirmative
from tautraj.llms.tool_calls import SideChannels
from tautraj.trajectory import ToolCall

CONFIRM = "Do you confirm (yes/no)?"

NOT_FOUND = "I cannot find an account with that."

NOT_UNDERSTOOD = "I am afraid I did not understand that. What can I do for you?"

NO_EXCEPTION = "I understand, but I cannot make an exception."

WHAT_ELSE = "What would you like me to do instead?"

INTRODUCES = re.compile(r"@|\bname is\b|\buser id\b|_\d{4}\b|\b\d{3}-\d{3}-\d{4}\b", re.IGNORECASE)
"""A first message that says who the customer is; most speak of other people's addresses at most."""

TAKES_BACK = re.compile(r"\b(?:changed my mind|actually|instead|on second thought|wait)\b", re.IGNORECASE)
"""In an answer to an announcement: another wish, whatever else is in it ("… with wheels: yes")."""

VERBS = {"get": "look at", "find": "look up", "search": "search for"}
"""First word of a reading tool -> what to call it in a thought."""

MAX_QUESTIONS = 3
"""About one wish; then it is left."""


def _check(run: Run, *, desks: dict[str, str], **_: Any) -> None:
    _load_desk(run.domain.name, desks)


def _load_desk(domain: str, desks: dict[str, str]) -> Desk[Any] | Specialist:
    next_step = f"It plays {', '.join(desks)}. For {domain} choose another agent, e.g. agent=tool_calling model=gpt4o"
    if domain not in desks:
        raise ConfigError(f"agent=rules: {domain} has no desk. {next_step}")
    with boundary(ConfigError, f"agent=rules: loading the desk of {domain}", next_step):
        desk: Desk[Any] | Specialist = load_object(desks[domain])
    return desk


@attach_check(_check)
def rules(context: AgentContext, *, desks: dict[str, str]) -> None:
    """Converse until the episode ends. `desks`: domain -> dotted name of its desk."""
    with suppress(WorldClosed):  # nothing is carried out once the customer has left
        desk = _load_desk(context.domain, desks)
        if isinstance(desk, Specialist):
            desk.converse(context.env, context.turns[-1].message or "", context.task_id)
        else:
            Conversation(context, desk).hold()


class Conversation:
    def __init__(self, context: AgentContext, desk: Desk[Any]) -> None:
        self._context, self._desk = context, desk
        self._read: dict[str, Any] = {}
        """(tool, arguments) as JSON -> answer, of reading tools since the last write."""
        self._thought: str | None = None
        """Goes with the next action."""
        self._calls = 0
        self._user_id = ""
        self._said = context.turns[-1].message or ""
        """The customer's last message."""
        self._wishes: deque[Any] = deque()

    def hold(self) -> NoReturn:
        """Returns never: the environment raises `WorldClosed` when the episode has ended."""
        opening = self._said
        heard = self._authenticate()
        self._wishes.extend(self._desk.read(opening) or self._desk.read(heard))
        refusal: str | None = None
        while True:
            done: list[str] = []
            while self._wishes:
                refusal = self._settle(self._wishes.popleft(), done).refusal
            if refusal and not done:
                done = [NO_EXCEPTION, refusal]
            self._say(" ".join([*done, GOODBYE]) if done else NOT_UNDERSTOOD)
            self._wishes.extend(self._desk.read(self._said))

    def _authenticate(self) -> str:
        """Ask until the customer is found; return all that it said. That counts if its last message is not enough."""
        heard, tried = self._said, []
        self._said = self._said if INTRODUCES.search(self._said) else ""
        self._thought = "Before anything else I have to know who the customer is."
        while True:
            lookups = [lookup for said in (self._said, heard) if self._said and (lookup := self._desk.identify(said))]
            lookup = next((lookup for lookup in lookups if lookup not in tried), None)
            if lookup is not None:
                tried.append(lookup)
                user_id = self._desk.get_user_id(lookup, self._call(*lookup))
                if user_id is not None:
                    self._user_id = user_id
                    return heard
            self._say(" ".join([NOT_FOUND] * bool(tried) + [self._desk.question_for_identity]))
            heard = f"{heard} {self._said}"

    def _settle(self, intent: Any, done: list[str]) -> Resolution:
        """Do what is to be done about a wish. What is to be said about it at last is appended to `done`."""
        for _ in range(MAX_QUESTIONS):
            resolution = self._desk.resolve(intent, self._user_id, self._call)
            self._thought = resolution.thought
            if resolution.question:
                self._say(" ".join([*done, resolution.question]))
                done.clear()
                intent = self._desk.amend(intent, self._said)
                continue
            if resolution.is_transfer:
                self._call(TRANSFER_TOOL, {"summary": resolution.thought})
                self._say(ON_HOLD)
            if resolution.refusal:
                done.append(resolution.refusal)
                return resolution
            changed = self._carry_out(intent, resolution, done)
            if changed is None:
                return resolution
            intent = changed
        done.append("I am sorry, but without that I cannot do it.")
        return resolution

    def _carry_out(self, intent: Any, resolution: Resolution, done: list[str]) -> Any | None:
        """Make the writes, each after a yes, and tell; the intent as the customer has changed it, if it has."""
        for name, arguments in resolution.writes:
            self._say(" ".join([*done, announce_write(name, arguments, self._call), CONFIRM]))
            done.clear()
            if not is_affirmative(self._said) or TAKES_BACK.search(self._said):
                return self._change(intent)
            self._thought = f"The customer has agreed to what I listed, so I {name.replace('_', ' ')} now."
            report = report_write(name, arguments, self._call)
            self._call(name, arguments)
            self._forget(arguments)
            done.append(f"That did not work: {self._context.turns[-1].observation}" if self._has_failed else report)
        if resolution.tells:
            done.append(f"Here is what you asked for: {'; '.join(resolution.tells)}.")
        return None

    def _change(self, intent: Any) -> Any:
        """The intent after an answer that is no yes. The customer is asked once if the answer does not change it."""
        for _ in range(2):
            changed = self._desk.amend(intent, self._said)
            if changed == intent:
                changed = next(iter(self._desk.read(self._said)), intent)
            if changed != intent:
                break
            self._say(WHAT_ELSE)
        return changed

    @property
    def _has_failed(self) -> bool:
        """Whether the last call was answered with an error."""
        return self._context.turns[-1].error

    def _say(self, text: str) -> None:
        self._said = self._context.env.say(text, self._take_thought())

    def _take_thought(self) -> SideChannels:
        thought, self._thought = self._thought, None
        return SideChannels(thought)

    def _forget(self, arguments: dict[str, Any]) -> None:
        """Forget what was read by the ids that a write names, and of the customer: it may be another now."""
        ids = [self._user_id, *(str(value) for key, value in arguments.items() if key.endswith("_id"))]
        self._read = {key: answer for key, answer in self._read.items() if not any(value in key for value in ids)}

    def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        """The tool's answer, parsed if it is JSON; None on an error. What was read before is not read again."""
        key = json.dumps([tool, arguments], sort_keys=True)
        if key in self._read:
            return self._read[key]
        self._calls += 1
        self._thought = self._thought or _describe(tool, arguments)
        call = ToolCall(id=f"call_{self._calls}", name=tool, arguments=arguments)
        observation = self._context.env.call(call, self._take_thought())
        self._read[key] = answer = None if self._has_failed else _parse(observation)
        return answer


def _parse(observation: str) -> Any:
    try:
        return json.loads(observation)
    except ValueError:
        return observation


def _describe(tool: str, arguments: dict[str, Any]) -> str:
    """A reading call in words: `I look at the order details: #W1.`"""
    verb, _, noun = tool.replace("_", " ").partition(" ")
    values = [value if isinstance(value, str) else json.dumps(value) for value in arguments.values()]
    what = f" {noun}" if noun.startswith("all ") else f" the {noun}" if noun else ""
    return f"I {VERBS.get(verb, verb)}{what}{': ' if values else ''}{', '.join(values)}."
