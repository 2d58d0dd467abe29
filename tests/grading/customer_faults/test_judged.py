"""A judge is asked what the customer did wrong: over HTTP, once an episode, and its word is kept apart."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.composed import composed_run
from support.provider.server import Answer, ChatRequest, Provider

from tautraj.benchmarks import open_benchmark
from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.errors import ConfigError
from tautraj.grading.regrade import regrade_trajectory
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.store import Store
from tautraj.trajectory import Trajectory

Judge = Callable[[ChatRequest], str]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Judge], tuple[Trajectory, Provider]]]:
    """Play a task of the mock domain with a judge that answers so."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with Provider(lambda request: Answer("")) as provider:

        def played(judge: Judge) -> tuple[Trajectory, Provider]:
            provider.brain = lambda request: Answer(judge(request))
            run = composed_run("domain=mock", "split=base", "tasks.limit=1", "judge=gpt4o", "customer.ask_judge=true")
            assert run.judge is not None
            settings = {"api_base": provider.openai_base, "retry_seconds": 0.0}
            served = run.judge.provider.model_copy(update=settings)
            seat = run.judge.model_copy(update={"provider": served})
            run = run.model_copy(update={"judge": seat, "root": str(tmp_path)})
            play(run, plan_run(run).owed[0])
            (kept,) = Store(locate_run_directory(run)).read_episodes()
            return kept, provider

        yield played


def answer(request: ChatRequest, **fields: Any) -> str:
    """One fault, at the customer's first message, with its first word."""
    line = next(line for line in request.messages[-1].text.splitlines() if " customer: " in line)
    turn, _, said = line.partition(" customer: ")
    fault = {"turn": int(turn), "tag": "hallucination", "severity": "hindered", "words": said.split()[0], **fields}
    return f"Here it is: {json.dumps({'faults': [fault]})}"


def test_its_faults_are_listed_with_their_words_and_decide_nothing(ask: Any) -> None:
    kept, provider = ask(answer)
    (fault,) = kept.customer_faults
    assert (fault.source, fault.kind, fault.tag, fault.severity) == ("judge", "judged", "hallucination", "hindered")
    assert fault.words in kept.turns[fault.turn].message
    assert (kept.has_faulty_customer, kept.labels.customer_at_fault, kept.reward) == (False, False, 1.0)
    assert len(provider.requests) == kept.usage["judge"].calls == 1
    assert kept.scenario in provider.requests[0].messages[-1].text
    assert "gold" not in provider.requests[0].messages[-1].text


def test_regrading_keeps_them_without_asking_again(ask: Any) -> None:
    kept, provider = ask(answer)
    run: Run = composed_run("domain=mock", "split=base")
    again = regrade_trajectory(kept, open_benchmark(run.benchmark, run.domain))
    assert again.customer_faults == kept.customer_faults
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "wrong", [{"words": "never said"}, {"turn": 10**6}, {"tag": "rudeness"}, {"severity": "awful"}, {"turn": "one"}]
)
def test_an_answer_that_cannot_be_right_is_asked_for_again_and_then_given_up(ask: Any, wrong: dict[str, Any]) -> None:
    kept, provider = ask(lambda request: answer(request, **wrong))
    assert (kept.customer_faults, kept.reward) == ((), 1.0)
    assert len(provider.requests) == 3


def test_a_judge_has_to_sit() -> None:
    with pytest.raises(ConfigError, match=r"customer.ask_judge=true needs a judge, e.g. judge=gpt4o"):
        composed_run("customer.ask_judge=true")
