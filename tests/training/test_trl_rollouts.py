"""TRL's own trainers train a policy in the benchmark's worlds, on a CPU and without a key. Takes `make test-trl`.

The policy writes what the oracle did, or ends at once: what the weights are worth is not asked here. Not here: what a
rollout does with a policy's actions (`test_rollouts`).
"""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from support import varlen_attention
from support.fake_vllm import serve_vllm
from support.policies import ScriptedPolicy, play_oracle, write_call
from support.tiny_models import make_model, make_tokenizer
from support.worlds import shared_world

from tautraj.grading.regrade import regrade_trajectory
from tautraj.store import Store
from tautraj.training import environment, tasks
from tautraj.training.rollouts.factory import EnvironmentFactory
from tautraj.trajectory import Trajectory

pytestmark = pytest.mark.trl

Worlds = dict[str, tuple[str, ...]]
"""Name of an environment -> the words that describe its run."""
Played = dict[str, list[Trajectory]]
"""Name of an environment -> the oracle's episodes of its tasks."""
Factories = dict[str, EnvironmentFactory]

GENERATIONS = 2
STEPS = 2
CONTEXT = 60_000
SHORT = ("agent.system=short", "tracking=none", "tasks.limit=3")
"""The policies have 4 to 9 thousand tokens."""


@pytest.fixture(scope="module")
def worlds(shared_folder: Path) -> Worlds:
    official = {domain: (f"domain={domain}", *SHORT) for domain in ("retail", "airline", "telecom")}
    shop = f"domain.data_dir={shared_world('retail', shared_folder)}"
    return {**official, "shop": (shop, "name=shop", *SHORT)}


