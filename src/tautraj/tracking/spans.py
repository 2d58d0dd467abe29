"""An episode as a tree of spans with true times: turns, under them the calls of models and of tools.

Pure; messages are OpenAI's, names of kinds and attributes MLflow's, whose pages go by them. Gold is not in it, nor
what the grade quotes of it. Not here: how spans come to MLflow (`traces`).
"""

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from tautraj.trajectory import LlmCall, Seat, ToolCall, Trajectory, Turn

Message = dict[str, Any]

SpanKind = Literal["CHAIN", "AGENT", "CHAT_MODEL", "TOOL"]

SEAT_NAMES: dict[Seat, str] = {"model": "agent", "user": "customer", "judge": "judge"}

MAX_INPUT_CHARS = 2_000
"""Letters of what a model was told last, in the span of its call. The conversation has all of it."""


class Span(NamedTuple):
    name: str
    kind: SpanKind
    parent_index: int | None
    """Its place in the list; None for the root."""
    started: float
    ended: float
    """Unix time, s."""
    inputs: Any
    outputs: Any
    """None: there were none."""
    attributes: dict[str, Any]
    error: str | None
    """None: it went well."""


def build_spans(trajectory: Trajectory) -> list[Span]:
    """The episode first, then each turn, followed by its model calls and its tool call."""
    found = [_build_root_span(trajectory)]
    heard: dict[Seat, Message] = {}
    for turn in trajectory.turns:
        place = len(found)
        found.append(_build_turn_span(turn, found[0]))
        found += [_build_llm_span(call, turn, place, heard.get(turn.seat)) for call in turn.calls]
        if turn.tool_call is not None and turn.kind == "tool_call":
            found.append(_build_tool_span(turn, turn.tool_call, place, found[place]))
        heard |= _build_next_input(turn)
    return found


def format_title(trajectory: Trajectory) -> str:
    """Of the episode, for people."""
    return f"{trajectory.domain} {trajectory.task_id} trial {trajectory.trial}"


def iter_messages(trajectory: Trajectory) -> Iterator[Message]:
    """All that was said and done, with what was thought beside it; what the agent's model was told comes first."""
    if trajectory.system_prompt:
        yield {"role": "system", "content": trajectory.system_prompt}
    for turn in trajectory.turns:
        yield _to_message(turn)
        if turn.observation is not None:
            yield _to_result_message(turn)


def _build_root_span(trajectory: Trajectory) -> Span:
    t = trajectory
    asked = {"task": f"{t.benchmark} {t.domain} {t.split} {t.task_id}", "trial": t.trial, "scenario": t.scenario}
    came: dict[str, Any] = {
        "outcome": t.outcome.kind,
        "detail": t.outcome.detail,
        "reward": t.reward,
        "ungraded": t.ungraded,
    }
    came |= {"components": t.grade.components} if t.grade else {}
    return Span(
        name=format_title(t),
        kind="CHAIN",
        parent_index=None,
        started=t.started,
        ended=t.started + t.seconds,
        inputs={**asked, "messages": list(iter_messages(t))},
        outputs={name: value for name, value in came.items() if value is not None},
        attributes={"mlflow.message.format": "openai", "mlflow.chat.tools": list(t.tools)},
        error=None,
    )


def _build_turn_span(turn: Turn, root: Span) -> Span:
    """A turn that the task gave has no time of its own."""
    began = max(turn.started, root.started)
    own: dict[str, Any] = {
        "thought": turn.thought,
        "reasoning": turn.reasoning,
        "plan": turn.plan,
        "belief": turn.belief,
    }
    own |= {"message": turn.message, "code": turn.code}
    if turn.kind != "tool_call":
        own["observation"] = turn.observation
    own["dropped"] = [call.model_dump(exclude_none=True) for call in turn.dropped] or None
    outputs = {name: value for name, value in own.items() if value is not None}
    what = turn.tool_call.name if turn.tool_call and turn.kind == "tool_call" else turn.kind
    return Span(
        name=SEAT_NAMES[turn.seat] if what == "message" else f"{SEAT_NAMES[turn.seat]}: {what}",
        kind="AGENT",
        parent_index=0,
        started=began,
        ended=max(began, turn.started + turn.seconds),
        inputs=None,
        outputs=outputs or None,
        attributes={"turn": turn.index, "seat": turn.seat, "kind": turn.kind, "given": turn.given},
        error=turn.observation or "not carried out" if turn.kind == "mistake" else None,
    )


