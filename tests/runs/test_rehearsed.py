"""The rehearsed llm: every agent with every customer, over HTTP from a server of the run's own; without a key.

Not here: that the forms are read as they should be when a model gets them wrong (`test_agents`,
`test_every_pairing`).
"""

import itertools
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.cli import Generate, command, played
from support.provider.replay import essence
from support.sockets import listening

from tautraj.config import Run
from tautraj.config.identity import identify_cell, plan_episodes
from tautraj.errors import ConfigError, ProviderError
from tautraj.llms import chat
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.runs.rehearsed.facts import list_facts
from tautraj.runs.rehearsed.launch import address_seats, serve_rehearsed
from tautraj.runs.rehearsed.script import ScriptStep
from tautraj.runs.rehearsed.script_builder import build_script
from tautraj.runs.rehearsed.thoughts import build_plan
from tautraj.store import Store
from tautraj.tracking.tracker import build_run_tags
from tautraj.trajectory import Trajectory, Turn
from tautraj.users.scripted import YES

pytestmark = pytest.mark.xdist_group("rehearsed")  # one worker, and so one server for most of them

RunOf = Callable[..., Run]
Play = Callable[..., list[Trajectory]]

AGENTS = ["tool_calling", "planning", "react", "act", "few_shot", "code"]
CHECKED = ["verify", "reflection"]
STRATEGIES = ["llm", "react", *CHECKED]
SEATS = ["model=rehearsed", "user=rehearsed"]
FORGETFUL = ["model=rehearsed_forgetful", "user=rehearsed"]
HASTY = ["model=rehearsed", "user=rehearsed_forgetful"]
ONE = "9"
"""A retail task with several writes."""
SOME = ["0", "5", "9", "12", "17", "18", "20", "23", "26", "28", "33", "34"]
STOP = "###STOP###"
NUMBERS = itertools.count(1)
"""Of the runs at the module's server."""


@pytest.fixture(scope="module")
def rehearsal(run_of: RunOf) -> Iterator[Run]:
    """One server for all retail test tasks, four trials: what it says depends on no agent and no strategy."""
    run = run_of(*SEATS, "trials=4")
    with serve_rehearsed([run], plan_episodes(run, SOME)) as [served]:
        yield served


def at_server(run: Run, rehearsal: Run) -> Run:
    """The run with its seats at that server, its customers its own."""
    server = str(rehearsal.model.provider.api_base).removesuffix("/model/v1")
    return address_seats(run, server, next(NUMBERS))


