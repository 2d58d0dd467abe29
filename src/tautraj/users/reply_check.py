"""Checks a customer's draft against the scenario before it is sent, with one more call of its llm."""

from collections.abc import Callable, Sequence

from tautraj.llms.reply import Message
from tautraj.users.base import Customer, UserContext
from tautraj.users.llm import history_messages, speak

CHECK_PROMPT = """\
You check a simulated customer before it speaks. Its scenario:
<scenario>
{scenario}
</scenario>
The conversation so far:
<conversation>
{conversation}
</conversation>
What the customer is about to say:
<reply>
{draft}
</reply>
Does the reply keep to the scenario: nothing invented, nothing contradicted, nothing said that should be held \
back, and the conversation not ended before the goal is reached? Answer yes or no on the first line; if no, say \
why on the next."""

Criticise = Callable[[str, str], str | None]
"""(rejected draft, objection) -> message to the customer's llm before the next draft; None: no message."""


def make_checked_customer(context: UserContext, attempts: int, criticise: Criticise) -> Customer:
    """A customer that checks each draft, up to `attempts` drafts; the last one is sent unchecked.

    Its history holds only sent replies. A rejected draft and the objection are recorded as a thought.
    """
    history: list[Message] = [
        {"role": "system", "content": context.prompt},
        *history_messages(context.given_turns, bool(context.tools)),
    ]

    def reply(message: str) -> str:
        history.append({"role": "user", "content": message})
        text = speak(context, history, attempts)
        for _ in range(attempts - 1):
            objection = find_objection(context, history, text)
            if objection is None:
                break
            context.think(f"Rejected: {text}\nBecause: {objection}")
            text = _redraft(context, history, attempts, criticise(text, objection))
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def _redraft(context: UserContext, history: list[Message], attempts: int, criticism: str | None) -> str:
    """The next draft. `criticism` is removed from `history` afterwards; tool calls made meanwhile stay."""
    if criticism is None:
        return speak(context, history, attempts)
    message = {"role": "user", "content": criticism}
    history.append(message)
    text = speak(context, history, attempts)
    history.remove(message)
    return text


def find_objection(context: UserContext, history: Sequence[Message], draft: str) -> str | None:
    """The objection to `draft`; None if it is accepted. One call of the customer's llm."""
    speakers = {"assistant": "Customer", "user": "Agent", "tool": "(The customer's own tool)"}
    lines = [
        f"{speakers[message['role']]}: {message['content']}"
        for message in history
        if message["role"] in speakers and message["content"]
    ]
    check = CHECK_PROMPT.format(scenario=context.scenario.text, conversation="\n".join(lines), draft=draft)
    verdict, _, objection = context.ask([{"role": "user", "content": check}]).text.strip().partition("\n")
    if not verdict.strip().lower().startswith("no"):
        return None
    return objection.strip() or "it does not keep to the scenario"
