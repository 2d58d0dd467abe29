"""The model that is trained: read from a GGUF file, or from a folder that transformers or an earlier training wrote.

Not here: which files a local seat accepts (`llms.local`), writing a GGUF (`training.gguf_file`).
"""

import ctypes
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.errors import ConfigError, boundary
from tautraj.llms.local.chat_template import SMOLLM2_TEMPLATE
from tautraj.llms.local.serving import WEIGHTS_PACKAGE, find_in_package
from tautraj.training.request import TrainRequest

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # of <malloc.h>


class BaseModel(NamedTuple):
    """A model with float32 weights, and what is needed to write it as a GGUF file."""

    model: Any
    """transformers' causal language model."""
    tokenizer: Any
    """Its chat template marks what the assistant writes, or is one that TRL knows with such marks."""
    gguf: Path | None
    """File that metadata and tokenizer of a new one are copied from; None: no GGUF file can be written."""


def open_base(name: str, template: str | None = None) -> BaseModel:
    """Read the model `name`, with the chat template in the file `template` (see `TrainRequest`).

    Raises `UserError`.
    """
    path = Path(name).expanduser()
    if (path / "config.json").is_file():
        gguf = path / WEIGHTS_IN_FOLDER
        folder, file = path, None
    else:
        gguf = path if path.suffix == ".gguf" else find_in_package("base", name, "base=PATH")
        folder, file = gguf.parent, gguf.name
    with boundary(ConfigError, f"base={name}", "Name weights of a package, a .gguf file or a transformers folder"):
        model, tokenizer = _read_model(folder, file)
    if template is not None:
        with boundary(ConfigError, f"template={template}"):
            tokenizer.chat_template = Path(template).expanduser().read_text(encoding="utf-8")
    elif gguf.parent.name == WEIGHTS_PACKAGE:
        tokenizer.chat_template = SMOLLM2_TEMPLATE.read_text(encoding="utf-8")
    return BaseModel(model, tokenizer, gguf if gguf.is_file() else None)


def _read_model(folder: Path, gguf_file: str | None = None) -> tuple[Any, Any]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    files = {"gguf_file": gguf_file} if gguf_file else {}
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, **files)
    if gguf_file:
        # transformers refuses to save a model read from a GGUF file, although its weights are plain float32
        model.hf_quantizer, model.is_quantized = None, False
        del model.config.quantization_config
    return model, AutoTokenizer.from_pretrained(folder, **files)


def freeze(model: Any, request: TrainRequest) -> Any:
    """The model with what is to be trained marked: low-rank adapters, or all layers but the first ones."""
    if request.lora.rank is not None:
        from peft import LoraConfig, get_peft_model

        adapters = LoraConfig(
            r=request.lora.rank, lora_alpha=request.lora.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
        )
        return get_peft_model(model, adapters)
    layers = model.get_decoder().layers
    for part in (model.get_input_embeddings(), *layers[: request.frozen_layers]):
        part.requires_grad_(False)
    return model


def merge_adapters(model: Any) -> Any:
    """The model without adapters: what they learned is in its weights."""
    return model.merge_and_unload() if hasattr(model, "merge_and_unload") else model


def prepare_process() -> None:
    """To be called before torch is imported: threads that wait for work sleep, and freed memory is kept for reuse.

    Spinning threads are ten times slower on cores that other processes use. Without the second, glibc maps and unmaps
    the memory of every large tensor: a training then takes a third more CPU time.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    with suppress(OSError, AttributeError):  # not glibc
        libc = ctypes.CDLL(None)
        for option, value in ((M_MMAP_THRESHOLD, 2**25), (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**28)):
            libc.mallopt(option, value)
