"""A second look at what a customer is about to say: does it keep to the scenario?"""

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
"""(rejected draft, why) -> what the customer's llm is told before it drafts anew; None: nothing."""


def make_checked_customer(context: UserContext, attempts: int, criticise: Criticise) -> Customer:
    """A customer that has each draft checked, up to `attempts` drafts; the last one is said unchecked.

    Only what is said is remembered; what was rejected, and why, is kept as a thought.
    """
    history: list[Message] = [{"role": "system", "content": context.prompt}, *history_messages(context.given_turns)]

    def reply(heard: str) -> str:
        history.append({"role": "user", "content": heard})
        text = speak(context, history, attempts)
        for _ in range(attempts - 1):
            why = find_objection(context, history, text)
            if why is None:
                break
            context.think(f"Rejected: {text}\nBecause: {why}")
            text = _redraft(context, history, attempts, criticise(text, why))
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def _redraft(context: UserContext, history: list[Message], attempts: int, told: str | None) -> str:
    """The next draft; what it was told for that is forgotten afterwards, tools used on the way are not."""
    if told is None:
        return speak(context, history, attempts)
    criticism = {"role": "user", "content": told}
    history.append(criticism)
    text = speak(context, history, attempts)
    history.remove(criticism)
    return text


def find_objection(context: UserContext, history: Sequence[Message], draft: str) -> str | None:
    """Why `draft` should not be said; None when nothing speaks against it. One call of the customer's llm."""
    who = {"assistant": "Customer", "user": "Agent", "tool": "(The customer's own tool)"}
    said = [f"{who[turn['role']]}: {turn['content']}" for turn in history if turn["role"] in who and turn["content"]]
    check = CHECK_PROMPT.format(scenario=context.scenario.text, conversation="\n".join(said), draft=draft)
    verdict = context.ask([{"role": "user", "content": check}]).text.strip()
    first, _, why = verdict.partition("\n")
    if not first.strip().lower().startswith("no"):
        return None
    return why.strip() or "it does not keep to the scenario"
