"""What one episode may take of time, tokens and money: `limits.seconds`, `limits.tokens`, `limits.usd`.

Not here: limits of what is done in the world (`door`), of a provider (`llms.limits`), of a run (`standing`).
"""

import time

from tautraj.config import Limits
from tautraj.errors import LimitReached
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Outcome


class EpisodeLimits:
    """Of one episode; the clock runs from here on."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self.outcome: Outcome | None = None
        """Which limit was found used up when it was last looked; the first one stays."""
        self._limits, self._recorder = limits, recorder
        self._started = time.monotonic()

    def update(self) -> None:
        """See whether a limit is used up by now."""
        self.outcome = self.outcome or self._find_reached()

    def raise_if_reached(self) -> None:
        """Raise `LimitReached` when nobody is to be asked any more."""
        self.update()
        if self.outcome is not None:
            raise LimitReached(f"nobody is asked any more: {self.outcome.kind}, {self.outcome.detail}")

    def _find_reached(self) -> Outcome | None:
        limits, spent = self._limits, self._recorder
        seconds = time.monotonic() - self._started
        if limits.usd is not None and spent.usd >= limits.usd:
            return Outcome(kind="max_usd", detail=f"{spent.usd:.6g} of limits.usd={limits.usd:g}")
        if limits.tokens is not None and spent.tokens >= limits.tokens:
            return Outcome(kind="max_tokens", detail=f"{spent.tokens} of limits.tokens={limits.tokens}")
        if limits.seconds is not None and seconds >= limits.seconds:
            return Outcome(kind="max_seconds", detail=f"{seconds:.1f} of limits.seconds={limits.seconds:g}")
        return None
