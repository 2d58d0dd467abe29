"""The oracle: the tool-calling agent on an offline model that knows the gold actions.

It plays them in the order the policy asks for: authenticate, read, say what will be done and wait for a yes, write,
tell the customer what the task wants told, close. An upper bound and a check of the pipeline, not a model's result.
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tautraj.agents.base import Backstage, Stage
from tautraj.agents.tool_calling import tool_calling
from tautraj.llms import Reply
from tautraj.llms.reply import Message, RawCall
from tautraj.trajectory import LlmCall

Action = tuple[str, dict[str, Any]]
"""A tool and its arguments."""

Step = str | Action
"""Something to say, or something to do."""

TRANSFER = "transfer_to_human_agents"

ON_HOLD = "YOU ARE BEING TRANSFERRED TO A HUMAN AGENT. PLEASE HOLD ON."

GOODBYE = "Is there anything else I can help you with?"

AUTHENTICATION = ("find_user_id_by_email", "find_user_id_by_name_zip")

BY_PHONE = "get_customer_by_phone"

READER = {
    "order_id": "get_order_details",
    "reservation_id": "get_reservation_details",
    "user_id": "get_user_details",
}
"""What shows the thing that an argument of a writing tool names."""


def oracle(stage: Stage) -> None:
    """Play the gold actions until the door closes; needs the backstage, which only an offline model is given."""
    assert stage.backstage is not None, "the oracle plays with model=oracle"
    perform(stage, plan(stage.backstage, {tool["function"]["name"] for tool in stage.tools}))


def perform(stage: Stage, planned: Sequence[Step]) -> None:
    """Take the steps one after the other, whatever the customer says, and then offer to close."""
    steps = enumerate(planned)

    def ask(messages: Sequence[Message], tools: Sequence[dict[str, Any]] = ()) -> Reply:
        index, step = next(steps, (0, GOODBYE))
        return _reply(f"call_{index}", step)

    tool_calling(stage._replace(ask=ask), offer_respond=False, replay_reasoning=False)


def plan(backstage: Backstage, tools: set[str]) -> list[Step]:
    """The steps of the whole conversation, made before it begins."""
    gold = [_step(action) for action in backstage.task.privileged.gold_actions]
    actions = [step for step in gold if step[0] != TRANSFER]
    steps: list[Step] = list(_authentication(backstage, [a for a in actions if not isinstance(a, str)], tools))
    steps += [step for step in _with_reads(backstage, actions, tools) if step not in steps[1:2]]
    transfers = [action for action in gold if action[0] == TRANSFER]
    asked_for = "; ".join(backstage.task.privileged.communicate)
    told = f"Here is what you asked for: {asked_for}." if asked_for else ""
    if transfers:
        return [*steps, *filter(None, [told]), *transfers, ON_HOLD]
    return [*steps, f"{told} {GOODBYE}".strip()]


def _step(gold: dict[str, Any]) -> Step:
    """A gold action; one of the customer's own is something to ask it for."""
    if gold.get("requestor") == "user":
        return f"On your device, please use {gold['name']} with {json.dumps(gold['arguments'])}"
    return gold["name"], gold["arguments"]


def _authentication(backstage: Backstage, actions: Sequence[Action], tools: set[str]) -> Iterator[Step]:
    """Ask who is calling, and look the customer up; the gold's own look-up where it has one."""
    known = next((action for action in actions if action[0] in AUTHENTICATION), None)
    lookup = known or _lookup(backstage, actions, tools)
    if lookup is None:
        return
    if lookup[0] == BY_PHONE:
        yield "Could you tell me your name and phone number, so that I can identify you?"
    elif lookup[0] in AUTHENTICATION:
        yield "Could you tell me your email, or your name and zip code, so that I can identify you?"
    else:
        yield "Could you tell me your user id?"
    yield lookup


def _lookup(backstage: Backstage, actions: Sequence[Action], tools: set[str]) -> Action | None:
    if BY_PHONE in tools and (phone := re.search(r"\b\d{3}-\d{3}-\d{4}\b", backstage.task.scenario.text)):
        return BY_PHONE, {"phone_number": phone[0]}
    if READER["user_id"] not in tools:
        return None
    user_id = _user_id(backstage, actions, tools)
    user = backstage.peek(READER["user_id"], {"user_id": user_id})
    if user is None:
        return None
    if not tools & set(AUTHENTICATION):
        return READER["user_id"], {"user_id": user_id}
    if user["email"] in backstage.task.scenario.text:
        return AUTHENTICATION[0], {"email": user["email"]}
    name, zip_code = user["name"], user["address"]["zip"]
    return AUTHENTICATION[1], {
        "first_name": name["first_name"],
        "last_name": name["last_name"],
        "zip": zip_code,
    }


def _user_id(backstage: Backstage, actions: Sequence[Action], tools: set[str]) -> str:
    """Whose conversation it is: named in the gold, the owner of what the gold touches, or named in the scenario."""
    for _, arguments in actions:
        if "user_id" in arguments:
            return str(arguments["user_id"])
        for key in READER.keys() & arguments.keys():
            thing = backstage.peek(READER[key], {key: arguments[key]}) if READER[key] in tools else None
            if thing is not None:
                return str(thing["user_id"])
    named = re.search(r"\b[a-z]+_[a-z]+_\d{4}\b", backstage.task.scenario.text)
    return named[0] if named else ""


def _with_reads(backstage: Backstage, actions: Sequence[Step], tools: set[str]) -> Iterator[Step]:
    """The gold actions, each write after a look at what it changes and after the customer's yes."""
    seen: set[tuple[str, str]] = set()
    for step in actions:
        if isinstance(step, str):
            yield step
            continue
        name, arguments = step
        if name in backstage.writing_tools:
            for key, reader in READER.items():
                if key in arguments and reader in tools and (key, arguments[key]) not in seen:
                    seen.add((key, arguments[key]))
                    yield reader, {key: arguments[key]}
            yield f"{_in_words(name, arguments)} Do you confirm (yes/no)?"
        seen |= {(key, value) for key, value in arguments.items() if READER.get(key) == name}
        yield name, arguments


def _in_words(name: str, arguments: dict[str, Any]) -> str:
    details = ", ".join(f"{key.replace('_', ' ')}: {_plain(value)}" for key, value in arguments.items())
    return f"I am going to {name.replace('_', ' ')} with {details}."


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _reply(call_id: str, step: Step) -> Reply:
    now = time.time()
    nothing = LlmCall(
        llm="oracle",
        tokens_in=0,
        tokens_out=0,
        tokens_cached=0,
        usd=0.0,
        started=now,
        seconds=0,
        retries=0,
        finish=None,
    )
    if isinstance(step, str):
        return Reply(step, (), None, {}, nothing)
    return Reply("", (RawCall(call_id, step[0], json.dumps(step[1])),), None, {}, nothing)
