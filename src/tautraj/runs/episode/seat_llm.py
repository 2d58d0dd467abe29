"""The llm of a seat as a function that records every answer.

Not here: the order of roles in a request (`llms.turn_order`), the call (`llms.chat`).
"""

from typing import Any

from tautraj.config import Llm
from tautraj.errors import SeatError
from tautraj.llms import Ask, Reply, chat
from tautraj.llms.turn_order import arrange_turns, must_alternate
from tautraj.runs.episode.limits import EpisodeLimits
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Seat


def build_ask(llm: Llm, seat: Seat, seed: int, recorder: Recorder, limits: EpisodeLimits | None = None) -> Ask:
    """The function with which `seat` calls its llm; `seed` goes to providers that accept one.

    It raises `ProviderError`, `SeatError` for an offline llm, and `LimitReached`, without a call, once one of
    `limits` is reached.
    """

    def ask(messages: Any, tools: Any = ()) -> Reply:
        if llm.is_offline:
            raise SeatError(f"{seat}={llm.name} is offline: it answers no calls. Choose another {seat}=…")
        if limits is not None:
            limits.raise_if_reached()
        arranged = arrange_turns(messages, alternate=must_alternate(llm, tools))
        reply = chat(llm, arranged, tools, seed=seed)
        recorder.record_reply(seat, reply)
        return reply

    return ask
