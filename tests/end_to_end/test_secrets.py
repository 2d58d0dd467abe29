"""Canary keys wherever a key may be, providers that quote them in whatever way: no byte that is written has one.

Not here: which spellings of a key are known (`test_redaction`).
"""

import gzip
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from support.cli import REPO
from support.provider.presets import PROTOCOLS, served
from support.provider.server import Answer, ChatRequest, Fault, Provider
from support.secret_encodings import SPELLED
from support.sockets import listening

from tautraj.config import Llm, Run
from tautraj.config.identity import identify_cell, locate_run_directory
from tautraj.errors import PreflightError, ProviderError, UserError
from tautraj.llms import chat
from tautraj.llms.preflight import SeatCheck, check_seats
from tautraj.runs.plan import RunPlan
from tautraj.runs.progress import RunProgress
from tautraj.store import Store
from tautraj.tracking.tracker import Tracker, build_run_tags

pytestmark = pytest.mark.xdist_group("secrets")  # one worker, and so one run of all canaries

HELLO = [{"role": "user", "content": "hello"}]
SEEN = "quoted-as"
"""Stands before every key that is quoted: where this was written, the key would have been."""


def canary(name: str) -> str:
    """Three pieces that no encoding of text changes, parted by letters that some write in their own way."""
    return "/+".join(
        word + hashlib.sha256((name + word).encode()).hexdigest()[:9] for word in ("Canary", "Finch", "Tit")
    )


