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
from tautraj.llms.tool_calls import SideChannels
from tautraj.runs.rehearsed.script import RehearsedSettings, TaskScript, is_sampled
from tautraj.runs.rehearsed.wire import RehearsedReply, Request, extract_text, is_filled_prompt
from tautraj.trajectory import ToolCall
from tautraj.users import UserContext
from tautraj.users.react import INSTRUCTIONS
from tautraj.users.reflection import REWRITE_PROMPT
from tautraj.users.reply_check import CHECK_PROMPT
from tautraj.users.scripted import CLOSING, IDENTITY, YES, scripted

REJECTION = "no\nThe agent has not carried it out yet, and nothing can be done once the conversation is over."


@dataclass
class DialogueState:
    """What a request does not tell: a draft that is made anew is asked for in the very same words."""

    checked: bool = False
    """Somebody looks at what this customer is about to say."""
    heard_count: int = 0
    """How often it has been spoken to."""
    slip: str | None = None
    """A draft that should not be said."""
    rejected_at: set[int] = field(default_factory=set)
    """Places where one was rejected."""


class UserToolCall(Exception):
    """The customer uses a tool of its own, and does not know yet what comes of it."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call


class RehearsedUser:
    """One server's."""

    def __init__(self) -> None:
        self._dialogues: dict[Any, DialogueState] = {}

    def answer(self, script: TaskScript, request: Request, settings: RehearsedSettings) -> RehearsedReply:
        if is_filled_prompt(CHECK_PROMPT, request.last_text):
            return RehearsedReply(
                _check_draft(self._dialogues.setdefault(request.seed, DialogueState()), request.last_text)
            )
        heard, results = _split_history(script, request)
        if len(heard) == 1:  # a conversation that begins, perhaps not for the first time
            self._dialogues[request.seed] = DialogueState()
        talk = self._dialogues.setdefault(request.seed, DialogueState())
        talk.heard_count, talk.slip = len(heard), None
        reacts = INSTRUCTIONS in request.system
        try:
            word = _replay_customer(script, settings.patience, heard, results)
        except UserToolCall as errand:
            made = errand.call.name, errand.call.arguments
            return RehearsedReply("Thought: The agent asks me to do this myself." if reacts else None, made)
        if word == YES and _is_hanging_up(talk, request.seed, settings):
            word = talk.slip = f"{YES} {script.stop}"
        return RehearsedReply(f"Thought: {_choose_thought(heard, word, script)}\nReply: {word}" if reacts else word)


def _split_history(part: TaskScript, request: Request) -> tuple[list[str], list[str]]:
    """What the customer was told since it speaks for itself, and what its tools answered."""
    own = [message for message in request.messages if message["role"] != "system"][part.history_length :]
    told = [extract_text(message) for message in own if message["role"] == "user"]
    return [words for words in told if not is_filled_prompt(REWRITE_PROMPT, words)], [
        extract_text(m) for m in own if m["role"] == "tool"
    ]


def _replay_customer(part: TaskScript, patience: int, heard: list[str], results: list[str]) -> str:
    """Raises `Errand`."""
    answered = deque(results)

    def act(call: ToolCall, aside: SideChannels) -> str:
        if not answered:
            raise UserToolCall(call)
        return answered.popleft()

    customer = scripted(_build_user_context(part, act), patience=patience)
    return [customer(words) for words in heard][-1]


def _build_user_context(part: TaskScript, act: Callable[[ToolCall, SideChannels], str]) -> UserContext:
    return UserContext(
        prompt="",
        scenario=Scenario(*part.scenario),
        given_turns=(),
        stop_word=part.stop,
        transfer_word=part.transfer,
        tools=({},) if part.has_tools else (),
        ask=_refuse_call,
        call=act,
        think=lambda thought: None,
    )


def _refuse_call(messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> NoReturn:
    raise NotImplementedError("the scripted customer asks nobody")


def _is_hanging_up(dialogue: DialogueState, seed: Any, habits: RehearsedSettings) -> bool:
    if dialogue.heard_count in dialogue.rejected_at:
        return False
    return is_sampled(habits.forgets, "user", seed) or (
        dialogue.checked and is_sampled(habits.slips, seed, dialogue.heard_count)
    )


def _check_draft(dialogue: DialogueState, prompt: str) -> str:
    dialogue.checked = True
    draft = prompt.rpartition("<reply>\n")[2].partition("\n</reply>")[0]
    if draft != dialogue.slip:
        return "yes"
    dialogue.rejected_at.add(dialogue.heard_count)
    return REJECTION


def _choose_thought(heard: list[str], word: str, part: TaskScript) -> str:
    return next(_iterate_thoughts(heard, word, part))


def _iterate_thoughts(heard: list[str], word: str, part: TaskScript) -> Iterator[str]:
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
