"""The models that runs of one flow serve themselves: one server for all seats that ask for the same.

Not here: the servers (`llms.local`).
"""

from collections.abc import Sequence
from contextlib import ExitStack

from tautraj.config import Llm, Run
from tautraj.llms.local import serving

Asked = tuple[str, str, str | None]


def all_served(runs: Sequence[Run], servers: ExitStack) -> list[Run]:
    """The runs with their local seats at servers, which `servers` stops. Raises `UserError`."""
    addresses: dict[Asked, str | None] = {}
    seats = [(run, seat, llm) for run in runs for seat, llm in run.seats.items()]
    for run, seat, llm in sorted(seats, key=lambda asked: -asked[2].provider.calls_at_once):
        if _asked(llm) not in addresses:
            others: dict[str, Llm] = {other: _nobody(played) for other, played in run.seats.items() if other != seat}
            alone = servers.enter_context(serving(run.model_copy(update=others)))
            addresses[_asked(llm)] = alone.seats[seat].provider.api_base
    return [
        run.model_copy(update={seat: _at(llm, addresses[_asked(llm)]) for seat, llm in run.seats.items()})
        for run in runs
    ]


def _asked(llm: Llm) -> Asked:
    """What one server can do for several: the same model of the same kind of provider, where that is known."""
    return llm.name, llm.provider.route, llm.provider.api_base


def _nobody(llm: Llm) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"route": "offline"})})


def _at(llm: Llm, address: str | None) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"api_base": address})})
