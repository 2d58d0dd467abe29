"""Weights of transformers as a GGUF file: llama.cpp's format, which `model=local` serves.

transformers reads a GGUF and writes none. Weights are written in Q8_0. Metadata and tokenizer of a trained model are
copied from the file that its base was read from. Not here: a base without such a file (`training.gguf_conversion`),
serving (`llms.local`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER

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
    from gguf import GGUFReader

    reader = GGUFReader(original)
    names, parameters = map_names(model), dict(model.named_parameters())
    with open_writer(path, reader.fields["general.architecture"].contents(), chat_template) as writer:
        _copy_metadata(reader, writer)
        for tensor in reader.tensors:
            if tensor.name in names:
                add_weights(writer, tensor.name, parameters[names[tensor.name]], model.config)
            else:  # no parameter: Llama 3's table of rotary frequencies
                writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)


@contextmanager
def open_writer(path: Path, architecture: str, chat_template: str) -> Iterator[Any]:
    """A `GGUFWriter` whose file is written at the end of the block. `architecture`: one of `INVERSES`."""
    from gguf import GGUFWriter, LlamaFileType

    writer = GGUFWriter(path, architecture)
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_chat_template(chat_template)
    yield writer
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def map_names(model: Any) -> dict[str, str]:
    """Name of a tensor in a GGUF file -> of transformers' parameter."""
    from transformers.modeling_gguf_pytorch_utils import TensorProcessor, get_gguf_hf_weights_map

    names: dict[str, str] = get_gguf_hf_weights_map(model, TensorProcessor())
    return names


def add_weights(writer: Any, name: str, parameter: Any, config: Any) -> None:
    """Add a parameter of a model with transformers' `config` under the name that a GGUF file has for it."""
    from gguf import GGMLQuantizationType
    from gguf.quants import quantize

    weights = INVERSES[writer.arch](name, parameter.detach().float().cpu().numpy(), config)
    kind = GGMLQuantizationType.F32 if weights.ndim == 1 else GGMLQuantizationType.Q8_0
    writer.add_tensor(name, quantize(np.ascontiguousarray(weights), kind), raw_dtype=kind)


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


def _keep(_name: str, weights: Array, _config: Any) -> Array:
    return weights


def _shift_norms(name: str, weights: Array, _config: Any) -> Array:
    """Gemma's norms multiply by 1 + weight; a GGUF file holds the sum."""
    return weights + 1 if name.endswith("norm.weight") else weights


INVERSES: dict[str, Callable[[str, Array, Any], Array]] = {
    "llama": _permute_rotary,
    "qwen2": _keep,
    "qwen3": _keep,
    "gemma3": _shift_norms,
}
"""Architecture -> (tensor name, weights, model's configuration) -> weights as the GGUF file holds them: undoes what
`transformers.modeling_gguf_pytorch_utils` does to them when it reads one."""

NO_GGUF = f"is no GGUF file of a {' or '.join(INVERSES)} model, and no folder that has one as {WEIGHTS_IN_FOLDER}"
"""What is said of a base after `base=…`."""
