"""Pairs for preference training (DPO): a chosen conversation and a failed one of the same task.

The prompt is their common beginning, the completions are what follows. A failed conversation is used in one pair
only.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tautraj.export.formats import Conversation, Row, dump_tools, lineage
from tautraj.export.messages import Message, Style, build_messages
from tautraj.metrics import is_success


def preference(task: Iterable[Conversation], style: Style, *, same_prompt: bool) -> Iterator[Row]:
    """Columns: prompt, chosen, rejected, tools, lineage, rejected_episode, rejected_run, rejected_reward.

    `same_prompt`: pairs must diverge at a message of the agent; False: also at a message of the customer.
    """
    conversations = [(conversation, build_messages(conversation.trajectory, style)) for conversation in task]
    rejected = {
        index: (conversation, messages)
        for index, (conversation, messages) in enumerate(conversations)
        if not conversation.chosen and has_failed(conversation)
    }
    for chosen, messages in conversations:
        if not chosen.chosen or has_failed(chosen):
            continue
        divergences = {
            index: start
            for index, (other, failed) in rejected.items()
            if _is_comparable(chosen, other)
            and (start := _find_divergence(messages, failed, same_prompt)) is not None
        }
        if not divergences:
            continue
        nearest = max(divergences, key=divergences.__getitem__)
        (other, failed), start = rejected.pop(nearest), divergences[nearest]
        yield {
            "prompt": messages[:start],
            "chosen": messages[start:],
            "rejected": failed[start:],
            "tools": dump_tools(chosen.trajectory),
            **lineage(chosen),
            "rejected_episode": other.trajectory.id,
            "rejected_run": other.run,
            "rejected_reward": other.trajectory.reward,
        }


def _find_divergence(chosen: Sequence[Message], rejected: Sequence[Message], same_prompt: bool) -> int | None:
    """Index of the first difference; None if one is a prefix of the other, or if the wrong side speaks there."""
    start = count_shared_messages(chosen, rejected)
    if start == min(len(chosen), len(rejected)):
        return None
    is_agents = chosen[start]["role"] == rejected[start]["role"] == "assistant"
    return start if is_agents or not same_prompt else None


def has_failed(conversation: Conversation) -> bool:
    """Whether it was graded and is no success."""
    return is_success(conversation.trajectory.reward) is False


def count_shared_messages(first: Sequence[Message], second: Sequence[Message]) -> int:
    """Length of the common beginning of two conversations; ids of calls are not compared."""
    pairs = zip(first, second, strict=False)
    return next(
        (index for index, pair in enumerate(pairs) if _strip_call_ids(pair[0]) != _strip_call_ids(pair[1])),
        min(len(first), len(second)),
    )


def _strip_call_ids(message: Message) -> Any:
    calls = [call["function"] for call in message["tool_calls"] or ()]
    kept = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_call_id")}
    return kept, calls


def _is_comparable(first: Conversation, second: Conversation) -> bool:
    """Whether both agents had the same policy and tools."""
    pair = (first.trajectory, second.trajectory)
    return pair[0].system_prompt == pair[1].system_prompt and pair[0].tools == pair[1].tools