def _build_llm_span(call: LlmCall, turn: Turn, parent_index: int, input_message: Message | None) -> Span:
    """Of several calls for one turn, the last led to it; what the others answered is not in the record."""
    spent = {"input_tokens": call.tokens_in, "output_tokens": call.tokens_out}
    spent["total_tokens"] = None if None in spent.values() else sum(filter(None, spent.values()))
    spent["cache_read_input_tokens"] = call.tokens_cached
    attributes: dict[str, Any] = {
        "mlflow.llm.model": call.llm,
        "mlflow.message.format": "openai",
        "mlflow.chat.tokenUsage": {name: n for name, n in spent.items() if n is not None},
        "retries": call.retries,
        "finish": call.finish,
        "usd": call.usd,
    }
    if call.usd is not None:
        attributes["mlflow.llm.cost"] = {"total_cost": call.usd}
    answered = call is turn.calls[-1]
    return Span(
        name=call.llm,
        kind="CHAT_MODEL",
        parent_index=parent_index,
        started=call.started,
        ended=call.started + call.seconds,
        inputs={"messages": [input_message]} if input_message else None,
        outputs={"choices": [{"message": {**_to_message(turn), "role": "assistant"}}]} if answered else None,
        attributes=attributes,
        error=None,
    )


def _build_tool_span(turn: Turn, call: ToolCall, parent_index: int, turn_span: Span) -> Span:
    asked = turn.calls[-1].started + turn.calls[-1].seconds if turn.calls else turn_span.started
    return Span(
        name=call.name,
        kind="TOOL",
        parent_index=parent_index,
        started=min(asked, turn_span.ended),
        ended=turn_span.ended,
        inputs=call.arguments if call.raw is None else call.raw,
        outputs=_parse_json(turn.observation),
        attributes={},
        error=turn.observation or "no answer" if turn.error else None,
    )


def _to_message(turn: Turn) -> Message:
    """A turn as its seat's message."""
    aside = {"reasoning": turn.reasoning, "thought": turn.thought, "plan": turn.plan}
    aside["belief"] = json.dumps(turn.belief, ensure_ascii=False, indent=1) if turn.belief else None
    text = [f"*{name}*\n\n{words}" for name, words in aside.items() if words]
    text += [f"```python\n{turn.code}\n```"] if turn.code else []
    text += [turn.message] if turn.message else []
    message: Message = {"role": "assistant" if turn.seat == "model" else "user", "content": "\n\n".join(text)}
    if call := turn.tool_call:
        arguments = json.dumps(call.arguments, ensure_ascii=False) if call.raw is None else call.raw
        function = {"name": call.name, "arguments": arguments}
        message["tool_calls"] = [{"id": call.id, "type": "function", "function": function}]
    return message


def _to_result_message(turn: Turn) -> Message:
    """What came back to its seat: of the world, or of a mistake what the model was told."""
    if turn.tool_call is None:
        return {"role": "system", "content": turn.observation}
    return {"role": "tool", "tool_call_id": turn.tool_call.id, "content": turn.observation}


def _build_next_input(turn: Turn) -> dict[Seat, Message]:
    """What the next call of a seat is told first after this turn, shortened."""
    if turn.observation is not None:
        return {turn.seat: {**_to_result_message(turn), "content": turn.observation[:MAX_INPUT_CHARS]}}
    if turn.message is None:
        return {}
    return {"user" if turn.seat == "model" else "model": {"role": "user", "content": turn.message[:MAX_INPUT_CHARS]}}


def _parse_json(text: str | None) -> Any:
    """Unfolded where it is JSON."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return text
