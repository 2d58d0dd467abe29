"""An episode as a tree of spans with true times: turns, and under each its model calls and its tool call. Pure.

Messages have OpenAI's form; kinds and attributes have the names that MLflow's pages read. No gold in them, nor what
the grade quotes of it. Not here: writing spans to MLflow (`tracking.traces`).
"""

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from tautraj.trajectory import LlmCall, Seat, ToolCall, Trajectory, Turn

Message = dict[str, Any]

SpanKind = Literal["CHAIN", "AGENT", "CHAT_MODEL", "TOOL"]

SEAT_NAMES: dict[Seat, str] = {"model": "agent", "user": "customer", "judge": "judge"}

MAX_INPUT_CHARS = 2_000
"""Length of the last input in the span of a model call. The root span has the whole conversation."""


class Span(NamedTuple):
    name: str
    kind: SpanKind
    parent_index: int | None
    """Position of the parent in the list; None for the root."""
    started: float
    ended: float
    """Unix time, s."""
    inputs: Any
    outputs: Any
    """None: no output."""
    attributes: dict[str, Any]
    error: str | None
    """None: no error."""


def build_spans(trajectory: Trajectory) -> list[Span]:
    """The root span first, then each turn followed by its model calls and its tool call."""
    spans = [_build_root_span(trajectory)]
    next_inputs: dict[Seat, Message] = {}
    for turn in trajectory.turns:
        index = len(spans)
        spans.append(_build_turn_span(turn, spans[0]))
        spans += [_build_llm_span(call, turn, index, next_inputs.get(turn.seat)) for call in turn.calls]
        if turn.tool_call is not None and turn.kind == "tool_call":
            spans.append(_build_tool_span(turn, turn.tool_call, index, spans[index]))
        next_inputs |= _build_next_input(turn)
    return spans


def format_title(trajectory: Trajectory) -> str:
    """The episode's title, for people."""
    return f"{trajectory.domain} {trajectory.task_id} trial {trajectory.trial}"


def iter_messages(trajectory: Trajectory) -> Iterator[Message]:
    """The whole conversation, private channels included; the agent's system prompt comes first."""
    if trajectory.system_prompt:
        yield {"role": "system", "content": trajectory.system_prompt}
    for turn in trajectory.turns:
        yield _to_message(turn)
        if turn.observation is not None:
            yield _to_result_message(turn)


def _build_root_span(trajectory: Trajectory) -> Span:
    t = trajectory
    inputs = {"task": f"{t.benchmark} {t.domain} {t.split} {t.task_id}", "trial": t.trial, "scenario": t.scenario}
    outputs: dict[str, Any] = {
        "outcome": t.outcome.kind,
        "detail": t.outcome.detail,
        "reward": t.reward,
        "ungraded": t.ungraded,
    }
    outputs |= {"components": t.grade.components} if t.grade else {}
    return Span(
        name=format_title(t),
        kind="CHAIN",
        parent_index=None,
        started=t.started,
        ended=t.started + t.seconds,
        inputs={**inputs, "messages": list(iter_messages(t))},
        outputs={name: value for name, value in outputs.items() if value is not None},
        attributes={"mlflow.message.format": "openai", "mlflow.chat.tools": list(t.tools)},
        error=None,
    )


def _build_turn_span(turn: Turn, root: Span) -> Span:
    """A turn that the task gave starts with the root span: it has no time of its own."""
    started = max(turn.started, root.started)
    content: dict[str, Any] = {
        "thought": turn.thought,
        "reasoning": turn.reasoning,
        "plan": turn.plan,
        "belief": turn.belief,
    }
    content |= {"message": turn.message, "code": turn.code}
    if turn.kind != "tool_call":
        content["observation"] = turn.observation
    content["dropped"] = [call.model_dump(exclude_none=True) for call in turn.dropped] or None
    outputs = {name: value for name, value in content.items() if value is not None}
    action = turn.tool_call.name if turn.tool_call and turn.kind == "tool_call" else turn.kind
    return Span(
        name=SEAT_NAMES[turn.seat] if action == "message" else f"{SEAT_NAMES[turn.seat]}: {action}",
        kind="AGENT",
        parent_index=0,
        started=started,
        ended=max(started, turn.started + turn.seconds),
        inputs=None,
        outputs=outputs or None,
        attributes={"turn": turn.index, "seat": turn.seat, "kind": turn.kind, "given": turn.given},
        error=turn.observation or "not carried out" if turn.kind == "mistake" else None,
    )


