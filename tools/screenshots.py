"""The pictures of docs/viewing-runs.md: `python tools/screenshots.py`, with Debian's Chromium.

Plays a sweep without keys under `make ui` in a folder of its own, at free ports, and looks at it as the browser test
does. A picture that has no more than 200 KB is one that a clone can carry.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

REPO = Path(__file__).parents[1]
sys.path[:0] = [str(REPO / "src"), str(REPO / "tests")]

from support import ui_pages  # noqa: E402
from support.browser import browser  # noqa: E402
from support.sockets import free_ports  # noqa: E402

COLOURS = 128
SIZE = {"width": 1500, "height": 1000}
SWEEP = ["grid.model=[rehearsed,rehearsed_forgetful]", "grid.agent=[tool_calling,planning]", "user=rehearsed"]
SWEEP += ["user_strategy=react", "tasks.limit=12", "trials=3"]


def kept(page: Any, name: str) -> None:
    """The page as it is now, in few colours."""
    path = REPO / "docs" / "images" / f"{name}.png"
    page.screenshot(path=path)
    Image.open(path).quantize(COLOURS).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB")


def without_offers(page: Any) -> None:
    """What MLflow's pages say of themselves, out of the way."""
    page.wait_for_timeout(1500)
    for name in ("Got it", "Close"):
        button = page.get_by_role("button", name=name, exact=True)
        if button.count():
            button.first.click()
    page.wait_for_timeout(1500)


def look(page: Any, at: ui_pages.Shown, folder: Path, sweep: "subprocess.Popen[str]") -> None:
    assert sweep.stderr is not None
    said = ""
    while "/runs/flow-run/" not in said:
        said += sweep.stderr.readline()
    time.sleep(6)  # some are over, others under way
    ui_pages.flow_run(page, said)
    page.get_by_text("Artifacts", exact=True).first.click()
    page.wait_for_timeout(2500)
    kept(page, "prefect")
    sweep.communicate()
    ui_pages.cells(page, at.mlflow, "1")
    without_offers(page)
    kept(page, "mlflow")
    ui_pages.trace(page, at.mlflow, "1", failure(folder))
    without_offers(page)
    kept(page, "trace")
    [directory] = folder.glob("outputs/default/sweep-*")
    page.goto(f"file://{directory}/report.html")
    kept(page, "report")
    page.get_by_role("button", name=re.compile("^Failed")).click()
    page.locator("#table tbody tr:visible").first.click()
    page.wait_for_timeout(500)
    kept(page, "conversation")


def failure(folder: Path) -> str:
    """The trace of one."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/outputs/mlflow.db")
    [first, *_] = client.search_traces(locations=["1"], filter_string="tags.success = 'false'")
    return str(first.info.trace_id)


def main() -> None:
    prefect, mlflow = free_ports()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, "PREFECT_HOME": f"{folder}/prefect", "PREFECT_PORT": prefect, "MLFLOW_PORT": mlflow}
        command = [sys.executable, str(REPO / "flows" / "sweep.py"), *SWEEP]
        with ui_pages.both_uis(folder, env) as at, browser() as chromium:
            page = chromium.new_page(viewport=SIZE)
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
            with subprocess.Popen(command, cwd=folder, env=env, **quiet) as sweep:
                look(page, at, folder, sweep)


if __name__ == "__main__":
    main()
