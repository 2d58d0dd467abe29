"""An episode as a tree of spans with true times: turns, under them the calls of models and of tools.

Pure; messages are OpenAI's, names of kinds and attributes MLflow's, whose pages go by them. Gold is not in it, nor
what the grade quotes of it. Not here: how spans come to MLflow (`traces`).
"""

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from tautraj.trajectory import LlmCall, Seat, ToolCall, Trajectory, Turn

Message = dict[str, Any]

Kind = Literal["CHAIN", "AGENT", "CHAT_MODEL", "TOOL"]

NAMES: dict[Seat, str] = {"model": "agent", "user": "customer", "judge": "judge"}

LONGEST = 2_000
"""Letters of what a model was told last, in the span of its call. The conversation has all of it."""


class Span(NamedTuple):
    name: str
    kind: Kind
    parent: int | None
    """Its place in the list; None for the root."""
    began: float
    ended: float
    """Unix time, s."""
    inputs: Any
    outputs: Any
    """None: there were none."""
    attributes: dict[str, Any]
    error: str | None
    """None: it went well."""


def spans(trajectory: Trajectory) -> list[Span]:
    """The episode first, then each turn, followed by its model calls and its tool call."""
    found = [_root(trajectory)]
    heard: dict[Seat, Message] = {}
    for turn in trajectory.turns:
        place = len(found)
        found.append(_turn(turn, found[0]))
        found += [_llm_call(call, turn, place, heard.get(turn.seat)) for call in turn.calls]
        if turn.tool_call is not None and turn.kind == "tool_call":
            found.append(_tool_call(turn, turn.tool_call, place, found[place]))
        heard |= _heard(turn)
    return found


def title(trajectory: Trajectory) -> str:
    """Of the episode, for people."""
    return f"{trajectory.domain} {trajectory.task_id} trial {trajectory.trial}"


def conversation(trajectory: Trajectory) -> Iterator[Message]:
    """All that was said and done, with what was thought beside it; what the agent's model was told comes first."""
    if trajectory.system_prompt:
        yield {"role": "system", "content": trajectory.system_prompt}
    for turn in trajectory.turns:
        yield _said(turn)
        if turn.observation is not None:
            yield _told(turn)


def _root(trajectory: Trajectory) -> Span:
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
        name=title(t),
        kind="CHAIN",
        parent=None,
        began=t.started,
        ended=t.started + t.seconds,
        inputs={**asked, "messages": list(conversation(t))},
        outputs={name: value for name, value in came.items() if value is not None},
        attributes={"mlflow.message.format": "openai", "mlflow.chat.tools": list(t.tools)},
        error=None,
    )


def _turn(turn: Turn, root: Span) -> Span:
    """A turn that the task gave has no time of its own."""
    began = max(turn.started, root.began)
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
        name=NAMES[turn.seat] if what == "message" else f"{NAMES[turn.seat]}: {what}",
        kind="AGENT",
        parent=0,
        began=began,
        ended=max(began, turn.started + turn.seconds),
        inputs=None,
        outputs=outputs or None,
        attributes={"turn": turn.index, "seat": turn.seat, "kind": turn.kind, "given": turn.given},
        error=turn.observation or "not carried out" if turn.kind == "mistake" else None,
    )


def _llm_call(call: LlmCall, turn: Turn, parent: int, heard: Message | None) -> Span:
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
        parent=parent,
        began=call.started,
        ended=call.started + call.seconds,
        inputs={"messages": [heard]} if heard else None,
        outputs={"choices": [{"message": {**_said(turn), "role": "assistant"}}]} if answered else None,
        attributes=attributes,
        error=None,
    )


def _tool_call(turn: Turn, call: ToolCall, parent: int, around: Span) -> Span:
    asked = turn.calls[-1].started + turn.calls[-1].seconds if turn.calls else around.began
    return Span(
        name=call.name,
        kind="TOOL",
        parent=parent,
        began=min(asked, around.ended),
        ended=around.ended,
        inputs=call.arguments if call.raw is None else call.raw,
        outputs=_parsed(turn.observation),
        attributes={},
        error=turn.observation or "no answer" if turn.error else None,
    )


def _said(turn: Turn) -> Message:
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


def _told(turn: Turn) -> Message:
    """What came back to its seat: of the world, or of a mistake what the model was told."""
    if turn.tool_call is None:
        return {"role": "system", "content": turn.observation}
    return {"role": "tool", "tool_call_id": turn.tool_call.id, "content": turn.observation}


def _heard(turn: Turn) -> dict[Seat, Message]:
    """What the next call of a seat is told first after this turn, shortened."""
    if turn.observation is not None:
        return {turn.seat: {**_told(turn), "content": turn.observation[:LONGEST]}}
    if turn.message is None:
        return {}
    return {"user" if turn.seat == "model" else "model": {"role": "user", "content": turn.message[:LONGEST]}}


def _parsed(text: str | None) -> Any:
    """Unfolded where it is JSON."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return text
