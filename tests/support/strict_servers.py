"""What strict servers refuse in a request's messages: rules of Mistral's API and of chat templates.

Not here: the server (`support.provider.raw_server`).
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

Message = dict[str, Any]


def breaks_turns(messages: Sequence[Message]) -> bool:
    """Gemma, Llama 2, Mistral: behind the system prompt, user and assistant take turns, the user first."""
    roles = [message["role"] for message in messages if message["role"] != "system"]
    return roles != ["user" if index % 2 == 0 else "assistant" for index in range(len(roles))]


def breaks_turns_beside_calls(messages: Sequence[Message]) -> bool:
    """Mistral's template with tools: the same, where calls and their results are not counted."""
    return breaks_turns([m for m in messages if m["role"] != "tool" and not m.get("tool_calls")])


def breaks_mistral_rules(messages: Sequence[Message]) -> bool:
    """Mistral's API: no user behind a result, ids of nine letters or digits, results that name the call before."""
    if any((one["role"], other["role"]) == ("tool", "user") for one, other in pairwise(messages)):
        return True
    open_ids: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_ids:
                return True
            open_ids.remove(message["tool_call_id"])
        elif open_ids:
            return True
        open_ids += [call["id"] for call in message.get("tool_calls") or ()]
        if not all(re.fullmatch("[A-Za-z0-9]{9}", call_id) for call_id in open_ids):
            return True
    return bool(open_ids)
