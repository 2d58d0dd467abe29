"""Folders of transformers of each kind that is converted: small models with random weights. Takes torch.

Not here: a model in memory, with one of TRL's chat templates (`support.tiny_models`).
"""

from pathlib import Path
from typing import Any, NamedTuple

from support.cli import REPO

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{% if message.role == 'assistant' %}"
    "{% generation %}{{ message.content }}<|im_end|>{% endgeneration %}{% else %}{{ message.content }}<|im_end|>"
    "{% endif %}\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SIZES = {
    "vocab_size": 1536,  # 36 more than the tokenizer has
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "initializer_range": 0.15,  # so wide that attention matters: with wrong frequencies a logarithm is off by over 3
    "eos_token_id": 2,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 5e5,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}


class Kind(NamedTuple):
    """A kind of model, with its tokenizer."""

    type: str
    settings: dict[str, Any]
    pattern: str
    """By which the tokenizer splits a text; "" for GPT-2's, "digits" for that with each digit apart."""
    pre: str
    """llama.cpp's name of it."""
    begins: bool = False
    """Whether a text begins with a special token."""


LETTERS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
SIGNS = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3, QWEN2 = LETTERS + r"\p{N}{1,3}" + SIGNS, LETTERS + r"\p{N}" + SIGNS

KINDS = {
    "llama3": Kind("llama", {"rope_parameters": LLAMA3_ROPE, "bos_token_id": 3}, LLAMA3, "llama-bpe", begins=True),
    "llama3-without-bos": Kind("llama", {}, LLAMA3, "llama-bpe"),
    "qwen2": Kind("qwen2", {"tie_word_embeddings": True}, QWEN2, "qwen2"),
    "qwen3": Kind("qwen3", {"head_dim": 32}, QWEN2, "qwen2"),
    "smollm": Kind("llama", {"attention_bias": True}, "digits", "smollm"),
    "gpt2-words": Kind("llama", {}, "", "gpt-2"),
}


def make_tokenizer(pattern: str, *, begins: bool = False, template: Any = TEMPLATE) -> Any:
    """A tokenizer of transformers that has learned its 1,500 words from the documentation."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern in ("", "digits"))
    parts = {
        "": [],
        "digits": [pre_tokenizers.Digits(individual_digits=True)],
    }.get(pattern, [pre_tokenizers.Split(Regex(pattern or " "), behavior="isolated")])
    tokenizer = Tokenizer(models.BPE(ignore_merges=pattern == LLAMA3))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([*parts, level]) if parts else level
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|begin|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=1500,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([path.read_text() for path in sorted((REPO / "docs").glob("*.md"))], trainer)
    names = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    if begins:
        begin = "<|begin|>"
        tokenizer.post_processor = processors.TemplateProcessing(f"{begin} $A", f"{begin} $A $B", [(begin, 3)])
        names["bos_token"] = begin
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names)
    fast.chat_template = template if template is None or not begins else "{{ bos_token }}" + template
    return fast


def make_model(folder: Path, kind: Kind, tokenizer: Any = None) -> Path:
    """Write a folder of transformers. `tokenizer`: instead of the kind's own."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind.type, **{**SIZES, **kind.settings}))
    for parameter in model.parameters():
        if parameter.ndim == 1:
            torch.nn.init.normal_(parameter, 1.0, 0.2)  # norms and biases, which begin as ones and zeros
    model.save_pretrained(folder)
    (tokenizer or make_tokenizer(kind.pattern, begins=kind.begins)).save_pretrained(folder)
    return folder
