"""Configuration of `flows/train.py` and `flows/convert.py`.

Not here: reading it (`config.parse`), what becomes of it (`training.pipeline`).
"""

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt, model_validator

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.trajectory import Record


class Lora(Record):
    """Low-rank adapters, merged into the weights at the end."""

    rank: PositiveInt | None
    """None: the weights themselves are trained."""
    alpha: PositiveInt


class TrainRequest(Record):
    """A base model, an export, and how the one learns from the other."""

    data: str
    """Folder of an export: format=sft for method=sft, format=preference for method=dpo."""
    base: str
    """Weights of an installed package, a .gguf file, or a transformers folder, one that was trained here included."""
    template: str | None
    """A file with the chat template, in Jinja, `{% generation %}` around what the assistant writes; None: the base's
    own, for the package's weights the one that `model=smollm2` is served with."""
    method: Literal["sft", "dpo"]
    out: str | None
    """The folder to write; None: trained/<method>-<digest> under `root`."""
    root: str
    rows: PositiveInt | None
    """So many rows, drawn by the seed; None: all."""
    repeat_rare: PositiveInt | None
    """Rows with a tool or a thought that few rows have come up to so many times; None: once. Of method=sft."""
    epochs: float = Field(gt=0)
    batch: PositiveInt
    """Rows per update of the weights. They are computed one after another, so that none is padded."""
    learning_rate: float = Field(gt=0)
    warmup_steps: NonNegativeInt
    max_tokens: PositiveInt
    """A longer row loses what is after so many tokens."""
    frozen_layers: NonNegativeInt
    """Of the first layers; the embeddings are not trained either. Unused with LoRA."""
    lora: Lora
    beta: NonNegativeFloat
    """DPO's: how close the model stays to the one that it began as."""
    seed: NonNegativeInt
    save_steps: PositiveInt
    """Updates between two checkpoints, from which a stopped training goes on."""

    @model_validator(mode="after")
    def _check_drawing(self) -> "TrainRequest":
        if self.repeat_rare and self.method != "sft":
            raise ValueError("repeat_rare=… is for method=sft: pairs are drawn by the seed alone")
        return self

    @property
    def digest(self) -> str:
        """Of what decides the weights, the rows themselves not included."""
        written = self.model_dump_json(exclude={"out", "root", "save_steps"})
        return hashlib.sha256(written.encode()).hexdigest()[:8]

    @property
    def folder(self) -> Path:
        default = Path(self.root) / "trained" / f"{self.method}-{self.digest}"
        return Path(self.out).expanduser() if self.out else default


class ConvertRequest(Record):
    """Configuration of `flows/convert.py`."""

    folder: str
    """Of transformers: config.json, weights and tokenizer."""
    template: str | None
    """A file with the chat template, in Jinja; None: the folder's own."""
    out: str | None
    """The file to write; None: weights.gguf in the folder."""

    @property
    def path(self) -> Path:
        """The file to write."""
        return Path(self.out).expanduser() if self.out else Path(self.folder).expanduser() / WEIGHTS_IN_FOLDER
