"""What a flow run shows in Prefect: artifacts (progress, closing table, links), tags and address.

They are written and never read back: no result depends on Prefect's database, and a server that goes away in mid-run
ends nothing. Not here: leases of a provider's capacity (`orchestration.leases`).
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
from tautraj.orchestration.prefect_server import check_health, describe_server, find_shared_server
from tautraj.redaction import redact_credentials
from tautraj.report.terminal.console import say
from tautraj.report.terminal.progress_bar import format_progress
from tautraj.report.terminal.tables import summary_rows
from tautraj.runs.scheduler import CellScheduler, Watcher

TRAILING_URL = re.compile(r"https?://\S+$")


def flow_run_link(flow_run_id: UUID | str) -> str | None:
    """Address of the flow run's page in Prefect's UI; None without a shared server: an embedded one has no UI."""
    api = find_shared_server()
    if api is None:
        return None
    ui = PREFECT_UI_URL.value() or api.removesuffix("/").removesuffix("/api")
    return f"{redact_credentials(ui).rstrip('/')}/runs/flow-run/{flow_run_id}"


def flow_run_tags(runs: Sequence[Run]) -> list[str]:
    """Tags of a flow run: names of its cells, and their llms, providers, domains and splits as `provider:openai`."""
    settings = {f"{seat}:{llm.name}" for run in runs for seat, llm in run.seats.items()}
    settings |= {f"provider:{llm.provider.name}" for run in runs for llm in run.seats.values()}
    settings |= {label for run in runs for label in (f"domain:{run.domain.name}", f"split:{run.split.name}")}
    return [*sorted({identify_cell(run).name for run in runs}), *sorted(settings)]


def make_progress_publisher(title: str) -> Watcher:
    """A watcher that writes and updates the flow run's progress artifact.

    While the server does not answer, nothing is written; its loss and its return are printed once each.
    """
    artifact: UUID | None = None
    away = False

    def publish(scheduler: CellScheduler) -> None:
        nonlocal artifact
        percent, text = 100.0 * scheduler.done / max(1, scheduler.total), format_progress(scheduler)
        check_health(1)
        if artifact is None:
            created = create_progress_artifact(percent, key=slugify(f"progress-{title}"), description=text)
            artifact = created if isinstance(created, UUID) else None
        else:
            update_progress_artifact(artifact, percent, description=text)

    def watch(scheduler: CellScheduler) -> None:
        nonlocal away
        try:
            with boundary(TrackingError, f"Prefect at {describe_server()}"):
                publish(scheduler)
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
    """Write a run's closing table as an artifact. A server that does not answer is ignored."""
    publish_table(title, [{"what": name, "value": value} for name, value in summary_rows(numbers)])


def publish_table(title: str, rows: list[dict[str, Any]]) -> None:
    """Write a table artifact, one dict a row. A server that does not answer is ignored."""
    with suppress(TrackingError), boundary(TrackingError, "the closing table"):
        check_health(1)
        create_table_artifact(rows, key=slugify(f"summary-{title}"), description="the numbers at its end")


def publish_links(title: str, links: Mapping[str, str]) -> None:
    """Write `links` (name -> address, path or command) as an artifact. A server that does not answer is ignored."""
    lines = [f"- {name}: {_to_markdown(redact_credentials(target))}" for name, target in links.items()]
    with suppress(TrackingError), boundary(TrackingError, "the links"):
        check_health(1)
        create_markdown_artifact("\n".join(lines), key=slugify(f"links-{title}"), description="where to look closer")


def _to_markdown(target: str) -> str:
    """A link in Markdown where `target` ends with a URL; else code, to be copied."""
    if url := TRAILING_URL.search(target):
        return f"{target[: url.start()]}[{url[0]}](<{url[0]}>)"
    return f"`{target}`"


def slugify(name: str) -> str:
    """`name` as an artifact key of Prefect: lower-case letters, digits and dashes, at most 180 characters."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:180]
