"""Before the first episode: who cannot play is named in one line that says what to do.

Over HTTP, as the seats will be asked later. Not here: what the failures are called (`test_chat`).
"""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from support.provider.permanent_errors import NO_QUOTA
from support.provider.presets import BASES, configured, served
from support.provider.server import Answer, ChatRequest, Fault, Provider

from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_run
from tautraj.errors import PreflightError
from tautraj.llms.preflight import SeatCheck, check_seats, warm_up

SECRET = "do-not-repeat-4711"
KEYS = {"gpt4o": "OPENAI_API_KEY", "claude": "ANTHROPIC_API_KEY", "gemini": "GEMINI_API_KEY"}
WRONG_KEY = {
    "gpt4o": Fault("status", 401, message="Incorrect API key provided: sk-a***z."),
    "claude": Fault("status", 401, message="invalid x-api-key"),
    "gemini": Fault("status", 400, message="API key not valid. Please pass a valid API key."),
}
OFFLINE = "run with model=oracle user=scripted"

every_protocol = pytest.mark.parametrize("name", KEYS)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS.values():
        monkeypatch.setenv(name, SECRET)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(lambda _: Answer("ok")) as provider:
        yield provider


def complaint(*seats: tuple[Any, ...]) -> str:
    """What is said, having checked what holds for all that is said here."""
    with pytest.raises(PreflightError) as caught:
        check_seats([SeatCheck(*seat) for seat in seats])
    text = str(caught.value)
    for line in text.splitlines():
        assert OFFLINE in line
    assert "Traceback" not in text
    assert SECRET not in text
    return text


def refused(name: str, provider: Provider, fault: Fault) -> str:
    provider.fault = lambda _: fault
    line = complaint(("model", served(name, provider)))
    assert len(line.splitlines()) == 1
    assert line.startswith(f"model: {configured(name).name} at ")
    return line


@every_protocol
def test_seats_that_can_play_pass(provider: Provider, name: str) -> None:
    check_seats([SeatCheck("model", served(name, provider)), SeatCheck("user", served(name, provider))])


