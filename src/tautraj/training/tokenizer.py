"""A model's tokenizer: how it splits a text before it merges letters, and the chat template that it has.

transformers loses the first where it reads a GGUF file, or a folder whose tokenizer has another class in its config.
"""

import json
from pathlib import Path
from typing import Any

from tautraj.errors import ConfigError, boundary
from tautraj.llms.local.gguf import read_text_field

CASELESS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def _describe_pattern(digits: str) -> dict[str, Any]:
    pattern = CASELESS + digits + REST
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


SPLITTERS: dict[str, list[dict[str, Any]]] = {
    "gpt-2": [],
    "smollm": [{"type": "Digits", "individual_digits": True}],
    "llama-bpe": [_describe_pattern(r"\p{N}{1,3}")],
    "qwen2": [_describe_pattern(r"\p{N}")],
}
"""llama.cpp's name for a way to split a text -> what tokenizer.json says of it, before the step to bytes."""

BY_PATTERN = ("llama-bpe", "qwen2")
"""Those that leave nothing to be split by the step to bytes."""


def read_tokenizer(folder: Path, gguf: Path | None = None) -> Any:
    """The tokenizer of a folder of transformers, or of a GGUF file in it."""
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, **({"gguf_file": gguf.name} if gguf else {}))
    file = folder / "tokenizer.json"
    if gguf is not None:
        name = read_text_field(gguf, "tokenizer.ggml.pre")
        if name in SPLITTERS:
            tokenizer.backend_tokenizer.pre_tokenizer = _build_splitter(name)
    elif file.is_file():
        tokenizer.backend_tokenizer.pre_tokenizer = Tokenizer.from_file(str(file)).pre_tokenizer
    return tokenizer


def _build_splitter(name: str) -> Any:
    """A pre-tokenizer of the library tokenizers, which builds one from JSON as part of a whole tokenizer alone."""
    from tokenizers import Tokenizer, models

    whole = json.loads(Tokenizer(models.BPE()).to_str())
    whole["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [*SPLITTERS[name], _describe_bytes(name)]}
    return Tokenizer.from_str(json.dumps(whole)).pre_tokenizer


def _describe_bytes(name: str) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": name not in BY_PATTERN}


def find_splitter(tokenizer: Any) -> str | None:
    """llama.cpp's name for the way in which a tokenizer splits a text; None: it is none of `SPLITTERS`."""
    if not tokenizer.is_fast:
        return None
    description = json.loads(tokenizer.backend_tokenizer.to_str())
    splitter = description["pre_tokenizer"] or {}
    *parts, last = splitter.get("pretokenizers", [splitter])
    if description["model"]["type"] != "BPE":
        return None
    for name, known in SPLITTERS.items():
        ignores_merges = name == "llama-bpe"  # as llama.cpp does by the name
        same = parts == known and {**_describe_bytes(name), "trim_offsets": last.get("trim_offsets")} == last
        if same and description["model"].get("ignore_merges", False) == ignores_merges:
            return name
    return None


def set_template(tokenizer: Any, file: Path | None, source: str) -> None:
    """Give the tokenizer the chat template in `file`; None: it keeps its own. Raises `ConfigError`.

    `source`: what the tokenizer belongs to, as the user named it.
    """
    if file is not None:
        with boundary(ConfigError, f"template={file}"):
            tokenizer.chat_template = file.read_text(encoding="utf-8")
    if isinstance(tokenizer.chat_template, dict):
        names = ", ".join(sorted(tokenizer.chat_template))
        raise ConfigError(f"{source} has several chat templates: {names}. Name a file with one: template=FILE")
    if not tokenizer.chat_template:
        raise ConfigError(f"{source} has no chat template of its own. Name a file with one: template=FILE")
