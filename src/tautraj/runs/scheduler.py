"""How the cells of one flow stand together, and whose episode is the next to begin: they take turns.

A run alone is one cell. Not here: how a cell stands (`standing`).
"""

from collections import deque
from collections.abc import Callable, Sequence

from tautraj.config import Run
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import GaveUp, Interrupted, TautrajError
from tautraj.runs.budget import Ledger
from tautraj.runs.progress import Standing, Stop

Turn = tuple[int, EpisodeSpec]
"""Of which cell, and what."""


class Together:
    """Cells that share a ledger, workers and a way to end. One thread adds, others may read."""

    def __init__(self, standings: Sequence[Standing], titles: Sequence[str]) -> None:
        """`titles`: what tells each cell from the others, "" where there is only one."""
        self.standings, self._titles = list(standings), list(titles)
        self.ledger: Ledger = self.standings[0].ledger
        self._waiting = [deque(standing.job.owed) for standing in self.standings]
        self._order = deque(range(len(self.standings)))

    @property
    def runs(self) -> list[Run]:
        return [standing.job.run for standing in self.standings]

    @property
    def done(self) -> int:
        return sum(standing.done for standing in self.standings)

    @property
    def failed(self) -> int:
        return sum(standing.failed for standing in self.standings)

    @property
    def total(self) -> int:
        return sum(standing.total for standing in self.standings)

    @property
    def owed(self) -> int:
        return self.total - self.done

    @property
    def success_rate(self) -> float | None:
        """So far; None before anything was graded."""
        graded = sum(standing.graded for standing in self.standings)
        return sum(standing.succeeded for standing in self.standings) / graded if graded else None

    @property
    def seconds_left(self) -> float | None:
        """At the pace of this execution; None before it has one."""
        return max((left for standing in self.standings if (left := standing.seconds_left) is not None), default=None)

    @property
    def cut_short(self) -> TautrajError | None:
        """As of a cell; where cells gave up, a line for each."""
        ends = [(title, one.cut_short) for title, one in zip(self._titles, self.standings, strict=True)]
        if asked := [end for _, end in ends if isinstance(end, Interrupted)]:
            return asked[0]
        gave_up = [_of(title, str(end)) for title, end in ends if end is not None]
        return GaveUp("\n".join(gave_up)) if gave_up else None

    def titled(self, turn: Turn) -> str:
        """An episode, for people."""
        index, spec = turn
        return " · ".join(filter(None, (self._titles[index], spec.title)))

    @property
    def waiting(self) -> bool:
        """Whether there is an episode that was not begun."""
        return any(self._waiting)

    def next(self, stop: Stop | None) -> Turn | None:
        """The next episode to begin, of a cell that `halted` does not forbid; None: there is none just now."""
        for _ in range(len(self._order)):
            index = self._order[0]
            self._order.rotate(-1)
            if self._waiting[index] and not self.standings[index].halted(stop):
                return index, self._waiting[index].popleft()
        return None

    def look_for_failures(self) -> None:
        for standing in self.standings:
            standing.look_for_failures()

    def cut(self, stop: Stop | None) -> list[str]:
        """No further episode begins: why those still waiting do not, each reason once."""
        reasons: list[str] = []
        for title, waiting, standing in zip(self._titles, self._waiting, self.standings, strict=True):
            if waiting or stop is not None:
                reason = standing.cut(stop)
                reasons.append(_of(title, reason) if isinstance(standing.cut_short, GaveUp) else reason)
        return list(dict.fromkeys(reasons))


Watcher = Callable[[Together], None]


def _of(title: str, reason: str) -> str:
    return f"{title}: {reason}" if title else reason
