"""Leases of a provider's capacity from a Prefect server: one per provider and run, never one per call."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from prefect import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound

from tautraj.config import Llm, Provider, Run
from tautraj.errors import TrackingError, boundary
from tautraj.orchestration.artifacts import slugify
from tautraj.orchestration.prefect_server import find_shared_server


@contextmanager
def lease_capacity(runs: Sequence[Run], notify: Callable[[str], None]) -> Iterator[list[Run]]:
    """Lease the capacity of the runs' providers for the length of the block, and yield the runs limited to it.

    On a shared server every provider has a global concurrency limit `tautraj-<provider>`, created with
    `calls_at_once` and adjustable in the UI; a flow leases as much of it as its workers can use. Without a shared
    server the runs are yielded unchanged. Raises `TrackingError`.
    """
    if find_shared_server() is None:
        yield list(runs)
        return
    llms = [llm for run in runs for llm in run.seats.values() if not llm.is_offline]
    providers = {llm.provider.name: llm.provider for llm in llms}
    workers = max((run.runner.workers for run in runs), default=0)
    granted: dict[str, int] = {}
    with ExitStack() as leases:
        for name, provider in providers.items():
            limit_name, limit = _ensure_global_limit(provider)
            granted[name] = min(limit, provider.calls_at_once, workers)
            notify(f"Leasing {granted[name]} of {limit} calls at once from the Prefect limit {limit_name}.")
            leases.enter_context(_lease_slots(limit_name, granted[name]))
        seats: list[dict[str, Llm]] = [
            {seat: _cap_calls_at_once(llm, granted) for seat, llm in run.seats.items()} for run in runs
        ]
        yield [run.model_copy(update=capped) for run, capped in zip(runs, seats, strict=True)]


@contextmanager
def _lease_slots(limit: str, slots: int) -> Iterator[None]:
    """Occupy slots of a limit for the length of the block. They expire by themselves if the server goes away."""
    logging.getLogger("prefect.concurrency").setLevel(logging.CRITICAL)  # it logs pages about a failed renewal
    lease = concurrency(limit, occupy=slots, strict=True, raise_on_lease_renewal_failure=False)
    with boundary(TrackingError, f"leasing from the Prefect limit {limit}"):
        lease.__enter__()
    try:
        yield
    finally:
        with suppress(TrackingError), boundary(TrackingError, "releasing the lease"):
            lease.__exit__(None, None, None)


def _ensure_global_limit(provider: Provider) -> tuple[str, int]:
    """Name and size of the provider's limit, created if it does not exist; a size set in the UI stays."""
    name = slugify(f"tautraj-{provider.name}")
    with get_client(sync_client=True) as client:
        try:
            return name, client.read_global_concurrency_limit_by_name(name).limit
        except ObjectNotFound:
            client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=provider.calls_at_once, active=True)
            )
            return name, provider.calls_at_once


def _cap_calls_at_once(llm: Llm, granted: dict[str, int]) -> Llm:
    if llm.provider.name not in granted:
        return llm
    return llm.model_copy(
        update={"provider": llm.provider.model_copy(update={"calls_at_once": granted[llm.provider.name]})}
    )
