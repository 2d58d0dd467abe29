"""A model whose weights are a file of the user's: the record, its files, and the digests that identify it.

Not here: the server (`llms.local`), the chat template inside the weights (`llms.local.chat_template`).
"""

import functools
import hashlib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    Field,
    PositiveInt,
    SerializeAsAny,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from tautraj.config.llm import Llm
from tautraj.errors import ConfigError, boundary

GGUF_MAGIC = b"GGUF"
"""First bytes of llama.cpp's files."""

WEIGHTS_IN_FOLDER = "weights.gguf"


class LocalLlm(Llm):
    """A model served by the run from a file of weights. Without a name it has that of the file or folder."""

    weights: str = Field(min_length=1)
    """A .gguf file, or a folder that has `weights.gguf`."""
    template: str | None
    """A file with the chat template, in Jinja; None: the one inside the weights."""
    threads: PositiveInt | None
    """Of the server; None: all cores, 4 at most. Changes no answer."""
    context_tokens: PositiveInt
    """Tokens per conversation."""

    @model_validator(mode="before")
    @classmethod
    def _name_after_weights(cls, node: Any) -> Any:
        if isinstance(node, dict) and node.get("name", "") is None and isinstance(node.get("weights"), str):
            path = Path(node["weights"])
            return {**node, "name": path.stem if path.suffix == ".gguf" else path.absolute().name}
        return node

    @property
    def weights_file(self) -> Path:
        """The .gguf file. Raises `ConfigError` if there is none."""
        path = Path(self.weights).expanduser()
        if path.is_dir():
            path = _find_in_folder(self.weights, path)
        elif not path.is_file():
            raise ConfigError(f"weights={self.weights}: no such file. Name a .gguf file, or a folder that has one")
        with boundary(ConfigError, f"weights={self.weights}", "Make it readable"), path.open("rb") as file:
            magic = file.read(len(GGUF_MAGIC))
        if magic != GGUF_MAGIC:
            raise ConfigError(f"weights={self.weights} is not in llama.cpp's format, GGUF. Name a .gguf file")
        return path

    @property
    def template_file(self) -> Path | None:
        """The file of `template`. Raises `ConfigError` if there is none."""
        return find_template(self.template)

    @cached_property
    def file_digests(self) -> dict[str, str | None]:
        """SHA-256 of the bytes of weights and template, read once per record. Raises `ConfigError`.

        A copy of the record keeps them: a file that is replaced in mid-run does not make it another run.
        """
        template = self.template_file
        return {"weights": hash_file(self.weights_file), "template": hash_file(template) if template else None}


def _choose_record(node: Any, handler: ValidatorFunctionWrapHandler) -> Llm:
    """Validate as a `LocalLlm` what names weights. Not a union: its errors would name each key once per record."""
    if isinstance(node, dict) and "weights" in node:
        return LocalLlm.model_validate(node)
    llm: Llm = handler(node)
    return llm


AnyLlm = Annotated[SerializeAsAny[Llm], WrapValidator(_choose_record)]
"""Type of a field that holds an llm of any kind."""


def _find_in_folder(weights: str, folder: Path) -> Path:
    path = folder / WEIGHTS_IN_FOLDER
    if path.is_file():
        return path
    if (folder / "config.json").is_file():
        raise ConfigError(
            f"weights={weights} is a folder of transformers without {WEIGHTS_IN_FOLDER}, which llama.cpp reads. "
            "Write that file: python flows/convert.py folder=…"
        )
    raise ConfigError(f"weights={weights} is a folder without {WEIGHTS_IN_FOLDER}. Name a .gguf file")


def find_template(template: str | None) -> Path | None:
    """The file of a chat template; None: none is named. Raises `ConfigError` if there is no such file."""
    if template is None:
        return None
    path = Path(template).expanduser()
    if not path.is_file():
        raise ConfigError(f"template={template}: no such file. Name one, or leave it out")
    return path


def hash_file(path: Path) -> str:
    """SHA-256 of its bytes."""
    status = path.stat()
    return _hash_version(path, status.st_size, status.st_mtime_ns)


@functools.cache
def _hash_version(path: Path, _size: int, _mtime_ns: int) -> str:
    """0.1 s for 145 MB, which a sweep asks for once per cell."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
