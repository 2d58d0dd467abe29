"""Pairs for preference training (DPO): a chosen conversation and a failed one of the same task.

The prompt is their common beginning, the completions are what follows. What was said and done is compared, not what
was thought. Each conversation is in one pair only: partners of one cell come first, which differ in nothing but what
the agent did, and among them those that have most in common. Before them come branches of one turn, with each other
and with the episode that they leave, which is in a pair at every such turn.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from tautraj.export.formats import Conversation, Row, lineage
from tautraj.export.messages import CHANNELS, Message, Style, build_messages
from tautraj.metrics import is_success


def preference(
    task: Iterable[Conversation], style: Style, *, same_prompt: bool, completion: Literal["conversation", "action"]
) -> Iterator[Row]:
    """Columns: prompt, chosen, rejected, tools, lineage, rejected_episode, rejected_run, rejected_reward.

    `same_prompt`: pairs must diverge at a message of the agent; False: also at a message of the customer.
    `completion`: all that follows, or the one message with which the two diverge.
    """
    heard = style.model_copy(update=dict.fromkeys(CHANNELS, "drop"))
    sides = [_Side(conversation, build_messages(conversation.trajectory, heard)) for conversation in task]
    chosen = [side for side in sides if side.conversation.chosen and not has_failed(side.conversation)]
    rejected = [side for side in sides if has_failed(side.conversation)]
    pairs = (
        _Pair(
            (forks := _find_forks(ours, theirs)) is None, _is_other_cell(ours, theirs), -start, index, number, forks
        )
        for index, ours in enumerate(chosen)
        for number, theirs in enumerate(rejected)
        if _is_comparable(ours.conversation, theirs.conversation)
        and (start := _find_divergence(ours.messages, theirs.messages, same_prompt)) is not None
    )
    used: dict[tuple[str, int], set[int | None]] = defaultdict(set)
    for pair in sorted(pairs):
        of_chosen, of_rejected = used["chosen", pair.chosen], used["rejected", pair.rejected]
        at_chosen, at_rejected = pair.forks or (None, None)
        if _is_free(of_chosen, at_chosen) and _is_free(of_rejected, at_rejected):
            of_chosen.add(at_chosen)
            of_rejected.add(at_rejected)
            start = -pair.minus_shared
            what = slice(start, start + 1 if completion == "action" else None)
            yield _build_row(chosen[pair.chosen].conversation, rejected[pair.rejected].conversation, what, style)


class _Side(NamedTuple):
    conversation: Conversation
    messages: list[Message]
    """What was said and done, without private text."""


class _Pair(NamedTuple):
    """Two sides; the better pair is less."""

    is_unrelated: bool
    """Whether neither is a branch of the other, nor both of one turn."""
    is_other_cell: bool
    minus_shared: int
    """The number of messages that both begin with, negative."""
    chosen: int
    """Number among the chosen; the next one likewise."""
    rejected: int
    forks: tuple[int | None, int | None] | None
    """For each side the turn at which the other leaves it; None if it leaves the other, or both a third."""


def _find_forks(ours: _Side, theirs: _Side) -> tuple[int | None, int | None] | None:
    """`_Pair.forks`; None if the two are unrelated."""
    first, second = ours.conversation.trajectory, theirs.conversation.trajectory
    origins = [None if side.parent is None else (side.parent.run, side.parent.episode) for side in (first, second)]
    if second.parent is not None and origins[1] == (first.cell, first.id):
        return second.parent.turn, None
    if first.parent is not None and origins[0] == (second.cell, second.id):
        return None, first.parent.turn
    are_siblings = first.parent and second.parent and first.parent.turn == second.parent.turn
    return (None, None) if are_siblings and origins[0] == origins[1] else None


def _is_free(used: set[int | None], fork: int | None) -> bool:
    """Whether a conversation that is in pairs at the turns `used` may be in one more. None: a pair as a whole."""
    return not used if fork is None else used.isdisjoint({None, fork})


def _build_row(chosen: Conversation, rejected: Conversation, completion: slice, style: Style) -> Row:
    messages = build_messages(chosen.trajectory, style)
    return {
        "prompt": messages[: completion.start],
        "chosen": messages[completion],
        "rejected": build_messages(rejected.trajectory, style)[completion],
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
