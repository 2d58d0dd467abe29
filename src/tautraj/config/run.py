"""What a run is, as frozen records.

They have no defaults, so they cannot disagree with `conf/`. Not here: how they are read (`tree`), whether the seats
can be reached (`llms.preflight`), which tasks exist (`benchmarks`).
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, PositiveInt, model_validator

from tautraj.config.llm import OFFLINE_COMPONENTS, Llm
from tautraj.errors import ConfigError
from tautraj.trajectory import Record, Seat

CONF = Path(__file__).parents[3] / "conf"

WorldKind = Literal["overlay", "stock"]
"""How an episode comes by its database: a shared one, copied where it is touched, or the benchmark's own way."""

EpisodeSelection = Literal["all", "failures", "sample", "none"]
"""Of a run's episodes."""

FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")]


class Component(Record):
    """An open point: a function and its settings."""

    name: str
    target: str = Field(alias="_target_")
    settings: dict[str, JsonValue]

    @model_validator(mode="before")
    @classmethod
    def _gather_settings(cls, node: Any) -> Any:
        if not isinstance(node, dict) or "settings" in node:
            return node
        settings = {key: value for key, value in node.items() if key not in ("name", "_target_")}
        return {"name": node.get("name"), "_target_": node.get("_target_"), "settings": settings}


class BenchmarkConfig(Record):
    """Which benchmark, and how it is run."""

    name: Literal["tau2", "tau_bench"]
    world: WorldKind


class Domain(Record):
    name: str
    data_dir: str | None
    """None: the data in the benchmark's package."""


class Split(Record):
    name: str


class Tasks(Record):
    ids: list[str] | None
    limit: PositiveInt | None
    quarantine: Literal["keep", "exclude"]

    @model_validator(mode="before")
    @classmethod
    def _stringify_ids(cls, node: Any) -> Any:
        if isinstance(node, dict) and isinstance(node.get("ids"), list):
            return {**node, "ids": [str(task) for task in node["ids"]]}
        return node


class Limits(Record):
    turns: PositiveInt
    mistakes_in_a_row: PositiveInt
    tool_errors: PositiveInt
    seconds: float | None = Field(gt=0, allow_inf_nan=False)
    """None, here and below: no limit."""
    tokens: PositiveInt | None
    usd: float | None = Field(gt=0, allow_inf_nan=False)


class Runner(Record):
    target: str = Field(alias="_target_")
    workers: PositiveInt
    processes: PositiveInt | Literal["cores"] | None
    """Those that play, `workers` conversations at once among them. None: this one plays."""
    retries: int = Field(ge=0)
    retry_delays_seconds: list[Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        min_length=1, max_length=50
    )
    """The last one stands for all that follow; Prefect takes 50."""
    give_up_after: PositiveInt
    store_patience_seconds: float = Field(ge=0)


class Tracking(Record):
    name: Literal["mlflow", "none"]
    uri: str | None
    every_seconds: float = Field(gt=0)
    traces: EpisodeSelection
    """Which episodes become traces."""
    traces_sample: PositiveInt
    """How many of a run a sample has."""


class Report(Record):
    """The page that a run ends with."""

    conversations: int = Field(ge=0)
    """Which it holds at most; its table has all episodes."""


class Budget(Record):
    usd: float | None = Field(gt=0)
    tokens: PositiveInt | None


class Run(Record):
    """One execution of a cell."""

    model: Llm
    user: Llm
    judge: Llm | None
    agent: Component
    user_strategy: Component
    benchmark: BenchmarkConfig
    domain: Domain
    split: Split
    runner: Runner
    tracking: Tracking
    budget: Budget
    report: Report
    experiment: FolderName
    """In the root."""
    trials: PositiveInt
    seed: int
    root: str = Field(min_length=1)
    tasks: Tasks
    limits: Limits
    dry_run: bool

    @property
    def seats(self) -> dict[Seat, Llm]:
        """Who plays what; no judge where there is none."""
        seats: dict[Seat, Llm] = {"model": self.model, "user": self.user}
        return {**seats, "judge": self.judge} if self.judge else seats

    @model_validator(mode="after")
    def _check_mlflow_uri(self) -> "Run":
        if self.tracking.name == "mlflow" and self.tracking.uri is None and "://" in self.root:
            raise ValueError(
                f"root={self.root} has no room for MLflow's SQLite: add tracking.uri=http://…, or tracking=none"
            )
        return self

    @model_validator(mode="after")
    def _check_seats(self) -> "Run":
        pairs = [
            ("model", self.model, "agent", self.agent),
            ("user", self.user, "user_strategy", self.user_strategy),
        ]
        for seat, llm, part_key, part in pairs:
            fits = part.name == llm.name if llm.is_offline else part.name not in OFFLINE_COMPONENTS[seat]
            if not fits:
                alone = llm.name if llm.is_offline else part.name
                raise ValueError(
                    f"{part_key}={part.name} cannot be played by {seat}={llm.name}: {part_key}={alone} and "
                    f"{seat}={alone} go together, every other {part_key} needs an llm, e.g. {seat}=gpt4o"
                )
        return self


def replace_api_base(llm: Llm, api_base: str) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"api_base": api_base})})


def reject_api_base(seat: str, llm: Llm) -> None:
    """Raise `ConfigError` where somebody gave it an address."""
    if llm.provider.api_base is not None:
        raise ConfigError(
            f"{seat}.provider.api_base: {seat}={llm.name} is served by the run itself. "
            f"A server of your own is {seat}=openai_compatible"
        )
