"""What branches say about the turns before them: how often the episode still succeeds after each of its decisions.

Pure. Not here: the turns at which branches begin (`grading.branching.points`), playing them (`runs.branches`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tautraj.grading.branching.points import list_decisions
from tautraj.metrics import compute_success_interval, is_success
from tautraj.trajectory import Parent, Trajectory


class Continuations(NamedTuple):
    """Graded ways on from one place in an episode."""

    successes: int
    n: int

    @property
    def value(self) -> float | None:
        """The share that succeeds; None if there is none."""
        return self.successes / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson interval of `value`, 95 %; None if there is no value."""
        if not self.n:
            return None
        return compute_success_interval([(1, 1)] * self.successes + [(0, 1)] * (self.n - self.successes))


NONE = Continuations(0, 0)

Places = Mapping[int, Continuations]
"""Index of a branch's first own turn -> the branches that begin there."""


class StepValue(NamedTuple):
    """A decision of the agent and the ways on after it."""

    turn: int
    """Index of its first turn."""
    after: Continuations


class Loss(NamedTuple):
    """The decisions between the last place from where a failed episode was still won and the next that is known."""

    first: int
    """Index of the first turn of the first of them; of `last` likewise."""
    last: int


def count_continuations(branches: Iterable[tuple[Parent | None, float | None]]) -> dict[tuple[str, str], Places]:
    """(run, episode) that was branched -> its places. `branches`: parent and reward; ungraded ones do not count."""
    places: dict[tuple[str, str], dict[int, Continuations]] = defaultdict(dict)
    for parent, reward in branches:
        succeeded = is_success(reward)
        if parent is not None and succeeded is not None:
            before = places[parent.run, parent.episode].get(parent.turn, NONE)
            places[parent.run, parent.episode][parent.turn] = Continuations(
                before.successes + succeeded, before.n + 1
            )
    return dict(places)


def compute_step_values(trajectory: Trajectory, places: Places) -> list[StepValue]:
    """The value after each decision: of the branches at the next one; after the last, the episode's own success."""
    decisions = list_decisions(trajectory.turns)
    succeeded = is_success(trajectory.reward)
    own = NONE if succeeded is None else Continuations(int(succeeded), 1)
    after = [*(places.get(turn, NONE) for turn in decisions[1:]), own]
    return [StepValue(turn, ways) for turn, ways in zip(decisions, after, strict=False)]


def value_actions(trajectory: Trajectory, places: Places) -> dict[int, Continuations]:
    """Index of each turn with which a decision was carried out -> the ways on after it.

    Of a block of code that is its last action; the others have no value.
    """
    steps = compute_step_values(trajectory, places)
    ends = [*(step.turn for step in steps[1:]), len(trajectory.turns)]
    values = {}
    for step, end in zip(steps, ends, strict=True):
        done = [turn.index for turn in trajectory.turns[step.turn : end] if turn.seat == "model"]
        values[done[-1]] = step.after
    return values


def find_loss(trajectory: Trajectory, places: Places) -> Loss | None:
    """Where a failed episode was lost; None if it is none, or if no branch of it succeeded."""
    if is_success(trajectory.reward) is not False:
        return None
    decisions = list_decisions(trajectory.turns)
    known = [number for number, turn in enumerate(decisions) if places.get(turn, NONE).n]
    won = [number for number in known if places[decisions[number]].successes]
    if not won:
        return None
    following = next((number for number in known if number > won[-1]), len(decisions))
    return Loss(decisions[won[-1]], decisions[following - 1])
