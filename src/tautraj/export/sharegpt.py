"""ShareGPT's conversations, as LLaMA-Factory and Axolotl read them: human, gpt, function_call, observation.

LLaMA-Factory refuses a row unless the customer's side (human, observation) and the agent's (gpt, function_call) take
turns, the customer's first and the agent's last. So the agent's greeting before the customer's first message is left
out, and so is the result of a last call. What the customer did not hear precedes a message or a call in <think> tags,
where LLaMA-Factory reads it.
"""

import json
import re
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Message, Style, build_messages, parse_arguments

ROLES = {"user": "human", "assistant": "gpt", "tool": "observation"}


def sharegpt(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: conversations, system, tools, lineage."""
    inline = {name: "inline" for name in CHANNELS if getattr(style, name) != "drop"}  # no fields beside `value`
    for conversation in task:
        if conversation.chosen:
            messages = build_messages(conversation.trajectory, style.model_copy(update=inline))
            system = messages.pop(0)["content"] if messages and messages[0]["role"] == "system" else ""
            start = next(
                (index for index, message in enumerate(messages) if message["role"] == "user"), len(messages)
            )
            tools = json.dumps([tool["function"] for tool in conversation.trajectory.tools], ensure_ascii=False)
            turns = [_to_sharegpt(message) for message in messages[start:]]
            yield {
                "conversations": turns[: len(turns) // 2 * 2],
                "system": system,
                "tools": tools,
                **lineage(conversation),
            }


def _to_sharegpt(message: Message) -> dict[str, str]:
    if "tool_calls" not in message:
        return {"from": ROLES[message["role"]], "value": message["content"]}
    [call] = message["tool_calls"]
    text = json.dumps({"name": call["function"]["name"], "arguments": parse_arguments(call)}, ensure_ascii=False)
    beside = re.sub(r"</?think>\n?", "", message["content"]).strip()
    return {"from": "function_call", "value": f"<think>\n{beside}\n</think>\n\n{text}" if beside else text}
