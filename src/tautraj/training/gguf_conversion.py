"""From a folder of transformers to a GGUF file that `model=local` serves.

Not here: what the file holds (`training.gguf_header`, `training.gguf_file`), serving it (`llms.local`).
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tautraj.config.local_llm import find_template
from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.llms.local.chat_template import strip_generation_marks
from tautraj.store.run_directory import UNWRITABLE
from tautraj.training.base_model import check_packages, prepare_process, read_model
from tautraj.training.gguf_file import add_weights, map_names, open_writer
from tautraj.training.gguf_header import OTHER_CONVERTER, add_header, check_convertible
from tautraj.training.request import ConvertRequest
from tautraj.training.token_check import check_tokens
from tautraj.training.tokenizer import read_tokenizer, set_template


def convert(request: ConvertRequest) -> Path:
    """Write the model as a GGUF file, in 8 bits, and return its path. Raises `UserError`.

    There is no file unless llama.cpp reads a sample conversation from it in the same tokens as transformers.
    """
    check_packages()
    prepare_process()
    folder, template = Path(request.folder).expanduser(), find_template(request.template)
    if request.path.exists():
        raise ConfigError(f"{request.path} exists. Delete it, or name another file: out=FILE")
    if not (folder / "config.json").is_file() or (folder / "adapter_config.json").is_file():
        raise ConfigError(f"folder={folder} has no model of its own. Name a folder of transformers, adapters merged")
    with _replace(request.path) as made, boundary(ConfigError, f"folder={folder}", OTHER_CONVERTER):
        _write(folder, template, made)
    return request.path


def _write(folder: Path, template: Path | None, path: Path) -> None:
    from transformers import AutoConfig

    tokenizer = read_tokenizer(folder)
    set_template(tokenizer, template, f"folder={folder}")
    check_convertible(AutoConfig.from_pretrained(folder), tokenizer)
    model = read_model(folder)
    names, parameters = map_names(model), dict(model.named_parameters())
    if unknown := parameters.keys() - names.values():
        raise ConfigError(f"llama.cpp has no name for the weights {min(unknown)}. {OTHER_CONVERTER}")
    with open_writer(path, model.config.model_type, strip_generation_marks(tokenizer.chat_template)) as writer:
        add_header(writer, model.config, tokenizer)
        for name, parameter in names.items():
            if parameter in parameters:  # else it is tied to another
                add_weights(writer, name, parameters[parameter], model.config)
    check_tokens(path, tokenizer, f"If the chat template is at fault, set template=FILE. {OTHER_CONVERTER}")


@contextmanager
def _replace(path: Path) -> Iterator[Path]:
    """Yield a temporary file, which becomes `path` if the block succeeds. Raises `StoreError`."""
    with boundary(StoreError, f"writing {path}", UNWRITABLE):
        path.parent.mkdir(parents=True, exist_ok=True)
        work: Any = tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent)
    with work:
        made = Path(work.name) / path.name
        yield made
        made.rename(path)
