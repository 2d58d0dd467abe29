"""What TRL makes of an export: its own trainers, their collators, a step on a model of a few thousand random weights.

Takes torch and TRL (`make test-trl`); downloads nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.branched_runs import branch_run, play_run, play_words
from support.exports import by_the_door, played, played_badly, rows_in
from support.tiny_models import make_model, make_tokenizer

from tautraj.config import Run

pytestmark = pytest.mark.trl

ONE = "tasks.ids=[0]"

PUBLISHED = "qwen3_training.jinja"
"""Qwen 3's chat template, as TRL ships it with marks around what the model says."""


@pytest.fixture(scope="module")
def run(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trl") / "outputs"
    return played(run_of("domain=retail", "tracking=none", "split=train", "tasks.limit=8", root=root))


@pytest.fixture(scope="module")
def tokenizer(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    make_tokenizer(folder, (path.read_text() for path in run.glob("episodes/*.json")), PUBLISHED)
    return folder


def exported(folder: Path, name: str, *words: str) -> Any:
    from datasets import load_dataset

    done = by_the_door(f"format={name}", f"out={folder}/data", "guard=off", *words, cwd=folder)
    assert done.code == 0, done.err
    return load_dataset(str(folder / "data"), cache_dir=str(folder / "cache"))["train"]


def plain(folder: Path) -> dict[str, Any]:
    """What every trainer is told here."""
    return {"output_dir": str(folder / "out"), "max_steps": 1, "report_to": [], "use_cpu": True, "bf16": False}


def test_the_sft_trainer_takes_a_step_on_the_agents_words(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    data = exported(tmp_path, "sft", f"run={run}")
    words = AutoTokenizer.from_pretrained(tokenizer)
    config = SFTConfig(per_device_train_batch_size=2, max_length=None, assistant_only_loss=True, **plain(tmp_path))
    trainer = SFTTrainer(make_model(words), args=config, train_dataset=data, processing_class=words)
    assert len(trainer.train_dataset) == len(data)
    batches = [
        (row, labels)
        for batch in trainer.get_train_dataloader()
        for row, labels in zip(batch["input_ids"], batch["labels"], strict=True)
    ]
    for row, labels in batches:
        told, learned = (words.decode([token for token in tokens.tolist() if token >= 0]) for tokens in (row, labels))
        assert "<tools>" in told and "<|im_start|>user" in told
        assert "<tool_call>" in learned and "<|im_start|>user" not in learned
    assert trainer.train().global_step == 1


def test_the_dpo_trainer_takes_a_step_on_pairs(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    words = AutoTokenizer.from_pretrained(tokenizer)
    data = exported(tmp_path, "preference", f"run=[{run},{played_badly(run)}]")
    trainer = DPOTrainer(
        make_model(words),
        ref_model=make_model(words),  # else TRL would look for one of that name on the Hub
        args=DPOConfig(per_device_train_batch_size=2, max_length=None, **plain(tmp_path)),
        train_dataset=data,
        processing_class=words,
    )
    assert len(trainer.train_dataset) == len(data)
    assert trainer.train().global_step == 1


def test_the_dpo_trainer_takes_a_step_on_pairs_of_branches(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    """They share their beginning to the token, and differ in one action."""
    from transformers import AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    words = AutoTokenizer.from_pretrained(tokenizer)
    seats = ["model=oracle", "user=scripted", "at=before_each_turn", "tries=1"]
    failed = play_words(tmp_path, "model=rehearsed", "user=rehearsed", "model.extra.forgets=1.0", "split=train", ONE)
    branches = play_run(branch_run(failed, tmp_path, *seats))
    pairs = "format.completion=action", f"run=[{failed.path},{branches.path}]"
    data = exported(tmp_path, "preference", *pairs)
    for row in data:
        begins = words.apply_chat_template(row["prompt"], tools=row["tools"], tokenize=False)
        for side in ("chosen", "rejected"):
            whole = words.apply_chat_template([*row["prompt"], *row[side]], tools=row["tools"], tokenize=False)
            assert words(whole)["input_ids"][: len(words(begins)["input_ids"])] == words(begins)["input_ids"]
    trainer = DPOTrainer(
        make_model(words),
        ref_model=make_model(words),
        args=DPOConfig(per_device_train_batch_size=2, max_length=None, **plain(tmp_path)),
        train_dataset=data,
        processing_class=words,
    )
    assert len(trainer.train_dataset) == len(data) > 0
    assert trainer.train().global_step == 1


def test_the_kto_trainer_takes_a_step_on_both_kinds(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import KTOConfig, KTOTrainer

    words = AutoTokenizer.from_pretrained(tokenizer)
    data = exported(tmp_path, "kto", f"run=[{run},{played_badly(run)}]")
    assert set(data["label"]) == {True, False}
    trainer = KTOTrainer(
        make_model(words),
        ref_model=make_model(words),
        args=KTOConfig(per_device_train_batch_size=2, max_length=None, **plain(tmp_path)),
        train_dataset=data,
        processing_class=words,
    )
    assert trainer.train().global_step == 1


def test_the_grpo_trainer_takes_a_step_on_prompts(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import GRPOConfig, GRPOTrainer

    words = AutoTokenizer.from_pretrained(tokenizer)
    data = exported(tmp_path, "prompts", f"run={run}")
    assert {row["prompt"][-1]["role"] for row in data} == {"user"}
    seen: list[Any] = []

    def reward(prompts: list[Any], completions: list[Any], task: list[str], **_: Any) -> list[float]:
        seen.extend(zip(prompts, task, strict=True))
        return [float(number) for number in range(len(completions))]

    config = GRPOConfig(per_device_train_batch_size=2, num_generations=2, max_completion_length=4, **plain(tmp_path))
    trainer = GRPOTrainer(
        make_model(words), reward_funcs=reward, args=config, train_dataset=data, processing_class=words
    )
    assert trainer.train().global_step == 1
    assert {prompt[-1]["role"] for prompt, _ in seen} == {"user"}


def test_a_chat_template_is_asked_of_every_row(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    exported(tmp_path, "sft", f"run={run}", f"tokenizer={tokenizer}")
    words = AutoTokenizer.from_pretrained(tokenizer)
    longest = max(
        len(words.apply_chat_template(row["messages"], tools=row["tools"], return_dict=False))
        for row in rows_in(tmp_path / "data")
    )
    assert f"The longest row has {longest:,} tokens" in (tmp_path / "data" / "README.md").read_text()


def test_rows_over_a_limit_by_the_tokenizers_count_are_left_out(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    exported(tmp_path, "sft", f"run={run}", f"tokenizer={tokenizer}")
    tokens = sorted(row["row_tokens"] for row in rows_in(tmp_path / "data"))
    limit = tokens[3]
    exported(tmp_path, "sft", f"run={run}", f"tokenizer={tokenizer}", f"choose.row_tokens={limit}")
    left = [row["row_tokens"] for row in rows_in(tmp_path / "data")]
    assert sorted(left) == [n for n in tokens if n <= limit]
    card = (tmp_path / "data" / "README.md").read_text()
    assert f"- {8 - len(left)} rows refused: over {limit:,} tokens\n" in card


def test_rows_that_the_template_refuses_are_not_written(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    strict = AutoTokenizer.from_pretrained(tokenizer)
    strict.chat_template = "{{ raise_exception('no tools here') if tools }}"
    strict.save_pretrained(tmp_path / "strict")
    done = by_the_door(
        f"run={run}", f"tokenizer={tmp_path}/strict", "guard=off", f"out={tmp_path}/data", cwd=tmp_path
    )
    assert done.code == 2
    [line] = done.err.splitlines()
    assert "8 refused: by the chat template: TemplateError: no tools here" in line
    assert not (tmp_path / "data").exists()
