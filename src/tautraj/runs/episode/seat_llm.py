"""A seat's llm: asked, and every answer taken down."""

from typing import Any

from tautraj.config import Llm
from tautraj.errors import SeatError
from tautraj.llms import Ask, Reply, chat
from tautraj.runs.episode.limits import EpisodeLimits
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Seat


def build_ask(llm: Llm, seat: Seat, seed: int, recorder: Recorder, limits: EpisodeLimits | None = None) -> Ask:
    """How `seat` asks its llm; `seed` goes to providers that take one.

    Raises `ProviderError`, and `LimitReached` when `allowance` is used up: nobody is called then.
    """

    def ask(messages: Any, tools: Any = ()) -> Reply:
        if llm.is_offline:
            raise SeatError(f"{seat}={llm.name} is offline: it cannot be asked")
        if limits is not None:
            limits.raise_if_reached()
        reply = chat(llm, messages, tools, seed=seed)
        recorder.record_reply(seat, reply)
        return reply

    return ask
