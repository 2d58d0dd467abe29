"""Sessions for the trace viewer of the Hugging Face Hub, one file each.

Its Session Trace Simple Format: a line about the session, then a line per message
(https://huggingface.co/docs/hub/session-traces-format). The customer's goodbye is in it.
"""

import json
from collections.abc import Iterable, Iterator

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import Message, Style, TurnMessage, iter_turn_messages, parse_arguments

HARNESS = "tautraj"


def traces(task: Iterable[Conversation], style: Style) -> Iterator[Row]:
    """Columns: session, the lines of a file, `lineage` on the first."""
    for conversation in task:
        if conversation.chosen:
            trajectory = conversation.trajectory
            name = f"{trajectory.domain} {trajectory.task_id} trial {trajectory.trial}: reward {trajectory.reward}"
            head = {"type": "session", "harness": HARNESS, "id": f"{trajectory.cell}-{trajectory.id}", "name": name}
            messages = iter_turn_messages(trajectory.turns, trajectory.system_prompt, style)
            lines = [{"type": "message", "message": _to_trace(made, trajectory.model)} for made in messages]
            yield {"session": [{**head, **lineage(conversation)}, *lines]}


def _to_trace(made: TurnMessage, model: str) -> Message:
    message, turn = made
    trace: Message = {"role": message["role"], "content": message["content"]}
    if turn is not None:
        trace["timestamp"] = round(turn.started * 1000)
    if made.is_decision:
        trace["model"] = model
    if "reasoning_content" in message:
        trace["reasoningContent"] = message["reasoning_content"]
    if "tool_calls" in message:
        trace["toolCalls"] = [
            {"id": call["id"], "function": {"name": call["function"]["name"], "arguments": _dump_arguments(call)}}
            for call in message["tool_calls"]
        ]
    if "tool_call_id" in message:
        trace["toolCallId"] = message["tool_call_id"]
    return trace


def _dump_arguments(call: Message) -> str:
    return json.dumps(parse_arguments(call), ensure_ascii=False)
