"""The page of a run as a person uses it, in a browser: filters, opens, reads, moves by keyboard, prints.

What is in it stands in `test_html`.
"""

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import records, sample_runs
from support.browser import Watch, browser

from tautraj import report
from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.store import Store
from tautraj.trajectory import Trajectory, Turn

pytestmark = pytest.mark.xdist_group("browser")  # one browser for all of them
MANY = 2000
CLOSED = "() => !document.getElementById('overview').hidden"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def retail(chromium: Any, run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Asks for the browser first: without one nothing is played."""
    run = run_of("split=test", "tasks.limit=12", "trials=2", "tracking=none", root=tmp_path_factory.mktemp("browser"))
    store = sample_runs.played(run)
    sample_runs.varied(store, run)
    report.write_run_report(store, 2000)
    return store


@pytest.fixture
def opened(chromium: Any) -> Iterator[Callable[..., Any]]:
    """A page that fails the test if it does what it must not."""
    contexts, watches = [], []

    def visit(path: Path, fragment: str = "", **settings: Any) -> Any:
        contexts.append(chromium.new_context(**settings))
        page = contexts[-1].new_page()
        watches.append(Watch(page))
        page.goto(f"file://{path}{fragment}")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert [what for watch in watches for what in watch.seen] == []


def failed(store: Store) -> list[str]:
    return [one.id for one in store.read_episodes() if one.reward == 0.0]


def search(page: Any, words: str) -> list[str]:
    """Ids of the episodes that are left once the conversations were read."""
    page.locator("#search").fill(words)
    page.wait_for_function("() => !document.querySelector('.counter').textContent.includes('being read')")
    return page.locator("#table tbody a").evaluate_all("links => links.map(link => link.title)")  # type: ignore[no-any-return]


def test_failures_are_found_opened_and_explained(retail: Store, opened: Callable[..., Any]) -> None:
    page = opened(sample_runs.page_of(retail))
    page.get_by_role("button", name="Failed").click()
    rows = page.locator("#table tbody tr")
    assert rows.count() == len(failed(retail))
    assert page.locator(".counter").inner_text() == f"{len(failed(retail))} of {len(retail.list_ids())} episodes"
    assert set(page.locator("#table .status").all_inner_texts()) == {"✗ failed"}
    rows.first.click()
    talk = page.locator("#conversation")
    talk.locator(".why").wait_for()
    assert page.url.rpartition("#")[2] in failed(retail)
    assert "never written" in talk.inner_text()
    assert talk.locator(".difference tbody tr").count() >= 1
    assert talk.locator(".turn.user").count() >= 1
    assert talk.locator(".bubble").first.is_visible()


@pytest.mark.slow
def test_a_link_opens_one_conversation_with_everything_in_it(retail: Store, opened: Callable[..., Any]) -> None:
    one = next(one for one in retail.read_episodes() if any(turn.kind == "plan" for turn in one.turns))
    page = opened(sample_runs.page_of(retail), f"#{one.id}")
    talk = page.locator("#conversation")
    talk.locator(".chat").wait_for()
    assert talk.locator(".turn").count() == len(one.turns)
    plan = talk.locator("details.plan").first
    assert not plan.locator(".text").is_visible()
    plan.locator("summary").click()
    assert plan.locator(".text").inner_text() == sample_runs.PLAN
    talk.get_by_text("What the agent was told").click()
    policy = talk.locator("details.prompt[open] .code").first
    policy.wait_for()
    assert policy.inner_text().startswith(one.system_prompt.lstrip()[:40])
    assert "there is no tool get_order" in talk.locator(".is-mistake").first.inner_text()


@pytest.mark.slow
def test_by_keyboard_alone(retail: Store, opened: Callable[..., Any]) -> None:
    page = opened(sample_runs.page_of(retail))
    keys = page.locator("#table tbody a").evaluate_all(
        "links => links.map(link => link.getAttribute('href').slice(1))"
    )
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.locator("#conversation .chat").wait_for()
    assert page.url.endswith(f"#{keys[0]}")
    page.keyboard.press("j")
    page.wait_for_url(f"**#{keys[1]}")
    page.keyboard.press("k")
    page.wait_for_url(f"**#{keys[0]}")
    page.keyboard.press("Escape")
    page.wait_for_function(CLOSED)
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#{keys[0]}"
    page.keyboard.press("/")
    page.keyboard.type("max seconds")
    ungraded = sum(one.reward is None for one in retail.read_episodes())
    assert page.locator("#table tbody tr").count() == ungraded
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator("#conversation .chat").wait_for()
    assert "– not graded" in page.locator("#conversation header").inner_text()


@pytest.mark.slow
def test_rows_are_sorted_by_what_is_pressed(retail: Store, opened: Callable[..., Any]) -> None:
    page = opened(sample_runs.page_of(retail))
    turns = "cells => cells.map(cell => Number(cell.textContent))"
    page.get_by_role("button", name="Turns").click()
    up = page.locator("td.is-turns").evaluate_all(turns)
    page.get_by_role("button", name="Turns").click()
    assert page.locator("td.is-turns").evaluate_all(turns) == sorted(up, reverse=True) != up == sorted(up)
    assert page.locator("th[aria-sort=descending]").inner_text().startswith("Turns")
    page.get_by_label("Any labels").select_option("recovered")
    assert page.locator("#table tbody tr").count() == sum(
        one.labels.recovered for one in retail.read_episodes() if one.labels is not None
    )


@pytest.mark.slow
@pytest.mark.parametrize("settings", [{"viewport": {"width": 390, "height": 844}}, {"color_scheme": "dark"}], ids=str)
def test_on_a_phone_and_in_the_dark(settings: dict[str, Any], retail: Store, opened: Callable[..., Any]) -> None:
    page = opened(sample_runs.page_of(retail), f"#{failed(retail)[0]}", **settings)
    page.locator("#conversation .why").wait_for()
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)
    page.keyboard.press("Escape")
    page.wait_for_function(CLOSED)
    assert page.evaluate(wide)
    light = "getComputedStyle(document.body).backgroundColor"
    assert (page.evaluate(light) == "rgb(255, 255, 255)") == ("color_scheme" not in settings)


@pytest.mark.slow
def test_a_conversation_is_printed_with_what_is_folded(
    retail: Store, opened: Callable[..., Any], tmp_path: Path
) -> None:
    page = opened(sample_runs.page_of(retail), f"#{failed(retail)[0]}")
    page.locator("#conversation .chat").wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".chat details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert not page.locator(".bar").is_visible()
    page.pdf(path=str(tmp_path / "page.pdf"))
    assert (tmp_path / "page.pdf").read_bytes()[:5] == b"%PDF-"


def test_hostile_text_does_nothing(
    chromium: Any, run_of: Callable[..., Run], opened: Callable[..., Any], tmp_path: Path
) -> None:
    run = run_of("domain=mock", "split=base", "tracking=none", root=tmp_path)
    store = Store(locate_run_directory(run))
    sample_runs.hostile(store, run)
    report.write_run_report(store, 10)
    page = opened(sample_runs.page_of(store))
    assert len(search(page, "aaaaaaaa")) == 1
    assert page.locator("mark").inner_text() == "aaaaaaaa"
    assert len(search(page, "onerror=alert('img')>")) == 1
    page.locator("#table tbody tr").click()
    page.locator("#conversation .chat").wait_for()
    page.get_by_role("button", name="Unfold all").click()
    for fold in page.locator("details.prompt").all():
        fold.locator("summary").click()
    assert "<img src=x onerror=alert('img')>" in page.locator("#conversation .bubble").first.inner_text()
    assert page.locator("#conversation img, #conversation script").count() == 0
    page.get_by_role("button", name="Show 250,000 more of 1,000,000 letters").click()
    assert len(page.locator(".turn.model .bubble .text").first.inner_text()) == 254_001
    page.wait_for_timeout(200)


LONG = 600_000
DEEP = "[" * 60_000 + "]" * 60_000
ODD_ID = "a b;touch x'$(y)"


def open_only(run: Run, opened: Callable[..., Any], trajectory: Trajectory, *, conversations: int = 10) -> Any:
    """The page of a run with one episode, which is opened; `conversations`: how many the page has."""
    store = Store(locate_run_directory(run))
    store.open(run.model_dump(by_alias=True, mode="json"), "")
    store.write(trajectory)
    report.write_run_report(store, conversations)
    page = opened(sample_runs.page_of(store))
    page.locator("#table tbody tr").click()
    return page


def open_hostile(run: Run, opened: Callable[..., Any], *turns: Turn) -> Any:
    page = open_only(run, opened, records.trajectory(turns=turns))
    page.locator("#conversation .chat").wait_for()
    return page


@pytest.fixture
def mock(chromium: Any, run_of: Callable[..., Run], tmp_path: Path) -> Run:
    return run_of("domain=mock", "split=base", "tracking=none", root=tmp_path)


@pytest.mark.slow
def test_json_nested_without_end_is_shown_as_it_is(mock: Run, opened: Callable[..., Any]) -> None:
    bad = {"id": "x", "name": "get", "arguments": {}, "raw": DEEP}
    page = open_hostile(
        mock, opened, records.turn(kind="mistake", message=None, tool_call=bad, observation=DEEP, error=True)
    )
    assert page.locator(".call .code").inner_text() == DEEP[:4000] + "…"


@pytest.mark.slow
def test_a_text_of_megabytes_is_shown_in_steps(mock: Run, opened: Callable[..., Any]) -> None:
    page = open_hostile(mock, opened, records.turn(message="a" * LONG))
    text = page.locator(".bubble .text")
    page.get_by_role("button", name="Show 250,000 more of 600,000 letters").click()
    assert len(text.inner_text()) == 254_001  # and an ellipsis
    page.get_by_role("button", name="Show 250,000 more").click()
    page.get_by_role("button", name="Show all 600,000 letters").click()
    assert len(text.inner_text()) == LONG


@pytest.mark.slow
def test_the_command_for_a_conversation_that_is_left_out_is_one_command(
    mock: Run, opened: Callable[..., Any]
) -> None:
    run = mock.model_copy(update={"root": f"{mock.root}/it's here"})
    page = open_only(run, opened, records.trajectory(id=ODD_ID), conversations=0)
    command = page.locator("#conversation code").inner_text()
    url = Store(locate_run_directory(run)).url
    assert shlex.split(command)[1:] == ["flows/show.py", f"run={url}", f"episode={ODD_ID}"]


@pytest.mark.slow
def test_two_thousand_episodes_open(
    chromium: Any, run_of: Callable[..., Run], opened: Callable[..., Any], tmp_path: Path
) -> None:
    run = run_of("split=test", "tasks.limit=8", "tracking=none", root=tmp_path)
    store = sample_runs.played(run)
    sample_runs.varied(store, run, copies=MANY - 8)
    report.write_run_report(store, MANY)
    page = opened(sample_runs.page_of(store))
    assert page.locator(".counter").inner_text() == "2,000 episodes"
    ready = page.evaluate("document.documentElement.dataset.ready")
    size = sample_runs.page_of(store).stat().st_size / 1e6
    began = time.monotonic()
    assert len(search(page, "water bottle")) > 0
    search_seconds = time.monotonic() - began
    print(f"2,000 episodes, {size:.1f} MB: usable after {ready} ms, searched after {search_seconds:.1f} s")
    page.locator("#search").fill("")
    page.locator("#table tbody tr").first.click()
    page.locator("#conversation .chat").wait_for()


@pytest.mark.slow
def test_words_that_were_said_are_found_and_shown(retail: Store, opened: Callable[..., Any]) -> None:
    episodes = list(retail.read_episodes())
    said = {one.id: " ".join(turn.message or "" for turn in one.turns).lower() for one in episodes}
    scenarios = " ".join(one.scenario for one in episodes).lower()
    [*_, word] = sorted(
        word for text in said.values() for word in text.split() if word.isalpha() and word not in scenarios
    )
    page = opened(sample_runs.page_of(retail))
    assert {one for one, text in said.items() if word in text} <= {*search(page, word)}
    assert page.locator("mark").first.inner_text().lower() == word
    assert search(page, "xyzzy") == []


@pytest.mark.slow
def test_two_conversations_of_a_task_stand_side_by_side(retail: Store, opened: Callable[..., Any]) -> None:
    first = next(one for one in retail.read_episodes() if one.reward == 0.0)
    second = next(
        one for one in retail.read_episodes() if (one.task_id, one.trial) == (first.task_id, 1 - first.trial)
    )
    page = opened(sample_runs.page_of(retail), f"#{first.id}")
    choice = page.get_by_label("Compare with another conversation of this task")
    assert choice.locator("option").count() == 2  # to choose, and the other trial
    choice.select_option(index=1)
    page.locator(".pair").wait_for()
    assert page.url.endswith(f"#{first.id}&{second.id}")
    turns = [page.locator(".side").nth(number).locator(".turn").count() for number in (0, 1)]
    assert turns == [len(first.turns), len(second.turns)]
    shared = page.locator(".side").first.locator("details.prompts .turn").count()
    assert page.locator(".side").last.locator("details.prompts .turn").count() == shared
    page.get_by_role("link", name=f"trial {second.trial}").click()
    page.wait_for_url(f"**#{second.id}")
    assert page.locator(".pair").count() == 0


@pytest.mark.slow
def test_several_runs_are_sorted_and_chosen(
    run_of: Callable[..., Run], opened: Callable[..., Any], tmp_path: Path
) -> None:
    stores = []
    for agent, rewards in (("react", (1.0, 0.0)), ("act", (0.0, 0.0)), ("planning", (1.0, 1.0))):
        run = run_of("model=gpt4o", "user=gpt4o", f"agent={agent}", "domain=mock", "split=base", root=tmp_path)
        stores.append(Store(locate_run_directory(run)))
        stores[-1].open(run.model_dump(by_alias=True, mode="json"), "")
        for trial, reward in enumerate(rewards):
            stores[-1].write(records.trajectory(id=f"5-t{trial}-{agent}", trial=trial, reward=reward))
    report.write_page(stores, f"{tmp_path}/page.html", title="Runs", conversations=10)
    page = opened(tmp_path / "page.html")
    names = page.locator("#runs tbody .name")
    assert names.all_inner_texts() == ["gpt-4o · react", "gpt-4o · act", "gpt-4o · planning"]
    page.locator("#runs").get_by_role("button", name="Success").click()
    assert names.all_inner_texts() == ["gpt-4o · act", "gpt-4o · react", "gpt-4o · planning"]
    page.get_by_role("button", name="gpt-4o · planning").click()
    assert set(page.locator("td.is-run").all_inner_texts()) == {"gpt-4o · planning"}
    assert page.locator("#table tbody tr").count() == 2


HEIGHTS = """cells => cells.map(cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return range.getBoundingClientRect().height;
})"""


def test_a_short_word_is_on_one_line(retail: Store, opened: Callable[..., Any]) -> None:
    page = opened(sample_runs.page_of(retail), viewport={"width": 1440, "height": 900})
    for column in ("task", "ending"):
        assert max(page.locator(f"td.is-{column}").evaluate_all(HEIGHTS)) < 30  # pixels; a line has 21
