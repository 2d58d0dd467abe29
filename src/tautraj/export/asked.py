"""What an export is asked for: a record without defaults."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from tautraj.config import Part
from tautraj.export.choosing import Choice
from tautraj.export.messages import Style
from tautraj.trajectory import Record


class Export(Record):
    """What the door is asked for."""

    run: tuple[str, ...] | None = Field(min_length=1)
    """Run directories, paths or URLs; None: the newest under `root`."""
    root: str
    out: str | None
    """The folder to make; None: exports/<format>-<digest> in the first run directory."""
    file: Literal["jsonl", "parquet"]
    format: Part
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
    def _columns(self) -> "Export":
        if self.file == "parquet" and self.style.arguments == "object":
            raise ValueError("file=parquet has columns, and every call has other arguments: style.arguments=text")
        return self

    @field_validator("guard", mode="before")
    @classmethod
    def _on_or_off(cls, given: Any) -> Any:
        return {True: "all", False: "off"}.get(given, given) if isinstance(given, bool) else given

    @field_validator("run", mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given
