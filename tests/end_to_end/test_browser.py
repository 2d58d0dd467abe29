"""A sweep without keys, watched as a person watches it: Prefect's UI, MLflow's UI, the report, in a browser.

Slow, for two servers and a sweep. What both are given: `test_generate`, `test_sweep`; the report in a browser:
`test_report_browser`.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from support import ui_pages
from support.browser import browser
from support.cli import by_the_door
from support.sockets import free_ports

pytestmark = pytest.mark.slow
GRID = ["grid.model=[rehearsed,rehearsed_forgetful]", "user=rehearsed", "user_strategy=react"]
SWEEP = [*GRID, "tasks.limit=3", "trials=2", "tracking.traces=all"]
EPISODES = 12


class Swept(NamedTuple):
    at: ui_pages.Shown
    said: str
    folder: Path
    """Of the sweep."""
    database: str
    """MLflow's, as its clients name it."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def swept(
    chromium: Any, prefect_home: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Swept]:
    """Asks for the browser first: without one nothing is played."""
    folder = tmp_path_factory.mktemp("uis")
    prefect, mlflow = free_ports()
    home = prefect_home(folder / "prefect")
    env = {**os.environ, "PREFECT_HOME": home, "PREFECT_PORT": prefect, "MLFLOW_PORT": mlflow}
    with ui_pages.both_uis(folder, env) as at:
        done = by_the_door("sweep", *SWEEP, cwd=folder, env=env)
        assert done.code == 0, done.err
        [directory] = folder.glob("outputs/default/sweep-*")
        yield Swept(at, done.out + done.err, directory, f"sqlite:///{folder}/outputs/mlflow.db")


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1600, "height": 1000})
    yield context.new_page()
    context.close()


def test_prefect_shows_the_flow_run_with_its_episodes(swept: Swept, page: Any) -> None:
    ui_pages.flow_run(page, swept.said)
    page.get_by_text(f"sweep-default-{swept.folder.name.removeprefix('sweep-')}").first.wait_for()
    page.get_by_text("Completed").first.wait_for()
    page.get_by_text(f"{EPISODES} Task runs").first.wait_for()
    page.get_by_text("model:rehearsed_forgetful").first.wait_for()
    page.get_by_text("Task Runs", exact=True).first.click()
    page.get_by_text(re.compile(r"model=rehearsed_forgetful.*trial 1")).first.wait_for()
    page.get_by_text("Artifacts", exact=True).first.click()
    page.get_by_text(re.compile("progress", re.IGNORECASE)).first.wait_for()


def test_the_pages_of_both_servers_ask_no_other_host(swept: Swept, page: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(swept.at.prefect)
    page.get_by_text("Deployments", exact=True).first.wait_for()
    page.wait_for_timeout(3000)  # until they would have asked
    ui_pages.cells(page, swept.at.mlflow, "1")
    assert len(asked) > 20
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:"))] == []


def test_mlflow_compares_the_cells(swept: Swept, page: Any) -> None:
    ui_pages.cells(page, swept.at.mlflow, "1")
    for name in ("rehearsed-tool_calling__", "rehearsed_forgetful-tool_calling__", "success_rate", "pass_hat_k"):
        page.get_by_text(name).first.wait_for()
    page.get_by_text("3 matching runs").wait_for()  # two cells and their parent
    lines = page.locator(".js-plotly-plot").filter(has_text="Step").first  # over k
    assert lines.locator(".scatterlayer .trace").count() >= 2


def test_a_trace_opens_as_a_conversation(swept: Swept, page: Any) -> None:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=swept.database)
    [first, *_] = client.search_traces(locations=["1"], filter_string="tags.success = 'false'")
    ui_pages.trace(page, swept.at.mlflow, "1", first.info.trace_id)
    page.get_by_text("Hi! How can I help you today?").first.wait_for()
    page.get_by_text("agent: find_user_id_by").first.wait_for()
    page.get_by_text("User", exact=True).first.wait_for()


def test_the_report_filters_to_failures_and_opens_one(swept: Swept, page: Any) -> None:
    page.goto(f"file://{swept.folder}/report.html")
    page.get_by_role("button", name=re.compile("^Failed")).click()
    shown = page.locator("#table tbody tr:visible")
    assert 0 < shown.count() < EPISODES
    shown.first.click()
    page.get_by_text("Why it failed").first.wait_for()
    page.get_by_text("never written").first.wait_for()
