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
from tautraj.training.gguf_header import OTHER_CONVERTER, add_header
from tautraj.training.request import ConvertRequest
from tautraj.training.token_check import check_tokens


def convert(request: ConvertRequest) -> Path:
    """Write the model as a GGUF file, in 8 bits, and return its path. Raises `UserError`.

    There is no file unless llama.cpp reads a sample conversation from it in the same tokens as transformers.
    """
    check_packages()
    prepare_process()
    if request.path.exists():
        raise ConfigError(f"{request.path} exists. Delete it, or name another file: out=FILE")
    model, tokenizer = _read(request)
    with boundary(StoreError, f"writing {request.path}", UNWRITABLE), _replace(request.path) as made:
        with open_writer(made, model.config.model_type, strip_generation_marks(tokenizer.chat_template)) as writer:
            add_header(writer, model, tokenizer)
            parameters = dict(model.named_parameters())
            for name, parameter in map_names(model).items():
                if parameter in parameters:  # else tied to another
                    add_weights(writer, name, parameters[parameter], model.config)
        check_tokens(made, tokenizer, f"If the chat template is at fault, set template=FILE. {OTHER_CONVERTER}")
    return request.path


def _read(request: ConvertRequest) -> tuple[Any, Any]:
    """Model and tokenizer, which has a chat template."""
    folder, template = Path(request.folder).expanduser(), find_template(request.template)
    if not (folder / "config.json").is_file():
        raise ConfigError(f"folder={folder} has no config.json. Name a folder of transformers")
    with boundary(ConfigError, f"folder={folder}", "Name a folder of transformers"):
        model, tokenizer = read_model(folder)
    if template is not None:
        with boundary(ConfigError, f"template={template}"):
            tokenizer.chat_template = template.read_text(encoding="utf-8")
    if not isinstance(tokenizer.chat_template, str):
        raise ConfigError(f"folder={folder} has no chat template of its own. Name a file with one: template=FILE")
    return model, tokenizer


@contextmanager
def _replace(path: Path) -> Iterator[Path]:
    """Yield a temporary file, which becomes `path` if the block succeeds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as work:
        made = Path(work) / path.name
        yield made
        made.rename(path)
