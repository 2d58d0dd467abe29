"""Cases: what a provider answers or refuses, as `tests/cases/*.json` has it, played by one episode of mock.

The two seats have a server each. Not here: what must come of a case; its test says that.
"""

import functools
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from support.provider.raw_server import Answering, RawAnswer, RawRequest, RawServer
from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.identity import plan_episodes
from tautraj.config.parse import parse_run
from tautraj.errors import EpisodeError
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import Trajectory, Turn

CASES = Path(__file__).parents[1] / "cases"
SUFFIX = {"anthropic": "", "gemini": "/v1beta", "ollama_chat": ""}
"""Route -> what follows the host in its `api_base`; `/v1` for all others."""
CUSTOMER_LINES = ("Hello, I need help.", "###STOP###")

Refuses = Callable[[RawRequest], bool]


class PlayedCase(NamedTuple):
    trajectory: Trajectory | None
    """Ungraded; None if the episode failed."""
    error: EpisodeError | None
    turns: tuple[Turn, ...]
    agent_requests: list[RawRequest]
    customer_requests: list[RawRequest]


def load_case(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((CASES / f"{name}.json").read_text())
    return case


def openai_text(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def in_turn(answers: Sequence[dict[str, Any]]) -> Answering:
    """Those answers (`status`, `body`), each once and the last one again for every later request."""
    left = iter(answers)
    last: list[dict[str, Any]] = []

    def answer(_: RawRequest) -> RawAnswer:
        last[:] = [next(left, last[0] if last else {})]
        return RawAnswer(last[0].get("status", 200), last[0]["body"])

    return answer


def answer_agent(case: dict[str, Any], refuses: Refuses = lambda _: False) -> Answering:
    """The agent's provider: `refusal` where `refuses`, else the case's answers in turn."""
    chat, responses = (in_turn(case.get(key, [])) for key in ("to_the_agent", "to_the_agent_at_responses"))

    def answer(request: RawRequest) -> RawAnswer:
        if refuses(request):
            return RawAnswer(case["refusal"]["status"], case["refusal"]["body"])
        return (responses if request.path.endswith("/responses") else chat)(request)

    return answer


def answer_customer(case: dict[str, Any]) -> Answering:
    """The customer's provider, OpenAI's protocol: the case's answers, or a word or two and the stop word."""
    said = [{"body": openai_text(line)} for line in CUSTOMER_LINES]
    return in_turn(case.get("to_the_customer", said))


@contextmanager
def serve_case(agent: Answering, customer: Answering, *words: str) -> Iterator[tuple[Run, RawServer, RawServer]]:
    """The run that `words` describe, with its seats at the two servers; the customer is openai_compatible."""
    with RawServer(agent) as for_agent, RawServer(customer) as for_customer:
        run = _compose(words, for_agent.address, for_customer.address)
        yield run, for_agent, for_customer


def play_case(agent: Answering, customer: Answering, *words: str, task: str = "create_task_1") -> PlayedCase:
    """One episode, without preflight; a failed one has its error and the turns up to it."""
    with serve_case(agent, customer, *words) as (run, for_agent, for_customer):
        recorder, trajectory, error = Recorder(), None, None
        try:
            trajectory = run_episode(run, plan_episodes(run, [task])[0], recorder)
        except EpisodeError as raised:
            error = raised
        return PlayedCase(trajectory, error, tuple(recorder.turns), for_agent.requests, for_customer.requests)


def _compose(words: Sequence[str], agent: str, customer: str) -> Run:
    has_domain, has_user = (any(word.startswith(f"{key}=") for word in words) for key in ("domain", "user"))
    defaults = [
        *([] if has_domain else ["domain=mock", "split=base"]),
        *([] if has_user else ["user=openai_compatible", "user.name=customer"]),
    ]
    added = ["model.provider.retry_seconds=0", "user.provider.retry_seconds=0", *words, *defaults]
    named = {word.partition("=")[0].lstrip("+") for word in words}
    model = _read_preset(next(word for word in words if word.startswith("model=")))
    for seat, address, route in (("model", agent, model), ("user", customer, "hosted_vllm")):
        if f"{seat}.provider.api_base" not in named:
            added.append(f"{seat}.provider.api_base={address}{SUFFIX.get(route, '/v1')}")
    if not {"model.name"} & named and "model=openai_compatible" in words:
        added.append("model.name=m")
    return parse_run(compose_tree(added))


@functools.cache
def _read_preset(word: str) -> str:
    """The route of the preset that `word` names."""
    tree = compose_tree([word, f"{word}", "model.name=m", "model.provider.api_base=http://127.0.0.1:9"])
    return str(tree["model"]["provider"]["route"])
