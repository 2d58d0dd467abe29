"""Configuration of `flows/export.py`."""

from typing import Any, Literal

from pydantic import Field, NonNegativeFloat, PositiveInt, field_validator

from tautraj.benchmarks.goals import Family
from tautraj.benchmarks.origins import Difficulty
from tautraj.config import Component
from tautraj.export.messages import Style
from tautraj.store.discovery import RunDirectories
from tautraj.trajectory import Labels, Record

FLAGS = [name for name, field in Labels.model_fields.items() if field.annotation in (bool, bool | None)]
"""Labels that are true or false; the others have values."""


class Choice(Record):
    """Which conversations are exported; None in a field: no such limit."""

    reward: float | None = Field(ge=0, le=1)
    """Lowest reward."""
    without: tuple[str, ...]
    """Labels that must not hold: flags, or `violations`. If any is named, unlabelled episodes are left out too."""
    turns: PositiveInt | None
    """Highest number; so are the next two."""
    tokens: PositiveInt | None
    usd: NonNegativeFloat | None
    """Per conversation; unpriced ones are left out."""
    row_tokens: PositiveInt | None
    """Highest number of tokens of a row as it is written, tools included: by `tokenizer`, else estimated."""
    models: tuple[str, ...] | None
    families: tuple[Family, ...] | None
    """Of synthetic tasks; others have none and are left out. So is the next."""
    difficulties: tuple[Difficulty, ...] | None
    similar: float | None = Field(gt=0, le=1)
    """Of two conversations of a task that are at least this similar, one is kept."""
    best: Literal["fewest_turns", "cheapest"] | None
    """Which conversation of a task comes first."""
    per_task: PositiveInt | None
    balance: Literal["task", "operation"] | None
    """Keep as many of each task, or of each sequence of writes, as of the rarest."""

    @field_validator("without", "models", "families", "difficulties", mode="before")
    @classmethod
    def _accept_one_name(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str) else given

    @field_validator("without")
    @classmethod
    def _check_label_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = [*FLAGS, "violations"]
        for name in names:
            if name not in known:
                raise ValueError(f"{name} is no label that can hold; they are: {', '.join(known)}")
        return names


class FormatConfig(Component):
    """A dataset format, and what its exports look like whatever is in them."""

    sessions: bool
    """Whether every row is a file of its own, the lines in its column `session`; else a split is one file."""
    both_labels: bool
    """Whether rows with `label` true and rows with `label` false must be there, as its trainers need both."""


class ExportRequest(Record):
    """Configuration of `flows/export.py`."""

    run: RunDirectories
    root: str
    out: str | None
    """The folder to write; None: exports/<format>-<digest> in the first run directory."""
    file: Literal["jsonl", "parquet"]
    format: FormatConfig
    choose: Choice
    style: Style
    guard: Literal["all", "own", "off"]
    """Whose test tasks are guarded. all: both benchmarks'; own: the played benchmark's; off: none."""
    validation: float = Field(ge=0, lt=1)
    """Share of the task groups (tasks that share a customer, order or reservation) kept for validation."""
    tokenizer: str | None
    """A model on the Hugging Face Hub, or a folder: its chat template must accept every row."""
    hub: str | None = Field(pattern=r"^[\w.-]+/[\w.-]+$")
    """OWNER/NAME on the Hugging Face Hub, to push the export to."""
    hub_private: bool

    @property
    def suffix(self) -> str:
        """Of a split's file; none: a folder of sessions."""
        return "" if self.format.sessions else f".{self.file}"

    @field_validator("guard", mode="before")
    @classmethod
    def _accept_yaml_bool(cls, given: Any) -> Any:
        return {True: "all", False: "off"}.get(given, given) if isinstance(given, bool) else given