@pytest.fixture(scope="session")
def examples(run_of: RunOf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run directory with successful train episodes."""
    run = run_of("split=train")
    store = Store(str(tmp_path_factory.mktemp("train")))
    for spec in plan_episodes(run, ["1", "2", "3", "4"]):
        store.write(grade_episode(run_episode(run, spec, Recorder()), run))
    return Path(store.path)


@pytest.fixture
def play(run_of: RunOf, rehearsal: Run, examples: Path) -> Play:
    """Retail tasks, through the module's server."""

    def episodes(agent: str, strategy: str, *overrides: str, ids: Sequence[str] = (ONE,)) -> list[Trajectory]:
        shown = [f"agent.examples={examples}"] if agent == "few_shot" else []
        seats = [] if any(override.startswith("model=") for override in overrides) else SEATS
        run = run_of(*seats, *overrides, f"agent={agent}", f"user_strategy={strategy}", *shown)
        served = at_server(run, rehearsal)
        return [grade_episode(run_episode(served, spec, Recorder()), served) for spec in plan_episodes(served, ids)]

    return episodes


def turns(trajectory: Trajectory, seat: str) -> list[Turn]:
    return [turn for turn in trajectory.turns if turn.seat == seat and not turn.given]


def rewards(trajectories: Sequence[Trajectory]) -> list[float | None]:
    return [trajectory.reward for trajectory in trajectories]


# every agent, every strategy


@pytest.mark.parametrize(("agent", "strategy"), itertools.product(AGENTS, STRATEGIES))
def test_every_agent_plays_gold_with_every_customer(play: Play, agent: str, strategy: str) -> None:
    [trajectory] = play(agent, strategy)
    assert (trajectory.outcome.kind, trajectory.reward) == ("user_stop", 1.0)
    assert not [turn for turn in trajectory.turns if turn.kind == "mistake" or turn.error]
    check_agent(trajectory, agent)
    check_customer(trajectory, strategy)
    for usage in (trajectory.usage["model"], trajectory.usage["user"]):
        assert usage.tokens_in > usage.calls
        assert usage.tokens_out >= usage.calls
        assert (usage.retries, usage.usd) == (0, 0.0)


def check_agent(trajectory: Trajectory, agent: str) -> None:
    """What it thought stands where such an agent keeps it."""
    mine = turns(trajectory, "model")
    acted = [turn for turn in mine if turn.kind in ("tool_call", "message")]
    kinds = {turn.kind for turn in mine}
    assert kinds - {"tool_call", "message"} == {"planning": {"belief", "plan"}, "code": {"code"}}.get(agent, set())
    thinking = [turn for turn in mine if turn.kind == "code"] if agent == "code" else acted
    assert [bool(turn.thought) for turn in thinking] == [agent in ("planning", "react", "code")] * len(thinking)
    assert [bool(turn.reasoning) for turn in acted] == [agent in ("tool_calling", "few_shot")] * len(acted)
    if agent == "planning":
        beliefs = [turn.belief for turn in mine if turn.belief]
        assert [belief["state"] for belief in (beliefs[0], beliefs[-1])] == ["understanding", "resolution"]
        plans = [turn.plan for turn in mine if turn.plan]
        assert len(set(plans)) == len(plans) > 1, "it goes on from where it is"
        check_looks_not_ahead(trajectory)


def check_looks_not_ahead(trajectory: Trajectory) -> None:
    """Belief and plan name no order before anybody did."""
    heard = ""
    for turn in trajectory.turns:
        noted = re.findall(r"#W\d+|\b\d{10}\b", f"{turn.belief} {turn.plan}")
        assert [one for one in noted if one not in heard] == []
        heard += f"{turn.message} {turn.observation} {turn.tool_call}"


def test_a_plan_names_what_the_customer_is_asked_to_do() -> None:
    asked = "Please grant the messaging app the sms permission."
    step = ScriptStep(say=asked, name="", arguments={}, writes=True, asks_confirmation=False)
    assert build_plan([step], 0) == f'1. Ask the customer: "{asked}"'


def test_a_belief_says_what_was_found() -> None:
    """The customer's device answers in words, a tool in JSON, of which what was asked for need not be said again."""

    def step(name: str, *, writes: bool = False, **arguments: str) -> ScriptStep:
        return ScriptStep(say=None, name=name, arguments=arguments, writes=writes, asks_confirmation=False)

    order = {
        "order_id": "#W1",
        "address": {"city": "Austin", "zip": "78701"},
        "items": [{"name": "Desk Lamp", "price": 9.5}, {"name": "Mug", "price": 3.0}],
        "payments": {"paypal_1": {"source": "paypal"}},
        "notes": [],
    }
    transcript = [
        "Agent: What does the status bar of your phone show?",
        "Customer: It says: No Signal",
        f'Agent called get_order({{"order_id": "#W1"}}): {json.dumps(order)}',
        'Agent called cancel_order({"order_id": "#W1"}): {}',
    ]
    taken = [step("get_order", order_id="#W1"), step("cancel_order", writes=True, order_id="#W1")]
    assert [(fact.fact, fact.source) for fact in list_facts(taken, "\n".join(transcript))] == [
        ("the customer's device says: No Signal", "the customer"),
        ("get order for #W1: address Austin, 78701; items Desk Lamp, Mug; payments paypal_1", "get_order"),
        ("done: cancel order for #W1", "cancel_order"),
    ]


def check_customer(trajectory: Trajectory, strategy: str) -> None:
    thoughts = [turn.thought for turn in turns(trajectory, "user")]
    said = [turn.message or "" for turn in turns(trajectory, "user")]
    assert [STOP in words for words in said] == [False] * (len(said) - 1) + [True]
    if strategy == "react":
        assert all(thoughts)
    else:
        assert all(not thought or thought.startswith(f"Rejected: {YES} {STOP}\nBecause: The") for thought in thoughts)
        assert strategy != "llm" or not any(thoughts)


@pytest.mark.parametrize("strategy", ["verify", pytest.param("reflection", marks=pytest.mark.slow)])
def test_a_draft_is_rejected_now_and_then(play: Play, strategy: str) -> None:
    found = play("tool_calling", strategy, ids=SOME)
    assert rewards(found) == [1.0] * len(SOME)
    said = [turn for trajectory in found for turn in turns(trajectory, "user") if turn.message == YES]
    rejected = [turn for turn in said if turn.thought]
    assert 0 < len(rejected) < len(said)
    assert {turn.thought.count("Rejected:") for turn in rejected if turn.thought} == {1}
    assert [turn.thought for turn in said] == [
        turn.thought
        for trajectory in play("tool_calling", strategy, ids=SOME)
        for turn in turns(trajectory, "user")
        if turn.message == YES
    ], "the same ones again"


# forgetting


def test_a_forgetful_model_fails_where_the_seed_says_so_and_the_same_again(play: Play) -> None:
    first = play("tool_calling", "llm", *FORGETFUL, "trials=2", ids=SOME)
    again = play("tool_calling", "llm", *FORGETFUL, "trials=2", ids=SOME[:2])
    repeated = [essence(one) for one in first if one.task_id in SOME[:2]]
    assert sorted(repeated, key=str) == sorted((essence(one) for one in again), key=str)
    failed = {(one.task_id, one.trial) for one in first if one.reward == 0.0}
    assert 2 <= len(failed) <= len(first) // 2
    assert {task for task, trial in failed if trial == 0} != {task for task, trial in failed if trial == 1}
    whole = {(one.task_id, one.trial): one for one in play("tool_calling", "llm", "trials=2", ids=SOME)}
    for one in first:
        done = [
            [turn.tool_call.name for turn in t.turns if turn.tool_call] for t in (one, whole[one.task_id, one.trial])
        ]
        assert len(done[1]) - len(done[0]) in (0, 1)
        assert one.reward == 1.0 or len(done[0]) < len(done[1])


def test_a_hasty_customer_hangs_up_unless_it_is_checked(play: Play) -> None:
    alone = play("tool_calling", "llm", *HASTY, ids=SOME)
    failed = [one for one in alone if one.reward == 0.0]
    assert 0 < len(failed) < len(SOME)
    for one in failed:
        assert one.labels is not None and one.labels.customer_stopped_early
        assert (one.turns[-1].message, one.outcome.kind) == (f"{YES} {STOP}", "user_stop")
    for strategy in ("verify", "reflection"):
        assert rewards(play("tool_calling", strategy, *HASTY, ids=[one.task_id for one in failed])) == [1.0] * len(
            failed
        )


# other domains


@pytest.mark.parametrize("agent", ["tool_calling", "code", "react"])
def test_tasks_that_begin_in_mid_conversation(run_of: RunOf, agent: str) -> None:
    """All of mock: rewards are the oracle's."""
    run, offline = (run_of("domain=mock", "split=base", *chosen) for chosen in ([*SEATS, f"agent={agent}"], []))
    ids = ids_of(offline)
    expected = {
        s.task_id: grade_episode(run_episode(offline, s, Recorder()), offline).reward
        for s in plan_episodes(offline, ids)
    }
    with serve_rehearsed([run], plan_episodes(run, ids)) as [served]:
        found = {
            s.task_id: grade_episode(run_episode(served, s, Recorder()), served).reward
            for s in plan_episodes(served, ids)
        }
    assert found == expected


def ids_of(run: Run) -> list[str]:
    from tautraj.benchmarks import open_benchmark

    return open_benchmark(run.benchmark, run.domain).list_task_ids(run.split.name)


@pytest.mark.parametrize(
    "strategy", ["llm", "react", *(pytest.param(name, marks=pytest.mark.slow) for name in CHECKED)]
)
def test_a_customer_with_tools_of_its_own_uses_them(run_of: RunOf, strategy: str) -> None:
    run = run_of(*SEATS, "domain=telecom", "split=test", f"user_strategy={strategy}")
    ids = ids_of(run)[:2]
    with serve_rehearsed([run], plan_episodes(run, ids)) as [served]:
        found = [grade_episode(run_episode(served, spec, Recorder()), served) for spec in plan_episodes(served, ids)]
    assert rewards(found) == [1.0] * len(ids)
    assert all(any(turn.tool_call for turn in turns(one, "user")) for one in found)


# who knows what


def test_gold_is_handed_out_only_where_the_models_seat_is_rehearsed(run_of: RunOf) -> None:
    run = run_of("model=gpt4o", "user=rehearsed")
    assert [part.steps for part in build_script(run, plan_episodes(run, SOME)).tasks] == [()] * len(SOME)
    run = run_of(*SEATS)
    assert all(part.steps for part in build_script(run, plan_episodes(run, SOME)).tasks)
    with serve_rehearsed([run_of("model=gpt4o", "user=gpt4o")], []) as [served]:
        assert served == run_of("model=gpt4o", "user=gpt4o")


def test_it_is_labelled_as_the_oracle_is(run_of: RunOf, tmp_path: Path) -> None:
    gold = [["model=rehearsed", "user=gpt4o"], FORGETFUL, ["model=oracle", "user=gpt4o"]]
    other = ["model=gpt4o", "user=rehearsed"]
    tagged = ["oracle" in build_run_tags(plan_run(run_of(*seats, root=tmp_path))) for seats in [*gold, other]]
    assert tagged == [True, True, True, False]


def test_a_model_with_a_rehearsed_customer_stays_where_it_is(run_of: RunOf) -> None:
    run = run_of("model=gpt4o", "user=rehearsed")
    with serve_rehearsed([run], plan_episodes(run, [ONE])) as [served]:
        assert served.model == run.model
        assert (served.user.provider.api_base or "").startswith("http://127.0.0.1:")


def test_a_conversation_that_was_not_rehearsed_is_refused(rehearsal: Run) -> None:
    with pytest.raises(ProviderError, match="seed 1 belongs to no rehearsed episode") as refused:
        chat(rehearsal.model, [{"role": "user", "content": "hello"}], seed=1)
    assert not refused.value.transient


def test_the_port_is_no_part_of_what_an_episode_is_called(run_of: RunOf, rehearsal: Run) -> None:
    run = run_of(*SEATS, "trials=4")
    assert rehearsal.model.provider.api_base != run.model.provider.api_base
    assert identify_cell(run) == identify_cell(rehearsal)
    assert identify_cell(run_of(*FORGETFUL)) != identify_cell(run_of(*SEATS))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["model.extra.forgets=2"], r"^model\.extra\.forgets: .* conf/llm/rehearsed\.yaml$"),
        (["+user.extra.top_p=0.9"], r"^user\.extra\.top_p: .* conf/llm/rehearsed\.yaml$"),
        (
            ["user.provider.api_base=http://127.0.0.1:8000/v1"],
            r"^user\.provider\.api_base: .* user=openai_compatible$",
        ),
        (["judge=gpt4o", "judge.provider.route=rehearsed"], r"^judge=gpt-4o.*: a rehearsed llm cannot judge"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_it_cannot_do_is_refused_in_one_line(run_of: RunOf, overrides: list[str], said: str) -> None:
    with pytest.raises(ConfigError, match=said), serve_rehearsed([run_of(*SEATS, *overrides)], []):
        pass


# the process


def test_hundreds_of_calls_at_once_are_answered(run_of: RunOf, rehearsal: Run) -> None:
    [spec] = plan_episodes(rehearsal.model_copy(update={"trials": 1}), [ONE])
    said = [{"role": "assistant", "content": "Hi!"}, {"role": "user", "content": "x" * 20_000}]
    body = {"messages": said, "seed": spec.number, **rehearsal.model.extra}
    address = f"{rehearsal.model.provider.api_base}/chat/completions"

    with (
        httpx.Client(limits=httpx.Limits(max_connections=None), timeout=60) as client,
        ThreadPoolExecutor(200) as pool,
    ):
        answers = pool.map(lambda _: client.post(address, json=body), range(400))
        assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}], ids=str)
