"""The config tree as it stands: every file composes, every header's command works, every slip is named in one line.

Walks `conf/`, so a new file is tested by being there. Not here: what a run does with its values.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import cli
from support.composed import composed_tree
from support.planning import plan_sweep, without_the_readers_own

from tautraj.config import CONF, Component, Run
from tautraj.config.command_line import compose_tree
from tautraj.config.components import load_component
from tautraj.config.parse import parse_run, to_plain
from tautraj.errors import ConfigError
from tautraj.redaction import redact_tree
from tautraj.runs.plan import plan_run

OTHERS = {
    *("track", "regrade", "export", "format", "choose", "sweep", "report", "show", "synthesize", "prove"),
    *("train", "learn", "convert", "branch", "serve"),
}
"""Of other doors."""
GRIDS = {"strategies", "agents", "cross_users"}
"""Experiments that are for the door of grids."""
FILES = sorted(
    path for path in CONF.rglob("*.yaml") if "hydra" not in path.parts and not OTHERS & {path.stem, path.parent.name}
)
CHOICES = [(path.parent.name, path.stem) for path in FILES if path.parent != CONF]
ADDRESS = "http://127.0.0.1:8000/v1"
DOOR = CONF.parent / "flows" / "generate.py"
HEAVY = {"prefect", "mlflow", "litellm", "tau2", "smolagents", "pandas"}


def command(path: Path) -> list[str]:
    """The overrides of the command in a file's header."""
    header = "".join(re.findall(r"\A(?:#.*\n)+", path.read_text()))
    door = "sweep" if path.parent.name == "experiment" and path.stem in GRIDS else "generate"
    found = re.search(rf"^# python flows/{door}\.py(.*)$", header, re.MULTILINE)
    assert found, f"{path} does not open with the command that uses it"
    return shlex.split(found[1])


def choices(group: str) -> set[str]:
    return {choice for found, choice in CHOICES if found == group}


def by_name(path: Path) -> str:
    return str(path.relative_to(CONF))


