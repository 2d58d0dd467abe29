"""What is found of a key and what is left alone."""

import string
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.secret_encodings import SPELLED

from tautraj.redaction import (
    MARK,
    WINDOW_LENGTH,
    find_key_paths,
    redact_credentials,
    redact_keys,
    validate_key_variable,
)

KEY = 'sk-proj-Q7/x+9_v~"mN\\2=Zc4.Lw&8sTb6yRd3-PqJh5G'  # with every letter that some encoding writes in its own way
every_spelling = pytest.mark.parametrize("spelled", SPELLED)


@pytest.fixture(scope="module", autouse=True)
def environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME_API_KEY", KEY)
        yield


@every_spelling
@pytest.mark.parametrize("around", ["{}", "Incorrect key: {}, sorry.", 'x-api-key: "{}"', "é\n%zz\\ {}&;"])
def test_a_key_is_cut_out_however_it_is_spelled(spelled: str, around: str) -> None:
    said, rest = around.format(SPELLED[spelled](KEY)), around.format(SPELLED[spelled](""))
    kept = redact_keys(said)
    assert kept.startswith(around.partition("{")[0])
    assert MARK in kept
    assert len(kept.replace(MARK, "")) <= len(rest) + len("aw%3D%3D")  # base64 of a first and last letter


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("after", ["", "!", "!!", "!!!"])
def test_base64_is_found_wherever_in_it_the_key_begins(before: int, after: str) -> None:
    for encode in (b64encode, urlsafe_b64encode):
        spelled = encode(("." * before + KEY + after).encode()).decode()
        assert len(redact_keys(spelled).replace(MARK, "")) <= len(spelled) - len(KEY) * 8 // 6 + 2


@every_spelling
@pytest.mark.parametrize("cut", [slice(20), slice(-20, None), slice(5, 25)])
def test_a_piece_of_a_key_goes_as_the_whole_does(spelled: str, cut: slice) -> None:
    assert MARK in redact_keys(SPELLED[spelled](KEY[cut]))


@pytest.mark.parametrize(
    "said",
    [
        f"Incorrect API key provided: {KEY[:8]}***{KEY[-4:]}.",
        f"{KEY[: WINDOW_LENGTH - 1]}…{KEY[-WINDOW_LENGTH + 1 :]}",
        "An answer of 100 % certainty: \\o/ &c; %41",
        '{"order_id": "#W1", "note": "50% off \\"now\\""}',
        "",
        "é" * 50 + "\ud83d",
    ],
)
def test_what_gives_no_key_away_is_left_alone(said: str) -> None:
    assert redact_keys(said) == said


def test_text_around_a_key_is_left_as_it_was() -> None:
    assert redact_keys(f"a\\n{KEY}%41 {KEY}{KEY} b") == f"a\\n{MARK}%41 {MARK} b"


@pytest.mark.parametrize("name", ["MY_TOKEN", "AWS_SECRET_ACCESS_KEY", "MLFLOW_TRACKING_PASSWORD", "client_secret"])
def test_whatever_calls_itself_a_key_is_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert redact_keys("it is correct-h0rse") == "it is correct-h0rse"
    monkeypatch.setenv(name, "correct-h0rse")
    assert redact_keys("it is correct-h0rse") == f"it is {MARK}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSL_KEY", __file__),
        ("VLLM_API_KEY", "EMPTY"),
        ("VLLM_API_KEY", ""),
        ("DB_PASSWORD", "password"),
        ("DB_PASSWORD", "12345678"),
        ("SIGNING_KEY", "https://www.keys.example/0"),
        ("ACCOUNT_SECRET", '{"type": "service_account", "id": 7}'),
        ("KEYS", "correct-h0rse"),
    ],
)
def test_what_else_stands_there_is_no_key(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert redact_keys(f"it is {value}.") == f"it is {value}."


@pytest.mark.parametrize("password", ["correct-h0rse", "correct%2Fh0rse%40home"])
def test_a_password_in_an_address_is_a_key(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    said = f"Basic {b64encode(b'me:correct-h0rse').decode()}, correct-h0rse, correct/h0rse@home"
    address = f"https://me:{password}@host/v1"
    monkeypatch.setenv("SOME_URL", address)
    kept = redact_keys(said)
    monkeypatch.delenv("SOME_URL")
    assert redact_keys(said, address) == kept != said
    assert redact_keys(said) == said


def test_a_password_of_a_proxy_without_a_scheme_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "me:correct-h0rse@127.0.0.1:9")
    assert redact_keys("407 for me:correct-h0rse") == "407 for me:***"


def test_a_value_of_any_shape_is_looked_through() -> None:
    value = {f"k {KEY}": [f"a {KEY}", 7, None, (KEY, {"b": KEY})], "c": 1.5}
    assert redact_keys(value) == {f"k {MARK}": [f"a {MARK}", 7, None, (MARK, {"b": MARK})], "c": 1.5}


@settings(max_examples=200, deadline=None)
@given(
    key=st.text(string.ascii_letters + string.digits + "-_+/=.~", min_size=WINDOW_LENGTH, max_size=80).map(
        "a1{}".format
    ),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    spelled=st.sampled_from(sorted(SPELLED)),
)
def test_no_spelling_of_any_key_in_any_text(key: str, before: str, after: str, spelled: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME_API_KEY", key)
        kept = redact_keys(before + SPELLED[spelled](key) + after)
    assert SPELLED[spelled](key) not in kept
    assert MARK in kept


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_a_text_without_a_key_comes_back(text: str) -> None:
    assert redact_keys(text) == text


@pytest.mark.parametrize("said", ["%25" * 50_000, "\\" * 100_000, "&amp;" * 30_000, "sk-proj-" * 20_000])
def test_nobody_can_keep_it_busy(said: str) -> None:
    redact_keys("warm")
    began = time.perf_counter()
    assert redact_keys(said) == said
    assert time.perf_counter() - began < 20  # a second or so; what is guarded against takes hours


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "my_token", "X_SECRET"])
def test_a_variable_is_named(name: str) -> None:
    assert validate_key_variable(name) == name


@pytest.mark.parametrize("name", ["sk-abc", "AIzaSyB0123456789", "HOME", "A KEY", ""])
def test_a_key_is_no_name_of_a_variable(name: str) -> None:
    with pytest.raises(ValueError, match=r"^it names .* \.env") as caught:
        validate_key_variable(name)
    assert not name or name not in str(caught.value)


def test_an_argument_that_holds_a_key_is_found_however_deep() -> None:
    tree = {"top_p": 1, "extra_body": {"a": [{"api_key": "x"}], "stop": "x"}, "default_headers": {"X-A": "x"}}
    assert list(find_key_paths(tree)) == ["extra_body.a.api_key", "default_headers.X-A"]


def test_an_address_without_credentials_is_left_alone() -> None:
    assert redact_credentials("see https://host/a?mail=me@host") == "see https://host/a?mail=me@host"


def test_a_key_that_was_broken_by_a_line_feed_is_masked_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "AIza-broken-4711\nby-mistake-0815\n")
    said = "Illegal header value b'Bearer AIza-broken-4711\\nby-mistake-0815'"
    assert redact_keys(said) == f"Illegal header value b'Bearer {MARK}\\n{MARK}'"
