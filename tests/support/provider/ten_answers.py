"""Ten answers of a model, as each protocol puts them: thoughts, two calls at once, an unknown tool, nothing at all.

Pure. Not here: sending them (`raw_server`), rules of what is sent back (`support.vendor_rules`).
"""

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]

TITLE = "Crème brûlée für 東京 “№ 7”"


class Step(NamedTuple):
    """One answer."""

    thought: str | None = None
    text: str | None = None
    calls: tuple[tuple[str, Json], ...] = ()


def create(title: str) -> tuple[str, Json]:
    return "create_task", {"user_id": "user_1", "title": title, "description": "Größe: ½ l"}


STEPS = (
    Step("I do not know who is calling.", "Who is calling, please?"),
    Step("I look the users up.", None, (("get_users", {}),)),
    Step("Both at once.", "I create both of them.", (create(TITLE), create("Zweite"))),
    Step("There may be a tool for that.", None, (("delete_everything", {"why": "naïve"}),)),
    Step(),
    Step("Back to what there is.", "\n\n", (("get_users", {}),)),
    Step(None, f"{TITLE} is done. Anything else?"),
    Step("I note that it is done.", None, (("update_task_status", {"task_id": "task_2", "status": "completed"}),)),
    Step("I check it.", None, (("get_users", {}),)),
    Step("All is done.", "Goodbye."),
)
"""Three are messages to the customer, whose answers are `LINES`. Of two calls at once the first is carried out."""

LINES = ("I am user_1.", f"Please create {TITLE}.", "Yes, “completed” — 完了.", "Thank you. ###STOP###")
"""What the customer says: to the greeting, and to each message."""


def write_as_text(step: Step) -> Step:
    """The answer in the form that `agent=react` reads."""
    name, arguments = step.calls[0] if step.calls else ("respond", {"content": step.text})
    action = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    is_empty = not step.calls and step.text is None
    return Step(step.thought, None if is_empty else f"Thought: {step.thought}\nAction:\n{action}")


Encoder = Callable[[Step, Iterator[int]], Json]
"""A protocol's body for an answer; the iterator numbers its ids."""


def signature(step: Step) -> str:
    """What a provider signs the thought with; it has to come back as it is."""
    return f"SIGNED+/={step.thought}"


def encode_chat(step: Step, ids: Iterator[int]) -> Json:
    """OpenAI's chat completions: no thought is shown."""
    message: Json = {"role": "assistant", "content": step.text}
    if step.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{next(ids)}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for name, arguments in step.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if step.calls else "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    envelope = {"id": f"chat_{next(ids)}", "object": "chat.completion", "created": 1, "model": "m"}
    return envelope | {"choices": [choice], "usage": usage}


def encode_openrouter(step: Step, ids: Iterator[int]) -> Json:
    """Thoughts as text, and as blocks of which one is encrypted."""
    body = encode_chat(step, ids)
    if step.thought:
        message = body["choices"][0]["message"]
        message["reasoning"] = step.thought
        message["reasoning_details"] = reasoning_details(step)
    return body


def reasoning_details(step: Step) -> list[Json]:
    """OpenRouter's blocks of a thought."""
    shown = {"type": "reasoning.text", "text": step.thought, "signature": None, "format": "x", "index": 0}
    hidden = {"type": "reasoning.encrypted", "data": signature(step), "id": "r", "format": "x", "index": 1}
    return [shown, hidden]


def encode_mistral(step: Step, ids: Iterator[int]) -> Json:
    """Ids of nine letters or digits; thoughts as a block before the text."""
    body = encode_chat(step, ids)
    message = body["choices"][0]["message"]
    for call in message.get("tool_calls", ()):
        call["id"] = f"id{next(ids):07}"
    message["content"] = step.text or ""
    if step.thought:
        thinking = {"type": "thinking", "thinking": [{"type": "text", "text": step.thought}]}
        message["content"] = [thinking, *([{"type": "text", "text": step.text}] if step.text else [])]
    return body


def encode_responses(step: Step, ids: Iterator[int]) -> Json:
    """OpenAI's /responses."""
    output: list[Json] = []
    if step.thought:
        summary = [{"type": "summary_text", "text": step.thought}]
        reasoning = {"type": "reasoning", "id": f"rs_{next(ids)}", "summary": summary}
        output.append(reasoning | {"encrypted_content": signature(step)})
    if step.text is not None or not step.calls:
        content = [{"type": "output_text", "text": step.text or "", "annotations": []}]
        message = {"type": "message", "id": f"msg_{next(ids)}", "role": "assistant", "status": "completed"}
        output.append(message | {"content": content})
    for name, arguments in step.calls:
        call = {"type": "function_call", "id": f"fc_{next(ids)}", "call_id": f"call_{next(ids)}", "name": name}
        output.append(call | {"arguments": json.dumps(arguments), "status": "completed"})
    usage = {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
    envelope = {"id": f"resp_{next(ids)}", "object": "response", "created_at": 1, "status": "completed"}
    return envelope | {"model": "m", "output": output, "usage": usage}


def encode_anthropic(step: Step, ids: Iterator[int]) -> Json:
    content: list[Json] = []
    if step.thought:
        content.append({"type": "thinking", "thinking": step.thought, "signature": signature(step)})
    if step.text is not None:
        content.append({"type": "text", "text": step.text})
    content += [
        {"type": "tool_use", "id": f"toolu_{next(ids)}", "name": name, "input": arguments}
        for name, arguments in step.calls
    ]
    envelope = {"id": f"msg_{next(ids)}", "type": "message", "role": "assistant", "model": "m", "content": content}
    stop = {"stop_reason": "tool_use" if step.calls else "end_turn", "stop_sequence": None}
    return envelope | stop | {"usage": {"input_tokens": 100, "output_tokens": 10}}


def encode_gemini(step: Step, ids: Iterator[int]) -> Json:
    """The signature stands at the first call, or else at the text."""
    parts: list[Json] = [] if step.text is None else [{"text": step.text}]
    calls: list[Json] = [
        {"functionCall": {"name": name, "args": arguments, "id": f"call_{next(ids)}"}}
        for name, arguments in step.calls
    ]
    if step.thought:
        (calls or parts)[0]["thoughtSignature"] = signature(step)
        parts.insert(0, {"text": step.thought, "thought": True})
    content = {"role": "model", "parts": parts + calls} if parts + calls else {"role": "model"}
    usage = {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110}
    candidate = {"index": 0, "content": content, "finishReason": "STOP"}
    return {"responseId": f"{next(ids)}", "candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"}


def encode_ollama(step: Step, ids: Iterator[int]) -> Json:
    """Calls have no ids."""
    message: Json = {"role": "assistant", "content": step.text or ""}
    if step.thought:
        message["thinking"] = step.thought
    if step.calls:
        message["tool_calls"] = [{"function": {"name": name, "arguments": given}} for name, given in step.calls]
    counts = {"prompt_eval_count": 100, "eval_count": 10}
    return (
        {"model": "m", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": True}
        | counts
        | {
            "done_reason": "stop",
            "total_duration": next(ids),
        }
    )


def encode_all(encode: Encoder, steps: Sequence[Step] = STEPS) -> list[Json]:
    """The bodies of all answers."""
    ids = itertools.count(1)
    return [encode(step, ids) for step in steps]