def run_door(*arguments: str, cwd: Path, python: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, *python, str(DOOR), *arguments]
    return subprocess.run(whole, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


def seats_an_llm(path: Path) -> bool:
    """Whether the file has an llm of `conf/llm/` play a seat, and so says what that file says."""
    return path.parent.name in ("model", "user", "judge") and (CONF / "llm" / path.name).exists()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.slow] if seats_an_llm(path) or path.stem == "cross_users" else [])
        for path in FILES
    ],
    ids=list(map(by_name, FILES)),
)
def test_the_command_in_a_header_is_a_run_that_uses_the_file_and_can_be_planned(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    overrides = command(path)
    group, choice = path.parent.name, path.stem
    if group == "experiment" and choice in GRIDS:
        run = plan_sweep(*overrides).run
    else:
        run = parse_run(composed_tree(*overrides))
        with without_the_readers_own(overrides):
            plan_run(run)
    if group == "provider":
        assert choice in (run.model.provider.name, run.user.provider.name)
    elif group == "llm":
        assert {f"model={choice}", f"user={choice}"} & set(overrides)
    elif path.parent != CONF:
        assert f"{group}={choice}" in overrides
    assert run.judge is None or group == "judge"


def test_every_llm_and_every_provider_is_within_reach() -> None:
    assert choices("llm") == choices("model") | choices("user")
    named = re.findall(r"^  - /provider/(\w+)@provider$", "".join(map(Path.read_text, CONF.glob("llm/*.yaml"))), re.M)
    assert set(named) == choices("provider")


@pytest.mark.parametrize("llm", sorted(choices("model") & choices("user")))
def test_an_llm_is_the_same_in_both_seats(llm: str) -> None:
    tree = composed_tree(f"model={llm}", f"user={llm}")
    assert tree.model == tree.user


@pytest.mark.parametrize(
    ("overrides", "agent", "user_strategy"),
    [
        ([], "oracle", "scripted"),
        (["model=oracle", "user=gpt4o"], "oracle", "llm"),
        (["model=gpt4o"], "tool_calling", "scripted"),
        (["user=scripted", "model=gpt4o"], "tool_calling", "scripted"),
        (["model=gpt4o", "user=gpt4o"], "tool_calling", "llm"),
        (["model=rules"], "rules", "scripted"),
        (["user_strategy=goal"], "oracle", "goal"),
    ],
)
def test_a_seat_brings_what_plays_it(overrides: list[str], agent: str, user_strategy: str) -> None:
    run = parse_run(composed_tree(*overrides))
    assert (run.agent.name, run.user_strategy.name) == (agent, user_strategy)


@pytest.mark.parametrize(
    ("overrides", "model", "user"),
    [
        (["agent=rules"], "rules", "scripted"),
        (["agent=rules", "user_strategy=goal", "domain=airline"], "rules", "scripted"),
        (["agent=oracle"], "oracle", "scripted"),
        (["user_strategy=human"], "oracle", "human"),
        (["user_strategy=goal", "model=gpt4o"], "gpt-4o", "scripted"),
    ],
)
def test_what_needs_no_llm_brings_its_seat(overrides: list[str], model: str, user: str) -> None:
    run = parse_run(composed_tree(*overrides))
    assert (run.model.name, run.user.name) == (model, user)


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (["agent=rules", "model=gpt4o"], ["agent=rules and model=rules go together"]),
        (["user_strategy=goal", "user=gpt4o"], ["user_strategy=goal and user=scripted go together"]),
    ],
)
def test_what_needs_no_llm_is_refused_with_one(overrides: list[str], named: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_run(composed_tree(*overrides))
    assert all(words in str(caught.value) for words in named)


@pytest.mark.parametrize(
    ("overrides", "named"),
    [
        (["model=zz"], ["model=zz", "gpt4o", "oracle"]),
        (["agent=zz"], ["agent=zz", "tool_calling", "oracle"]),
        (["experiment=zz"], ["experiment=zz", "default", "smoke", "name=…", "root=…"]),
        (["model=gpt-4o"], ["model=gpt-4o does not exist. Did you mean gpt4o?"]),
        (["domain=retial"], ["Did you mean retail?"]),
        (["agent=planing"], ["Did you mean planning?"]),
        (["split=training"], ["Did you mean train?"]),
        (["budget=5"], ["budget=5 does not exist", "small, unlimited", "budget.usd=5"]),
        (["agent.planning_interval=8", "model=gpt4o"], ["agent.planning_interval", "agent=planning has it"]),
        (["outputs/default/x"], ["run=outputs/default/x"]),
        (["trails=4"], ["trails", "Did you mean trials?", "seed", "limits"]),
        (["provider=openai"], ["provider", "model", "user"]),
        (["limits.turnz=4"], ["limits.turnz", "Did you mean turns?", "tool_errors"]),
        (["model.provider.api_bse=x"], ["model.provider.api_bse", "Did you mean api_base?", "retry_seconds"]),
        (["agent.offer_respnd=true", "model=gpt4o"], ["agent.offer_respnd", "Did you mean offer_respond?"]),
        (["model.name.deeper=x"], ["model.name.deeper", "--help"]),
        (["trials=abc"], ["trials", "integer"]),
        (["trials=0"], ["trials", "greater than 0"]),
        (["limits=null"], ["limits", "dictionary"]),
        (["benchmark.name=zz"], ["benchmark.name", "'tau2'"]),
        (["tasks.quarantine=zz"], ["tasks.quarantine", "'keep' or 'exclude'"]),
        (["tracking.name=zz"], ["tracking.name", "'mlflow' or 'none'"]),
        (["trials=0", "seed=x"], ["trials", "seed"]),
        (["tasks.ids=[a"], ["cannot read tasks.ids=[a", "Quote it"]),
        (["trials"], ["cannot read trials", "Quote it"]),
        (["trials=1,2"], ["trials=1,2 has several values", "-m trials=1,2"]),
        (["tasks.ids=5,9"], ["As a list: 'tasks.ids=[5,9]'"]),
        (["model=gpt4o,claude"], ["-m model=gpt4o,claude", "'grid.model=[gpt4o,claude]'"]),
        (["root=${nope}"], ["root", "nope"]),
        (["~agent"], ["agent", "required"]),
        (["+foo=1"], ["foo", "no such key"]),
        (["++limits.foo=1"], ["limits.foo", "no such key"]),
        (["model=openai_compatible"], ["model.provider.api_base", "add model.provider.api_base="]),
        (["agent=oracle", "model=gpt4o"], ["agent=oracle", "model=gpt-4o", "model=oracle"]),
        (["agent=tool_calling", "model=oracle"], ["agent=tool_calling", "model=oracle", "model=gpt4o"]),
        (["user_strategy=scripted", "user=gpt4o"], ["user_strategy=scripted", "user=scripted"]),
    ],
    ids=" ".join,
)
def test_a_slip_is_named_in_one_line(overrides: list[str], named: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_run(compose_tree(overrides))
    (line,) = str(caught.value).splitlines()
    assert [words for words in named if words not in line] == []


@pytest.mark.parametrize(
    ("other", "here"), [("jsonl", "file=jsonl"), ("openai", "format=sft"), ("DPO", "format=preference")]
)
def test_a_format_by_the_name_that_others_give_it_is_answered_with_ours(other: str, here: str) -> None:
    with pytest.raises(
        ConfigError, match=f"^format={other} does not exist. Did you mean {here}\\? format is one of: "
    ):
        compose_tree([f"format={other}"], "export")


@pytest.mark.parametrize(("seat", "workers"), [("user=human", 1), ("user_strategy=human", 1), ("user=scripted", 16)])
def test_a_person_plays_one_conversation_at_a_time(seat: str, workers: int) -> None:
    assert compose_tree([seat]).runner.workers == workers
    assert compose_tree([seat, "runner.workers=3"]).runner.workers == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "gpt4o", "trials=2"], "--model: keys are written without dashes: model=gpt4o"),
        (["trials=2", "--user-strategy=react"], "keys are written without dashes: user_strategy=react"),
        (["--trials", "--user", "gpt4o"], "--trials: keys are written without dashes: trials=…"),
    ],
)
def test_a_key_written_as_an_option_is_named_in_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = cli.by_the_door("generate", *words, cwd=tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("error: ")
    assert said in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_command_without_a_word_is_read(tmp_path: Path) -> None:
    done = cli.by_the_door("show", cwd=tmp_path)
    assert done.err == "error: outputs has no run directory. Make one: python flows/generate.py\n"


def test_one_task_needs_no_brackets() -> None:
    assert parse_run(compose_tree(["tasks.ids=5"])).tasks.ids == ["5"]


@pytest.mark.parametrize("override", ["model=null", "agent=null", "experiment=null", "=3"])
def test_a_group_without_a_choice_is_named_in_one_line(override: str) -> None:
    with pytest.raises(ConfigError, match="^.+$"):
        parse_run(compose_tree([override]))


@pytest.mark.parametrize("override", ["model=[gpt4o,gemini]", "model=[gpt4o,zz]"])
def test_two_choices_for_one_group_need_a_sweep(override: str) -> None:
    with pytest.raises(ConfigError, match="^model.* -m "):
        parse_run(compose_tree([override]))


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("https://me:secret@host/v1", "https://***@host/v1"),
        ("https://token@host:8000", "https://***@host:8000"),
        ("s3://key:secret@bucket/x", "s3://***@bucket/x"),
        ("https://a:b@x and https://c:d@y", "https://***@x and https://***@y"),
        ("https://host/v1?mail=me@host", "https://host/v1?mail=me@host"),
        ("me@host", "me@host"),
        (None, None),
        (3, 3),
    ],
)
def test_credentials_in_addresses_are_masked(plain: Any, shown: Any) -> None:
    assert redact_tree(plain) == shown
    assert redact_tree({"a": [{"b": plain}]}) == {"a": [{"b": shown}]}