@pytest.fixture(scope="module")
def played(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Played:
    root = tmp_path_factory.mktemp("oracle")
    return {
        name: list(play_oracle(root / name, *(word for word in words if not word.startswith("agent."))).values())
        for name, words in worlds.items()
    }


@pytest.fixture
def factories(worlds: Worlds, tmp_path: Path) -> Iterator[Factories]:
    opened = {name: environment(f"root={tmp_path / name}", *words) for name, words in worlds.items()}
    yield opened
    for factory in opened.values():
        factory.close()


def make_rows(worlds: Worlds) -> Any:
    """A task of each world."""
    from datasets import concatenate_datasets

    domains = {name: "retail" if name == "shop" else name for name in worlds}
    rows = [tasks(domains[name], *words, environment=name) for name, words in worlds.items()]
    return concatenate_datasets([row.select(range(1)) for row in rows])


def make_words(folder: Path, played: Played) -> Any:
    texts = [episode.model_dump_json() for episodes in played.values() for episode in episodes]
    return make_tokenizer(folder, texts, "qwen3.jinja")


class EveryOther:
    """Plays what the oracle did; every other rollout ends with its first word, so that a group's rewards differ."""

    def __init__(self, played: Played) -> None:
        self._script = ScriptedPolicy([episode for episodes in played.values() for episode in episodes])
        self._begun = 0

    def write(self, prompt: str) -> str:
        if "<tool_response>" not in prompt:
            self._begun += 1
            if self._begun % GENERATIONS == 0:
                return "Goodbye.<|im_end|>"
        return self._script.write(prompt)


class Wild:
    """Writes what no trainer should see, again and again."""

    def __init__(self, written: Sequence[str]) -> None:
        self._written = itertools.cycle(written)

    def write(self, prompt: str) -> str:
        return f"{next(self._written)}<|im_end|>"


def read_rollouts(factory: EnvironmentFactory) -> list[Trajectory]:
    return list(Store(factory.run_directory).read_episodes())


def check_run_directories(factories: Factories) -> None:
    """Every rollout is an episode, some of each world succeeded, and graded again each has the same reward."""
    for name, factory in factories.items():
        episodes = read_rollouts(factory)
        assert episodes and all(episode.rollout is not None for episode in episodes)
        for episode in episodes:
            assert regrade_trajectory(episode, factory.benchmark).reward == episode.reward
        assert {episode.outcome.kind for episode in episodes} > {"agent_stop"}, name
        assert 1.0 in {episode.reward for episode in episodes}, name
        assert Path(factory.run_directory, "metrics.json").exists()


def plain(folder: Path) -> dict[str, Any]:
    return {
        **{"output_dir": str(folder / "out"), "save_strategy": "no", "report_to": [], "logging_steps": 1},
        **{"use_cpu": True, "bf16": False, "max_steps": STEPS, "num_generations": GENERATIONS},
    }


def build_grpo(
    factories: Factories, worlds: Worlds, words: Any, policy: Any, folder: Path, tokens: int, **settings: Any
) -> Any:
    """A trainer whose model says what `policy` writes, and learns from it. `tokens`: of an episode, at most."""
    import torch
    from trl import GRPOConfig, GRPOTrainer

    size = {"per_device_train_batch_size": len(factories) * GENERATIONS, "max_completion_length": tokens}
    trainer = GRPOTrainer(
        make_model(words, max_position_embeddings=CONTEXT),
        args=GRPOConfig(**{**plain(folder), **size, "learning_rate": 1e-2, **settings}),
        train_dataset=make_rows({name: worlds[name] for name in factories}),
        environment_factory=factories,
        callbacks=[factory.callback for factory in factories.values()],
        processing_class=words,
    )

    def generate(input_ids: Any, attention_mask: Any, **_: Any) -> Any:
        """What transformers' own would return: the prompts, and behind them what the policy writes."""
        prompts = [row[mask.bool()].tolist() for row, mask in zip(input_ids, attention_mask, strict=True)]
        written = [words(policy.write(words.decode(prompt)))["input_ids"] for prompt in prompts]
        longest = max(map(len, written))
        padded = torch.tensor([[*tokens, *[words.pad_token_id] * (longest - len(tokens))] for tokens in written])
        return torch.cat([input_ids, padded], dim=1)

    trainer.model.generate = generate
    return trainer


def test_grpo_takes_steps_in_every_world(
    worlds: Worlds, played: Played, factories: Factories, tmp_path: Path
) -> None:
    import torch

    words = make_words(tmp_path / "words", played)
    trainer = build_grpo(factories, worlds, words, EveryOther(played), tmp_path, CONTEXT // 2)
    before = [weight.clone() for weight in trainer.model.parameters()]
    assert trainer.train().global_step == STEPS
    assert any(not torch.equal(old, new) for old, new in zip(before, trainer.model.parameters(), strict=True))
    check_run_directories(factories)
    for name, factory in factories.items():
        rollouts = [(episode.rollout, episode.reward) for episode in read_rollouts(factory) if episode.rollout]
        places = sorted((rollout.step, rollout.group, rollout.member) for rollout, _ in rollouts)
        assert places == [(0, 0, 0), (0, 0, 1), (1, 1, 0), (1, 1, 1)], name
        key = f"rewards/{type(factory()).__name__}/mean"
        logged = [entry[key] for entry in trainer.state.log_history if key in entry]
        rewards = [[reward for rollout, reward in rollouts if rollout.step == step] for step in range(STEPS)]
        assert logged == [pytest.approx(sum(group) / len(group)) for group in rewards], name
        state = json.loads(Path(factory.run_directory, "trainings", f"{factory.training}.json").read_text())
        assert state["step"] == STEPS - 1 and state["generations"] == GENERATIONS


def test_the_runs_of_both_name_each_other(
    worlds: Worlds, played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trainer's own MLflow run, and that of the run directory."""
    import mlflow

    uri = f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    tracked = [word for word in worlds["retail"] if word != "tracking=none"]
    factory = environment(f"root={tmp_path}", *tracked, f"tracking.uri={uri}", "tracking.traces=none")
    words = make_words(tmp_path / "words", played)
    silent = Wild(["Good morning."])
    trainer = build_grpo({"retail": factory}, worlds, words, silent, tmp_path, tokens=500, report_to=["mlflow"])
    trainer.train()
    mlflow.end_run()
    factory.close()
    mlflow.set_tracking_uri(uri)
    runs = mlflow.search_runs(search_all_experiments=True)
    tag = f"tags.tautraj.run_directory.{factory.training}"
    [own] = runs[runs[tag].notna()].to_dict("records")
    [ours] = runs[runs["tags.trainer_run"].notna()].to_dict("records")
    assert ours["tags.trainer_run"] == own["run_id"]
    assert own[tag] == factory.run_directory
    assert (ours["status"], ours["metrics.episodes"]) == ("FINISHED", STEPS * GENERATIONS)


KILLED = """
import sys
from support.tiny_models import make_model
from transformers import AutoTokenizer
from trl import GRPOConfig, GRPOTrainer
from tautraj.training import environment, tasks

root, model = sys.argv[1:]
retail = environment("domain=retail", "agent.system=none", "tracking=none", f"root={root}")

def told(environments, **_):
    for one in environments:
        print(one.trajectory.id, flush=True)
    return [0.0] * len(environments)

words = AutoTokenizer.from_pretrained(model)
settings = {"max_completion_length": 8, "num_generations": 2, "per_device_train_batch_size": 2, "max_steps": 1000}
silent = {"report_to": [], "use_cpu": True, "bf16": False, "disable_tqdm": True, "save_strategy": "no"}
GRPOTrainer(
    make_model(words, max_position_embeddings=40_000),
    reward_funcs=told,
    args=GRPOConfig(output_dir=f"{root}/out", **settings, **silent),
    train_dataset=tasks("retail", "agent.system=none"),
    environment_factory=retail,
    callbacks=[retail.callback],
    processing_class=words,
).train()
"""


def test_a_trainer_killed_three_times_loses_what_was_under_way(played: Played, tmp_path: Path) -> None:
    """Every rollout that was rewarded is in the run directory, once; nothing is half-written."""
    make_words(tmp_path / "words", played)
    support = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(support), str(support.parent / "src")])}
    rewarded: list[str] = []
    for kill in range(3):
        command = [sys.executable, "-c", KILLED, str(tmp_path / "rl"), str(tmp_path / "words")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
        assert process.stdout is not None
        rewarded += [process.stdout.readline().strip() for _ in range(4 + kill)]
        os.kill(process.pid, signal.SIGKILL)
        rewarded += process.stdout.read().splitlines()
        process.wait()
    [folder] = (tmp_path / "rl" / "default").iterdir()
    store = Store(str(folder))
    store = Store(str(folder))
    kept = {episode.id: episode.rollout for episode in store.read_episodes()}
    assert all(rewarded) and len(rewarded) == len({*rewarded}) and {*rewarded} <= {*kept}
    assert len(kept) <= len(rewarded) + 3 * GENERATIONS and store.read_failures(set()) == []
    places = [(rollout.training, rollout.group, rollout.member) for rollout in kept.values() if rollout]
    assert len({training for training, _, _ in places}) == 3 and len({*places}) == len(places)


class NoTransfer:
    """The served policy stays as it is."""

    def init_weight_transfer(self) -> None: ...

    def pause(self) -> None: ...

    def send_weights(self, iterator: Iterator[Any]) -> None:
        for _ in iterator:
            pass

    def resume(self) -> None: ...

    def destroy(self) -> None: ...


def test_async_grpo_takes_steps_in_every_world(
    worlds: Worlds, played: Played, factories: Factories, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rollouts are played in a process of their own, many at once.

    What this trainer takes from a GPU has a stand-in here: a device's name, FlashAttention, vLLM behind its address.
    """
    monkeypatch.setattr("torch.cuda.get_device_name", lambda _: "CPU")
    monkeypatch.setattr("trl.experimental.async_grpo.packing._flash_attn", lambda: varlen_attention)
    monkeypatch.setattr("trl.experimental.async_grpo.async_rollout_worker.is_vllm_available", lambda: True)
    from trl.experimental.async_grpo import AsyncGRPOConfig, AsyncGRPOTrainer

    words, policy = make_words(tmp_path / "words", played), EveryOther(played)
    make_model(words, max_position_embeddings=CONTEXT).save_pretrained(tmp_path / "words")

    def generate(prompt: list[int]) -> list[int]:
        return list(words(policy.write(words.decode(prompt)))["input_ids"])

    at_once = len(worlds) * GENERATIONS
    with serve_vllm(generate, CONTEXT) as address:
        trainer = AsyncGRPOTrainer(
            str(tmp_path / "words"),
            args=AsyncGRPOConfig(
                vllm_server_base_url=address,
                max_completion_length=CONTEXT // 2,
                per_device_train_batch_size=at_once,
                max_inflight_tasks=at_once,
                token_budget=0,
                **plain(tmp_path),
            ),
            train_dataset=make_rows(worlds),
            environment_factory=factories,
            callbacks=[factory.callback for factory in factories.values()],
            weight_transfer=NoTransfer(),
        )
        assert trainer.train().global_step == STEPS
    for factory in factories.values():
        factory.close()  # rollouts that ended after the last step are counted as well
    check_run_directories(factories)
    for factory in factories.values():
        episodes = read_rollouts(factory)
        assert json.loads(Path(factory.run_directory, "metrics.json").read_text())["episodes"] == len(episodes)
        places = [(episode.rollout.group, episode.rollout.member) for episode in episodes if episode.rollout]
        assert len({*places}) == len(places) and {member for _, member in places} == {*range(GENERATIONS)}


WILD = {
    "never calls": ["Good morning."],
    "an unknown tool": [write_call("fly", {}), "Sorry."],
    "wrong arguments": [write_call("get_order_details", {"x": [1]}), write_call("get_order_details", {}), "Sorry."],
    "no JSON": ["<tool_call>\n{{{\n</tool_call>"],
    "outruns its length": [write_call("send_message_to_customer", {"message": "Who are you? " * 20})],
}


@pytest.mark.parametrize("written", WILD.values(), ids=WILD)
def test_whatever_a_policy_writes_the_training_goes_on(
    written: list[str], worlds: Worlds, played: Played, factories: Factories, tmp_path: Path
) -> None:
    retail = {"retail": factories["retail"]}
    words = make_words(tmp_path / "words", played)
    trainer = build_grpo(retail, worlds, words, Wild(written), tmp_path, tokens=500)
    assert trainer.train().global_step == STEPS
    episodes = read_rollouts(factories["retail"])
    assert len(episodes) == STEPS * GENERATIONS and {episode.reward for episode in episodes} == {0.0}


def test_trl_reads_the_benchmarks_schemas(factories: Factories) -> None:
    """What TRL shows a policy of a tool: its types, its choices, what is required, every description."""
    from transformers.utils import get_json_schema

    for name, factory in factories.items():
        one = factory()
        for tool in factory.briefing.tools:
            wanted, shown = tool["function"], get_json_schema(getattr(one, tool["function"]["name"]))["function"]
            place = f"{name} {wanted['name']}"
            assert shown["name"] == wanted["name"]
            assert shown["description"] == " ".join(wanted["description"].split()), place
            properties = wanted["parameters"].get("properties", {})
            found = shown["parameters"].get("properties", {})
            assert set(found) == set(properties), place
            assert {*shown["parameters"].get("required", [])} == {*wanted["parameters"].get("required", [])}, place
            for key, schema in properties.items():
                assert found[key]["description"].startswith(" ".join(schema.get("description", key).split())), place
                assert found[key].get("enum") == schema.get("enum"), place
                assert found[key]["type"] == schema.get("type", found[key]["type"]), place
