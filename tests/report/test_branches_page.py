"""The page of episodes that were branched: the tree, the values, the way to the episode that a branch leaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import records
from support.browser import Watch, browser
from support.report_reader import Reader

from tautraj import report
from tautraj.config import BranchSource, Run
from tautraj.report.run_labels import describe_trials, label_runs
from tautraj.store import Store
from tautraj.trajectory import Parent, Trajectory


def make_episode(cell: str, name: str, reward: float, parent: Parent | None = None) -> Trajectory:
    """The agent speaks in turns 1, 3 and 5."""
    turns = [
        records.turn(index=index, seat="model" if index % 2 else "user", message=f"Word {index}.")
        for index in range(6)
    ]
    return records.trajectory(id=name, cell=cell, turns=turns, reward=reward, parent=parent)


@pytest.fixture(scope="module")
def page(run_of: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A failed episode with branches at two turns, one of them branched again; an episode that nobody branched."""
    folder = tmp_path_factory.mktemp("branched")
    run: Run = run_of("tracking=none", root=folder)
    config = run.model_dump(by_alias=True, mode="json")
    stores = [Store(f"{folder}/{cell}") for cell in ("own-0", "branches-0")]
    for store in stores:
        store.open(config, "")
    stores[0].write(make_episode("own-0", "5-t0-a", 0.0))
    stores[0].write(make_episode("own-0", "6-t0-b", 1.0))
    for turn, rewards in ((1, (1.0, 1.0)), (3, (1.0, 0.0)), (5, (0.0, 0.0))):
        for number, reward in enumerate(rewards):
            parent = Parent(run="own-0", episode="5-t0-a", turn=turn, attempt=number)
            stores[1].write(make_episode("branches-0", f"5-t0-b{turn}.{number}-c", reward, parent))
    again = Parent(run="branches-0", episode="5-t0-b3.0-c", turn=5, attempt=0)
    stores[1].write(make_episode("branches-0", "5-t0-b5.0-d", 1.0, again))
    report.write_page(stores, f"{folder}/page.html", title="Branched", conversations=100)
    return folder / "page.html"


def test_values_are_those_of_the_branches_on_the_page(page: Path) -> None:
    conversations = Reader(page).conversations
    lost = conversations["5-t0-a"]
    assert [value[:3] for value in lost["values"]] == [[1, 0.5, 2], [3, 0.0, 2], [5, 0.0, 1]]
    assert lost["loss"] == [3, 3]
    assert (conversations["6-t0-b"]["values"], conversations["6-t0-b"]["loss"]) == ([], None)
    assert conversations["5-t0-b3.0-c"]["values"][0][:3] == [3, 1.0, 1]
    rows = {row["id"]: row for row in Reader(page).rows}
    assert rows["5-t0-b3.1-c"]["parent"] == ["own-0", "5-t0-a", 3, 1]
    assert (rows["5-t0-a"]["parent"], rows["5-t0-a"]["cell"]) == (None, "own-0")


def test_runs_of_branches_are_called_so(run_of: Any) -> None:
    run: Run = run_of()
    source = BranchSource(run="outputs/default/x-0", at="before_each_write", tries=4, episodes=None)
    branches = run.model_copy(update={"branch": source})
    assert label_runs([run, branches]).names == ["whole", "branches"]
    assert label_runs([run, run]).shared == "agent oracle, customer scripted, tasks tau2 retail test"
    assert describe_trials(branches) == "4 tries at before_each_write of x-0"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_the_tree_leads_to_every_branch_and_back(chromium: Any, page: Path) -> None:
    tab = chromium.new_page()
    watch = Watch(tab)
    tab.goto(f"file://{page}")
    tree = tab.locator("#branches .tree > li")
    assert tree.count() == 1
    tree.locator("summary").first.click()
    lines = [" ".join(line.split()) for line in tree.locator("details > ul > li").all_inner_texts()]
    assert [line.partition("turn ")[2][0] for line in lines] == ["1", "3", "5"]
    assert ["2/2" in lines[0], "1/2" in lines[1], "0/2" in lines[2]] == [True] * 3
    tree.locator("a.status").nth(3).click()
    tab.wait_for_selector("#conversation:not([hidden])")
    assert "from turn 3, try 1" in tab.inner_text("#conversation aside")
    tab.click("#conversation aside a:has-text('5-t0-a')")
    tab.wait_for_selector("text=Lost at turn 3.")
    assert tab.locator("#conversation aside svg rect.fill-line").count() == 3
    assert watch.seen == []
