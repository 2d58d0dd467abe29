"""The user's seat: what the scripted customer says to what it has heard, and the check of what it is about to say.

Nothing but the scenario is known here. A customer hangs up on its yes now and then, so that a check has something to
reject, or a run something that failed.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from tautraj.benchmarks import Scenario
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import Aside
from tautraj.runs.rehearsed.script import Habits, Part, happens
from tautraj.runs.rehearsed.wire import Request, Said, asks, text
from tautraj.trajectory import ToolCall
from tautraj.users import Scene
from tautraj.users.react import FORM
from tautraj.users.reflection import REWRITE
from tautraj.users.reply_check import CHECK
from tautraj.users.scripted import CLOSING, IDENTITY, YES, scripted

NO = "no\nThe agent has not carried it out yet, and nothing can be done once the conversation is over."


@dataclass
class Talk:
    """What a request does not tell: a draft that is made anew is asked for in the very same words."""

    checked: bool = False
    """Somebody looks at what this customer is about to say."""
    place: int = 0
    """How often it has been spoken to."""
    slip: str | None = None
    """A draft that should not be said."""
    rejected: set[int] = field(default_factory=set)
    """Places where one was rejected."""


class Errand(Exception):
    """The customer uses a tool of its own, and does not know yet what comes of it."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call


class Customers:
    """One server's."""

    def __init__(self) -> None:
        self._talks: dict[Any, Talk] = {}

    def answer(self, part: Part, request: Request, habits: Habits) -> Said:
        if asks(CHECK, request.last):
            return Said(_verdict(self._talks.setdefault(request.seed, Talk()), request.last))
        heard, results = _so_far(part, request)
        if len(heard) == 1:  # a conversation that begins, perhaps not for the first time
            self._talks[request.seed] = Talk()
        talk = self._talks.setdefault(request.seed, Talk())
        talk.place, talk.slip = len(heard), None
        reacts = FORM in request.system
        try:
            word = _word(part, habits.patience, heard, results)
        except Errand as errand:
            made = errand.call.name, errand.call.arguments
            return Said("Thought: The agent asks me to do this myself." if reacts else None, made)
        if word == YES and _hangs_up(talk, request.seed, habits):
            word = talk.slip = f"{YES} {part.stop}"
        return Said(f"Thought: {_thought(heard, word, part)}\nReply: {word}" if reacts else word)


def _so_far(part: Part, request: Request) -> tuple[list[str], list[str]]:
    """What the customer was told since it speaks for itself, and what its tools answered."""
    own = [message for message in request.messages if message["role"] != "system"][part.history :]
    told = [text(message) for message in own if message["role"] == "user"]
    return [words for words in told if not asks(REWRITE, words)], [text(m) for m in own if m["role"] == "tool"]


def _word(part: Part, patience: int, heard: list[str], results: list[str]) -> str:
    """Raises `Errand`."""
    answered = deque(results)

    def act(call: ToolCall, aside: Aside) -> str:
        if not answered:
            raise Errand(call)
        return answered.popleft()

    customer = scripted(_scene(part, act), patience=patience)
    return [customer(words) for words in heard][-1]


def _scene(part: Part, act: Callable[[ToolCall, Aside], str]) -> Scene:
    return Scene(
        prompt="",
        scenario=Scenario(*part.scenario),
        history=(),
        stop=part.stop,
        transfer=part.transfer,
        tools=({},) if part.has_tools else (),
        ask=_nobody,
        act=act,
        think=lambda thought: None,
    )


def _nobody(messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> NoReturn:
    raise NotImplementedError("the scripted customer asks nobody")


def _hangs_up(talk: Talk, seed: Any, habits: Habits) -> bool:
    if talk.place in talk.rejected:
        return False
    return happens(habits.forgets, "user", seed) or (talk.checked and happens(habits.slips, seed, talk.place))


def _verdict(talk: Talk, asked: str) -> str:
    talk.checked = True
    draft = asked.rpartition("<reply>\n")[2].partition("\n</reply>")[0]
    if draft != talk.slip:
        return "yes"
    talk.rejected.add(talk.place)
    return NO


def _thought(heard: list[str], word: str, part: Part) -> str:
    return next(_thoughts(heard, word, part))


def _thoughts(heard: list[str], word: str, part: Part) -> Iterator[str]:
    last = heard[-1]
    if len(heard) == 1:
        yield "I say first why I am calling; the rest I tell when I am asked."
    if word.startswith(YES) and part.stop in word:
        yield "That is what I want, and with that I am done."
    if word == YES:
        yield "That is what I want, so I agree to it."
    if part.stop in word and CLOSING.search(last):
        yield "I have got all that I wanted, so I end the conversation."
    if part.transfer in word or part.stop in word:
        yield "There is nothing more that I could say to this agent."
    if IDENTITY.search(last):
        yield "The agent has to know who I am; I tell it what I know of that, and no more."
    if word.startswith("It says: "):
        yield "I tell the agent what my device answered."
    yield "I have not got what I want yet; I tell the agent what it may still need."
