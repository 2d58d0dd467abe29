"""The oracle: the tool-calling agent on an offline model that knows the gold actions.

It takes them in the order the policy requires: authenticate, read, announce a write and wait for a yes, write, say
what the task requires, close. An upper bound and a check of the pipeline, not a model's result.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from tautraj.agents.announcements.names import PRODUCT_TOOL, list_new_products
from tautraj.agents.announcements.payment_names import find_payer, format_money
from tautraj.agents.announcements.phone_requests import request_device_use
from tautraj.agents.announcements.sentences import REFUSAL, announce_write, report_write
from tautraj.agents.authentication import READ_TOOLS, Action, plan_authentication
from tautraj.agents.base import AgentContext, GoldContext
from tautraj.agents.tool_calling import tool_calling
from tautraj.benchmarks.goals import Goal
from tautraj.llms import Reply
from tautraj.llms.reply import Message, RawCall
from tautraj.trajectory import LlmCall, Turn

Step = str | Action
"""A message to the customer, or a tool call."""

TRANSFER_TOOL = "transfer_to_human_agents"

HANDOVER = "I am sorry, but I cannot do this for you myself, so a human agent will take over."
"""Said before the transfer; `ON_HOLD`, after which a customer ends the conversation, is said behind it."""

ON_HOLD = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."

BEFORE_CORRECTION = "I can do that for you. Shall I go ahead (yes/no)?"
"""Asked where the customer is going to change its mind; only what it wants then is known."""

REFUSED = "I am sorry, but I cannot do that."
"""The rule follows."""

MONEY = re.compile(
    r"\b(?:costs?|total|refund\w*|price|paid|pay|charged?|difference|spen[dt]|came to|money|(?:get|gets|got) back)\b",
    re.IGNORECASE,
)

REFUSED_AGAIN = "I understand, but I cannot make an exception to our policy."

GOODBYE = "Is there anything else I can help you with?"

LAST_STEP = "That was the last step on your device; it should work now."


def oracle(context: AgentContext) -> None:
    """Play the gold actions until the episode ends. Needs `context.gold_context`, so model=oracle."""
    assert context.gold_context is not None, "the oracle plays with model=oracle"
    gold_context, tools = context.gold_context, {tool["function"]["name"] for tool in context.tools}
    goal = gold_context.task.goal
    if goal is None or any(action.get("requestor") == "user" for action in gold_context.task.privileged.gold_actions):
        perform(context, plan_steps(gold_context, tools))
    else:
        perform(context, plan_requests(gold_context, goal, tools, lambda: context.turns[-1].message or ""))


def perform(context: AgentContext, planned: Iterable[Step]) -> None:
    """Take the steps in order, whatever the customer says, then say `GOODBYE` until the episode ends.

    Those that the conversation has already are not taken again.
    """
    steps = select_left(enumerate(planned), context.turns)

    def ask(messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> Reply:
        index, step = next(steps, (0, GOODBYE))
        return _make_reply(f"call_{index}", step)

    tool_calling(context._replace(ask=ask), offer_respond=False, replay_reasoning=False)


def select_left(planned: Iterable[tuple[int, Step]], turns: Sequence[Turn]) -> Iterator[tuple[int, Step]]:
    """The numbered steps that the agent of `turns` has not taken yet.

    What it would say before a call that has been made is left out too, in whatever words that agent said it.
    """
    played = [turn for turn in turns if turn.seat == "model" and not turn.given]
    said = [turn.message for turn in played if turn.kind == "message"]
    called = [(turn.tool_call.name, turn.tool_call.arguments) for turn in played if turn.tool_call is not None]
    unsaid: list[tuple[int, Step]] = []
    for number, step in planned:
        if isinstance(step, str):
            if step in said:
                said.remove(step)
            else:
                unsaid.append((number, step))
        elif step in called:
            called.remove(step)
            unsaid.clear()
        else:
            unsaid.append((number, step))
        if not called or not isinstance(step, str):
            yield from unsaid
            unsaid.clear()
    yield from unsaid


def plan_steps(gold_context: GoldContext, tools: set[str]) -> list[Step]:
    """All steps of the conversation, planned before it begins."""
    gold = [_to_step(action) for action in gold_context.task.privileged.gold_actions]
    actions = [step for step in gold if step[0] != TRANSFER_TOOL]
    steps: list[Step] = list(plan_authentication(gold_context, [a for a in actions if not isinstance(a, str)], tools))
    steps += [BEFORE_CORRECTION] * bool(gold_context.task.scenario.change_of_mind)
    steps += [step for step in _insert_reads(gold_context, actions, tools, set()) if step not in steps[1:2]]
    transfers = [action for action in gold if action[0] == TRANSFER_TOOL]
    facts = "; ".join(gold_context.task.privileged.communicate)
    answer = f"Here is what you asked for: {facts}." if facts else ""
    if transfers:
        return [*steps, " ".join(filter(None, [answer, HANDOVER])), *transfers, ON_HOLD]
    return [*steps, " ".join(filter(None, [answer, _report(gold_context, actions), GOODBYE]))]


def plan_requests(
    gold_context: GoldContext, goal: Goal, tools: set[str], get_reply: Callable[[], str]
) -> Iterator[Step]:
    """All steps, request by request: a customer that follows a goal makes the next one when one is done.

    `get_reply`: the customer's last message.
    """
    owner: Action = READ_TOOLS["user_id"], {"user_id": goal.user_id}
    authentication = list(plan_authentication(gold_context, [owner], tools))
    yield from authentication
    seen: set[tuple[str, str]] = set()
    for request in goal.requests:
        if request.family == "transfer":
            gold = map(_to_step, gold_context.task.privileged.gold_actions)
            summary = {"summary": request.wish or request.said}
            yield next((step for step in gold if step[0] == TRANSFER_TOOL), (TRANSFER_TOOL, summary))
            yield ON_HOLD
            continue
        if request.correction:
            yield BEFORE_CORRECTION
        writes = [(write.tool, write.arguments) for write in request.writes]
        parts = [report_write(name, arguments, gold_context.peek) for name, arguments in writes]
        yield from (
            step for step in _insert_reads(gold_context, writes, tools, seen) if step not in authentication[1:2]
        )
        if request.tells:
            facts = "; ".join(_tell(fact, request.said) for fact in request.tells)
            parts.append(f"Here is what you asked for: {facts}.")
        refusal = f"{REFUSED} {request.rule}" if request.rule else REFUSAL
        yield " ".join([*(parts or [refusal]), *[GOODBYE] * (request is goal.requests[-1])])
        for insisted in request.insists:
            if insisted in get_reply():
                yield f"{REFUSED_AGAIN} {GOODBYE}"


def _report(gold_context: GoldContext, actions: Sequence[Step]) -> str:
    """What has been done, or that it may not be; "" if the customer asked to be told something only."""
    writes = [step for step in actions if not isinstance(step, str) and step[0] in gold_context.writing_tools]
    if writes:
        last = {_name_subject(write): write for write in writes}  # a gold write may be tried again in another way
        reports = [report_write(name, arguments, gold_context.peek) for name, arguments in last.values()]
        return " ".join(dict.fromkeys(reports))
    if any(isinstance(step, str) for step in actions):
        return LAST_STEP
    return "" if gold_context.task.privileged.communicate else REFUSAL


def _name_subject(write: Action) -> str:
    """What a write is about: items are changed or returned once; of others, the write itself."""
    name, arguments = write
    has_items = "item_ids" in arguments
    return json.dumps([arguments["order_id"], arguments["item_ids"]] if has_items else [name, arguments])


def _tell(fact: str, question: str) -> str:
    """A fact as it is said: an amount in dollars if the question was about money."""
    is_amount = re.fullmatch(r"\d+\.\d\d?", fact) and MONEY.search(question)
    return format_money(float(fact)) if is_amount else fact


def _to_step(action: dict[str, Any]) -> Step:
    """A gold action as a step. An action of the customer becomes a request to the customer."""
    if action.get("requestor") == "user":
        return request_device_use(action["name"], action["arguments"])
    return action["name"], action["arguments"]


def _insert_reads(
    gold_context: GoldContext, actions: Sequence[Step], tools: set[str], seen: set[tuple[str, str]]
) -> Iterator[Step]:
    """The gold actions; before each write reads of what it is about, if not read yet, and a request to confirm.

    `seen`: (reading tool, value) of what was read; added to.
    """
    for step in actions:
        if isinstance(step, str):
            yield step
            continue
        name, arguments = step
        if name in gold_context.writing_tools:
            for reader, key, value in _list_reads(gold_context, arguments):
                if reader in tools and (reader, value) not in seen:
                    seen.add((reader, value))
                    yield reader, {key: value}
            yield f"{announce_write(name, arguments, gold_context.peek)} Do you confirm (yes/no)?"
        seen |= {(name, value) for value in arguments.values() if isinstance(value, str)}
        yield name, arguments


def _list_reads(gold_context: GoldContext, arguments: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(reading tool, its argument, value) of what a write with these arguments names."""
    for key, reader in READ_TOOLS.items():
        if key in arguments:
            yield reader, key, arguments[key]
    for product in list_new_products(arguments, gold_context.peek):
        yield PRODUCT_TOOL, "product_id", product
    if payer := find_payer(arguments, gold_context.peek):
        yield READ_TOOLS["user_id"], "user_id", payer


def _make_reply(call_id: str, step: Step) -> Reply:
    call = LlmCall.free("oracle", started=time.time())
    if isinstance(step, str):
        return Reply(step, (), None, {}, call)
    return Reply("", (RawCall(call_id, step[0], json.dumps(step[1])),), None, {}, call)
