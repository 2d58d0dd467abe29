"""Arbitrary input: files in a run directory, what models and providers answer, words on the command line.

None of it may raise anything but our own errors, none is written outside the run directory, and what gets into
the record can be written down and is read back as it was. The examples are the same in every run of the tests.
"""

import functools
import io
import itertools
import json
import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import fsspec
import pytest
import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from support.cli import REPO, by_the_door
from support.composed import composed_run
from support.json_strategies import NASTY, NO_YAML, UNREADABLE, files, mutated, values
from support.provider.presets import served
from support.provider.protocols import Answer, Anthropic, Gemini, OpenAI
from support.provider.server import Fault, Provider
from support.records import trajectory, turn

from tautraj.agents import AgentContext
from tautraj.agents.belief import Belief
from tautraj.agents.belief import parse_belief as believed
from tautraj.agents.text_protocol import parse_answer
from tautraj.benchmarks import open_benchmark
from tautraj.config import Llm, Run
from tautraj.config.command_line import compose_tree, run_cli
from tautraj.config.identity import plan_episodes
from tautraj.config.parse import parse_run, to_plain
from tautraj.errors import ProviderError, StoreError, UserError
from tautraj.llms import chat
from tautraj.llms.reply import RawCall
from tautraj.llms.tool_calls import parse_call, take_first_call, to_assistant_message
from tautraj.metrics import compute_metrics, summarise
from tautraj.report.terminal.tables import summary_rows
from tautraj.runs.budget import sum_cost
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.estimates import estimate
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.store import Store
from tautraj.tracking.run_fields import flatten
from tautraj.trajectory import ToolCall, Trajectory, Turn
from tautraj.users.react import parse_answer as thought_and_reply

GOLDEN = REPO / "tests" / "golden"
EPISODES, FAILURES, NUMBERS = (
    [json.loads(path.read_text()) for path in sorted(GOLDEN.glob(pattern))]
    for pattern in ("*/*/episodes/*", "*/*/failures/*", "*/*/metrics.json")
)
CONFIGS = [yaml.safe_load(path.read_text()) for path in sorted(GOLDEN.glob("*/*/run.yaml"))]
GOOD = next(found for found in EPISODES if found["schema"] == 3)


def examples(number: int) -> Any:
    """The same ones every time, as many as take a few seconds."""
    phases = (Phase.explicit, Phase.generate, Phase.shrink)
    checks = list(HealthCheck)
    return settings(derandomize=True, max_examples=number, deadline=None, suppress_health_check=checks, phases=phases)


