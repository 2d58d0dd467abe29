"""A conversation whose customer was at fault is put aside and played again; nothing is lost or paid twice.

Not here: what is a fault (`grading/customer_faults`), the customer that plants them (`users/test_faulty`).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import REPO
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Provider
from support.worlds import shared_world

from tautraj.config import Llm, Run
from tautraj.config.identity import identify_cell, locate_run_directory
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.store import Store
from tautraj.store.run_metrics import compute_run_metrics
from tautraj.trajectory import Trajectory

RETRIES = 2


def compose(world: Path, root: Path, *words: str, fault: str = "left_unfinished") -> Run:
    """A customer that commits the fault in some of its conversations."""
    faulty = ("user_strategy=faulty", f"user_strategy.fault={fault}", f"customer.retries={RETRIES}")
    run = composed_run("model=oracle", *faulty, "split=base", f"domain.data_dir={world}", *words)
    return run.model_copy(update={"root": str(root)})


def read_quarantine(store: Store) -> dict[str, list[Trajectory]]:
    return {episode: store.read_quarantined(episode) for episode in sorted(store.list_ids())}


@pytest.fixture(scope="module")
def played(shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = compose(shared_world("retail", shared_folder), tmp_path_factory.mktemp("retries"))
    for spec in plan_run(run).owed:
        play(run, spec)
    return run


def test_every_faulty_attempt_is_put_aside_and_the_last_one_stays(played: Run) -> None:
    store = Store(locate_run_directory(played))
    attempts = read_quarantine(store)
    for kept in store.read_episodes():
        aside = attempts[kept.id]
        assert [one.attempt for one in aside] == list(range(kept.attempt))
        assert all(one.has_faulty_customer for one in aside)
        assert kept.attempt == RETRIES or not kept.has_faulty_customer
        assert len({one.seed for one in (*aside, kept)}) == kept.attempt + 1
    counts = [kept.attempt for kept in store.read_episodes()]
    assert {0, 1, 2} <= set(counts)


def test_a_success_is_put_aside_as_well(shared_folder: Path, tmp_path: Path) -> None:
    """To repeat failures alone would flatter the agent. This agent does not care what amount a customer makes up."""
    run = compose(shared_world("retail", shared_folder), tmp_path, "tasks.limit=3", fault="amount")
    for spec in plan_run(run).owed:
        play(run, spec)
    aside = [one for attempts in read_quarantine(Store(locate_run_directory(run))).values() for one in attempts]
    assert aside
    assert {one.reward for one in aside} == {1.0}


def test_an_episode_that_is_played_again_goes_on_after_the_attempts_put_aside(played: Run, tmp_path: Path) -> None:
    store = Store(locate_run_directory(played))
    kept = next(one for one in store.read_episodes() if one.attempt == 1)
    aside = read_quarantine(store)
    Path(store.path, "episodes", f"{kept.id}.json").unlink()
    (owed,) = plan_run(played).owed
    again = play(played, owed)
    assert (again.id, again.attempt, again.reward) == (kept.id, 1, kept.reward)
    assert read_quarantine(store) == aside


def test_a_run_counts_faults_and_what_is_put_aside(played: Run) -> None:
    store = Store(locate_run_directory(played))
    rows = plan_run(played).rows
    numbers = compute_run_metrics(store, rows)
    assert numbers["played_again"] == sum(map(len, read_quarantine(store).values()))
    faulty = [row for row in rows if row.faults]
    assert numbers["faulty"] == len(faulty)
    assert numbers["faults_premature_termination"] == pytest.approx(100 * len(faulty) / len(rows))


def test_without_retries_nothing_is_put_aside_and_the_cell_is_the_one_it_was(
    shared_folder: Path, tmp_path: Path
) -> None:
    run = compose(shared_world("retail", shared_folder), tmp_path, "customer.retries=0", "tasks.limit=8")
    rows = [play(run, spec) for spec in plan_run(run).owed]
    assert any(row.faults for row in rows)
    assert {row.attempt for row in rows} == {0}
    assert not Path(locate_run_directory(run), "quarantined").exists()
    with_retries = run.model_copy(update={"customer": run.customer.model_copy(update={"retries": 1})})
    assert identify_cell(run).digest != identify_cell(with_retries).digest


class Leaver:
    """A customer's llm that leaves at once, until it is told not to."""

    def __init__(self) -> None:
        self.provider = Provider(self.answer)

    def answer(self, request: ChatRequest) -> Answer:
        turn = sum(said.role == "assistant" for said in request.messages)
        if request.tools:
            return Answer("It is done.")
        if "<earlier_mistakes>" not in request.system:
            return Answer("###STOP###")
        return Answer("Please create a task for me." if turn == 0 else "Thank you. ###STOP###")

    def serve(self, llm: Llm) -> Llm:
        settings = {"api_base": self.provider.openai_base, "retry_seconds": 0.0}
        return llm.model_copy(update={"provider": llm.provider.model_copy(update=settings)})


@pytest.fixture
def leaver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Leaver]:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    leaver = Leaver()
    with leaver.provider:
        yield leaver


def test_the_customer_is_told_what_it_did_and_every_call_is_in_the_ledger(leaver: Leaver, tmp_path: Path) -> None:
    words = ("domain=mock", "split=base", "model=gpt4o", "user=gpt4o", "tasks.limit=3")
    run = composed_run(*words, "customer.retries=2", "customer.tell_faults=true")
    run = run.model_copy(
        update={"model": leaver.serve(run.model), "user": leaver.serve(run.user), "root": str(tmp_path)}
    )
    rows = [play(run, spec) for spec in plan_run(run).owed]
    store = Store(locate_run_directory(run))
    for row in rows:
        (aside,) = store.read_quarantined(row.id)
        assert [fault.tag for fault in aside.customer_faults or ()] == ["premature_termination"]
        assert (row.attempt, row.faults) == (1, ())
    wasted = [usage for one in store.read_wasted_usage() for usage in one.usage.values()]
    assert all(one.is_put_aside for one in store.read_wasted_usage())
    calls = sum(usage.calls for row in rows for usage in row.usage.values()) + sum(usage.calls for usage in wasted)
    assert calls == len(leaver.provider.requests)
    assert compute_run_metrics(store, rows)["put_aside_tokens"] == sum(u.tokens_in + u.tokens_out for u in wasted) > 0


@pytest.mark.slow
def test_killed_at_any_moment_the_same_command_ends_with_every_attempt_once(
    shared_folder: Path, tmp_path: Path
) -> None:
    run = compose(shared_world("retail", shared_folder), tmp_path)
    words = [
        "model=oracle",
        "user_strategy=faulty",
        "user_strategy.fault=left_unfinished",
        f"customer.retries={RETRIES}",
    ]
    words += [
        "split=base",
        f"domain.data_dir={run.domain.data_dir}",
        f"root={tmp_path}",
        "tracking=none",
        "runner.workers=2",
    ]
    command = [sys.executable, REPO / "flows" / "generate.py", *words]
    folder = Path(locate_run_directory(run))
    for enough in (2, 6):
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while len(list(folder.glob("quarantined/*"))) < enough and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    store = Store(str(folder))
    kept = {one.id: one for one in store.read_episodes()}
    assert len(kept) == len(plan_run(run).rows) == 20
    for episode, aside in read_quarantine(store).items():
        assert [one.attempt for one in aside] == list(range(kept[episode].attempt))
