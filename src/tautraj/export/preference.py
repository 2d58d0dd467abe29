"""Pairs for preference training (DPO): a chosen conversation and a failed one of the same task.

The prompt is their common beginning, the completions are what follows. What was said and done is compared, not what
was thought. Each conversation is in one pair only: partners of one cell come first, which differ in nothing but what
the agent did, and among them those that have most in common.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Message, Style, build_messages
from tautraj.metrics import is_success


def preference(task: Iterable[Conversation], style: Style, *, same_prompt: bool) -> Iterator[Row]:
    """Columns: prompt, chosen, rejected, tools, lineage, rejected_episode, rejected_run, rejected_reward.

    `same_prompt`: pairs must diverge at a message of the agent; False: also at a message of the customer.
    """
    heard = style.model_copy(update=dict.fromkeys(CHANNELS, "drop"))
    sides = [_Side(conversation, build_messages(conversation.trajectory, heard)) for conversation in task]
    chosen = [side for side in sides if side.conversation.chosen and not has_failed(side.conversation)]
    rejected = [side for side in sides if not side.conversation.chosen and has_failed(side.conversation)]
    partners = (
        (_is_other_cell(ours, theirs), -start, index, number)
        for index, ours in enumerate(chosen)
        for number, theirs in enumerate(rejected)
        if _is_comparable(ours.conversation, theirs.conversation)
        and (start := _find_divergence(ours.messages, theirs.messages, same_prompt)) is not None
    )
    used: set[tuple[str, int]] = set()
    for _, start, index, number in sorted(partners):
        if used & {("chosen", index), ("rejected", number)}:
            continue
        used |= {("chosen", index), ("rejected", number)}
        yield _build_row(chosen[index].conversation, rejected[number].conversation, -start, style)


class _Side(NamedTuple):
    conversation: Conversation
    messages: list[Message]
    """What was said and done, without private text."""


def _build_row(chosen: Conversation, rejected: Conversation, start: int, style: Style) -> Row:
    messages = build_messages(chosen.trajectory, style)
    return {
        "prompt": messages[:start],
        "chosen": messages[start:],
        "rejected": build_messages(rejected.trajectory, style)[start:],
        "tools": list(chosen.trajectory.tools),
        **lineage(chosen),
        "rejected_episode": rejected.trajectory.id,
        "rejected_run": rejected.run_columns["run"],
        "rejected_reward": rejected.trajectory.reward,
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
    calls = [call["function"] for call in message.get("tool_calls", ())]
    kept = {key: value for key, value in message.items() if key not in ("tool_calls", "tool_call_id")}
    return kept, calls


def _is_comparable(first: Conversation, second: Conversation) -> bool:
    """Whether both agents had the same policy and tools."""
    pair = (first.trajectory, second.trajectory)
    return pair[0].system_prompt == pair[1].system_prompt and pair[0].tools == pair[1].tools


def _is_other_cell(first: _Side, second: _Side) -> bool:
    return first.conversation.trajectory.cell != second.conversation.trajectory.cell
