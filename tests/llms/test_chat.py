"""`chat` over three providers' own protocols: what is read out of an answer, what is asked again and what is not.

Every call goes over HTTP to a server on 127.0.0.1; waits are measured there, between two arrivals.
Not here: what litellm itself makes of each fault (`test_fake_provider`), rate limits (`test_rate_limits`).
"""

import copy
import email.utils
import json
import re
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import litellm
import pytest
import tau2.utils.llm_utils  # noqa: F401 - as in every episode: it sets litellm.drop_params for the process
from support.provider.permanent_errors import REFUSED, google_quota
from support.provider.presets import PROTOCOLS, configured, served
from support.provider.server import Answer, ChatRequest, Fault, Faults, Provider

from tautraj import errors
from tautraj.errors import ProviderError
from tautraj.llms import Reply, chat
from tautraj.trajectory import LlmCall

SECRET = "do-not-repeat-4711"  # not `sk-…`, which litellm itself blots out here and there
NAMES = [*PROTOCOLS, "vllm"]
HELLO = [{"role": "user", "content": "hello"}]
LOOK = {
    "type": "function",
    "function": {"name": "look", "description": "look", "parameters": {"type": "object", "properties": {}}},
}

every_protocol = pytest.mark.parametrize("name", PROTOCOLS)
together = pytest.mark.xdist_group("chat")  # one worker plays `played`


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    """In the environment; and litellm has loaded what it loads at a first call: seconds that no test should count."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
            patch.setenv(name, SECRET)
        for name in NAMES:
            asked(name, Answer("hi"))
        yield


def first(*faults: Fault) -> Faults:
    """These faults in turn, then none."""
    return lambda request: faults[request.number - 1] if request.number <= len(faults) else None


def answering(*answers: Answer) -> Callable[[ChatRequest], Answer]:
    return lambda request: answers[request.number - 1]


# What is read out of an answer.


@every_protocol
def test_everything_in_an_answer_is_handed_out(name: str) -> None:
    answer = Answer("One moment.", (("look", {"id": "#W1"}), ("look", {})), "I must look.", 1000, 20, 300)
    with Provider(answering(answer), first(Fault("hang", seconds=0.2))) as provider:
        started = time.time()
        reply = chat(served(name, provider), HELLO, [LOOK])
        ended = time.time()
    assert (reply.text, reply.reasoning) == ("One moment.", "I must look.")
    assert [(call.name, json.loads(call.arguments)) for call in reply.tool_calls] == list(answer.tool_calls)
    assert len({call.id for call in reply.tool_calls} - {""}) == 2
    call = reply.llm_call
    assert (call.llm, call.retries, call.finish) == (configured(name).name, 0, "tool_calls")
    assert (call.tokens_in, call.tokens_out, call.tokens_cached) == (1000, 20, 300)
    assert started <= call.started <= ended
    assert 0.2 <= call.seconds <= ended - started


@every_protocol
def test_text_alone_and_a_call_alone(name: str) -> None:
    with Provider(answering(Answer("hi"), Answer(None, (("look", {}),)))) as provider:
        said = chat(served(name, provider), HELLO, [LOOK])
        called = chat(served(name, provider), HELLO, [LOOK])
    assert (said.text, said.tool_calls, said.reasoning, said.llm_call.finish) == ("hi", (), None, "stop")
    assert (called.text, len(called.tool_calls), called.reasoning) == ("", 1, None)


def test_an_anthropic_answer_without_content_is_a_reply_that_says_nothing() -> None:
    """Its API answers so when the model has nothing to add: the seat's concern, not the provider's."""
    with Provider(answering(), first(Fault("no_choices"))) as provider:
        reply = chat(served("claude", provider), HELLO)
    assert (reply.text, reply.tool_calls) == ("", ())


@pytest.mark.parametrize("name", NAMES)
def test_inline_thinking_is_reasoning_and_no_text(name: str) -> None:
    with Provider(answering(Answer("<think>\nThey greet me.\n</think>\n\nHello."))) as provider:
        reply = chat(served(name, provider), HELLO)
    assert (reply.text, (reply.reasoning or "").strip()) == ("Hello.", "They greet me.")


@pytest.mark.parametrize("name", NAMES)
def test_inline_thinking_alone_is_no_text(name: str) -> None:
    with Provider(answering(Answer("<think>They greet me.</think>"))) as provider:
        reply = chat(served(name, provider), HELLO)
    assert (reply.text, reply.reasoning) == ("", "They greet me.")


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        ("<think>\nThey greet me, so I", "They greet me, so I", ""),  # cut off
        ("<think>", None, ""),
        ("They greet me.\n</think>\n\nHello.", "They greet me.", "Hello."),  # begun by the model's template
        ("A <think> inside.", None, "A <think> inside."),
    ],
)
def test_thinking_without_an_end_or_a_start_is_thinking(text: str, reasoning: str | None, answer: str) -> None:
    with Provider(answering(Answer(text))) as provider:
        reply = chat(served("vllm", provider), HELLO)
    assert (reply.text, reply.reasoning) == (answer, reasoning)


def test_settings_reach_the_wire_and_unset_ones_do_not() -> None:
    with Provider(answering(Answer("hi"), Answer("hi"))) as provider:
        llm = served("gpt4o", provider)
        chat(llm.model_copy(update={"max_tokens": 7, "extra": {"top_p": 0.5}}), HELLO, seed=3)
        chat(llm.model_copy(update={"temperature": None}), HELLO)
    full, bare = (request.body for request in provider.requests)
    sampling = {"temperature": 0.0, "max_tokens": 7, "top_p": 0.5, "seed": 3}
    assert full == {"model": "gpt-4o", "messages": HELLO, **sampling}
    assert bare == {"model": "gpt-4o", "messages": HELLO}


# What it cost.


@every_protocol
def test_the_tools_that_were_offered_stay_as_they_were(name: str) -> None:
    """They are one list for all seats and records."""
    tools = copy.deepcopy([LOOK])
    with Provider(lambda _: Answer("hi")) as provider:
        chat(served(name, provider), HELLO, tools)
    assert tools == [LOOK]


def asked(name: str, answer: Answer, /, **settings: Any) -> LlmCall:
    with Provider(answering(answer)) as provider:
        return chat(served(name, provider).model_copy(update=settings), HELLO).llm_call


def priced(name: str, dollars_in: float | None, dollars_out: float | None, cached: int = 0) -> float | None:
    """What 1000 tokens in and 20 out cost; of `OTHERS`, lest a price that stays in litellm spoil the other tests."""
    prices = {"usd_per_million_tokens_in": dollars_in, "usd_per_million_tokens_out": dollars_out}
    answer = Answer("hi", tokens_in=1000, tokens_out=20, tokens_cached=cached)
    return asked(name, answer, **{"name": OTHERS[name]} | prices).usd


@every_protocol
def test_a_priced_model_costs_what_the_table_says(name: str) -> None:
    table = litellm.model_cost[configured(name).name]
    usd = asked(name, Answer("hi", tokens_in=1000, tokens_out=20, tokens_cached=300)).usd
    cached, fresh, out = (
        table[key] for key in ("cache_read_input_token_cost", "input_cost_per_token", "output_cost_per_token")
    )
    assert usd == pytest.approx(300 * cached + 700 * fresh + 20 * out)


def test_an_unpriced_model_costs_none_and_not_nothing() -> None:
    assert asked("vllm", Answer("hi", tokens_in=1000, tokens_out=20)).usd is None


OTHERS = {
    "gpt4o": "gpt-4o-mini",
    "claude": "claude-haiku-4-5",
    "gemini": "gemini-2.5-flash-lite",
    "vllm": "Qwen/Qwen3-32B",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dollars_in", "dollars_out", "usd"), [(2.0, 8.0, 0.00216), (0.0, 0.0, 0.0)])
def test_set_prices_are_what_it_costs(name: str, dollars_in: float, dollars_out: float, usd: float) -> None:
    assert priced(name, dollars_in, dollars_out) == pytest.approx(usd)


@pytest.mark.parametrize("name", NAMES)
def test_set_prices_hold_for_cached_tokens_too(name: str) -> None:
    assert priced(name, 2.0, 8.0, cached=300) == pytest.approx(0.00216)


@pytest.mark.parametrize("name", NAMES)
def test_set_prices_are_their_own_seats_alone(name: str) -> None:
    assert priced(name, 2.0, 8.0) == pytest.approx(0.00216)
    assert priced(name, None, None) != pytest.approx(0.00216)


# What is asked again.


class Played(NamedTuple):
    """One call and what the server saw of it."""

    outcome: Reply | ProviderError
    requests: list[ChatRequest]

    @property
    def wait(self) -> float:
        before, after = self.requests
        return after.arrived - before.arrived


def in_three_seconds() -> Fault:
    date = email.utils.formatdate(time.time() + 3, usegmt=True)  # whole seconds: between 2 and 3 from now
    return Fault("status", 429, {"Retry-After": date})


PASSING: dict[str, Callable[[], Fault]] = {
    "429": lambda: Fault("status", 429),
    "500": lambda: Fault("status", 500),
    "503": lambda: Fault("status", 503),
    "529": lambda: Fault("status", 529),
    "drop": lambda: Fault("drop"),
    "cut": lambda: Fault("cut"),
    "html": lambda: Fault("html", 200),
    "gateway": lambda: Fault("html", 502),
    "empty": lambda: Fault("empty"),
    "no choices": lambda: Fault("no_choices"),
    "429, in 2 s": lambda: Fault("status", 429, {"Retry-After": "2"}),
    "503, in 2.5 s": lambda: Fault("status", 503, {"Retry-After": "2.5"}),
    "429, by date": in_three_seconds,
}
CASES = [(name, fault) for name in PROTOCOLS for fault in PASSING]
CASES.remove(("claude", "no choices"))  # its protocol has none, see test_an_anthropic_answer_without_content_…
Table = dict[tuple[str, str], Played]


def play(case: tuple[str, str]) -> Played:
    name, fault = case
    with Provider(
        lambda _: Answer("hi"), lambda request: PASSING[fault]() if request.number == 1 else None
    ) as provider:
        try:
            return Played(chat(served(name, provider, retry_seconds=30.0), HELLO), provider.requests)
        except ProviderError as error:
            return Played(error, provider.requests)


@pytest.fixture(scope="module")
def played() -> Table:
    """Every passing fault over every protocol, all at the same time: each makes its call wait a second or more."""
    with ThreadPoolExecutor(len(CASES)) as threads:
        return dict(zip(CASES, threads.map(play, CASES), strict=True))


@together
@pytest.mark.parametrize(("name", "fault"), CASES)
def test_what_passes_is_asked_again(played: Table, name: str, fault: str) -> None:
    reply, requests = played[name, fault]
    assert isinstance(reply, Reply), reply
    assert (reply.text, reply.llm_call.retries, len(requests)) == ("hi", 1, 2)
    assert requests[0].body == requests[1].body
    assert reply.llm_call.seconds >= played[name, fault].wait


@together
@every_protocol
@pytest.mark.parametrize(
    ("fault", "least"),
    [("429", 1.0), ("drop", 1.0), ("429, in 2 s", 2.0), ("503, in 2.5 s", 2.5), ("429, by date", 2.0)],
)
def test_the_wait_is_what_was_asked_for(played: Table, name: str, fault: str, least: float) -> None:
    """Where nothing was asked for, one second and a little more."""
    assert least <= played[name, fault].wait <= least + 8


def test_a_date_has_passed_when_the_call_comes_back() -> None:
    faults = [in_three_seconds()]
    with Provider(lambda _: Answer("hi"), first(*faults)) as provider:
        chat(served("gpt4o", provider, retry_seconds=30.0), HELLO)
        late = time.time() - time.monotonic() + provider.requests[1].arrived
    assert late >= email.utils.parsedate_to_datetime(faults[0].headers["Retry-After"]).timestamp()


def test_a_provider_that_asks_for_no_wait_is_asked_again_at_once() -> None:
    faults = [Fault("status", 429, {"Retry-After": "0"})] * 5
    with Provider(lambda _: Answer("hi"), first(*faults)) as provider:
        call = chat(served("gpt4o", provider, retry_seconds=30.0), HELLO).llm_call
    assert (call.retries, len(provider.requests)) == (5, 6)
    assert call.seconds < 10  # without being asked it would have waited 31 s


# What is raised in the end.


def refusal(name: str, fault: Fault, **settings: Any) -> tuple[ProviderError, list[ChatRequest], float]:
    with Provider(lambda _: Answer("hi"), lambda _: fault) as provider:
        started = time.monotonic()
        with pytest.raises(ProviderError) as caught:
            chat(served(name, provider, **settings), HELLO)
        return caught.value, provider.requests, time.monotonic() - started


def each(fault: Fault, kind: type[ProviderError]) -> list[Any]:
    """A case per protocol."""
    return [
        pytest.param(name, fault, kind, id=f"{name}-{fault.kind}-{fault.status}-{kind.__name__}")
        for name in PROTOCOLS
    ]


@pytest.mark.parametrize(
    ("name", "fault", "kind"),
    [
        *each(Fault("status", 429), errors.RateLimited),
        *each(Fault("status", 529), errors.RateLimited),
        *each(Fault("status", 500), errors.ProviderUnavailable),
        *each(Fault("status", 503), errors.ProviderUnavailable),
        *each(Fault("html", 502), errors.ProviderUnavailable),
        *each(Fault("drop"), errors.ProviderUnavailable),
        *each(Fault("status", 408), errors.ProviderTimeout),
        *each(Fault("status", 504), errors.ProviderTimeout),
        *each(Fault("html", 200), errors.MalformedResponse),
        *each(Fault("empty"), errors.MalformedResponse),
        *each(Fault("not_json"), errors.MalformedResponse),
        *each(Fault("not_json", message='{"status": "ok"}'), errors.MalformedResponse),
    ],
)
def test_what_stays_is_raised_by_its_name_after_one_request(
    name: str, fault: Fault, kind: type[ProviderError]
) -> None:
    """With `retry_seconds=0` there is one attempt, and one attempt is one request: nobody below retries."""
    error, requests, _ = refusal(name, fault)
    assert len(requests) == 1
    assert isinstance(error, errors.TransientProviderError)
    assert type(error) is kind
    assert configured(name).name in str(error)


@every_protocol
def test_the_last_attempts_failure_is_raised_when_time_is_up(name: str) -> None:
    faults = first(Fault("status", 503), *[Fault("status", 429)] * 9)
    with Provider(lambda _: Answer("hi"), faults) as provider, pytest.raises(errors.RateLimited):
        chat(served(name, provider, retry_seconds=2.5), HELLO)  # waits of 1 to 1.5 s and then 2 to 3 s
    assert len(provider.requests) == 2


@every_protocol
def test_a_wait_longer_than_the_time_left_is_not_begun(name: str) -> None:
    error, requests, seconds = refusal(name, Fault("status", 429, {"Retry-After": "60"}), retry_seconds=20.0)
    assert (type(error), error.retry_after, len(requests)) == (errors.RateLimited, 60.0, 1)
    assert seconds < 5


@every_protocol
def test_an_answer_that_does_not_come_is_a_timeout(name: str) -> None:
    error, requests, seconds = refusal(name, Fault("hang", seconds=3), timeout_seconds=0.5)
    assert (type(error), len(requests)) == (errors.ProviderTimeout, 1)
    assert 0.5 <= seconds < 2


# What is not asked again. The words are the providers' own: litellm reads them before the status.

SAFETY = Fault(
    "status", 400, message="Your request was rejected by our safety system.", code="content_policy_violation"
)
FINAL: list[Any] = [
    *[(name, fault, kind) for kind, cases in REFUSED for name, fault in cases],
    *[(name, Fault("status", 404), errors.ModelNotFound) for name in PROTOCOLS],
    *[(name, Fault("status", 400), errors.BadRequest) for name in PROTOCOLS],
    *[(name, Fault("status", 422), errors.BadRequest) for name in PROTOCOLS],
    ("gpt4o", SAFETY, errors.ContentRefused),
    ("claude", Fault("status", 403), errors.AuthenticationFailed),
]


def final(name: str, fault: Fault, kind: type[ProviderError]) -> None:
    error, requests, _ = refusal(name, fault, retry_seconds=30.0)
    assert (type(error), len(requests)) == (kind, 1)
    assert not isinstance(error, errors.TransientProviderError)


@pytest.mark.parametrize(("name", "fault", "kind"), FINAL, ids=lambda v: getattr(v, "__name__", None))
def test_what_will_not_change_is_asked_once(name: str, fault: Fault, kind: type[ProviderError]) -> None:
    final(name, fault, kind)


@pytest.mark.parametrize(
    ("name", "status"), [("gpt4o", 401), ("vllm", 401), ("gpt4o", 403), ("vllm", 403), ("gemini", 403)]
)
def test_a_refused_key_is_known_by_its_status(name: str, status: int) -> None:
    """vLLM, gateways and proxies answer 401 in words of their own."""
    final(name, Fault("status", status, message="Unauthorized"), errors.AuthenticationFailed)


def test_a_content_filter_is_known_by_its_code() -> None:
    words = "The response was filtered due to the prompt triggering our content management policy."
    final("gpt4o", Fault("status", 400, message=words, code="content_filter"), errors.ContentRefused)


def test_a_minutes_quota_passes_and_google_writes_the_wait_into_the_body() -> None:
    """In the very words of a day's, which does not."""
    error, _, _ = refusal("gemini", google_quota("GenerateRequestsPerMinutePerProjectPerModel", "0.25s"))
    assert (type(error), error.retry_after) == (errors.RateLimited, 0.25)


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        *((word, None) for word in ("soon", "nan", "-5", "inf", "1e999", "1_0", "Fri, 31 Dec 99999 23:59:59 GMT")),
        ("0", 0.0),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0.0),
    ],
)
def test_a_wait_that_is_none_is_not_waited_for(said: str, wait: float | None) -> None:
    error, _, _ = refusal("gpt4o", Fault("status", 429, {"Retry-After": said}))
    assert (type(error), error.retry_after) == (errors.RateLimited, wait)


