"""What a GGUF file says of a model beside its weights, from transformers' config and tokenizer.

Not here: a header that is copied from another GGUF file (`training.gguf_file`).
"""

import tempfile
from typing import Any

from tautraj.errors import ConfigError
from tautraj.training.tokenizer import find_splitter

ARCHITECTURES = ("llama", "qwen2", "qwen3")
"""Types of models for which headers are made; llama.cpp has the same names for them."""

OTHER_CONVERTER = (
    "convert_hf_to_gguf.py of llama.cpp converts more models. Give the file that it writes as weights=FILE"
)


def check_convertible(config: Any, tokenizer: Any) -> None:
    """Raise `ConfigError` for a model of which a header would not say everything."""
    rope = config.to_dict().get("rope_parameters") or {}
    reasons = {
        f"a model of type {config.model_type} is": config.model_type not in ARCHITECTURES,
        "a model with a sliding window is": getattr(config, "use_sliding_window", False),
        "quantized weights are": getattr(config, "quantization_config", None) is not None,
        f"rotary embeddings of type {rope.get('rope_type')} are": rope.get("rope_type") not in ("default", "llama3"),
        f"layers with {getattr(config, 'hidden_act', None)} are": getattr(config, "hidden_act", None) != "silu",
    }
    for subject, applies in reasons.items():
        if applies:
            raise ConfigError(f"{subject} not converted. {OTHER_CONVERTER}")
    if find_splitter(tokenizer) is None:
        raise ConfigError(f"this tokenizer splits a text in a way that is not converted. {OTHER_CONVERTER}")


def add_header(writer: Any, config: Any, tokenizer: Any) -> None:
    """Add sizes, tokenizer and special tokens to a `GGUFWriter`, of a model that `check_convertible` let pass."""
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    _add_rotary(writer, config)
    _add_tokenizer(writer, config, tokenizer)


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


def _add_tokenizer(writer: Any, config: Any, tokenizer: Any) -> None:
    """The vocabulary, as long as the model's embeddings: ids without a word get one that no text has."""
    from gguf import SpecialVocab, TokenType

    writer.add_tokenizer_model("gpt2")  # byte-level BPE
    writer.add_tokenizer_pre(find_splitter(tokenizer))
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
        special = SpecialVocab(folder, load_merges=True, n_vocab=config.vocab_size)
    special.chat_template = None  # the writer has one
    special.add_special_token.setdefault("bos", False)  # unsaid, llama.cpp has its own idea of it
    for kind in ("bos", "eos", "pad"):
        numbers = getattr(config, f"{kind}_token_id")
        if kind not in special.special_token_ids and numbers is not None:
            special.special_token_ids[kind] = numbers[0] if isinstance(numbers, list) else numbers
    special.add_to_gguf(writer, quiet=True)
