"""The page of a run, read by a parser: everything is in it, nothing from a run is more than text, and it streams.

What a person does with it stands in `test_report_browser`.
"""

import functools
import re
import shlex
import subprocess
import sys
import tracemalloc
import uuid
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support import cli, records, sample_runs
from support.cli import REPO
from support.report_reader import Reader, digest

from tautraj import report
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import locate_run_directory, plan_episodes
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError, StoreError, UserError
from tautraj.grading.explanation import explain
from tautraj.printable import escape_unprintable
from tautraj.report.html.summary import format_pass_hats
from tautraj.report.request import ReportRequest
from tautraj.report.request import write_report as asked_for
from tautraj.report.run_data import open_run_benchmark
from tautraj.report.run_labels import label_runs
from tautraj.runs.plan import select_task_ids
from tautraj.store import Store

EXTERNAL = ("src", "srcset", "action", "data", "poster", "background", "xlink:href")


@pytest.fixture(scope="module")
def retail(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Offline, its conversations varied; with its page."""
    run = run_of("split=test", "tasks.limit=12", "trials=2", "tracking=none", root=tmp_path_factory.mktemp("report"))
    store = sample_runs.played(run)
    sample_runs.varied(store, run)
    report.write_run_report(store, 2000)
    return store


by_the_door = functools.partial(cli.by_the_door, "report")


def asked(*words: str) -> str:
    return asked_for(parse_as(ReportRequest, compose_tree(words, "report")), print)


def made(stores: Sequence[Store], folder: Path, conversations: int = 2000) -> Reader:
    report.write_page(stores, f"{folder}/page.html", title="A title", conversations=conversations)
    return Reader(folder / "page.html")


def made_by_hand(run: Run, *records: object) -> Store:
    store = Store(locate_run_directory(run))
    store.open(run.model_dump(by_alias=True, mode="json"), "")
    for record in records:
        store.write(record)  # type: ignore[arg-type]
    return store


@pytest.fixture
def run(run_of: Callable[..., Run], tmp_path: Path) -> Run:
    return run_of("domain=mock", "split=base", "tracking=none", root=tmp_path / "outputs")


def test_everything_of_a_run_is_in_its_page(retail: Store) -> None:
    page = Reader(sample_runs.page_of(retail))
    records = {one.id: one for one in retail.read_episodes()}
    assert {row["id"]: row["reward"] for row in page.rows} == {name: one.reward for name, one in records.items()}
    assert {row["status"] for row in page.rows} == {"passed", "failed", "ungraded"}
    assert page.conversations.keys() == records.keys()
    for name, told in page.conversations.items():
        one = records[name]
        assert [turn.get("message") for turn in told["turns"]] == [turn.message for turn in one.turns]
        assert [turn.get("thought") for turn in told["turns"]] == [turn.thought for turn in one.turns]
        assert [turn.get("observation") for turn in told["turns"]] == [turn.observation for turn in one.turns]
        assert page.unpacked(told["prompts"]["system"]) == one.system_prompt
    assert any(
        "Known:\n- the zip code" in turn.get("belief", "")
        for told in page.conversations.values()
        for turn in told["turns"]
    )
    for said in (
        "oracle replays gold actions: not a model's result",
        "not for training",
        "ConnectionError",
        "refused <b>by</b>",
    ):
        assert said in page.text
    assert not any(tag == "b" and attrs for tag, attrs in page.tags)


def test_prompts_that_conversations_share_are_there_once(retail: Store) -> None:
    page = Reader(sample_runs.page_of(retail))
    texts = [name for name in page.scripts if re.fullmatch(r"s\d+", name)]
    tasks = {row["task"] for row in page.rows}
    assert len(texts) <= 2 + len(tasks)  # the agent's prompt and tools; a customer's of each task
    assert len({told["prompts"]["system"] for told in page.conversations.values()}) == 1


def test_a_failure_is_explained_field_by_field(retail: Store) -> None:
    told = Reader(sample_runs.page_of(retail)).conversations
    benchmark = open_run_benchmark(retail)
    assert not isinstance(benchmark, str)
    failed = [one for one in retail.read_episodes() if one.reward == 0.0]
    assert failed
    for one in failed:
        found, shown = explain(one, benchmark), told[one.id]["explanation"]
        assert [path for path, _, _ in shown["differences"]] == [each.path for each in found.differences]
        assert (shown["diverging"], shown["untold"]) == (found.diverging, list(found.untold))
    assert any(told[one.id]["explanation"]["differences"] for one in failed)
    assert all(told[one.id]["explanation"] is None for one in retail.read_episodes() if one.reward == 1.0)


def test_a_page_needs_nothing_else_and_runs_nothing_else(retail: Store) -> None:
    page = Reader(sample_runs.page_of(retail))
    assert [
        (tag, name) for tag, attrs in page.tags for name in attrs if name in EXTERNAL or name.startswith("on")
    ] == []
    assert {attrs["href"] for tag, attrs in page.tags if tag in ("a", "link", "base", "use") and "href" in attrs} <= {
        "data:,"
    }
    assert not any("style" in attrs for _, attrs in page.tags), "the policy lets no inline style be"
    rules = dict(rule.strip().split(" ", 1) for rule in page.policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'{digest(page.scripts[''])}'"
    assert rules["style-src"] == f"'{digest(page.scripts['style'])}'"
    assert "innerHTML" not in page.scripts[""]


def test_charts_are_text_and_the_page_colours_them(retail: Store) -> None:
    page = Reader(sample_runs.page_of(retail))
    charts = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(charts) >= 4
    for title in ("Success by task", "Success by operation", "Turns", "Cost", "Endings", "cancel_pending_order"):
        assert title in page.text
    assert any("fill-failed" in (attrs.get("class") or "") for tag, attrs in page.tags if tag == "path")


def test_hostile_text_is_text(run: Run) -> None:
    store = Store(locate_run_directory(run))
    sample_runs.hostile(store, run)
    report.write_run_report(store, 10)
    page = Reader(sample_runs.page_of(store))
    everything = escape_unprintable(" ".join(sample_runs.HOSTILE))
    [row] = page.rows
    assert row["task"] == everything
    [told] = page.conversations.values()
    assert told["turns"][0]["message"] == everything
    assert len(told["turns"][1]["message"]) == 1_000_000
    assert "<img src=x onerror=" in told["turns"][2]["belief"]
    assert "12345678901234567890" in told["turns"][3]["call"][1]
    assert "\\x1b" in page.text
    assert "\x1b" not in sample_runs.page_of(store).read_text()
    assert {tag for tag, _ in page.tags} & {"img", "iframe", "object"} == set()
    assert {name for name in page.scripts if not re.fullmatch(r"[cs]\d+", name)} == {"", "style", "data"}
    assert sample_runs.page_of(store).stat().st_size < 200_000, "a long text is packed"


@pytest.mark.parametrize("count", [10**400, -(10**400), 2**63])
def test_a_count_beyond_all_floats_is_no_reason_for_no_page(count: int, run: Run, tmp_path: Path) -> None:
    odd = records.trajectory(usage={"model": records.usage(tokens_in=count, tokens_out=0)})
    page = made([made_by_hand(run, odd)], tmp_path)
    assert [row["tokens"] for row in page.rows] == [10**15 if count > 0 else -(10**15)]


@pytest.mark.parametrize("usd", [1e308, -1e308, 1e300])
def test_one_record_with_an_absurd_price_leaves_the_page(usd: float, run: Run, tmp_path: Path) -> None:
    plain = records.trajectory(usage={"model": records.usage(usd=0.5)})
    odd = records.trajectory(
        id="odd", task_id="9", usage={seat: records.usage(usd=usd) for seat in ("model", "user")}
    )
    page = made([made_by_hand(run, plain, odd)], tmp_path)
    assert [row["usd"] for row in page.rows] == [0.5, None]


def test_a_script_that_matplotlib_has_no_font_for_is_no_warning(run: Run, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page = made([made_by_hand(run, records.trajectory(task_id="\u4efb\u52a1"))], tmp_path)
    assert "\u4efb\u52a1" in page.text


def test_several_runs_are_one_page(retail: Store, run_of: Callable[..., Run], tmp_path: Path) -> None:
    run = run_of("domain=mock", "split=base", "tracking=none", root=Path(retail.path).parents[1])
    other = sample_runs.played(run)
    where = asked(f"run=[{retail.url},{other.url}/]")
    assert where == f"{Path(retail.path).parent}/report.html"
    page = Reader(Path(where))
    assert page.data["runs"] == ["tau2 retail test", "tau2 mock base"]
    assert page.data["urls"] == [retail.url, other.url]
    assert "The same in all: agent oracle, customer scripted" in page.text
    counts = [sum(row["run"] == number for row in page.rows) for number in (0, 1)]
    assert counts == [len(retail.list_ids()), len(other.list_ids())]
    assert len({row["key"] for row in page.rows}) == sum(counts)
    assert "Success by cell" in page.text
    twice = made([other, other], tmp_path)
    assert len({row["key"] for row in twice.rows}) == 2 * counts[1], "each can be linked to"
    elsewhere = made_by_hand(run.model_copy(update={"root": str(tmp_path / "elsewhere")}))
    with pytest.raises(ConfigError, match="out=FILE"):
        asked(f"run=[{retail.url},{elsewhere.url}]")


def test_failures_come_first_where_not_all_are_held(retail: Store, tmp_path: Path) -> None:
    failed = {one.id for one in retail.read_episodes() if one.reward == 0.0}
    page = made([retail], tmp_path, conversations=len(failed) - 1)
    assert len(page.rows) == len(retail.list_ids())
    assert len(page.conversations) == len(failed) - 1
    assert page.conversations.keys() < failed
    assert {row["key"] for row in page.rows if row["included"]} == page.conversations.keys()
    assert f"includes {len(failed) - 1} of {len(page.rows)} conversations" in page.text
    assert made([retail], tmp_path, conversations=0).conversations == {}


def test_a_run_without_episodes_and_one_that_nobody_graded(run: Run, tmp_path: Path) -> None:
    empty = made([made_by_hand(run)], tmp_path)
    assert empty.rows == []
    assert "nothing was graded" in empty.text
    ungraded = records.trajectory(reward=None, ungraded="max_seconds", grade=None)
    page = made([made_by_hand(run, ungraded)], tmp_path)
    assert [row["status"] for row in page.rows] == ["ungraded"]


def test_data_that_are_others_explain_nothing(run: Run, tmp_path: Path) -> None:
    [told] = made([made_by_hand(run, records.trajectory(reward=0.0))], tmp_path).conversations.values()
    assert told["explanation"] is None
    assert "differ from the data it was graded with" in told["unexplained"]


@pytest.mark.slow
def test_a_page_of_many_conversations_is_never_whole_in_memory(run: Run, tmp_path: Path) -> None:
    each, many = 400_000, 100
    store = made_by_hand(run)
    for number in range(many):
        said = records.turn(message=f"{number} " * (each // (len(str(number)) + 1)))
        store.write(records.trajectory(id=f"{number}-t0-0", task_id=str(number), turns=[said]))
    made([store], tmp_path)  # imports count once
    tracemalloc.start()
    page = made([store], tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(page.conversations) == many
    assert peak < each * many / 4


def test_a_page_is_there_whole_or_not_at_all(retail: Store, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("the one before")
    broken = Store(str(tmp_path / "nobody"))
    with pytest.raises(StoreError, match="is no run directory"):
        report.write_page([retail, broken], f"{tmp_path}/page.html", title="", conversations=1)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["the one before"]


def test_a_page_on_an_object_store(retail: Store) -> None:
    folder = f"memory://{uuid.uuid4().hex}/pages"
    report.write_page([retail], f"{folder}/page.html", title="Elsewhere", conversations=1)
    import fsspec

    with fsspec.open(f"{folder}/page.html") as file:
        assert b"</html>" in file.read()


def test_a_run_whose_page_cannot_be_written_has_not_failed(run: Run) -> None:
    store = made_by_hand(run, records.trajectory())
    sample_runs.page_of(store).mkdir()
    said: list[str] = []
    assert report.write_closing_report(store, 10, said.append) == {}
    [line] = said
    assert line.startswith("No report: ")
    assert line.endswith(f"python flows/report.py run={store.url}")


def test_the_door_takes_the_newest(run: Run, tmp_path: Path) -> None:
    store = made_by_hand(run, records.trajectory())
    done = by_the_door(cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"report: {Path(store.path).relative_to(tmp_path)}/report.html\n"
    assert len(Reader(sample_runs.page_of(store)).rows) == 1
    elsewhere = by_the_door(f"run={store.path}", "out=mine.html", "conversations=0", cwd=tmp_path)
    assert (elsewhere.code, elsewhere.out) == (0, "report: mine.html\n")
    assert Reader(tmp_path / "mine.html").conversations == {}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run=nobody"], "is no run directory"),
        ([], "has no run directory"),
        (["run=x", "out=folder/"], "out=folder/report.html"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_made_is_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refused:
        asked(*words, f"root={tmp_path}")
    [line] = str(refused.value).splitlines()
    assert said in line


@pytest.mark.parametrize("content", [b"root:x:0:0", b"", b"<!doctype html><title>mine</title>", None])
def test_a_file_that_is_no_report_is_not_replaced(content: bytes | None, run: Run, tmp_path: Path) -> None:
    store, mine = made_by_hand(run, records.trajectory()), tmp_path / "mine"
    mine.mkdir() if content is None else mine.write_bytes(content)
    with pytest.raises(ConfigError, match=r"mine exists and is no report\. .* out=FILE.html$"):
        asked(f"run={store.path}", f"out={mine}")
    assert mine.is_dir() if content is None else mine.read_bytes() == content


def test_a_report_is_replaced(run: Run, tmp_path: Path) -> None:
    store, mine = made_by_hand(run, records.trajectory()), tmp_path / "mine.html"
    for _ in range(2):
        assert asked(f"run={store.path}", f"out={mine}") == str(mine)


def test_the_command_in_its_header_is_right() -> None:
    first = (REPO / "conf" / "report.yaml").read_text().splitlines()[0]
    words = shlex.split(first.removeprefix("# python flows/report.py "))
    assert parse_as(ReportRequest, compose_tree(words, "report")).conversations is None


def seated(run: Run, **names: str) -> Run:
    """The run with other names in its seats: `agent="planning"`, `model="gpt-4o-2024-11-20"`."""
    return run.model_copy(
        update={seat: getattr(run, seat).model_copy(update={"name": name}) for seat, name in names.items()}
    )


def test_cells_are_named_by_what_tells_them_apart(run_of: Callable[..., Run]) -> None:
    run = run_of("model=gpt4o", "user=gpt4o", "model.name=gpt-4o-2024-11-20", "user.name=gpt-4o-2024-11-20")
    cells = [seated(run, user_strategy=name) for name in ("llm", "react", "verify")]
    assert label_runs(cells) == (
        ["gpt-4o-2024-11-20 · llm", "gpt-4o-2024-11-20 · react", "gpt-4o-2024-11-20 · verify"],
        "agent gpt-4o-2024-11-20 · tool_calling, tasks tau2 retail test",
    )
    both = [seated(run, agent=agent, user_strategy=user) for agent in ("react", "act") for user in ("llm", "react")]
    assert label_runs(both).names == [
        f"gpt-4o-2024-11-20 · {agent}, gpt-4o-2024-11-20 · {user}"
        for agent in ("react", "act")
        for user in ("llm", "react")
    ]


def test_cells_of_the_same_seats_are_told_apart_by_other_settings_or_by_number(run_of: Callable[..., Run]) -> None:
    cold = run_of("model=gpt4o", "user=gpt4o", "model.temperature=0.0")
    warm = run_of("model=gpt4o", "user=gpt4o", "model.temperature=1.0", "runner.workers=3")
    assert label_runs([cold, warm]).names == ["model.temperature=0.0", "model.temperature=1.0"]
    assert label_runs([cold, cold]).names == ["run (1)", "run (2)"]


def test_settings_are_named_as_they_are_typed_and_a_name_comes_first(run_of: Callable[..., Run]) -> None:
    short = run_of("user_strategy.patience=3", "tasks.limit=8")
    usual = run_of("name=first look")
    assert label_runs([short, usual]).names == [
        "user_strategy.patience=3, tasks.limit=8",
        "first look · user_strategy.patience=30, tasks.limit=null",
    ]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("oracle", "oracle replays gold actions"),
        ("rehearsed", "rehearsed replays gold actions"),
        ("rules", "rules is a program that knows no gold actions"),
    ],
)
def test_what_is_no_model_has_its_badge(model: str, said: str, run_of: Callable[..., Run], tmp_path: Path) -> None:
    seat = ["user=rehearsed"] if model == "rehearsed" else []
    run = run_of(f"model={model}", *seat, "domain=mock", "split=base", "tracking=none", root=tmp_path)
    page = made([made_by_hand(run, records.trajectory())], tmp_path)
    assert f"{said}: not a model's result" in page.text


def test_pass_hat_k_names_its_tasks() -> None:
    partial = {"tasks": 40, "pass_hat_1": 0.6, "pass_hat_2": 0.375, "pass_hat_2_tasks": 40, "pass_hat_3": 0.25}
    assert format_pass_hats({**partial, "pass_hat_3_tasks": 4}) == "2: 0.38 (40 tasks), 3: 0.25 (4 of 40 tasks)"
    assert format_pass_hats({**partial, "pass_hat_3_tasks": 40}) == "2: 0.38, 3: 0.25 (40 tasks)"
    assert format_pass_hats({"tasks": 40, "pass_hat_1": 0.6}) == ""


def test_rows_have_the_customers_reason(retail: Store) -> None:
    benchmark = open_run_benchmark(retail)
    assert not isinstance(benchmark, str)
    for row in Reader(sample_runs.page_of(retail)).rows:
        reason = " ".join(benchmark.get_task(row["task"]).scenario.reason.split())
        assert row["reason"] == (reason if len(reason) <= 300 else reason[:299] + "…")


def test_all_runs_of_a_root_are_one_page(run_of: Callable[..., Run], tmp_path: Path) -> None:
    root = tmp_path / "outputs"
    stores = [
        made_by_hand(run_of(f"domain={domain}", "split=base", "tracking=none", root=root), records.trajectory())
        for domain in ("mock", "airline")
    ]
    (root / "default" / "broken").mkdir()
    (root / "default" / "broken" / "run.yaml").write_text("trials: many")
    done = by_the_door("run=all", cwd=tmp_path)
    assert (done.code, done.out) == (0, "report: outputs/report.html\n")
    assert done.err.startswith("left out: outputs/default/broken has schema None")
    assert {Path(url).name for url in Reader(root / "report.html").data["urls"]} == {
        Path(store.path).name for store in stores
    }


def test_an_episode_that_cannot_be_read_is_named_and_the_others_are_shown(
    run_of: Callable[..., Run], tmp_path: Path
) -> None:
    root = tmp_path / "outputs"
    for domain in ("mock", "airline"):
        made_by_hand(run_of(f"domain={domain}", "split=base", root=root), records.trajectory(), NEWER)
    broken = next(root.glob("default/*mock*"))
    (broken / "episodes" / f"{NEWER.id}.json").write_text('{"schema": 99}')
    done = by_the_door("run=all", cwd=tmp_path)
    assert (done.code, done.out) == (0, "report: outputs/report.html\n")
    assert done.err.startswith(f"left out: {NEWER.id}: outputs/default/{broken.name} has schema 99")
    page = Reader(root / "report.html")
    assert sorted(row["id"] for row in page.rows) == sorted([records.trajectory().id] * 2 + [NEWER.id])
    for said in ("1 episode could not be read", f"{NEWER.id}: outputs/default/{broken.name} has schema 99"):
        assert said in page.text


NEWER = records.trajectory(id="7-t0-00000000", task_id="7")

HOLD = """
import sys
from tautraj.store import Store
from tautraj.store.lock import exclusive_lock
with exclusive_lock(Store(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_under_way_is_shown_as_it_stands(run_of: Callable[..., Run], tmp_path: Path) -> None:
    run = run_of("domain=mock", "split=base", "tasks.limit=3", "tracking=none", root=tmp_path)
    task, *_ = select_task_ids(run)
    [spec] = [spec for spec in plan_episodes(run, [task]) if spec.trial == 0]
    store = made_by_hand(run, records.trajectory(id=spec.id, task_id=task))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, store.url], text=True, **pipes) as holder:  # type: ignore[call-overload]
        assert holder.stdout.readline() == "held\n"
        assert "under way: 1 of 3 episodes" in made([store], tmp_path).text
        asked(f"run={store.url}")
        assert f"To write it again, before you reload it: python flows/report.py run={store.url}" in (
            Reader(sample_runs.page_of(store)).text
        )
        holder.stdin.close()
    assert "not complete: 1 of 3 episodes" in made([store], tmp_path).text


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], "run={run}"),
        (["run={run}", "out={root}/mine.html"], "run={run} out={root}/mine.html"),
        (["run=all"], "run=all root={root}"),
        (["run=[{run},{run}/]"], "'run=[{run},{run}]'"),
    ],
)
def test_the_page_of_an_incomplete_run_has_its_own_command(
    words: list[str], command: str, run: Run, tmp_path: Path
) -> None:
    store = made_by_hand(run, records.trajectory())
    known = {"run": store.url, "root": run.root}
    target = asked(f"root={run.root}", *(word.format(**known) for word in words))
    assert f"python flows/report.py {command.format(**known)}" in Reader(Path(target)).text