@contextmanager
def folder() -> Iterator[Path]:
    """An empty one. Within, only what is in its own `runs/` may change."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "beside").write_text("mine")
        yield place
        assert {path.name for path in place.iterdir()} <= {"beside", "runs"}
        assert (place / "beside").read_text() == "mine"


def exact(record: Any) -> str:
    """Tells 25 from 25.0, which == does not."""
    return repr(record.model_dump())


# Files in a run directory.

names = st.one_of(
    st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=20),
    st.sampled_from(
        ["*", "?", "a[b]", "~", "..", "-", "#", "%2e", "a::b", "x\n", " ", "C:\\x", "a?b=c", "a.1", "\ud800"]
    ),
)
SAME = "create_task_1-t0-467f5e19"
"""The name of the good record: what is put there instead is no longer that one."""


@contextmanager
def run_directory(found: dict[str, bytes], memory: bool) -> Iterator[tuple[Store, str]]:
    """One with such files, in a root with nothing else; skipped where the disk does not take such a name."""
    with folder() as place:
        root = f"memory://{uuid.uuid4().hex}" if memory else str(place / "runs")
        fs, path = fsspec.url_to_fs(root)
        for name, data in found.items():
            with suppress(OSError, ValueError):
                fs.makedirs(f"{path}/x/run/{name}".rpartition("/")[0], exist_ok=True)
                fs.pipe_file(f"{path}/x/run/{name}", data)
        yield Store(f"{root}/x/run"), root
        assert all(name.startswith(f"{path}/x/run/") for name in fs.find(path))


@examples(90)
@given(name=names, episode=files(EPISODES), failure=files(FAILURES), memory=st.booleans())
def test_an_episode_or_failure_of_any_content_and_name_is_read_or_set_aside(
    name: str, episode: bytes, failure: bytes, memory: bool
) -> None:
    good = {f"episodes/{SAME}.json": json.dumps({**GOOD, "id": SAME}).encode()}
    found = {f"episodes/{name}.json": episode, f"failures/{name}.1.json": failure}
    with run_directory({**found, **good}, memory) as (store, _):
        assert len(store.read_failures(set())) == len(list(store._list_failures()))
        spent = list(store.read_wasted_usage())
        read: list[Trajectory] = []
        with suppress(StoreError):  # a schema that is not known
            read.extend(store.read_episodes())
            assert SAME in [record.id for record in read]
        assert store.read_json(f"episodes/{SAME}.json")["id"] == SAME, "what is good stays"
        numbers = compute_metrics([summarise(record) for record in read], store.read_failures(set()))
        assert summary_rows(numbers | sum_cost([used for one in spent for used in one.usage.values()])._asdict())


@examples(30)
@given(config=files(CONFIGS, NO_YAML), numbers=files(NUMBERS), pointer=files(NUMBERS), memory=st.booleans())
def test_files_beside_the_episodes_of_any_content_are_read_refused_or_passed_over(
    config: bytes, numbers: bytes, pointer: bytes, memory: bool
) -> None:
    found = {"run.yaml": config, "metrics.json": numbers, "mlflow.json": pointer}
    with run_directory(found, memory) as (store, root):
        assert store.read_json("mlflow.json") is None or json.loads(pointer) is not None
        for use in (store.check, lambda: store.open({"trials": 1}, "")):
            with suppress(StoreError):
                use()
        run = described("model=gpt4o", "user=gpt4o").model_copy(update={"root": root})
        assert estimate(run, []).seats


# What a model writes.

LONG = 300_000
"""Letters; whatever takes its time squared over them runs into the tests' time-out."""
ARGUMENTS = [
    {"user_id": "user_1", "title": "Important Meeting"},
    {"task_id": "task_1", "status": "completed", "more": [{"a": None}, 25.0, "né"]},
]
BELIEF = {
    "state": "investigating",
    "explanation": "so far",
    "known_facts": [{"fact": "a", "source": "b"}],
    "unknown_facts": ["c"],
}
objects = st.one_of(
    mutated([*ARGUMENTS, BELIEF, {"name": "respond", "arguments": {"content": "Hello."}}]).map(json.dumps),
    values.map(json.dumps),
    st.text(max_size=40),
    st.sampled_from(UNREADABLE),
)
texts = st.one_of(
    objects,
    st.builds(
        "".join,
        st.lists(
            st.one_of(
                objects,
                st.sampled_from(
                    ["Action:", "\nAction: ", "Thought:", "\nReply:", "```json\n", "```", "{", "}", "\n", " "]
                ),
            ),
            max_size=6,
        ),
    ),
    st.sampled_from([letter * LONG for letter in '\n {["*`\\']),
    st.sampled_from(["Thought:" + "\n" * LONG, "Action:\n" * (LONG // 8), "\n" * LONG + "Action", "\r\n" * LONG]),
)


def kept(*turns: Turn) -> None:
    """They can be written down and are read back as they were."""
    with folder() as place:
        store = Store(str(place / "runs"))
        store.write(trajectory(turns=turns))
        (read,) = store.read_episodes()
    assert [exact(one) for one in read.turns] == [exact(one) for one in turns]


@examples(180)
@given(arguments=texts, name=st.text(max_size=5))
def test_the_arguments_of_a_call_are_an_object_or_kept_as_they_were_written(arguments: str, name: str) -> None:
    call = parse_call(RawCall("call_1", name, arguments.encode("utf-16", "replace").decode("utf-16")))
    assert (call.raw is None) or call.arguments == {}
    kept(turn(kind="tool_call", message=None, tool_call=call))


@examples(180)
@given(text=texts)
@example("\n" * LONG)
def test_an_action_a_belief_a_reply_are_found_in_any_text_or_not_at_all(text: str) -> None:
    text = text.encode("utf-16", "replace").decode("utf-16")
    found, belief, (thought, reply) = parse_answer(text), believed(text), thought_and_reply(text)
    assert text.startswith(found.text) and found.thought in text
    assert isinstance(belief, Belief | str)
    assert thought in text and reply in text
    fields: dict[str, Any] = {"thought": found.thought, "message": reply}
    if isinstance(belief, Belief):
        fields["belief"] = belief.model_dump(mode="json")
    if found.name is not None:
        fields["tool_call"] = ToolCall(id="action_1", name=found.name, arguments=found.arguments)
    kept(turn(**fields))


# What a model does, all the way to the grade.


def puppet(context: AgentContext, *, calls: list[list[str]]) -> None:
    """Makes those calls; what it hears goes unheard."""
    for number, (name, arguments) in enumerate(calls):
        if not context.env.is_closed:
            context.env.call(parse_call(RawCall(f"call_{number}", name, arguments)))


@functools.cache
def described(*overrides: str) -> Run:
    return composed_run("domain=mock", "split=base", *overrides)


@functools.cache
def tools() -> tuple[str, ...]:
    run = described()
    return tuple(tool["function"]["name"] for tool in open_benchmark(run.benchmark, run.domain).tools)


@examples(24)
@given(data=st.data())
def test_an_episode_of_arbitrary_calls_is_played_graded_and_kept(data: st.DataObject) -> None:
    call = st.tuples(st.sampled_from([*tools(), "nope", ""]), mutated(ARGUMENTS).map(json.dumps) | objects)
    calls = data.draw(st.lists(call.map(list), max_size=4))
    run = described("model=gpt4o", "user=scripted")
    part = run.agent.model_copy(update={"target": f"{__name__}.puppet", "settings": {"calls": calls}})
    run = run.model_copy(update={"agent": part})
    kept(*grade_episode(run_episode(run, plan_episodes(run, ["create_task_1"])[0], Recorder()), run).turns)


# What a provider answers.

SERVERS = {"gpt4o": OpenAI(), "vllm": OpenAI(), "claude": Anthropic(), "gemini": Gemini()}
SAYS = [
    Answer("Hello.", reasoning="Hm."),
    Answer("Hello.", (("create_task", ARGUMENTS[0]), ("get_users", {})), reasoning="Hm."),
]
BODIES = {
    name: [{**dialect.say(answer, itertools.count(1)), "model": "x"} for answer in SAYS]
    for name, dialect in SERVERS.items()
}
TOOL = {"type": "function", "function": {"name": "get_users", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with pytest.MonkeyPatch.context() as patch, Provider(lambda _: Answer("hi")) as provider:
        for key in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
            patch.setenv(key, "k")
        yield provider


@functools.cache
def seat(name: str, provider: Provider) -> Llm:
    llm = served(name, provider, tokens_per_minute=None, requests_per_minute=None)
    priced = {"usd_per_million_tokens_in": 1.0, "usd_per_million_tokens_out": 1.0}
    return llm.model_copy(update=priced) if name == "vllm" else llm


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in ("vllm", "claude") else []) for name in SERVERS]
)
@examples(15)
@given(data=st.data())
def test_an_answer_of_any_shape_is_an_answer_or_a_failure_of_the_provider(
    name: str, provider: Provider, data: st.DataObject
) -> None:
    body = data.draw(mutated(BODIES[name]).map(json.dumps) | st.sampled_from(UNREADABLE))
    provider.fault = lambda _: Fault("not_json", message=body)
    try:
        reply = chat(seat(name, provider), [{"role": "user", "content": "Hello?"}], [TOOL])
    except ProviderError:
        return
    recorder = Recorder()
    recorder.record_reply("model", reply)
    call, aside = take_first_call(reply)
    json.dumps(to_assistant_message(reply, call)).encode()
    made = recorder.record_turn("model", "message", message=reply.text, tool_call=call, **aside._asdict())
    kept(made.model_copy(update={"signed": ()}))
    assert all(spent.model_dump_json() for spent in recorder.sum_usage().values())


# Words on the command line.

BASE = ["domain=mock", "split=base", "root=runs"]


@functools.cache
def keys() -> list[str]:
    """Every value and every branch that there is."""
    llms = ["model=gpt4o", "user=gpt4o", "judge=gpt4o"]
    leaves = flatten(to_plain(compose_tree(BASE))) | flatten(to_plain(compose_tree([*BASE, *llms])))
    branches = {key.rpartition(".")[0] for key in leaves if "." in key}
    return sorted({*leaves, *branches, "model", "hydra", "a" * 300, "..", "/"} - {"root", "tracking.uri"})


written_values = st.one_of(
    st.text(max_size=10),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from([*NASTY, *(text for text in UNREADABLE if len(text) < 10_000)]),
    st.sampled_from(
        ["[]", "{1:2,b:3}", "{a:{1:2,b:3}}", "[inf]", "${x}", "${model}", "???", "a,b", "range(3)", "'", "\\"]
    ),
    st.sampled_from(
        ["os.system", "subprocess.Popen", "builtins.dict", ".x", "a b", "nan", "inf", "1e-400", "1" + "0" * 12]
    ),
)
words = st.one_of(
    st.builds(
        "{}{}={}".format,
        st.sampled_from(["", "", "", "+", "++", "~"]),
        st.deferred(lambda: st.sampled_from(keys())),
        written_values,
    ),
    st.text(max_size=12).filter(lambda text: not text.startswith("-")),
)


def planned(cfg: Any) -> None:
    """As the door does it, up to where seats are asked and anything is written."""
    plan_run(parse_run(cfg))


@contextmanager
def standing_in(place: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


@examples(15)
@given(override=words)
@example("runner=0")
@example("+user=inf")
@example("seed=" + "9" * 5000)
@example("a" * 300 + "=1")
@example("domain.name=nope")
@example("domain.name=../../x")
@example("trials=1000000000000")
@example("+model.extra.a={1:2,b:3}")
@example("experiment=..")
def test_any_override_is_taken_or_refused_in_lines(override: str) -> None:
    with folder() as place, standing_in(place):
        with suppress(UserError):
            planned(compose_tree([*BASE, override]))
        assert [path.name for path in place.iterdir()] == ["beside"], "nothing is written before a run is ready"


@examples(12)
@given(overrides=st.lists(words, min_size=1, max_size=2))
def test_any_command_line_exits_with_2_and_says_why_or_is_carried_out(overrides: list[str]) -> None:
    said, out = io.StringIO(), io.StringIO()
    with folder() as place, standing_in(place), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["generate.py", *BASE, *overrides])
        with redirect_stderr(said), redirect_stdout(out):
            try:
                run_cli(planned)
                code: object = 0
            except SystemExit as ended:
                code = ended.code
        assert [path.name for path in place.iterdir()] == ["beside"]
    lines = said.getvalue().split("\n")[:-1]
    assert code == (2 if lines else 0)
    assert [line for line in lines if not line.startswith("error: ")] == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [
        ["runner._target_=builtins.dict"],
        ["runner.retry_delays_seconds=[]"],
        ["model=gpt4o", "+model.extra.a={1:2,b:3}"],
        ["tasks.ids=[\udcff]", "seed=1", "-m"],
    ],
    ids=lambda overrides: ascii(overrides[0]),
)
def test_what_the_door_refuses_leaves_no_traceback_and_no_file(overrides: list[str], tmp_path: Path) -> None:
    env = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": str(tmp_path / "prefect")}
    done = by_the_door("generate", *BASE, "tasks.limit=1", "tracking=none", *overrides, cwd=tmp_path, env=env)
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
    assert [line for line in done.err.splitlines() if line.startswith("error: ")]
    left = {path.name for path in tmp_path.iterdir()} - {"prefect"}
    assert left <= {"runs"} and not list(tmp_path.rglob("episodes"))
