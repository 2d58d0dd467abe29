"""The turns of an episode at which a branch may begin: where its agent decided, and where its customer answered.

Pure. Not here: playing branches (`runs.branches`), what they say about the turns (`grading.branching.values`).
"""

from bisect import bisect_right
from collections.abc import Sequence

from tautraj.benchmarks import Benchmark
from tautraj.grading.explanation import find_divergence
from tautraj.grading.writes import find_writes
from tautraj.trajectory import Trajectory, Turn


def find_branch_turns(trajectory: Trajectory, at: str, benchmark: Benchmark) -> list[int]:
    """Indices of the turns that `at` names, in order; each is the first turn of a branch's own.

    first_divergence: the agent's first write that no gold action makes. before_each_write: its writes that succeeded.
    before_each_turn: all it decided. turn:N: the decision that turn N belongs to, or the customer's reply there.
    """
    decisions = list_decisions(trajectory.turns)
    if at == "before_each_turn":
        return decisions
    if at == "before_each_write":
        turns = [write.index for write in find_writes(trajectory, benchmark.writing_tools)]
    elif at == "first_divergence":
        divergence = find_divergence(trajectory, benchmark)
        turns = [divergence.index] if isinstance(divergence, Turn) else []
    else:
        turns = [index for index in [int(at.removeprefix("turn:"))] if index < len(trajectory.turns)]
    starts = [_find_start(trajectory.turns, decisions, index) for index in turns]
    return list(dict.fromkeys(start for start in starts if start is not None))


def list_decisions(turns: Sequence[Turn]) -> list[int]:
    """Indices of the turns with which the agent's decisions begin, without given ones.

    A decision is a message, a call or a mistake, with the belief and the plan made for it; or a block of code, with
    all that it does.
    """
    writes_code = any(turn.kind == "code" for turn in turns)
    decisions: list[int] = []
    start: int | None = None
    for turn in turns:
        if turn.seat != "model" or turn.given:
            continue
        if turn.kind in ("plan", "belief"):
            start = turn.index if start is None else start
        elif not writes_code or turn.kind == "code" or (turn.kind == "mistake" and turn.tool_call is None):
            decisions.append(turn.index if start is None else start)
            start = None
    return decisions


def _find_start(turns: Sequence[Turn], decisions: Sequence[int], index: int) -> int | None:
    """Where the decision begins that a turn belongs to; the turn itself if it begins the customer's reply to it."""
    if turns[index].given or not decisions or index < decisions[0]:
        return None
    if turns[index].seat == "model":
        return decisions[bisect_right(decisions, index) - 1]
    before = turns[index - 1]
    is_reply = before.seat == "model" and before.kind == "message"
    return index if is_reply and all(turn.kind != "code" for turn in turns) else None
