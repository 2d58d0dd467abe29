"""Calls as the fake provider saw them: when they came, how many there were at once, what they took."""

import collections
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Visit:
    arrived: float  # time.monotonic()
    at_once: int  # calls under way when it arrived, itself included
    tokens: int = 0  # in and out, of an answer that was made; 0 where the call was refused
    whole: bool = False  # the answer left unharmed, and the client was still there


class Visits(list[Visit]):
    """In order of arrival. Safe to use from many threads."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[socket.socket] = set()
        self._lock = threading.Lock()

    def come(self, connection: socket.socket) -> Visit:
        with self._lock:
            self._under_way.add(connection)
            self.append(Visit(time.monotonic(), sum(not _hung_up(other) for other in self._under_way)))
            return self[-1]

    def go(self, connection: socket.socket) -> None:
        """Its answer is about to leave."""
        with self._lock:
            self._under_way.discard(connection)


def _hung_up(connection: socket.socket) -> bool:
    """Whether the client has stopped waiting; its thread here may not know yet."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def most_in_window(times: Sequence[float], weights: Sequence[float], seconds: float) -> float:
    """The largest sum of weights in any window of that length, its end not included. Times in any order."""
    most = total = 0.0
    window: collections.deque[tuple[float, float]] = collections.deque()
    for when, weight in sorted(zip(times, weights, strict=True)):
        while window and when - window[0][0] >= seconds:
            total -= window.popleft()[1]
        window.append((when, weight))
        total += weight
        most = max(most, total)
    return most
