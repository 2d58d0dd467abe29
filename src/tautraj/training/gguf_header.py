"""What a GGUF file says of a model beside its weights, from transformers' config and tokenizer.

Not here: a header that is copied from another GGUF file (`training.gguf_file`).
"""

import json
import tempfile
from typing import Any

from tautraj.errors import ConfigError

ARCHITECTURES = ("llama", "qwen2", "qwen3")
"""Types of models for which headers are made; llama.cpp has the same names for them."""

OTHER_CONVERTER = (
    "convert_hf_to_gguf.py of llama.cpp converts more models. Give the file that it writes as weights=FILE"
)

CASELESS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {CASELESS + r"\p{N}{1,3}" + REST: "llama-bpe", CASELESS + r"\p{N}" + REST: "qwen2"}
"""Regular expression by which a tokenizer splits a text before it merges letters -> llama.cpp's name for it."""


def add_header(writer: Any, model: Any, tokenizer: Any) -> None:
    """Add sizes, tokenizer and special tokens to a `GGUFWriter`. Raises `ConfigError` for what it cannot say."""
    config = model.config
    if config.model_type not in ARCHITECTURES or getattr(config, "use_sliding_window", False):
        raise ConfigError(
            f"a model of type {config.model_type} is not converted, only {', '.join(ARCHITECTURES)} without a "
            f"sliding window. {OTHER_CONVERTER}"
        )
    _add_sizes(writer, config)
    _add_rotary(writer, config)
    _add_tokenizer(writer, config, tokenizer)


def _add_sizes(writer: Any, config: Any) -> None:
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)


def _add_rotary(writer: Any, config: Any) -> None:
    """Rotary embeddings: plain ones, or with Llama 3's factor per frequency."""
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    rope = config.rope_parameters
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope["rope_type"] == "llama3":
        scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config)
        plain = rope["rope_theta"] ** -(scaled.new_tensor(range(0, head, 2)) / head)
        writer.add_tensor("rope_freqs.weight", (plain / scaled).numpy())
    elif rope["rope_type"] != "default":
        raise ConfigError(f"rotary embeddings of type {rope['rope_type']} are not converted. {OTHER_CONVERTER}")


def _add_tokenizer(writer: Any, config: Any, tokenizer: Any) -> None:
    """The vocabulary, as long as the model's embeddings: ids without a word get one that no text has."""
    from gguf import SpecialVocab, TokenType

    writer.add_tokenizer_model("gpt2")  # byte-level BPE
    writer.add_tokenizer_pre(find_pre_tokenizer(tokenizer))
    added = tokenizer.added_tokens_decoder
    words = {number: word for word, number in tokenizer.get_vocab().items()}
    tokens, types = [], []
    for number in range(config.vocab_size):
        if number in added:
            types.append(TokenType.CONTROL if added[number].special else TokenType.USER_DEFINED)
        else:
            types.append(TokenType.NORMAL if number in words else TokenType.UNUSED)
        tokens.append(words.get(number, f"[PAD{number}]"))
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        config.save_pretrained(folder)
        special = SpecialVocab(folder, load_merges=True, n_vocab=config.vocab_size)
    special.chat_template = None  # the writer has one
    special.add_special_token.setdefault("bos", False)  # unsaid, llama.cpp has its own idea of it
    special.add_to_gguf(writer, quiet=True)


def find_pre_tokenizer(tokenizer: Any) -> str:
    """llama.cpp's name for the way in which a tokenizer of transformers splits a text. Raises `ConfigError`."""
    description = json.loads(tokenizer.backend_tokenizer.to_str())
    splitter = description["pre_tokenizer"] or {}
    *parts, last = splitter.get("pretokenizers", [splitter])
    if description["model"]["type"] == "BPE" and last.get("type") == "ByteLevel":
        match parts:
            case []:
                return "gpt-2"
            case [{"type": "Digits", "individual_digits": True}]:
                return "smollm"
            case [{"type": "Split", "pattern": {"Regex": pattern}}] if pattern in PATTERNS:
                return PATTERNS[pattern]
    raise ConfigError(f"this tokenizer splits a text in a way that is not converted. {OTHER_CONVERTER}")
