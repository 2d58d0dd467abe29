"""The model that is trained: read from a GGUF file, or from a folder that transformers or an earlier training wrote.

Not here: which files a local seat accepts (`llms.local`), writing a GGUF (`training.gguf_file`).
"""

import ctypes
import hashlib
import os
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER, find_template, hash_file
from tautraj.errors import ConfigError, PreflightError, boundary
from tautraj.llms.local.chat_template import SMOLLM2_TEMPLATE
from tautraj.llms.local.serving import WEIGHTS_PACKAGE, find_in_package
from tautraj.training.gguf_file import is_writable
from tautraj.training.request import TrainRequest
from tautraj.training.tokenizer import read_tokenizer, set_template

PACKAGES = ("torch", "transformers", "trl", "datasets", "peft", "gguf")

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
    files = find_files(name, template)
    with boundary(ConfigError, f"base={name}", "Name weights of a package, a .gguf file or a transformers folder"):
        of_gguf = files.gguf if files.is_gguf else None
        model, tokenizer = read_model(files.folder, of_gguf), read_tokenizer(files.folder, of_gguf)
        gguf = files.gguf if files.gguf and is_writable(files.gguf) else None
    set_template(tokenizer, files.template, f"base={name}")
    return BaseModel(model, tokenizer, gguf)


class BaseFiles(NamedTuple):
    """Where a base model is read from."""

    folder: Path
    gguf: Path | None
    """The GGUF file: of its weights, or beside them; None: there is none."""
    is_gguf: bool
    """Whether the weights are read from that file."""
    template: Path | None
    """The chat template; None: the one inside."""

    @property
    def digest(self) -> str:
        """Of weights, tokenizer and template."""
        kinds = ("*.safetensors", "*.bin", "*.json", "*.jinja")
        in_folder = (path for kind in kinds for path in sorted(self.folder.glob(kind)))
        digest = hashlib.sha256()
        for path in (*([self.gguf] if self.is_gguf else in_folder), self.template):
            if path is not None:
                digest.update(bytes.fromhex(hash_file(path)))
        return digest.hexdigest()[:8]


def is_own(name: str) -> bool:
    """Whether a base is a file or a folder of the user's own, and not weights of the package."""
    path = Path(name).expanduser()
    return path.suffix == ".gguf" or (path / "config.json").is_file()


def find_files(name: str, template: str | None = None) -> BaseFiles:
    """The files of the model `name`, with the chat template in the file `template`. Raises `UserError`."""
    path, own_template = Path(name).expanduser(), find_template(template)
    if is_own(name) and path.is_dir():
        gguf = path / WEIGHTS_IN_FOLDER
        return BaseFiles(path, gguf if gguf.is_file() else None, is_gguf=False, template=own_template)
    if is_own(name) and not path.is_file():
        raise ConfigError(f"base={name}: no such file. Name one, or weights of the package {WEIGHTS_PACKAGE}")
    gguf = path if is_own(name) else find_in_package("base", name, "base=PATH")
    if gguf.parent.name == WEIGHTS_PACKAGE:
        own_template = own_template or SMOLLM2_TEMPLATE
    return BaseFiles(gguf.parent, gguf, is_gguf=True, template=own_template)


def check_packages() -> None:
    """Raise `PreflightError` if one that a training takes is not installed."""
    if missing := [package for package in PACKAGES if find_spec(package) is None]:
        raise PreflightError(f"Training takes the package {missing[0]}. Install it with others: make .venv/learn")


def read_model(folder: Path, gguf: Path | None = None) -> Any:
    """The model of a folder of transformers, or of a GGUF file in it. Raises `ConfigError` if weights are missing."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()  # it reports missing weights in a table
    files = {"gguf_file": gguf.name} if gguf else {}
    model, loaded = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, output_loading_info=True, **files
    )
    if loaded["missing_keys"]:
        raise ConfigError(f"{folder} has no weights {min(loaded['missing_keys'])} of such a model. Name another")
    if gguf:
        # transformers refuses to save a model read from a GGUF file, although its weights are plain float32
        model.hf_quantizer, model.is_quantized = None, False
        del model.config.quantization_config
    return model


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

    One GPU is used: on several, transformers would compute several rows at once, each with the words of the first.
    Spinning threads are ten times slower on cores that other processes use. Without the second, glibc maps and unmaps
    the memory of every large tensor: a training then takes a third more CPU time.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "0")
    os.environ.setdefault("TQDM_DISABLE", "1")  # transformers has a bar that its own setting does not know
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)  # TRL's DPO asks by the old name
    with suppress(OSError, AttributeError):  # not glibc
        libc = ctypes.CDLL(None)
        for option, value in ((M_MMAP_THRESHOLD, 2**25), (M_TRIM_THRESHOLD, 2**31 - 1), (M_TOP_PAD, 2**28)):
            libc.mallopt(option, value)
