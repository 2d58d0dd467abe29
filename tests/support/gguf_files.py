"""Files in llama.cpp's format: metadata without weights, and real weights with another chat template.

Written by hand: the package for it is not installed where only the server is.
"""

import struct
from pathlib import Path


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def write_gguf(path: Path, template: str | None = None, model: str = "a model") -> Path:
    """`template`: the chat template inside; None: none. `model`: changes the bytes and nothing else."""
    words = struct.pack("<IQ", 8, 2) + text("<|im_start|>") + text("é")
    scores = struct.pack("<IQ", 6, 3) + struct.pack("<3f", 1, 2, 3)
    fields = [
        text("general.name") + struct.pack("<I", 8) + text(model),
        text("llama.block_count") + struct.pack("<II", 4, 30),
        text("tokenizer.ggml.add_bos_token") + struct.pack("<IB", 7, 0),
        text("tokenizer.ggml.tokens") + struct.pack("<I", 9) + words,
        text("tokenizer.ggml.scores") + struct.pack("<I", 9) + scores,
    ]
    if template is not None:
        fields.append(text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + b"".join(fields))
    return path


def replace_template(source: Path, path: Path, template: str) -> Path:
    """A copy of real weights with `template` inside: a new field in front, the old one under another name.

    A comment fills it up to a multiple of 32 bytes, on which the weights behind the metadata must begin.
    """
    content = source.read_bytes()
    magic, version, tensors, fields = struct.unpack("<4sIQQ", content[:24])
    rest = content[24:].replace(text("tokenizer.chat_template"), text("tokenizer.chat_template".swapcase()), 1)
    key = text("tokenizer.chat_template") + struct.pack("<I", 8)
    padding = " " * (-len(key + text("{#-#}" + template)) % 32)
    value = text("{#" + padding + "-#}" + template)
    path.write_bytes(struct.pack("<4sIQQ", magic, version, tensors, fields + 1) + key + value + rest)
    return path
