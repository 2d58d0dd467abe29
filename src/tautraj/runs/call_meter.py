"""Counts llm calls and their tokens while episodes are under way, for the progress bar.

Not here: what finished episodes used (`runs.budget`).
"""

import threading


class CallMeter:
    """Answered llm calls of this execution, all seats and failed attempts included. Thread-safe."""

    def __init__(self) -> None:
        self.calls = self.tokens = 0
        self._lock = threading.Lock()

    def count(self, tokens: int) -> None:
        """Count a call. `tokens`: in and out; an unknown count is 0."""
        with self._lock:
            self.calls += 1
            self.tokens += tokens