VARIABLES = {yaml.safe_load(path.read_text())["api_key_env"] for path in REPO.glob("conf/provider/*.yaml")} - {None}
VARIABLES |= {"OPENAI_COMPATIBLE_API_KEY", "VLLM_API_KEY", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY"}
KEYS = {name: canary(name) for name in sorted(VARIABLES)}
PASSWORD = canary("password").replace("/", "_")
EVERY = [*KEYS.values(), PASSWORD]


def leaks(data: bytes) -> list[bytes]:
    return [needle for key in EVERY for needle in needles(key) if needle in data]


def needles(key: str) -> set[bytes]:
    """Pieces of a key, none so short that it gives nothing away, in every encoding that hides its letters."""
    data = key.encode()
    plain = [data[at : at + 12] for at in range(len(data) - 11) if data[at : at + 12].isalnum()]
    coded = [b64encode(data[at : at + 15]) for at in range(len(data) - 14)]
    coded += [piece.hex().encode() for piece in plain] + [piece.hex().upper().encode() for piece in plain]
    for letter in (b"%%%02X", b"\\x%02x", b"\\u%04X", b"&#%d;", b"&#x%x;"):
        coded += [b"".join(letter % code for code in piece) for piece in plain]
    return {*plain, *coded}


@pytest.mark.parametrize("spelled", SPELLED)
def test_a_key_that_was_written_would_be_found(spelled: str, tmp_path: Path) -> None:
    said = SPELLED[spelled](f"a{EVERY[0]}b")
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.write(said)
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE a (a TEXT)")
        database.execute("INSERT INTO a VALUES (?)", [said])
        database.commit()
        found = {path.name for path, data in written(tmp_path) if leaks(data)}
    assert "a.jsonl.gz" in found
    assert found & {"a.db", "a.db-wal"}


def written(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                yield path, gzip.decompress(data) if path.suffix == ".gz" else data


# Every fault and every answer over every protocol, quoting the key that it was sent.


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)


def sent(request: ChatRequest) -> str:
    """The key in its headers."""
    [value] = [value for name, value in request.headers.items() if name in ("x-api-key", "x-goog-api-key")] or [
        request.headers["authorization"]
    ]
    return value.removeprefix("Bearer ")


STATUSES = (400, 401, 403, 404, 408, 413, 418, 422, 429, 500, 502, 503, 504, 529)
FAULTS: list[Callable[[str], Fault]] = [
    lambda said: Fault("status", 400, message="no", code=said),
    lambda said: Fault("status", 429, {"Retry-After": said, "X-Request-Id": said}, message=said),
    lambda said: Fault("html", 200, message=said),
    lambda said: Fault("html", 502, message=said),
    lambda said: Fault("not_json", message=said),
    lambda said: Fault("not_json", message=json.dumps({"error": said, "detail": [said]})),
    lambda said: Fault("not_json", message=json.dumps({"choices": said, "content": said, "candidates": said})),
    lambda said: Fault("not_json", message=json.dumps([said])),
    lambda said: Fault("not_json", message=json.dumps(said)),
    lambda said: Fault("no_choices", headers={"X-Request-Id": said}),
    *[lambda said, status=status: Fault("status", status, message=said) for status in STATUSES],  # type: ignore[misc]
]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_no_failure_quotes_a_key(
    name: str, keys: None, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    spell = list(SPELLED.values())

    def fault(request: ChatRequest) -> Fault:
        number, key = request.number - 1, sent(request)
        said = f"{SEEN} {spell[number % len(spell)](key)} {spell[number * 5 % len(spell)](key)}"
        return FAULTS[number % len(FAULTS)](said.replace("\n", " "))

    failures = []
    with Provider(lambda _: Answer("hi"), fault) as provider:
        for _ in range(max(len(FAULTS), len(SPELLED))):
            try:
                failures.append(repr(chat(served(name, provider), HELLO)))
            except ProviderError as error:
                failures.append("".join(traceback.format_exception(error)))
    assert not provider.errors
    out, err = capfd.readouterr()
    assert leaks("\n".join([*failures, out, err, caplog.text]).encode()) == []
    assert sum(SEEN in failure for failure in failures) > len(failures) / 2
    assert sum("***" in failure for failure in failures) > len(failures) / 2


TOLD: dict[str, Callable[[str], Any]] = {
    "gpt4o": lambda said: {
        "choices": [
            {
                "index": 0,
                "finish_reason": said,
                "message": {
                    "role": "assistant",
                    "content": said,
                    "reasoning_content": said,
                    "tool_calls": [
                        {
                            "id": said,
                            "type": "function",
                            "function": {"name": said, "arguments": json.dumps({said: said})},
                        }
                    ],
                },
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    },
    "claude": lambda said: {
        "type": "message",
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": said, "signature": said},
            {"type": "text", "text": said},
            {"type": "tool_use", "id": said, "name": said, "input": {said: said}},
        ],
        "stop_reason": said,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
    "gemini": lambda said: {
        "candidates": [
            {
                "content": {
                    "role": "model",
                    "parts": [
                        {"text": said, "thought": True},
                        {"text": said, "thoughtSignature": said},
                        {"functionCall": {"name": said, "args": {said: said}}, "thoughtSignature": said},
                    ],
                },
                "finishReason": said,
            }
        ],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
    },
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_no_answer_carries_a_key_into_the_record(name: str, keys: None) -> None:
    spell = list(SPELLED.values())

    def fault(request: ChatRequest) -> Fault:
        said = f"{SEEN} {spell[request.number - 1](sent(request))}"
        return Fault("not_json", message=json.dumps({"id": said, "model": said, **TOLD[name](said)}))

    with Provider(lambda _: Answer("hi"), fault) as provider:
        replies = [chat(served(name, provider), HELLO) for _ in SPELLED]
    for reply in replies:
        assert leaks(repr(reply).encode()) == []
        [call] = reply.tool_calls
        for said in (reply.text, reply.reasoning or "", call.name, call.arguments):
            assert SEEN in said
            assert "***" in said


# Credentials in an address.


def guarded(llm: Llm, address: str) -> Llm:
    """Behind a gateway that asks for a name and a password."""
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"api_base": with_password(address)})})


def with_password(address: str) -> str:
    return address.replace("://", f"://me:{PASSWORD}@")


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_password_that_a_gateway_repeats_is_not_quoted(name: str, keys: None) -> None:
    def fault(request: ChatRequest) -> Fault:
        return Fault("status", 403, message=f"{SEEN} {request.headers['authorization']}")

    with Provider(lambda _: Answer("hi"), fault) as provider:
        llm = served(name, provider)
        with pytest.raises(ProviderError, match=rf"{SEEN} (Basic \S*\*\*\*|REDACTED)") as caught:
            chat(guarded(llm, llm.provider.api_base or ""), HELLO)
    assert leaks(str(caught.value).encode()) == []


@pytest.mark.parametrize("name", PROTOCOLS)
def test_an_address_that_nobody_answers_at_is_named_without_its_password(name: str, keys: None) -> None:
    with Provider(lambda _: Answer("hi")) as gone:
        llm = served(name, gone)
    with pytest.raises(PreflightError, match=r"Check that http://\*\*\*@127.0.0.1") as caught:
        check_seats([SeatCheck("model", guarded(llm, llm.provider.api_base or ""))])
    assert leaks("".join(traceback.format_exception(caught.value)).encode()) == []


def test_mlflow_away_is_said_without_its_password(
    run_of: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", with_password("http://127.0.0.1:9"))
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    store = Store(str(tmp_path))
    run = run_of("tracking=mlflow", root=tmp_path)
    plan = RunPlan(run, {}, identify_cell(run), store, [], [], [])
    said: list[str] = []
    Tracker(plan, said.append).finish(RunProgress(plan), "FINISHED")
    assert "***@127.0.0.1:9" in "".join(said)
    assert leaks("".join(said).encode()) == []
    assert [path for path, data in written(tmp_path) if leaks(data)] == []


@pytest.mark.parametrize("scheme", ["memory", "s4", "ftp"])
def test_a_root_is_shown_without_its_password(
    scheme: str, run_of: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNS", with_password(f"{scheme}://127.0.0.1:9/runs"))
    run = run_of("tracking=none", "domain=mock", "split=base", "root='${oc.env:RUNS}'")
    said: list[str] = []
    try:
        store = Store(locate_run_directory(run))
        said += [store.url, *build_run_tags(RunPlan(run, {}, identify_cell(run), store, [], [], [])).values()]
        store.write_json("run.yaml/x", {})
        store.check()
    except UserError as error:
        said.append("".join(traceback.format_exception(error)))
    assert "***@127.0.0.1:9" in "".join(said)
    assert leaks("\n".join(said).encode()) == []


# A whole run, by the command line, with Prefect's embedded server and MLflow's own store.

ACTS = "\x1b]0;pwned\x07\x1b[2J[red]\u202e"


class Gossip:
    """Both seats' provider: quotes the key it was sent in whatever it says, and fails now and then in every way."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.failed: Counter[str] = Counter()

    def fault(self, request: ChatRequest) -> Fault | None:
        if self._preflight(request):
            return None
        with self._lock:
            self._asked[request.protocol] += 1
            number, late = divmod(self._asked[request.protocol], self._every)
            if late:
                return None
            self.failed[request.protocol] += 1
        return FAULTS[number % len(FAULTS)](self._said(request, ACTS if number % 2 else ""))

    def answer(self, request: ChatRequest) -> Answer:
        if self._preflight(request):
            return Answer("ok")
        said = self._said(request, ACTS)
        spoken = sum(turn.role == "assistant" and not turn.text.startswith("Hi!") for turn in request.messages)
        if request.protocol == "anthropic":
            return Answer(f"{said} ###STOP###" if spoken else said)
        calls = [(said[:60], {}), ("create_task", {"user_id": said, "title": said}), ("get_users", {})]
        return Answer(said, (calls[spoken],)) if spoken < len(calls) else Answer(said, reasoning=said)

    def _preflight(self, request: ChatRequest) -> bool:
        return request.messages[-1].text == "Reply with: ok"

    def _said(self, request: ChatRequest, more: str) -> str:
        spell = list(SPELLED.values())[request.number % len(SPELLED)]
        return f"{SEEN} {spell(sent(request))}{more}"


class Played(NamedTuple):
    folder: Path
    out: str
    err: str
    heard: set[str]
    """Where it and what it started listened."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, prefect_home: Callable[[Path], str]) -> Played:
    folder = tmp_path_factory.mktemp("run")
    (folder / ".env").write_text("".join(f"{name}='{key}'\n" for name, key in KEYS.items()))
    gossip = Gossip(every=5)
    with Provider(gossip.answer, gossip.fault) as provider:
        own = {"PREFECT_HOME": prefect_home(folder / "prefect"), "PREFECT_API_URL": ""}
        own |= {"OURS": with_password(provider.anthropic_base), "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR"}
        known = {name: value for name, value in os.environ.items() if name != "PYTHON_DOTENV_DISABLED"}
        words = ["model=gpt4o", f"model.provider.api_base={provider.openai_base}"]
        words += ["user=claude", "user.provider.api_base=${oc.env:OURS}", "domain=mock", "split=base", "trials=3"]
        for seat in ("model", "user"):
            words += [f"{seat}.provider.{limit}=null" for limit in ("requests_per_minute", "tokens_per_minute")]
            words += [f"{seat}.provider.retry_seconds=0"]
        words += ["runner.retries=0", "runner.give_up_after=99"]
        process = subprocess.Popen(
            [sys.executable, str(REPO / "flows" / "generate.py"), *words],
            cwd=folder,
            env={**known, **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        heard: set[str] = set()
        with ThreadPoolExecutor(1) as thread:
            said = thread.submit(process.communicate)
            while not said.done():
                heard |= listening(process.pid)
                time.sleep(0.5)
        out, err = said.result()
    assert not provider.errors
    return Played(folder, out, err, heard)


def test_a_run_writes_no_key_down(run: Played) -> None:
    found = {str(path.relative_to(run.folder)): data for path, data in written(run.folder) if path.name != ".env"}
    found |= {"stdout": run.out.encode(), "stderr": run.err.encode()}
    assert {path: leaks(data) for path, data in found.items() if leaks(data)} == {}
    seen = [path for path, data in found.items() if SEEN.encode() in data]
    # "std": of each kind of failure one is shown in either, and not every one of them quotes what the provider said
    for place in ("std", "episodes/", "failures/", "trajectories.jsonl.gz", "prefect.db"):
        assert any(place in path for path in seen), f"nobody quoted a key in {place}"


def test_nothing_that_was_said_acts_on_the_terminal(run: Played) -> None:
    shown = run.out + run.err
    assert "pwned" in shown
    assert "[red]" in shown
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown)


def test_a_run_listens_on_this_machine_alone(run: Played) -> None:
    assert "embedded" in run.err
    assert [address for address in run.heard if not address.startswith("127.0.0.1:")] == []
    assert run.heard
