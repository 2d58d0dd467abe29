"""`synthesis.paraphrase`: an llm over HTTP rewrites tasks; what it may change, what is kept, what is paid once."""

import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.cli import by_the_door, start
from support.provider.permanent_errors import FILTERED
from support.provider.presets import served
from support.provider.server import Answer, ChatRequest, Fault, Provider
from support.worlds import request_of

from tautraj.benchmarks.goals import Goal, Request
from tautraj.config import Budget, Llm
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError, GaveUp, PreflightError
from tautraj.orchestration.worlds.paraphrases import ask_all
from tautraj.runs.budget import Ledger
from tautraj.synthesis.generator import Rejection
from tautraj.synthesis.output.summary import World
from tautraj.synthesis.paraphrase.answers import Question
from tautraj.synthesis.paraphrase.dialogue import read_rewording
from tautraj.synthesis.paraphrase.proofs import OTHER_MEANING, Rewording, prove_rewordings
from tautraj.synthesis.paraphrase.rounds import Crew
from tautraj.synthesis.paraphrase.words import find_changed_value, list_words, replace_words
from tautraj.synthesis.parts import Part, Proved, make_part
from tautraj.synthesis.pipeline import MakeParts, plan_world, synthesize
from tautraj.synthesis.request import VERSION, ParaphraseConfig, SynthesisRequest, check_request
from tautraj.synthesis.world_folder import WorldFolder

SECRET = "do-not-repeat-4711"
UNLIMITED = Budget(usd=None, tokens=None)
USD = (600 * 1.0 + 80 * 2.0) / 1e6
"""Of an answer: 600 tokens in, 80 out, at 1 and 2 USD per million."""

GOAL = Goal(
    voice="plain",
    user_id="ada_falk_1000",
    identity={"name": "Ada Falk", "zip": "05401"},
    unknown=("I forgot my email.",),
    requests=(
        Request(
            family="change_of_mind",
            said="Hi there. I want to cancel order #W1.",
            wish="I want to cancel order #W1.",
            answers={"reason": "I no longer need it."},
            correction="Wait, keep it.",
        ),
        Request(family="pressure", said="Refund $5 by May 3.", insists=("You must.", "Really.")),
    ),
)
WORDS = ["I want to cancel order #W1.", "I no longer need it.", "Wait, keep it.", "Refund $5 by May 3."]
WORDS += ["You must.", "Really.", "I forgot my email."]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider(lambda request: Answer(f"answer {request.number}", tokens_in=600, tokens_out=80)) as provider:
        yield provider


def paraphrased_by(provider: Provider, out: Path, n: int = 20, **settings: Any) -> SynthesisRequest:
    llm = served("gpt4o", provider, calls_at_once=1, **settings)
    priced = llm.model_copy(update={"usd_per_million_tokens_in": 1.0, "usd_per_million_tokens_out": 2.0})
    config = ParaphraseConfig(llm=priced, attempts=2)
    return request_of("retail", out, n=n).model_copy(update={"paraphrase": config})


def test_all_that_the_customer_says_can_be_rewritten_and_nothing_else() -> None:
    assert list_words(GOAL) == WORDS
    assert replace_words(GOAL, WORDS) == GOAL
    changed = replace_words(GOAL, [f"{letter}." for letter in "ABCDEFG"])
    first, second = changed.requests
    assert (first.said, first.wish) == ("Hi there. A.", "A.")
    assert (first.answers, first.correction) == ({"reason": "B."}, "C.")
    assert (second.said, second.wish, second.insists) == ("D.", "", ("E.", "F."))
    assert changed.unknown == ("G.",)
    same = {"said": "", "wish": "", "answers": {}, "correction": None, "insists": ()}
    assert [request.model_copy(update=same) for request in changed.requests] == [
        request.model_copy(update=same) for request in GOAL.requests
    ]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("Cancel #W1, please.", "Would you cancel #W1?", None),
        ("Cancel #W1.", "Cancel #W2.", "#W1"),
        ("Cancel it.", "Cancel it by May 3.", "3"),
        ("On May 3.", "On June 3.", "May"),
        ("I may pay $5.", "Maybe I pay $5.", None),
        ("Add two bags.", "Add three bags.", "two"),
        ("Two bags, my Visa's 1234's.", "I carry two bags. Visa 1234!", None),
        ("Write to ida@example.com.", "Write to ada@example.com.", "ida@example.com"),
    ],
)
def test_ids_amounts_and_dates_stay_as_they_are(before: str, after: str, changed: str | None) -> None:
    found = find_changed_value(["Hello.", before], ["Hi.", after])
    assert (found is None) == (changed is None)
    assert changed is None or f'text 2 lacks "{changed}"' == found or f'"{changed}"' in (found or "")


