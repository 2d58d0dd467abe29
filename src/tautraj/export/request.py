"""What an export is asked for: a record without defaults."""

from typing import Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt, field_validator, model_validator

from tautraj.config import Component
from tautraj.export.messages import Style
from tautraj.store.discovery import RunDirectories
from tautraj.trajectory import Labels, Record

FLAGS = [name for name, field in Labels.model_fields.items() if field.annotation in (bool, bool | None)]
"""Labels that are there or not."""


class Choice(Record):
    """What is wanted; None: whatever there is."""

    reward: float | None = Field(ge=0, le=1)
    """At least."""
    without: tuple[str, ...]
    """Labels that must not hold: flags, or `violations`. What was never labelled is left out too, if any is named."""
    turns: PositiveInt | None
    """At most; so are those below."""
    tokens: PositiveInt | None
    usd: NonNegativeFloat | None
    """Of a conversation; what is unpriced is left out."""
    models: tuple[str, ...] | None
    similar: float | None = Field(gt=0, le=1)
    """Two conversations of a task that are at least so alike count as one."""
    best: Literal["fewest_turns", "cheapest"] | None
    """Who of a task comes first."""
    per_task: PositiveInt | None
    balance: Literal["task", "operation"] | None
    """As many of each as of the rarest; an operation is the sequence of writes."""

    @field_validator("without")
    @classmethod
    def _check_label_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [*FLAGS, "violations"]
        for name in names:
            if name not in known:
                raise ValueError(f"{name} is no label that can hold; they are: {', '.join(known)}")
        return names


class ExportRequest(Record):
    """What the door is asked for."""

    run: RunDirectories
    root: str
    out: str | None
    """The folder to make; None: exports/<format>-<digest> in the first run directory."""
    file: Literal["jsonl", "parquet"]
    format: Component
    choose: Choice
    style: Style
    guard: Literal["all", "own", "off"]
    """Whose test tasks are guarded: both benchmarks', the played one's, nobody's."""
    validation: float = Field(ge=0, lt=1)
    """Share of the groups (tasks that have a customer, order or reservation in common) kept for validation."""
    tokenizer: str | None
    """Of a model on the Hugging Face Hub, or a folder: its chat template has to take every row."""
    hub: str | None = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    """OWNER/NAME on the Hugging Face Hub: the export is pushed there."""
    hub_private: bool

    @model_validator(mode="after")
    def _check_parquet_arguments(self) -> "ExportRequest":
        if self.file == "parquet" and self.style.arguments == "object":
            raise ValueError("file=parquet has columns, and every call has other arguments: style.arguments=text")
        return self

    @field_validator("guard", mode="before")
    @classmethod
    def _accept_yaml_bool(cls, given: Any) -> Any:
        return {True: "all", False: "off"}.get(given, given) if isinstance(given, bool) else given
