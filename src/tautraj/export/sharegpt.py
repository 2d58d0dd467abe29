"""ShareGPT's conversations, as LLaMA-Factory and Axolotl read them: human, gpt, function_call, observation.

LLaMA-Factory refuses a row unless the customer's side (human, observation) and the agent's (gpt, function_call) take
turns, the customer's first and the agent's last. So what the agent was given to say before the customer spoke is left
out, and the result of a last call; text beside a call stands before it in <think> tags, where LLaMA-Factory looks.
"""

import json
import re
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Message, Style, build_messages, parse_arguments

ROLES = {"user": "human", "assistant": "gpt", "tool": "observation"}


def sharegpt(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    inline = {name: "inline" for name in CHANNELS if getattr(style, name) == "field"}  # it has no fields
    for one in task:
        if one.chosen:
            told = build_messages(one.trajectory, style.model_copy(update=inline))
            system = told.pop(0)["content"] if style.system != "none" else ""
            start = next((at for at, message in enumerate(told) if message["role"] == "user"), len(told))
            tools = json.dumps([tool["function"] for tool in one.trajectory.tools], ensure_ascii=False)
            said = [_to_sharegpt(message) for message in told[start:]]
            yield {"conversations": said[: len(said) // 2 * 2], "system": system, "tools": tools, **lineage(one)}


def _to_sharegpt(message: Message) -> dict[str, str]:
    if not message["tool_calls"]:
        return {"from": ROLES[message["role"]], "value": message["content"]}
    [call] = message["tool_calls"]
    made = json.dumps({"name": call["function"]["name"], "arguments": parse_arguments(call)}, ensure_ascii=False)
    beside = re.sub(r"</?think>\n?", "", message["content"]).strip()
    return {"from": "function_call", "value": f"<think>\n{beside}\n</think>\n{made}" if beside else made}
