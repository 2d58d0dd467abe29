"""Trained weights as a GGUF file: llama.cpp's format, which `model=local` serves.

transformers reads a GGUF and writes none. Metadata and tokenizer are copied from the file that the base model was
read from; the weights are the trained ones, in Q8_0. Not here: serving (`llms.local`).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Array = Any
"""A numpy array."""

CHAT_TEMPLATE = "tokenizer.chat_template"

LEFT_OUT = ("general.file_type", CHAT_TEMPLATE)
"""Metadata that is written anew."""


def is_writable(original: Path) -> bool:
    """Whether a GGUF file of this base model's architecture can be written."""
    from gguf import GGUFReader

    return GGUFReader(original).fields["general.architecture"].contents() in INVERSES


def write_gguf(model: Any, original: Path, path: Path, chat_template: str) -> None:
    """Write the weights of `model`, a transformers model on any device, to `path`.

    `original`: the GGUF file of the base model, one that `is_writable`. `chat_template`: what llama.cpp renders.
    """
    from gguf import GGMLQuantizationType, GGUFReader, GGUFWriter, LlamaFileType
    from gguf.quants import quantize
    from transformers.modeling_gguf_pytorch_utils import TensorProcessor, get_gguf_hf_weights_map

    reader = GGUFReader(original)
    architecture = reader.fields["general.architecture"].contents()
    parameters = dict(model.named_parameters())
    names = get_gguf_hf_weights_map(model, TensorProcessor())
    writer = GGUFWriter(path, architecture)
    _copy_metadata(reader, writer)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_chat_template(chat_template)
    for tensor in reader.tensors:
        if tensor.name not in names:  # no parameter: Llama 3's table of rotary frequencies
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
            continue
        weights = parameters[names[tensor.name]].detach().float().cpu().numpy()
        weights = np.ascontiguousarray(INVERSES[architecture](tensor.name, weights, model.config))
        kind = GGMLQuantizationType.F32 if weights.ndim == 1 else GGMLQuantizationType.Q8_0
        writer.add_tensor(tensor.name, quantize(weights, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _copy_metadata(reader: Any, writer: Any) -> None:
    from gguf import GGUFValueType

    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == "general.architecture" or key in LEFT_OUT:
            continue
        kind = field.types[0]
        writer.add_key_value(key, field.contents(), kind, field.types[-1] if kind == GGUFValueType.ARRAY else None)


def _permute_rotary(name: str, weights: Array, config: Any) -> Array:
    """Interleave the halves of each head's rows of queries and keys, as llama.cpp's rotary embedding has them."""
    heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}.get(name.split(".")[-2])
    if heads is None:
        return weights
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, -1).swapaxes(1, 2).reshape(weights.shape)


def _shift_norms(name: str, weights: Array, _: Any) -> Array:
    """Gemma's norms multiply by 1 + weight; a GGUF file holds the sum."""
    return weights + 1 if name.endswith("norm.weight") else weights


INVERSES: dict[str, Callable[[str, Array, Any], Array]] = {"llama": _permute_rotary, "gemma3": _shift_norms}
"""Architecture -> (tensor name, weights, model's configuration) -> weights as the GGUF file holds them: undoes what
`transformers.modeling_gguf_pytorch_utils` does to them when it reads one."""
