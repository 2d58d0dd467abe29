"""A customer that writes a thought before each reply. The thought is recorded; the agent never sees it."""

import re

from tautraj.config.components import declare_native_tools
from tautraj.errors import EmptyReply
from tautraj.llms.reply import Message
from tautraj.trajectory import Turn
from tautraj.users.base import Customer, UserContext
from tautraj.users.llm import history_messages, speak

INSTRUCTIONS = """

## How to answer
First think about what the agent said, what you still want and whether your goal is reached; then say it. Answer in \
exactly this form:
Thought: what you think; the agent never sees it
Reply: the one message that the agent sees, or a token that ends the conversation
"""

WITH_TOOLS = "To use one of your tools, write the thought and make the call; do not write a reply beside it.\n"

ANSWER = re.compile(
    r"\s*(?:Thought:(?P<thought>.*?))?^[^\S\n]*Reply:(?P<reply>.*)\Z", re.DOTALL | re.MULTILINE | re.IGNORECASE
)


@declare_native_tools
def react(context: UserContext, *, attempts: int) -> Customer:
    """Thought, then reply. An answer with a thought and no reply is requested again, up to `attempts` times.

    Raises `EmptyReply` after that, because a private thought must not be sent as the reply.
    """
    prompt = context.prompt + INSTRUCTIONS + (WITH_TOOLS if context.tools else "")
    before = history_messages(context.given_turns, bool(context.tools), _word)
    history: list[Message] = [{"role": "system", "content": prompt}, *before]

    def reply(message: str) -> str:
        history.append({"role": "user", "content": message})
        for _ in range(attempts):
            text = speak(context, history, attempts)
            thought, answer = parse_answer(text)
            if thought:
                context.think(thought)
            if answer:
                history.append({"role": "assistant", "content": text})
                return answer
        raise EmptyReply(f"the customer's model thought, and said nothing, {attempts} times in a row")

    return reply


def _word(turn: Turn) -> str | None:
    """A message with its thought, in the form of an answer."""
    return f"Thought: {turn.thought}\nReply: {turn.message}" if turn.thought else turn.message


def parse_answer(text: str) -> tuple[str, str]:
    """(thought, reply), "" for a missing part. A text without "Thought:" and "Reply:" is all reply."""
    match = ANSWER.match(text)
    if match:
        return (match["thought"] or "").strip(), match["reply"].strip()
    if re.match(r"\s*Thought:", text, re.IGNORECASE):
        return text.strip(), ""
    return "", text.strip()