@pytest.mark.parametrize(
    "answer",
    [
        "Sure!",
        json.dumps(WORDS[:-1]),
        json.dumps([*WORDS[:-1], ""]),
        json.dumps([*WORDS[:-1], None]),
        json.dumps([*WORDS[:-1], "I forgot\nmy email."]),
        json.dumps({"texts": WORDS}),
        f"Here you are: {json.dumps(WORDS)}",
        json.dumps(WORDS)[:-3],
        "[" * 100_000,
    ],
)
def test_an_answer_is_a_list_of_as_many_lines(answer: str) -> None:
    rejection = read_rewording(GOAL, answer)
    assert isinstance(rejection, Rejection)
    assert rejection.check == "form"


def test_a_fence_and_typographic_quotes_are_read() -> None:
    words = [*WORDS[:-1], "I\u2019ve lost my email."]
    rewritten = read_rewording(GOAL, f"```json\n{json.dumps(words)}\n```")
    assert rewritten == GOAL.model_copy(update={"unknown": ("I've lost my email.",)})


def ask_again(request: SynthesisRequest, budget: Budget = UNLIMITED) -> list[str]:
    questions = [Question(task, 0, [{"role": "user", "content": f"task {task}"}]) for task in range(4)]
    return [answer.text for answer in ask_all(request, questions, Ledger(budget, None, "an answer"))]


def test_after_a_failure_no_answer_is_paid_for_twice(provider: Provider, tmp_path: Path) -> None:
    request = paraphrased_by(provider, tmp_path / "world")
    provider.fault = lambda asked: Fault("status", 401, message="invalid") if asked.number > 2 else None
    with pytest.raises(GaveUp) as caught:
        ask_again(request)
    message = str(caught.value)
    assert message.startswith("paraphrase.llm: gpt-4o at openai: ")
    assert "Check OPENAI_API_KEY, or leave out paraphrase.llm" in message
    assert message.endswith("the same command goes on from there.")
    assert len(message.splitlines()) == 1
    provider.fault = lambda _: None
    assert ask_again(request) == ["answer 1", "answer 2", "answer 4", "answer 5"]
    asked = [request.messages[0].text for request in provider.requests]
    assert asked == ["task 0", "task 1", "task 2", "task 2", "task 3"]
    assert ask_again(request) == ["answer 1", "answer 2", "answer 4", "answer 5"]
    assert len(provider.requests) == 5


def test_no_call_is_made_beyond_the_budget(provider: Provider, tmp_path: Path) -> None:
    request = paraphrased_by(provider, tmp_path / "world")
    for _ in range(2):
        with pytest.raises(GaveUp, match=r"budget.usd=0.002: .* an answer: no further calls. Raise it and run the"):
            ask_again(request, Budget(usd=0.002, tokens=None))
        assert len(provider.requests) == 2
    assert ask_again(request) == [f"answer {number}" for number in (1, 2, 3, 4)]


def test_what_the_filter_withholds_costs_no_second_call(provider: Provider, tmp_path: Path) -> None:
    request = paraphrased_by(provider, tmp_path / "world")
    provider.fault = lambda asked: FILTERED[0][1] if asked.number == 1 else None
    assert ask_again(request) == ask_again(request) == ["", "answer 2", "answer 3", "answer 4"]
    assert len(provider.requests) == 4