@pytest.mark.parametrize("password", ["sec@ret", "sec/ret"])
def test_a_password_with_a_sign_in_it_is_masked_whole(password: str) -> None:
    assert redact_tree(f"postgresql://me:{password}@host/db") == "postgresql://***@host/db"


def parts() -> list[tuple[str, str]]:
    return [pair for pair in CHOICES if pair[0] in ("agent", "user_strategy")]


def chosen_part(group: str, choice: str) -> Component:
    run: Run = parse_run(composed_tree(*command(CONF / group / f"{choice}.yaml")))
    return run.agent if group == "agent" else run.user_strategy


@pytest.mark.parametrize(("group", "choice"), parts())
def test_a_part_is_a_function_that_takes_exactly_its_settings(group: str, choice: str) -> None:
    chosen = chosen_part(group, choice)
    assert callable(load_component(chosen))
    with pytest.raises(ConfigError, match=rf"^{choice} takes the settings .*\bzz\b"):
        load_component(chosen.model_copy(update={"settings": {**chosen.settings, "zz": 1}}))
    for name in chosen.settings:
        rest = {key: value for key, value in chosen.settings.items() if key != name}
        with pytest.raises(ConfigError, match=rf"^{choice} takes the settings .*\b{name}\b"):
            load_component(chosen.model_copy(update={"settings": rest}))