@every_protocol
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_key_is_named_and_nobody_is_asked(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    monkeypatch.delenv(KEYS[name]) if value is None else monkeypatch.setenv(KEYS[name], value)
    llm = served(name, provider)
    assert complaint(("user", llm)) == f"user={llm.name} needs {KEYS[name]}. Put it in .env, or {OFFLINE}."
    assert not provider.requests


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("“sk-do-not-repeat-4711”", "holds a curly quote. Write straight quotes, or none"),
        ("sk-do-not-repeat-4711é", "holds a letter that is not ASCII, which no key has. Copy the key again"),
        (
            "sk-do-not\nrepeat-4711-at-all",
            "holds a line feed or another control character. Write the key on one line",
        ),
    ],
)
def test_a_key_that_no_request_can_carry_is_named_by_its_variable(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, key: str, fault: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    line = complaint(("model", served("gpt4o", provider)))
    assert line == f"model=gpt-4o: OPENAI_API_KEY {fault}, or {OFFLINE}."
    assert not provider.requests


@pytest.mark.parametrize("around", ["{}\n", " {} ", "\t{}\r\n"])
@every_protocol
def test_blanks_and_line_feeds_around_a_key_are_not_sent(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, name: str, around: str
) -> None:
    monkeypatch.setenv(KEYS[name], around.format(SECRET))
    check_seats([SeatCheck("model", served(name, provider))])
    assert sent_key(provider) == SECRET


def sent_key(provider: Provider) -> str:
    """The key of the only request, in the header of its protocol."""
    (request,) = provider.requests
    headers = {name.lower(): value for name, value in request.headers.items()}
    keys = [headers.get(name, "") for name in ("authorization", "x-api-key", "x-goog-api-key")]
    return next(filter(None, keys)).removeprefix("Bearer ")


def test_googles_other_variable_is_read_where_the_first_is_not_set(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "google-4711")
    check_seats([SeatCheck("model", served("gemini", provider))])
    assert sent_key(provider) == SECRET  # GEMINI_API_KEY
    provider.requests.clear()
    monkeypatch.setenv("GEMINI_API_KEY", "")  # as a copy of .env.example has it
    check_seats([SeatCheck("model", served("gemini", provider))])
    assert sent_key(provider) == "google-4711"
    line = refused("gemini", provider, WRONG_KEY["gemini"])
    assert line.endswith(f"[AuthenticationFailed]. Check GOOGLE_API_KEY, or {OFFLINE}.")
    fault = Fault("status", 401, message="API key google-4711 is not valid")
    assert "google-4711" not in refused("gemini", provider, fault)


def test_a_server_of_ones_own_is_sent_the_key_if_there_is_one(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_seats([SeatCheck("model", served("vllm", provider))])
    assert sent_key(provider) == "none"
    line = refused("vllm", provider, Fault("status", 401, message="no"))
    assert line.endswith(f"[AuthenticationFailed]. Put the key in .env as VLLM_API_KEY, or {OFFLINE}.")
    provider.fault = lambda _: None
    provider.requests.clear()
    monkeypatch.setenv("VLLM_API_KEY", SECRET)
    check_seats([SeatCheck("model", served("vllm", provider))])
    assert sent_key(provider) == SECRET
    line = refused("vllm", provider, Fault("status", 401, message="no"))
    assert line.endswith(f"[AuthenticationFailed]. Check VLLM_API_KEY, or {OFFLINE}.")


def test_every_seat_without_a_key_gets_its_line(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS.values():
        monkeypatch.delenv(name)
    text = complaint(("model", served("gpt4o", provider)), ("user", served("gemini", provider)))
    model, user = text.splitlines()
    assert model.startswith("model=gpt-4o") and "OPENAI_API_KEY" in model
    assert user.startswith("user=gemini") and "GEMINI_API_KEY" in user


@every_protocol
def test_a_wrong_key(provider: Provider, name: str) -> None:
    line = refused(name, provider, WRONG_KEY[name])
    assert line.endswith(f"[AuthenticationFailed]. Check {KEYS[name]}, or {OFFLINE}.")


@every_protocol
def test_an_unknown_model(provider: Provider, name: str) -> None:
    line = refused(name, provider, Fault("status", 404, message="no such model"))
    assert line.endswith(f"[ModelNotFound]. Choose another model with model.name=…, or {OFFLINE}.")
    assert "no such model" in line


@pytest.mark.parametrize(("name", "fault"), [case for case in NO_QUOTA if case[0] in KEYS])
def test_an_account_without_credit(provider: Provider, name: str, fault: Fault) -> None:
    line = refused(name, provider, fault)
    assert line.endswith(f"[QuotaExhausted]. Add credit or wait until the quota is renewed, or {OFFLINE}.")


@every_protocol
@pytest.mark.parametrize("fault", [Fault("html", 200), Fault("html", 502), Fault("empty")], ids=lambda f: f.kind)
def test_an_address_that_answers_something_else(provider: Provider, name: str, fault: Fault) -> None:
    line = refused(name, provider, fault)
    address = getattr(provider, BASES[name])
    assert line.endswith(f"Check that {address} answers (model.provider.api_base=…), or {OFFLINE}.")


@every_protocol
def test_an_address_that_answers_json_of_another_kind(provider: Provider, name: str) -> None:
    refused(name, provider, Fault("not_json", message='{"status": "ok"}'))


@every_protocol
def test_an_address_where_nobody_listens(name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        llm = configured(name)
        there = llm.provider.model_copy(update={"api_base": address, "retry_seconds": 0.0})
        line = complaint(("user", llm.model_copy(update={"provider": there})))
    assert len(line.splitlines()) == 1
    assert line.endswith(f"Check that {address} answers (user.provider.api_base=…), or {OFFLINE}.")


@pytest.mark.parametrize(
    "words",
    [
        "After the optional system message, conversation roles must alternate user/assistant/user/assistant/...",
        "Conversation roles must alternate user and assistant roles except for tool calls and results.",
        "After the (optional) system message(s), user and assistant roles should alternate with each other.",
    ],
)
def test_a_server_that_is_strict_about_the_order_of_roles(provider: Provider, words: str) -> None:
    line = refused("vllm", provider, Fault("status", 400, message=words))
    setting = "+model.extra.ensure_alternating_roles=true"
    assert line.endswith(f"{words.rstrip('.')}. Add {setting} (user.… for the customer). [BadRequest]. Or {OFFLINE}.")


@every_protocol
def test_a_key_the_provider_repeats_is_not_said_again(provider: Provider, name: str) -> None:
    refused(name, provider, Fault("status", 401, message=f"Incorrect API key provided: {SECRET}."))


def test_a_proxy_on_the_way_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("http_proxy", "me:secret-4711@127.0.0.1:9")
    there = {"api_base": "http://models.invalid/v1", "retry_seconds": 0.0}
    llm = configured("vllm")
    llm = llm.model_copy(update={"provider": llm.provider.model_copy(update=there)})
    line = complaint(("model", llm))
    step = "Check that http://models.invalid/v1 answers through the proxy http_proxy=http://***@127.0.0.1:9 "
    assert line.endswith(f"{step}(model.provider.api_base=…), or {OFFLINE}.")


@pytest.mark.parametrize("key", ["abc1", "hunter", "token-abc"])
def test_a_key_too_plain_for_answers_is_still_not_quoted_from_a_refusal(
    key: str, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", key)
    provider.fault = lambda _: Fault("status", 401, message=f"Wrong key {key}, not x{key}x.")
    assert f"Wrong key ***, not x{key}x." in complaint(("model", served("vllm", provider)))


def test_a_provider_that_is_busy_just_now_is_given_time() -> None:
    busy = Fault("status", 503, {"Retry-After": "0"})
    with Provider(lambda _: Answer("ok"), lambda request: busy if request.number < 3 else None) as provider:
        check_seats([SeatCheck("model", served("gpt4o", provider, retry_seconds=60.0))])
    assert len(provider.requests) == 3


def test_a_provider_that_stays_busy_is_not_waited_for_as_long_as_in_an_episode() -> None:
    busy = Fault("status", 503, {"Retry-After": "30"})
    with Provider(lambda _: Answer("ok"), lambda _: busy) as provider:
        line = complaint(("model", served("gpt4o", provider, retry_seconds=300.0)))
    assert "[ProviderUnavailable]" in line
    assert len(provider.requests) == 1


def test_two_seats_with_the_same_llm_are_asked_once(provider: Provider) -> None:
    llm = served("gpt4o", provider)
    check_seats([SeatCheck("model", llm), SeatCheck("user", llm.model_copy())])
    assert [said.text for said in provider.requests[0].messages] == ["Reply with: ok"]
    assert len(provider.requests) == 1


TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def test_one_llm_is_asked_once_for_each_set_of_tools(provider: Provider) -> None:
    llm = served("gpt4o", provider)
    check_seats([SeatCheck("model", llm, [TOOL]), SeatCheck("user", llm), SeatCheck("model", llm, [TOOL])])
    assert [len(request.tools) for request in provider.requests] == [1, 0]


@pytest.mark.parametrize(
    ("status", "message"),
    [(400, "does not support tools"), (404, "No endpoints found that support tool use"), (500, "tools need --jinja")],
)
def test_a_server_that_refuses_tools_is_named_in_whatever_words_it_does_so(
    provider: Provider, status: int, message: str
) -> None:
    provider.fault = lambda request: Fault("status", status, message=message) if request.tools else None
    for seat, way_out in (
        ("model", "use an agent without native tools, e.g. agent=react."),
        ("user", "choose another customer with user=…."),
    ):
        with pytest.raises(PreflightError) as caught:
            check_seats([SeatCheck(seat, served("gpt4o", provider), [TOOL])])
        (line,) = str(caught.value).splitlines()
        assert message in line
        assert "It answers without tools and refuses them: start the server with a tool-call parser" in line
        assert line.endswith(f"choose a model that takes tools, or {way_out}")


@every_protocol
def test_a_failure_that_is_not_about_tools_is_not_blamed_on_them(provider: Provider, name: str) -> None:
    provider.fault = lambda _: Fault("status", 404, message="no such model")
    line = complaint(("model", served(name, provider), [TOOL]))
    assert line.endswith(f"[ModelNotFound]. Choose another model with model.name=…, or {OFFLINE}.")


def test_two_llms_are_asked_both_and_each_refusal_has_its_line(provider: Provider) -> None:
    def fault(request: ChatRequest) -> Fault:
        is_mini = request.model.endswith("mini")
        return Fault("status", 404, message="no such model") if is_mini else WRONG_KEY["gpt4o"]

    provider.fault = fault
    text = complaint(("model", served("gpt4o", provider)), ("user", served("gpt4o_mini", provider)))
    model, user = text.splitlines()
    assert (model.split(":")[0], "AuthenticationFailed" in model) == ("model", True)
    assert (user.split(":")[0], "ModelNotFound" in user, "user.name=…" in user) == ("user", True, True)
    assert len(provider.requests) == 2


def test_offline_seats_are_not_asked(provider: Provider) -> None:
    offline = parse_run(compose_tree([]))
    check_seats([SeatCheck("model", offline.model), SeatCheck("user", offline.user)])
    check_seats([SeatCheck("model", offline.model), SeatCheck("user", served("gpt4o", provider))])
    assert len(provider.requests) == 1


@every_protocol
def test_warming_up_calls_nobody(name: str, provider: Provider) -> None:
    began = time.monotonic()
    warm_up([served(name, provider)])
    assert time.monotonic() - began < 20
    assert not provider.requests
