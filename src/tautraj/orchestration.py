"""What is asked of Prefect beside running tasks: a lease of a provider's capacity, artifacts, links.

Views and leases only: nothing is read back from Prefect's database that a result depends on, and a server that goes
away in mid-run ends nothing.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_UI_URL

from tautraj.config import Llm, Provider, Run
from tautraj.errors import TrackingError, boundary
from tautraj.grid import cell
from tautraj.keys import without_credentials
from tautraj.metrics import Metrics
from tautraj.server import check_answers, shared_server, where
from tautraj.terminal import line, say, summary_rows
from tautraj.together import Together, Watcher

ADDRESS = re.compile(r"https?://\S+$")


def flow_run_link(flow_run_id: UUID | str) -> str | None:
    """The page of this very flow run; None without a shared server, whose UI there is none of."""
    api = shared_server()
    if api is None:
        return None
    ui = PREFECT_UI_URL.value() or api.removesuffix("/").removesuffix("/api")
    return f"{without_credentials(ui).rstrip('/')}/runs/flow-run/{flow_run_id}"


def labels(runs: Sequence[Run]) -> list[str]:
    """The tags of a flow run: its cells, and what they have in common or not, as `provider:openai`."""
    found = {f"{seat}:{llm.name}" for run in runs for seat, llm in run.seats.items()}
    found |= {f"provider:{llm.provider.name}" for run in runs for llm in run.seats.values()}
    found |= {label for run in runs for label in (f"domain:{run.domain.name}", f"split:{run.split.name}")}
    return [*sorted({cell(run).name for run in runs}), *sorted(found)]


@contextmanager
def leased(runs: Sequence[Run], say: Callable[[str], None]) -> Iterator[list[Run]]:
    """The runs with the capacity of their providers leased for their whole length, once per provider.

    On a shared server every provider has a global concurrency limit `tautraj-<provider>`, made with `calls_at_once`
    and adjustable in the UI; runs of one flow take as much as they can use and keep to it.
    """
    if shared_server() is None:
        yield list(runs)
        return
    llms = [llm for run in runs for llm in run.seats.values() if not llm.offline]
    providers = {llm.provider.name: llm.provider for llm in llms}
    workers = max((run.runner.workers for run in runs), default=0)
    granted: dict[str, int] = {}
    with ExitStack() as leases:
        for name, provider in providers.items():
            limit_name, limit = _global_limit(provider)
            granted[name] = min(limit, provider.calls_at_once, workers)
            say(f"Leasing {granted[name]} of {limit} calls at once from the Prefect limit {limit_name}.")
            leases.enter_context(_lease(limit_name, granted[name]))
        seats: list[dict[str, Llm]] = [
            {seat: _keeping_to(llm, granted) for seat, llm in run.seats.items()} for run in runs
        ]
        yield [run.model_copy(update=kept) for run, kept in zip(runs, seats, strict=True)]


def forget_results() -> None:
    """Of this flow run's tasks, so far. Prefect keeps their states by the results, to see what depends on what."""
    if context := FlowRunContext.get():
        context.run_results.clear()


def progress_artifact(name: str) -> Watcher:
    """A progress artifact of this flow run, renewed with every call. A server gone away is said once, and missed."""
    artifact: UUID | None = None
    away = False

    def show(together: Together) -> None:
        nonlocal artifact
        percent, text = 100.0 * together.done / max(1, together.total), line(together)
        check_answers(1)
        if artifact is None:
            made = create_progress_artifact(percent, key=_key(f"progress-{name}"), description=text)
            artifact = made if isinstance(made, UUID) else None
        else:
            update_progress_artifact(artifact, percent, description=text)

    def watch(together: Together) -> None:
        nonlocal away
        try:
            with boundary(TrackingError, f"Prefect at {where()}"):
                show(together)
        except TrackingError as error:
            if not away:
                say(f"{error}. The run goes on; its directory has everything.")
            away = True
        else:
            if away:
                say(f"Prefect at {where()} is back.")
            away = False

    return watch


def summary_artifact(name: str, numbers: Metrics) -> None:
    """The closing table of a run, in the UI, if the server is there."""
    table_artifact(name, [{"what": what, "value": value} for what, value in summary_rows(numbers)])


def table_artifact(name: str, rows: list[dict[str, Any]]) -> None:
    """A table at the end of this flow run, likewise."""
    with suppress(TrackingError), boundary(TrackingError, "the closing table"):
        check_answers(1)
        create_table_artifact(rows, key=_key(f"summary-{name}"), description="the numbers at its end")


def links_artifact(name: str, look: Mapping[str, str]) -> None:
    """Where to look closer, at the end of this flow run, likewise. `look`: what is there -> link, path or command."""
    lines = [f"- {what}: {_shown(without_credentials(place))}" for what, place in look.items()]
    with suppress(TrackingError), boundary(TrackingError, "the links"):
        check_answers(1)
        create_markdown_artifact("\n".join(lines), key=_key(f"links-{name}"), description="where to look closer")


@contextmanager
def _lease(limit: str, slots: int) -> Iterator[None]:
    """Slots of a limit for the length of the block. They run out by themselves if the server goes away before."""
    logging.getLogger("prefect.concurrency").setLevel(logging.CRITICAL)  # pages about a renewal that failed
    lease = concurrency(limit, occupy=slots, strict=True, raise_on_lease_renewal_failure=False)
    with boundary(TrackingError, f"leasing from the Prefect limit {limit}"):
        lease.__enter__()
    try:
        yield
    finally:
        with suppress(TrackingError), boundary(TrackingError, "giving the lease back"):
            lease.__exit__(None, None, None)


def _global_limit(provider: Provider) -> tuple[str, int]:
    """Name and size of the provider's limit, made if it is not there; a size set in the UI stays."""
    name = _key(f"tautraj-{provider.name}")
    with get_client(sync_client=True) as client:
        try:
            return name, client.read_global_concurrency_limit_by_name(name).limit
        except ObjectNotFound:
            client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=name, limit=provider.calls_at_once, active=True)
            )
            return name, provider.calls_at_once


def _keeping_to(llm: Llm, granted: dict[str, int]) -> Llm:
    if llm.provider.name not in granted:
        return llm
    return llm.model_copy(
        update={"provider": llm.provider.model_copy(update={"calls_at_once": granted[llm.provider.name]})}
    )


def _shown(place: str) -> str:
    """In Markdown: an address to be followed, a path or a command to be copied."""
    if found := ADDRESS.search(place):
        return f"{place[: found.start()]}[{found[0]}](<{found[0]}>)"
    return f"`{place}`"


def _key(name: str) -> str:
    """Prefect's artifact keys: lower-case letters, digits, dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:180]
