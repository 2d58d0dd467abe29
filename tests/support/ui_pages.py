"""The pages that people look at, opened as they open them: each function waits until there is something to see.

For the browser test and for the screenshots of `tools/`. Not here: the browser (`browser`), the report's own test.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from support.cli import REPO

PATIENCE = 60_000
"""Milliseconds until a page shows what it is about; both UIs load megabytes first."""


class Shown(NamedTuple):
    """Where both servers are."""

    prefect: str
    mlflow: str


@contextmanager
def both_uis(folder: Path, env: dict[str, str]) -> Iterator[Shown]:
    """`make ui` over `folder`/outputs, at the ports that `env` names, until the end of the block."""
    with (folder / "ui.log").open("w") as log:
        ui = [sys.executable, str(REPO / "flows" / "ui.py")]
        process = subprocess.Popen(ui, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 240
        while "Ctrl-C stops both" not in (folder / "ui.log").read_text():
            assert process.poll() is None and time.monotonic() < until, (folder / "ui.log").read_text()
            time.sleep(0.3)
        yield Shown(f"http://127.0.0.1:{env['PREFECT_PORT']}", f"http://127.0.0.1:{env['MLFLOW_PORT']}")
    finally:
        process.terminate()
        process.wait(timeout=60)


def flow_run(page: Any, said: str) -> None:
    """The page of a run in Prefect's UI, by the link that the run said."""
    [link] = set(re.findall(r"Prefect: (http\S+/runs/flow-run/\S+)", said))
    page.goto(link)
    page.get_by_text(re.compile(r"\d+ Task runs?")).first.wait_for(timeout=PATIENCE)


def cells(page: Any, mlflow: str, experiment: str) -> None:
    """The runs of an experiment side by side, by the link in its description."""
    page.goto(f"{mlflow}/#/experiments/{experiment}/runs")
    link = page.get_by_role("link", name="Compare the cells").first  # which opens another tab
    place = f"{mlflow}/{link.get_attribute('href', timeout=PATIENCE)}"
    page.goto("about:blank")  # else only what is behind the # would be another, and nothing is loaded
    page.goto(place)
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=PATIENCE)


def trace(page: Any, mlflow: str, experiment: str, trace_id: str) -> None:
    """One conversation."""
    page.goto(f"{mlflow}/#/experiments/{experiment}/traces?selectedEvaluationId={trace_id}")
    page.get_by_text("Inputs / Outputs").first.wait_for(timeout=PATIENCE)
