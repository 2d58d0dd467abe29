"""Pairs for preference training (DPO): what was chosen beside a failed sibling of the same task.

The prompt is what both have in common from the start, the completions are what follows. A sibling is paired once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tautraj.export.formats import Conversation, Row, lineage, tools_of
from tautraj.export.messages import Message, Style, messages
from tautraj.metrics import SUCCESS


def preference(task: Iterable[Conversation], style: Style, *, same_prompt: bool) -> Iterator[Row]:
    """`same_prompt`: the two part where the agent speaks; else also where their customers said different things."""
    told_by = [(one, messages(one.trajectory, style)) for one in task]
    rejected = {at: pair for at, pair in enumerate(told_by) if not pair[0].chosen and failed(pair[0])}
    for chosen, told in (pair for pair in told_by if pair[0].chosen and not failed(pair[0])):
        parts_at = {
            at: start
            for at, (one, wrong) in rejected.items()
            if _comparable(chosen, one) and (start := _parting(told, wrong, same_prompt)) is not None
        }
        if not parts_at:
            continue
        nearest = max(parts_at, key=parts_at.__getitem__)
        (other, wrong), start = rejected.pop(nearest), parts_at[nearest]
        yield {
            "prompt": told[:start],
            "chosen": told[start:],
            "rejected": wrong[start:],
            "tools": tools_of(chosen.trajectory),
            **lineage(chosen),
            "rejected_episode": other.trajectory.id,
            "rejected_run": other.run,
            "rejected_reward": other.trajectory.reward,
        }


def _parting(told: Sequence[Message], wrong: Sequence[Message], same_prompt: bool) -> int | None:
    """Where they part; None where one is all of the other's beginning, or the wrong side speaks there."""
    start = shared(told, wrong)
    if start == min(len(told), len(wrong)):
        return None
    agents = told[start]["role"] == wrong[start]["role"] == "assistant"
    return start if agents or not same_prompt else None


def failed(one: Conversation) -> bool:
    """Graded, and no success; what was never graded says nothing."""
    return one.trajectory.reward is not None and one.trajectory.reward < SUCCESS


def shared(one: Sequence[Message], other: Sequence[Message]) -> int:
    """How many messages two conversations have in common from the start; made up ids of calls do not count."""
    pairs = zip(one, other, strict=False)
    return next((at for at, pair in enumerate(pairs) if _said(pair[0]) != _said(pair[1])), min(len(one), len(other)))


def _said(message: Message) -> Any:
    calls = [call["function"] for call in message["tool_calls"] or ()]
    kept = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_call_id")}
    return kept, calls


def _comparable(one: Conversation, other: Conversation) -> bool:
    """Two answers to one question: the same policy and tools."""
    pair = (one.trajectory, other.trajectory)
    return pair[0].system_prompt == pair[1].system_prompt and pair[0].tools == pair[1].tools