def _build_llm_span(call: LlmCall, turn: Turn, parent_index: int, input_message: Message | None) -> Span:
    """Of several calls for one turn the last produced it; the answers of the others are not in the record."""
    tokens = {"input_tokens": call.tokens_in, "output_tokens": call.tokens_out}
    tokens["total_tokens"] = None if None in tokens.values() else sum(filter(None, tokens.values()))
    tokens["cache_read_input_tokens"] = call.tokens_cached
    attributes: dict[str, Any] = {
        "mlflow.llm.model": call.llm,
        "mlflow.message.format": "openai",
        "mlflow.chat.tokenUsage": {name: n for name, n in tokens.items() if n is not None},
        "retries": call.retries,
        "finish": call.finish,
        "usd": call.usd,
    }
    if call.usd is not None:
        attributes["mlflow.llm.cost"] = {"total_cost": call.usd}
    is_last = call is turn.calls[-1]
    return Span(
        name=call.llm,
        kind="CHAT_MODEL",
        parent_index=parent_index,
        started=call.started,
        ended=call.started + call.seconds,
        inputs={"messages": [input_message]} if input_message else None,
        outputs={"choices": [{"message": {**_to_message(turn), "role": "assistant"}}]} if is_last else None,
        attributes=attributes,
        error=None,
    )


def _build_tool_span(turn: Turn, call: ToolCall, parent_index: int, turn_span: Span) -> Span:
    requested = turn.calls[-1].started + turn.calls[-1].seconds if turn.calls else turn_span.started
    return Span(
        name=call.name,
        kind="TOOL",
        parent_index=parent_index,
        started=min(requested, turn_span.ended),
        ended=turn_span.ended,
        inputs=call.arguments if call.raw is None else call.raw,
        outputs=_parse_json(turn.observation),
        attributes={},
        error=turn.observation or "no answer" if turn.error else None,
    )


def _to_message(turn: Turn) -> Message:
    """The turn as a message of its seat, private channels in italics."""
    private = {"reasoning": turn.reasoning, "thought": turn.thought, "plan": turn.plan}
    private["belief"] = json.dumps(turn.belief, ensure_ascii=False, indent=1) if turn.belief else None
    text = [f"*{name}*\n\n{words}" for name, words in private.items() if words]
    text += [f"```python\n{turn.code}\n```"] if turn.code else []
    text += [turn.message] if turn.message else []
    message: Message = {"role": "assistant" if turn.seat == "model" else "user", "content": "\n\n".join(text)}
    if call := turn.tool_call:
        arguments = json.dumps(call.arguments, ensure_ascii=False) if call.raw is None else call.raw
        function = {"name": call.name, "arguments": arguments}
        message["tool_calls"] = [{"id": call.id, "type": "function", "function": function}]
    return message


def _to_result_message(turn: Turn) -> Message:
    """The observation of a turn: a tool result, or the message that reports a mistake."""
    if turn.tool_call is None:
        return {"role": "system", "content": turn.observation}
    return {"role": "tool", "tool_call_id": turn.tool_call.id, "content": turn.observation}


def _build_next_input(turn: Turn) -> dict[Seat, Message]:
    """Seat -> the last message of its next call, as this turn leaves it, shortened."""
    if turn.observation is not None:
        return {turn.seat: {**_to_result_message(turn), "content": turn.observation[:MAX_INPUT_CHARS]}}
    if turn.message is None:
        return {}
    return {"user" if turn.seat == "model" else "model": {"role": "user", "content": turn.message[:MAX_INPUT_CHARS]}}


def _parse_json(text: str | None) -> Any:
    """The parsed JSON, else the text itself."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return text
