"""Makes the screenshots of docs/viewing-runs.md: `python tools/screenshots.py`, with Debian's Chromium.

Plays a sweep without keys under `make ui`, in a temporary folder and on free ports, and opens the pages as the
browser tests do. Keep each picture under 200 KB, because every clone downloads it.
"""

import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from PIL import Image

REPO = Path(__file__).parents[1]
sys.path[:0] = [str(REPO / "src"), str(REPO / "tests")]

from support import ui_pages  # noqa: E402
from support.browser import browser  # noqa: E402
from support.sockets import free_ports  # noqa: E402

COLOURS = 256
SOME_DONE = re.compile(r"\b([3-9]\d|1\d\d) of \d+ done")
"""Of the progress artifact: some episodes have finished, and others are under way."""
SIZE = {"width": 1500, "height": 1000}
SWEEP = ["grid.model=[rehearsed,rehearsed_forgetful]", "grid.agent=[tool_calling,planning]", "user=rehearsed"]
SWEEP += ["user_strategy=react", "tasks.limit=12", "trials=6"]


def save_screenshot(page: Any, name: str) -> None:
    """Save the page as it is, reduced to `COLOURS` colours, under docs/images."""
    path = REPO / "docs" / "images" / f"{name}.png"
    page.screenshot(path=path)
    picture = Image.open(path).convert("RGB")
    picture.quantize(COLOURS, kmeans=3, dither=Image.Dither.NONE).save(path, optimize=True)  # keeps greys grey
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} KB")


def close_promotions(page: Any) -> None:
    """Close MLflow's pop-ups about its own features."""
    page.wait_for_timeout(1500)
    for name in ("Got it", "Close"):
        button = page.get_by_role("button", name=name, exact=True)
        if button.count():
            button.first.click()
    page.wait_for_timeout(1500)


def take_screenshots(page: Any, uis: ui_pages.Shown, folder: Path, sweep: "subprocess.Popen[str]") -> None:
    """One picture of the running sweep in Prefect, the rest after it ended."""
    assert sweep.stderr is not None
    output = ""
    while "/runs/flow-run/" not in output:
        output += sweep.stderr.readline()
    reader = threading.Thread(target=sweep.communicate)
    reader.start()
    while not page.get_by_text(SOME_DONE).count() and reader.is_alive():
        ui_pages.flow_run(page, output)
        page.get_by_text("Artifacts", exact=True).first.click()
        page.wait_for_timeout(4000)  # until the graph has come to rest
    save_screenshot(page, "prefect")
    reader.join()
    ui_pages.cells(page, uis.mlflow, "1")
    close_promotions(page)
    save_screenshot(page, "mlflow")
    ui_pages.trace(page, uis.mlflow, "1", find_failed_trace(folder))
    close_promotions(page)
    save_screenshot(page, "trace")
    [directory] = folder.glob("outputs/default/sweep-*")
    page.goto(f"file://{directory}/report.html")
    save_screenshot(page, "report")
    page.get_by_role("button", name=re.compile("^Failed")).click()
    page.locator("#table tbody tr:visible").first.click()
    page.wait_for_timeout(500)
    save_screenshot(page, "conversation")


def find_failed_trace(folder: Path) -> str:
    """Id of the trace of an episode that failed."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder}/outputs/mlflow.db")
    [trace, *_] = client.search_traces(locations=["1"], filter_string="tags.success = 'false'")
    return str(trace.info.trace_id)


def main() -> None:
    prefect, mlflow = free_ports()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = {**os.environ, "PREFECT_HOME": f"{folder}/prefect", "PREFECT_PORT": prefect, "MLFLOW_PORT": mlflow}
        env["PYTHONPATH"] = str(REPO / "src")  # pictures of this clone, whichever one the environment has installed
        command = [sys.executable, str(REPO / "flows" / "sweep.py"), *SWEEP]
        with ui_pages.both_uis(folder, env) as uis, browser() as chromium:
            page = chromium.new_page(viewport=SIZE)
            pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
            with subprocess.Popen(command, cwd=folder, env=env, **pipes) as sweep:
                take_screenshots(page, uis, folder, sweep)


if __name__ == "__main__":
    main()
