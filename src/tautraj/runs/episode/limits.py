"""Limits on the time, tokens and cost of one episode: `limits.seconds`, `limits.tokens`, `limits.usd`.

Not here: limits on actions (`runs.episode.environment`), on calls (`llms.rate_limits`), on a run (`runs.budget`).
"""

import time

from tautraj.config import Limits
from tautraj.errors import LimitReached
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Outcome


class EpisodeLimits:
    """Limits of one episode. The clock starts at construction."""

    def __init__(self, limits: Limits, recorder: Recorder) -> None:
        self.outcome: Outcome | None = None
        """The first limit that `update` found reached; None: none yet."""
        self._limits, self._recorder = limits, recorder
        self._started = time.monotonic()

    def update(self) -> None:
        """Check the limits; set `outcome` if one is reached."""
        self.outcome = self.outcome or self._find_reached()

    def raise_if_reached(self) -> None:
        """Raise `LimitReached` if a limit is reached, so that no further llm is called."""
        self.update()
        if self.outcome is not None:
            raise LimitReached(f"no llm is called any more: {self.outcome.kind}, {self.outcome.detail}")

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
