"""Pairs for preference training (DPO): what was chosen beside a failed sibling of the same task.

The prompt is what both have in common from the start, the completions are what follows. A sibling is paired once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Message, Style, build_messages
from tautraj.metrics import is_success


def preference(task: Iterable[Conversation], style: Style, *, same_prompt: bool) -> Iterator[Row]:
    """`same_prompt`: the two part where the agent speaks; else also where their customers said different things."""
    told_by = [(one, build_messages(one.trajectory, style)) for one in task]
    rejected = {at: pair for at, pair in enumerate(told_by) if not pair[0].chosen and has_failed(pair[0])}
    for chosen, told in (pair for pair in told_by if pair[0].chosen and not has_failed(pair[0])):
        parts_at = {
            at: start
            for at, (one, wrong) in rejected.items()
            if _is_comparable(chosen, one) and (start := _find_divergence(told, wrong, same_prompt)) is not None
        }
        if not parts_at:
            continue
        nearest = max(parts_at, key=parts_at.__getitem__)
        (other, wrong), start = rejected.pop(nearest), parts_at[nearest]
        yield {
            "prompt": told[:start],
            "chosen": told[start:],
            "rejected": wrong[start:],
            "tools": dump_tools(chosen.trajectory),
            **lineage(chosen),
            "rejected_episode": other.trajectory.id,
            "rejected_run": other.run,
            "rejected_reward": other.trajectory.reward,
        }


def _find_divergence(chosen: Sequence[Message], rejected: Sequence[Message], same_prompt: bool) -> int | None:
    """Where they part; None where one is all of the other's beginning, or the wrong side speaks there."""
    start = count_shared_messages(chosen, rejected)
    if start == min(len(chosen), len(rejected)):
        return None
    agents = chosen[start]["role"] == rejected[start]["role"] == "assistant"
    return start if agents or not same_prompt else None


def has_failed(conversation: Conversation) -> bool:
    """Graded, and no success; what was never graded says nothing."""
    return is_success(conversation.trajectory.reward) is False


def count_shared_messages(first: Sequence[Message], second: Sequence[Message]) -> int:
    """How many messages two conversations have in common from the start; made up ids of calls do not count."""
    pairs = zip(first, second, strict=False)
    return next(
        (at for at, pair in enumerate(pairs) if _strip_call_ids(pair[0]) != _strip_call_ids(pair[1])),
        min(len(first), len(second)),
    )


def _strip_call_ids(message: Message) -> Any:
    calls = [call["function"] for call in message["tool_calls"] or ()]
    kept = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_call_id")}
    return kept, calls


def _is_comparable(first: Conversation, second: Conversation) -> bool:
    """Two answers to one question: the same policy and tools."""
    pair = (first.trajectory, second.trajectory)
    return pair[0].system_prompt == pair[1].system_prompt and pair[0].tools == pair[1].tools
