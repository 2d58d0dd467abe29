"""A model of a few thousand random weights, and a tokenizer made of the texts at hand: nothing is downloaded."""

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any


def make_tokenizer(folder: Path, texts: Iterable[str], template: str) -> Any:
    """Byte pairs of the texts, with one of the chat templates that TRL ships."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
    learned = trainers.BpeTrainer(
        vocab_size=2000, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    made.train_from_iterator(texts, learned)
    fast = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|pad|>")
    fast.chat_template = files("trl").joinpath("chat_templates", template).read_text(encoding="utf-8")
    fast.save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def make_model(tokenizer: Any, **settings: Any) -> Any:
    from transformers import Qwen2Config, Qwen2ForCausalLM

    size = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=1, **size, **settings))