def test_without_a_key_nothing_is_written(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(PreflightError) as caught:
        plan_world(paraphrased_by(provider, tmp_path / "world"))
    assert str(caught.value) == (
        "paraphrase.llm=gpt-4o needs OPENAI_API_KEY. Put it in .env, or leave out paraphrase.llm."
    )
    assert not (tmp_path / "world").exists()


Rewrite = Callable[[list[str]], str]
"""The texts of a task -> an answer about them."""


def rewrite_well(texts: list[str]) -> str:
    return json.dumps([f"Well, this is what brings me to you today. {texts[0]}", *texts[1:]])


def change_a_number(texts: list[str]) -> str:
    return json.dumps([f"{texts[0]} And that is for 99 days.", *texts[1:]])


def mumble(texts: list[str]) -> str:
    """Ids, amounts and numbers are kept, and what is named in other words is not."""
    kept = r"(?!(?:three|four|five|seven|eight|nine|eleven|twelve|dozen)\b)"
    return json.dumps([re.sub(rf"(?<![\w@.-])\b{kept}[a-z]{{3,}}\b(?![@-])", "hum", text) for text in texts])


PLAN: list[tuple[Rewrite, Rewrite, str | None]] = [
    (rewrite_well, rewrite_well, None),
    (change_a_number, change_a_number, "values"),
    (lambda _: "Sure!", rewrite_well, None),
    (json.dumps, json.dumps, "near-duplicate"),
    (mumble, mumble, "V6 or V8"),
]
"""Of each task: the answers to the first and the second attempt, and what refuses the second."""


def test_a_world_in_the_words_of_an_llm(retail_world: Path, provider: Provider, tmp_path: Path) -> None:
    tasks = read_tasks(retail_world)
    tasks = [task for task in tasks if task.goal.writes][: len(PLAN)]
    positions = {json.dumps(list_words(task.goal), ensure_ascii=False): at for at, task in enumerate(tasks)}

    def brain(request: ChatRequest) -> Answer:
        if (at := positions.get(request.messages[0].text)) is None:
            return Answer("ok")
        first, second, _ = PLAN[at]
        rewrite = first if len(request.messages) == 1 else second
        return Answer(rewrite(json.loads(request.messages[0].text)), tokens_in=600, tokens_out=80)

    provider.brain = brain
    request = paraphrased_by(provider, tmp_path / "world", n=len(PLAN))
    world = make_here(request, lambda _: [Part(proved=tuple(tasks), rejected={})])
    assert world.paraphrases is not None
    assert (world.paraphrases.kept, world.paraphrases.tasks) == (2, 5)
    refused = Counter(world.paraphrases.refused)
    assert refused.pop("V6", 0) + refused.pop("V8", 0) == 2, "a reference that names nothing, or something else"
    assert refused == {"form": 1, "near-duplicate": 2, "values": 2}
    assert world.paraphrases.usage.usd == pytest.approx(9 * USD)
    proofs = [json.loads(line) for line in (world.folder / "proofs.jsonl").read_text().splitlines()]
    assert [proof["paraphrased"] for proof in proofs] == [check is None for _, _, check in PLAN]
    goals = [Goal.model_validate(proof["goal"]) for proof in proofs]
    for goal, task, (_, _, check) in zip(goals, tasks, PLAN, strict=True):
        words = list_words(task.goal)
        assert list_words(goal) == (words if check else json.loads(rewrite_well(words)))
    assert all(list(proof["checks"]) == [f"V{number}" for number in range(1, 11)] for proof in proofs)

    answers = [json.loads(line) for line in (world.folder / "paraphrases.jsonl").read_text().splitlines()]
    assert [answer["attempt"] for answer in answers] == [1, 1, 2, 1, 2, 1, 2, 1, 2]
    assert {answer["call"]["usd"] for answer in answers} == {USD}
    (told,) = [r for r in provider.requests if len(r.messages) == 3 and r.messages[1].text == "Sure!"]
    assert told.messages[2].text.startswith("This was refused: it is no JSON list")
    card = (world.folder / "README.md").read_text()
    assert "gpt-4o at openai was asked to rewrite 5 tasks. 2 are in its words" in card
    assert f"9 answers, 5,400 tokens in, 720 out, {9 * USD:.4f} USD" in card
    assert "Made without an llm" not in card
    assert not [path for path in world.folder.rglob("*") if path.is_file() and SECRET in path.read_text()]
    assert not provider.errors


def make_here(request: SynthesisRequest, make_parts: MakeParts) -> World:
    """Make the world in this process."""
    plan_world(request)
    ledger = Ledger(UNLIMITED, None, "an answer")
    crew = Crew(
        lambda questions: ask_all(request, questions, ledger),
        lambda attempt, rewordings: prove_rewordings(request, f"proofs-{attempt}", rewordings),
    )
    return synthesize(request, make_parts, crew)


def read_tasks(world: Path) -> list[Proved]:
    proofs = map(json.loads, (world / "proofs.jsonl").read_text().splitlines())
    return [Proved(**{key: proof[key] for key in ("family", "goal", "checks")}) for proof in proofs]


def test_a_wish_that_is_refused_stays_that_wish(retail_world: Path, provider: Provider, tmp_path: Path) -> None:
    """The state of the world is the same whatever is refused."""
    request = paraphrased_by(provider, tmp_path / "world")
    WorldFolder(request).making.mkdir(parents=True)
    (WorldFolder(request).making / "tau2").symlink_to(retail_world / "tau2")
    task = next(task for task in read_tasks(retail_world) if not task.goal.writes and "#W" in str(task.goal))
    words = list_words(task.goal)
    orders = " and ".join(re.findall(r"#W\d+", words[0]))
    others = [f"Well, this is what brings me to you today. {words[0]}", f"How much did I pay for {orders}?"]
    goals = [replace_words(task.goal, [wish, *words[1:]]) for wish in others]
    rewordings = [Rewording(task, goal) for goal in goals]
    kept, refused = prove_rewordings(request, "proofs", rewordings)
    assert isinstance(kept, dict)
    assert isinstance(refused, Rejection)
    assert refused == ("V8", OTHER_MEANING)


def compose_request(*words: str) -> SynthesisRequest:
    return parse_as(SynthesisRequest, compose_tree(list(words), "synthesize"))


def test_the_command_line_chooses_an_llm() -> None:
    plain, by_llm = compose_request(), compose_request("paraphrase.llm=gpt4o", "paraphrase.llm.temperature=0.7")
    assert plain.paraphrase.llm is None
    assert plain.describe() == {"version": VERSION, "domain": "retail", "n": 100, "seed": 0}
    assert plain.digest == hashlib.sha256(json.dumps([VERSION, "retail", 100, 0]).encode()).hexdigest()[:8]
    assert isinstance(by_llm.paraphrase.llm, Llm)
    assert (by_llm.paraphrase.llm.name, by_llm.paraphrase.llm.temperature) == ("gpt-4o", 0.7)
    assert by_llm.describe()["paraphrase"]["name"] == "gpt-4o"
    assert len({plain.digest, by_llm.digest, compose_request("paraphrase.llm=gpt4o").digest}) == 3


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("gpt4q", r"paraphrase.llm=gpt4q does not exist. Did you mean gpt4o\?"),
        ("oracle", "paraphrase.llm=oracle rewrites nothing. Choose one of a provider"),
        ("openai_compatible", "paraphrase.llm.provider.api_base has no default here"),
    ],
)
def test_an_llm_that_cannot_rewrite_is_named(choice: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_request(compose_request(f"paraphrase.llm={choice}"), customers=10, families=[])


@pytest.mark.slow
def test_a_killed_command_pays_for_no_answer_twice(provider: Provider, tmp_path: Path) -> None:
    """By the door: SIGKILL while the third task is asked about, then the same command."""
    provider.brain = lambda asked: Answer(
        rewrite_well(json.loads(text)) if (text := asked.messages[0].text).startswith("[") else "ok"
    )
    words = ["domain=retail", "n=6", "seed=7", "workers=1", f"root={tmp_path}", f"out={tmp_path / 'world'}"]
    words += ["paraphrase.llm=gpt4o", f"paraphrase.llm.provider.api_base={provider.openai_base}"]
    words += [f"paraphrase.llm.{key}" for key in ("usd_per_million_tokens_in=1", "usd_per_million_tokens_out=2")]
    words += ["paraphrase.llm.provider.calls_at_once=1"]
    log = (tmp_path / "log").open("w")
    provider.fault = lambda asked: Fault("hang", seconds=60) if asked.number == 4 else None
    killed = start(words, "synthesize", cwd=tmp_path, log=log, cold=True)
    while len(provider.requests) < 4 and killed.poll() is None:
        time.sleep(0.1)
    killed.kill()
    killed.wait()
    assert not (tmp_path / "world" / "tau2").exists()
    answered = [asked.messages[0].text for asked in provider.requests[1:3]]
    provider.fault = lambda _: None
    assert by_the_door("synthesize", *words, cwd=tmp_path, cold=True).code == 0
    assert not {asked.messages[0].text for asked in provider.requests[4:]} & {*answered}
    request = paraphrased_by(provider, tmp_path / "undisturbed", n=6)
    undisturbed = make_here(request, lambda numbers: [make_part(request, number) for number in numbers]).folder
    for path in sorted(undisturbed.rglob("*")):
        if path.is_file() and path.name != "paraphrases.jsonl":  # it has times
            assert (tmp_path / "world" / path.relative_to(undisturbed)).read_bytes() == path.read_bytes(), path
