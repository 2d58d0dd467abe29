"""What TRL makes of an export: its own trainers, their collators, a step on a model of a few thousand random weights.

Takes torch and TRL (`make test-trl`); downloads nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.exports import by_the_door, played, rows_in

from tautraj.config import Run

pytestmark = pytest.mark.trl

TEMPLATE = """\
{%- if tools %}<|tools|>{{ tools | tojson }}<|end|>{% endif %}
{%- for message in messages %}
{%- if message.role == "assistant" %}<|assistant|>{% generation %}{{ message.content }}
{%- for call in message.tool_calls or () %}<call>{{ call.function | tojson }}</call>{% endfor -%}
<|end|>{% endgeneration %}{% else %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>{% endif %}"""


@pytest.fixture(scope="module")
def run(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("trl") / "outputs"
    return played(run_of("domain=retail", "tracking=none", "split=train", "tasks.limit=8", root=root))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bytes, with a chat template that knows tools: made here, of nobody's model."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    special = ["<|pad|>", "<|end|>", "<|tools|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>"]
    made = Tokenizer(models.BPE(vocab={sign: at for at, sign in enumerate(alphabet)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(special)
    folder = tmp_path_factory.mktemp("tokenizer")
    fast = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|end|>", pad_token="<|pad|>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    return folder


def exported(folder: Path, name: str, *words: str) -> Any:
    from datasets import load_dataset

    done = by_the_door(f"format={name}", f"out={folder}/data", "guard=off", *words, cwd=folder)
    assert done.code == 0, done.err
    return load_dataset(str(folder / "data"), cache_dir=str(folder / "cache"))["train"]


def model(tokenizer: Any) -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    size = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=1, **size))


def test_the_sft_trainer_takes_a_step_on_the_agents_words(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    data = exported(tmp_path, "sft", f"run={run}")
    words = AutoTokenizer.from_pretrained(tokenizer)
    config = SFTConfig(
        output_dir=str(tmp_path / "out"),
        max_steps=1,
        per_device_train_batch_size=2,
        max_length=None,
        assistant_only_loss=True,
        report_to=[],
        use_cpu=True,
        bf16=False,
    )
    trainer = SFTTrainer(model(words), args=config, train_dataset=data, processing_class=words)
    batch = next(iter(trainer.get_train_dataloader()))
    told = words.decode(batch["input_ids"][0])
    learned = words.decode([token for token in batch["labels"][0].tolist() if token >= 0])
    assert "<|tools|>" in told and "<|user|>" in told
    assert "<call>" in learned and "<|user|>" not in learned
    assert trainer.train().global_step == 1


def test_the_dpo_trainer_takes_a_step_on_pairs(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer
    from trl import DPOConfig, DPOTrainer

    words = AutoTokenizer.from_pretrained(tokenizer)
    data = exported(tmp_path, "preference", f"run=[{run},{played_badly(run)}]", "style.system=none")
    data = data.remove_columns("tools")  # a token is a byte here, and they are 20,000 of them
    plain = {"output_dir": str(tmp_path / "out"), "max_steps": 1, "report_to": [], "use_cpu": True, "bf16": False}
    trainer = DPOTrainer(
        model(words),
        ref_model=model(words),  # else TRL would look for one of that name on the Hub
        args=DPOConfig(per_device_train_batch_size=2, max_length=4096, **plain),
        train_dataset=data,
        processing_class=words,
    )
    assert trainer.train().global_step == 1


def played_badly(run: Path) -> Path:
    """The same run, whose agent did nothing but say so, and failed."""
    from tautraj.store import Store

    copy = run.with_name("failed")
    store, other = Store(str(run)), Store(str(copy))
    other.open(store.read_config(), "")
    for one in store.read_episodes():
        turns = tuple(turn for turn in one.turns if turn.kind == "message")
        told = [
            turn.model_copy(update={"index": at, "message": f"{turn.message}{'.' * (at > 1)}"})
            for at, turn in enumerate(turns)
        ]
        other.write(one.model_copy(update={"turns": tuple(told), "reward": 0.0, "id": f"{one.id}-failed"}))
    return copy


def test_a_chat_template_is_asked_of_every_row(run: Path, tokenizer: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    exported(tmp_path, "sft", f"run={run}", f"tokenizer={tokenizer}")
    words = AutoTokenizer.from_pretrained(tokenizer)
    longest = max(
        len(words.apply_chat_template(row["messages"], tools=row["tools"], return_dict=False))
        for row in rows_in(tmp_path / "data")
    )
    assert f"The longest row has {longest:,} tokens" in (tmp_path / "data" / "README.md").read_text()


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
