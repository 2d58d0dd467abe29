"""What is asked of Prefect beside running tasks: a lease of a provider's capacity, artifacts, links.

Views and leases only: nothing is read back from Prefect's database that a result depends on, and a server that goes
away in mid-run ends nothing.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.settings import PREFECT_UI_URL

from tautraj.config import Run
from tautraj.config.identity import identify_cell
from tautraj.errors import TrackingError, boundary
from tautraj.metrics import Metrics
from tautraj.orchestration.prefect_server import check_health, describe_server, shared_server
from tautraj.redaction import redact_credentials
from tautraj.report.terminal.console import say
from tautraj.report.terminal.progress_bar import format_progress
from tautraj.report.terminal.tables import summary_rows
from tautraj.runs.scheduler import CellScheduler, Watcher

TRAILING_URL = re.compile(r"https?://\S+$")


def flow_run_link(flow_run_id: UUID | str) -> str | None:
    """The page of this very flow run; None without a shared server, whose UI there is none of."""
    api = shared_server()
    if api is None:
        return None
    ui = PREFECT_UI_URL.value() or api.removesuffix("/").removesuffix("/api")
    return f"{redact_credentials(ui).rstrip('/')}/runs/flow-run/{flow_run_id}"


def flow_run_tags(runs: Sequence[Run]) -> list[str]:
    """The tags of a flow run: its cells, and what they have in common or not, as `provider:openai`."""
    found = {f"{seat}:{llm.name}" for run in runs for seat, llm in run.seats.items()}
    found |= {f"provider:{llm.provider.name}" for run in runs for llm in run.seats.values()}
    found |= {label for run in runs for label in (f"domain:{run.domain.name}", f"split:{run.split.name}")}
    return [*sorted({identify_cell(run).name for run in runs}), *sorted(found)]


def make_progress_publisher(title: str) -> Watcher:
    """A progress artifact of this flow run, renewed with every call. A server gone away is said once, and missed."""
    artifact: UUID | None = None
    away = False

    def show(scheduler: CellScheduler) -> None:
        nonlocal artifact
        percent, text = 100.0 * scheduler.done / max(1, scheduler.total), format_progress(scheduler)
        check_health(1)
        if artifact is None:
            made = create_progress_artifact(percent, key=slugify(f"progress-{title}"), description=text)
            artifact = made if isinstance(made, UUID) else None
        else:
            update_progress_artifact(artifact, percent, description=text)

    def watch(scheduler: CellScheduler) -> None:
        nonlocal away
        try:
            with boundary(TrackingError, f"Prefect at {describe_server()}"):
                show(scheduler)
        except TrackingError as error:
            if not away:
                say(f"{error}. The run goes on; its directory has everything.")
            away = True
        else:
            if away:
                say(f"Prefect at {describe_server()} is back.")
            away = False

    return watch


def publish_summary(title: str, numbers: Metrics) -> None:
    """The closing table of a run, in the UI, if the server is there."""
    publish_table(title, [{"what": what, "value": value} for what, value in summary_rows(numbers)])


def publish_table(title: str, rows: list[dict[str, Any]]) -> None:
    """A table at the end of this flow run, likewise."""
    with suppress(TrackingError), boundary(TrackingError, "the closing table"):
        check_health(1)
        create_table_artifact(rows, key=slugify(f"summary-{title}"), description="the numbers at its end")


def publish_links(title: str, links: Mapping[str, str]) -> None:
    """Where to look closer, at the end of this flow run, likewise. `look`: what is there -> link, path or command."""
    lines = [f"- {what}: {_to_markdown(redact_credentials(place))}" for what, place in links.items()]
    with suppress(TrackingError), boundary(TrackingError, "the links"):
        check_health(1)
        create_markdown_artifact("\n".join(lines), key=slugify(f"links-{title}"), description="where to look closer")


def _to_markdown(target: str) -> str:
    """In Markdown: an address to be followed, a path or a command to be copied."""
    if found := TRAILING_URL.search(target):
        return f"{target[: found.start()]}[{found[0]}](<{found[0]}>)"
    return f"`{target}`"


def slugify(name: str) -> str:
    """Prefect's artifact keys: lower-case letters, digits, dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:180]