# The key.


class Listening(Provider):
    """Keeps the addresses that were asked for, too."""

    def remember(self, *told: Any) -> ChatRequest:
        self.paths = [*getattr(self, "paths", []), told[1]]
        return super().remember(*told)


@every_protocol
def test_the_key_travels_in_a_header_alone(name: str) -> None:
    with Listening(answering(Answer("hi"))) as provider:
        chat(served(name, provider), HELLO)
    (request,) = provider.requests
    assert sum(SECRET in value for value in request.headers.values()) == 1
    assert SECRET not in json.dumps(request.body)
    assert [path for path in provider.paths if SECRET in path or re.search(r"[?&]key=", path)] == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", 401),
        Fault("status", 429),
        Fault("status", 500),
        Fault("drop"),
        Fault("html", 200),
        Fault("hang", seconds=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
@every_protocol
def test_the_key_is_in_no_exception(name: str, fault: Fault) -> None:
    error, _, _ = refusal(name, fault, timeout_seconds=0.3)
    assert SECRET not in "".join(traceback.format_exception(error))


@every_protocol
def test_the_key_is_in_no_exception_where_nobody_listens(name: str) -> None:
    with Provider(answering()) as gone:
        llm = served(name, gone)
    with pytest.raises(errors.TransientProviderError) as caught:
        chat(llm, HELLO)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@every_protocol
def test_the_key_is_in_no_exception_when_the_provider_repeats_it(name: str) -> None:
    error, _, _ = refusal(name, Fault("status", 401, message=f"Incorrect API key provided: {SECRET}."))
    assert SECRET not in "".join(traceback.format_exception(error))


@every_protocol
def test_no_exception_quotes_a_traceback(name: str) -> None:
    """An address that answers JSON, but not as a model does."""
    error, _, _ = refusal(name, Fault("not_json", message='{"status": "ok"}'))
    assert "Traceback" not in str(error)