def test_a_web_page_of_another_site_is_refused(rehearsal: Run, headers: dict[str, str]) -> None:
    body = {"messages": [{"role": "user", "content": "Hi!"}]}
    address = f"{rehearsal.model.provider.api_base}/chat/completions"
    assert httpx.post(address, json=body, headers=headers).status_code == 403
    assert httpx.post(address, json=body).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1",
        "POST / HTTP/1.1\r\nContent-Length: x",
        "POST / HTTP/1.1\r\nContent-Length: -1",
        "POST / HTTP/1.1\r\nContent-Length: " + "9" * 30,
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked",
        "",
        "\0" * 100,
    ],
    ids=["no length", "a word", "below zero", "huge", "chunked", "nothing", "NUL"],
)
def test_a_request_that_cannot_be_read_gets_400(rehearsal: Run, head: str) -> None:
    port = int(str(rehearsal.model.provider.api_base).split(":")[2].partition("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head.encode() + b"\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(4096), b""))  # until it is closed
    assert answer.startswith(b"HTTP/1.1 400 ")


def own_servers(parent: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    lines = [line.split(maxsplit=3) for line in listing.stdout.splitlines()]
    return [
        int(pid)
        for pid, mother, state, args in lines
        if int(mother) == parent and "tautraj.runs.rehearsed.server" in args and not state.startswith("Z")
    ]


def test_it_is_there_for_the_length_of_the_block_on_this_machine_only(run_of: RunOf) -> None:
    before = own_servers(os.getpid())
    run = run_of(*SEATS)
    with pytest.raises(KeyboardInterrupt), serve_rehearsed([run], plan_episodes(run, [ONE])):
        [pid] = set(own_servers(os.getpid())) - set(before)
        assert {address.partition(":")[0] for address in listening(pid)} == {"127.0.0.1"}
        assert os.getpgid(pid) != os.getpgid(0), "a Ctrl-C is the run's to answer"
        raise KeyboardInterrupt
    assert own_servers(os.getpid()) == before


def gone(pid: int) -> bool:
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_run_that_is_killed_leaves_no_server(tmp_path: Path, store_of: Callable[..., Store]) -> None:
    env = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": str(tmp_path / "prefect-home")}
    overrides = [*SEATS, "domain=mock", "split=base", "tracking=none", "trials=50"]
    with subprocess.Popen(command(overrides), cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as process:
        while not Path(store_of(*overrides).path, "run.yaml").exists():  # every seat has been asked
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        [server] = own_servers(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert gone(server)


@pytest.mark.slow
def test_by_the_front_door_among_processes(generate: Generate, store_of: Callable[..., Store]) -> None:
    overrides = [*SEATS, "agent=planning", "user_strategy=reflection", "domain=mock", "split=base", "trials=2"]
    overrides += ["runner=processes", "runner.processes=1", "runner.workers=2", "tracking=none"]
    done = generate(*overrides)
    assert done.code == 0, done.err
    assert "model=rehearsed replays the task's gold actions: this checks the pipeline, it is no model's" in done.out
    assert len(played(store_of(*overrides))) == 18


# all tasks, by every form


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("domain", ["retail", "airline"])
@pytest.mark.parametrize("agent", [agent for agent in AGENTS if agent != "few_shot"])
def test_every_test_task_is_played_to_the_end(run_of: RunOf, agent: str, domain: str, strategy: str) -> None:
    run = run_of(*SEATS, f"agent={agent}", f"domain={domain}", f"user_strategy={strategy}", "split=test")
    ids = ids_of(run)
    with serve_rehearsed([run], plan_episodes(run, ids)) as [served]:
        found = [grade_episode(run_episode(served, spec, Recorder()), served) for spec in plan_episodes(served, ids)]
    assert {one.task_id: one.reward for one in found} == dict.fromkeys(ids, 1.0)
