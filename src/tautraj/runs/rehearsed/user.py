"""The user's seat: the scripted customer's replies in the form that the prompt asks for, and the check of its drafts.

Only the scenario is known here. Sometimes a customer hangs up on its yes, so that a check has something to reject, or
a run has an episode that fails.
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

REWRITE_BEGINNING = REWRITE_PROMPT.partition("{")[0]

REJECTION = "no\nThe agent has not carried it out yet, and nothing can be done once the conversation is over."


@dataclass
class DialogueState:
    """State that a request does not carry: `verify` asks for a new draft word for word as it asked for the last one.

    Answers depend on the requests of this episode only, and the same request asked again gets the same answer.
    """

    checked: bool = False
    """Whether this customer's drafts are checked."""
    heard_count: int = 0
    """Number of messages the customer has had from the agent."""
    rejected_at: set[int] = field(default_factory=set)
    """Values of `heard_count` at which a draft was rejected."""


class UserToolCall(Exception):
    """The customer calls a tool of its own whose result is not in the conversation yet."""

    def __init__(self, call: ToolCall) -> None:
        self.call = call


class RehearsedUser:
    """The customers of all episodes of one run."""

    def __init__(self) -> None:
        self._dialogues: dict[Any, DialogueState] = {}
        """By the episode's number."""

    def answer(self, script: TaskScript, request: Request, settings: RehearsedSettings) -> RehearsedReply:
        """The answer to a request of the user's seat: a verdict on a draft, a tool call or a reply."""
        if is_filled_prompt(CHECK_PROMPT, request.last_text):
            dialogue = self._dialogues.setdefault(request.episode, DialogueState())
            return RehearsedReply(_check_draft(dialogue, request.last_text, _format_hang_up(script)))
        agent_messages, results = _split_history(script, request)
        if len(agent_messages) == 1:  # a conversation begins, perhaps as a further attempt at the same episode
            self._dialogues[request.episode] = DialogueState()
        dialogue = self._dialogues.setdefault(request.episode, DialogueState())
        dialogue.heard_count = len(agent_messages)
        reacts = INSTRUCTIONS in request.system
        try:
            reply = _replay_customer(script, settings.patience, agent_messages, results)
        except UserToolCall as pending:
            call = pending.call.name, pending.call.arguments
            return RehearsedReply("Thought: The agent asks me to do this myself." if reacts else None, call)
        if reply == YES and _is_hanging_up(dialogue, request.seed, settings):
            reply = _format_hang_up(script)
        thought = _choose_thought(agent_messages, reply, script)
        return RehearsedReply(f"Thought: {thought}\nReply: {reply}" if reacts else reply)


def _split_history(script: TaskScript, request: Request) -> tuple[list[str], list[str]]:
    """The agent's messages after the given turns, and the results of the customer's tool calls.

    The request to rewrite a draft follows one of them in the same message, or stands alone.
    """
    messages = [message for message in request.messages if message["role"] != "system"][script.history_length :]
    texts = [
        (message["role"], extract_text(message).partition(REWRITE_BEGINNING)[0].removesuffix("\n\n"))
        for message in messages
    ]
    return [text for role, text in texts if role == "user" and text], [text for role, text in texts if role == "tool"]


def _replay_customer(script: TaskScript, patience: int, agent_messages: list[str], results: list[str]) -> str:
    """The scripted customer's reply to the last message. Raises `UserToolCall` for a call that has no result yet."""
    results_left = deque(results)

    def act(call: ToolCall, aside: SideChannels) -> str:
        if not results_left:
            raise UserToolCall(call)
        return results_left.popleft()

    customer = scripted(_build_user_context(script, act), patience=patience)
    return [customer(message) for message in agent_messages][-1]


def _build_user_context(script: TaskScript, act: Callable[[ToolCall, SideChannels], str]) -> UserContext:
    return UserContext(
        prompt="",
        scenario=Scenario(*script.scenario),
        given_turns=(),
        stop_word=script.stop,
        transfer_word=script.transfer,
        tools=tuple({"function": {"name": name}} for name in script.user_tools),
        ask=_refuse_call,
        call=act,
        think=lambda thought: None,
    )


def _refuse_call(messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> NoReturn:
    raise NotImplementedError("the scripted customer calls no llm")


def _is_hanging_up(dialogue: DialogueState, seed: Any, settings: RehearsedSettings) -> bool:
    if dialogue.heard_count in dialogue.rejected_at:
        return False
    return is_sampled(settings.forgets, "user", seed) or (
        dialogue.checked and is_sampled(settings.slips, seed, dialogue.heard_count)
    )


def _format_hang_up(script: TaskScript) -> str:
    """A yes that ends the conversation before the agent can act on it. The scripted customer never says this."""
    return f"{YES} {script.stop}"


def _check_draft(dialogue: DialogueState, prompt: str, hang_up: str) -> str:
    dialogue.checked = True
    draft = prompt.rpartition("<reply>\n")[2].partition("\n</reply>")[0]
    if draft != hang_up:
        return "yes"
    dialogue.rejected_at.add(dialogue.heard_count)
    return REJECTION


def _choose_thought(agent_messages: list[str], reply: str, script: TaskScript) -> str:
    return next(_iterate_thoughts(agent_messages, reply, script))


def _iterate_thoughts(agent_messages: list[str], reply: str, script: TaskScript) -> Iterator[str]:
    """The thoughts that fit, most specific first."""
    last = agent_messages[-1]
    if len(agent_messages) == 1:
        yield "I say first why I am calling; the rest I tell when I am asked."
    if reply.startswith(YES) and script.stop in reply:
        yield "That is what I want, and with that I am done."
    if reply == YES:
        yield "That is what I want, so I agree to it."
    if script.stop in reply and CLOSING.search(last):
        yield "I have got all that I wanted, so I end the conversation."
    if script.transfer in reply or script.stop in reply:
        yield "There is nothing more that I could say to this agent."
    if IDENTITY.search(last):
        yield "The agent has to know who I am; I tell it what I know of that, and no more."
    if reply.startswith("It says: "):
        yield "I tell the agent what my device answered."
    yield "I have not got what I want yet; I tell the agent what it may still need."