def test_a_part_that_does_not_exist_is_named_in_one_line() -> None:
    with pytest.raises(ConfigError, match="^loading tautraj.nowhere.nobody: .+$"):
        load_component(Component(name="nobody", target="tautraj.nowhere.nobody", settings={}))


def test_a_part_that_does_not_exist_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ConfigError):
        load_component(Component(name="nobody", target="tautraj.nowhere.nobody", settings={}))
    assert caplog.records == []


@pytest.mark.parametrize(
    "overrides",
    [["user_strategy.patience=often"], ["agent.offer_respond=perhaps", "model=gpt4o"]],
    ids=lambda value: value[0],
)
def test_a_setting_of_the_wrong_type_is_refused(overrides: list[str]) -> None:
    run = parse_run(compose_tree(overrides))
    with pytest.raises(ConfigError, match="patience|offer_respond"):
        load_component(run.agent), load_component(run.user_strategy)


@pytest.mark.parametrize(
    "arguments",
    [
        ["model=zz"],
        pytest.param(["trails=4"], marks=pytest.mark.slow),
        pytest.param(["+foo=1"], marks=pytest.mark.slow),
        ["tasks.ids=[a"],
        pytest.param(["model=openai_compatible"], marks=pytest.mark.slow),
        ["-m", "model=zz"],
        pytest.param(["model=null"], marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_the_door_says_one_line_and_exits_2(arguments: list[str], tmp_path: Path) -> None:
    ended = cli.by_the_door("generate", *arguments, cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert line.startswith("error: ")


@pytest.mark.parametrize(("arguments", "shown"), [(["--help"], "user_strategy:"), (["--cfg", "job"], "trials: 1")])
def test_looking_at_the_config_loads_nothing_heavy(arguments: list[str], shown: str, tmp_path: Path) -> None:
    ended = run_door(*arguments, cwd=tmp_path, python=("-X", "importtime"))
    imported = set(re.findall(r"^import time:.*\| +(\w+)", ended.stderr, re.MULTILINE))
    assert ended.returncode == 0
    assert shown in ended.stdout
    assert not {"format:", "llm:"} & set(ended.stdout.split()), "groups of other commands, or of files only"
    assert "hydra" in imported
    assert imported & HEAVY == set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("+model.extra.api_key=sk-canary", "Put the key in .env"),
        ("+model.extra.extra_headers={Authorization:sk-canary}", "Put the key in .env"),
        ("+model.extra.extra_body={a:[{api_key:sk-canary}]}", "extra.extra_body.a.api_key"),
        ("model.provider.api_key_env=sk-canary", "Put the key in .env"),
        ("model.provider.api_base=https://me:sk-canary@host/v1", "'model.provider.api_base=${oc.env:"),
        ("root=s3://me:sk-canary@bucket", "Put the address in .env"),
        ("+model.extra.token=sk-canary", "Put the key in .env"),
        ("+model.extra.vertex_credentials=sk-canary", "Put the key in .env"),
        ("+model.extra.aws_access_key_id=sk-canary", "Put the key in .env"),
        ("+model.extra.extra_query={key:sk-canary}", "extra.extra_query.key"),
        ("+model.extra.extra_body={x-api-key:sk-canary}", "extra.extra_body.x-api-key"),
        ("experiment=..", "experiment"),
        ("root='a\nb'", "Choose another folder"),
        ("root='a\u202eb'", "Choose another folder"),
        ("root='a\x1bb'", "Choose another folder"),
        ("+model.extra.api_base=http://127.0.0.1:9", "provider.api_base"),
        ("+model.extra.messages=[]", "extra.messages would replace"),
        ("+model.extra.mock_response=hello", "extra.mock_response would replace"),
        ("+model.extra.fallbacks=[gpt-4o]", "extra.fallbacks would replace"),
        ("model.name=''", "model.name"),
        ("model.provider.route=''", "model.provider.route"),
        ("model.temperature=nan", "model.temperature: write a finite number"),
        ("+model.extra.top_p=inf", "model.extra.top_p: write a finite number"),
        ("+model.extra.logit_bias=[1.0,-inf]", "model.extra.logit_bias.1: write a finite number"),
        ("model.name='a\0b'", "model.name: remove the NUL"),
        ("domain.data_dir='a\0b'", "domain.data_dir: remove the NUL"),
        ("budget.usd=inf", "budget.usd: write a finite number"),
        ("limits.seconds=inf", "limits.seconds: write a finite number"),
        ("model.usd_per_million_tokens_out=-1", "usd_per_million_tokens_out: Input should be greater"),
        ("model.usd_per_million_tokens_out=nan", "usd_per_million_tokens_out: Input should be greater"),
        ("model.provider.timeout_seconds=1e10", "model.provider.timeout_seconds"),
        ("model.provider.retry_seconds=inf", "model.provider.retry_seconds"),
        ("runner.retry_delays_seconds=[1e10]", "runner.retry_delays_seconds.0"),
        ("model.usd_per_million_tokens_in=1.0", "both"),
        ("root=s3://bucket/runs", "tracking=none"),
    ],
)
def test_what_could_not_be_kept_is_refused(override: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)) as refused:
        parse_run(compose_tree(["model=gpt4o", override]))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.name", "'${oc.env:OPENAI_API_KEY}'"),
        ("model.provider.api_base", "'http://127.0.0.1:9/${oc.env:OPENAI_API_KEY}'"),
        ("agent.name", "'${oc.env:OPENAI_API_KEY}'"),
        ("root", "'runs/${oc.env:OPENAI_API_KEY}'"),
        ("tasks.ids", "['0','${oc.env:OPENAI_API_KEY}']"),
        ("+model.extra.metadata", "{me:'${oc.env:OPENAI_API_KEY}'}"),
    ],
)
def test_no_value_pulls_a_key_into_a_run(key: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    with pytest.raises(
        ConfigError, match=rf"^{key.removeprefix('+')}\S* contains a key, and .*api_key_env"
    ) as refused:
        parse_run(compose_tree(["model=gpt4o", f"{key}={value}"]))
    assert "0123456789abcdef" not in str(refused.value)


def test_an_address_may_pull_its_password() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINE", "http://me:correct-h0rse@127.0.0.1:9/v1")
        run = parse_run(compose_tree(["model=vllm", "model.provider.api_base='${oc.env:MINE}'"]))
    assert run.model.provider.api_base == "http://me:correct-h0rse@127.0.0.1:9/v1"


def test_a_key_that_got_into_a_value_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    tree = to_plain(compose_tree(["model=gpt4o", "+model.extra.metadata={me:'${oc.env:OPENAI_API_KEY}'}"]))
    assert tree["model"]["extra"] == {"metadata": {"me": "sk-0123456789abcdef"}}
    assert redact_tree(tree)["model"]["extra"] == {"metadata": {"me": "***"}}
