"""What a run is, as frozen records.

They have no defaults, so they cannot disagree with `conf/`. Not here: how they are read (`tree`), whether the seats
can be reached (`llms.preflight`), which tasks exist (`benchmarks`).
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, PositiveInt, model_validator

from tautraj import keys
from tautraj.trajectory import Record, Seat

CONF = Path(__file__).parents[2] / "conf"
ALONE = {"model": ("oracle",), "user": ("scripted", "human")}
"""Parts that are played without an llm; each goes with the offline seat of its name."""
GOLD = ("offline", "rehearsed")
"""Routes on which the model's seat replays the task's gold actions: an upper bound, not a model's result."""
WorldKind = Literal["overlay", "stock"]
"""How an episode comes by its database: a shared one, copied where it is touched, or the benchmark's own way."""
Folder = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")]


class Provider(Record):
    name: str
    route: str
    """litellm's name for the protocol; `offline`: nobody is called; `local`, `rehearsed`: served by the run."""
    api_base: str | None
    api_key_env: Annotated[str, AfterValidator(keys.variable)] | None
    """Name of the environment variable; None: no key is sent."""
    requests_per_minute: PositiveInt | None
    tokens_per_minute: PositiveInt | None
    calls_at_once: int = Field(ge=1, le=10_000)
    timeout_seconds: float = Field(gt=0)
    retry_seconds: float = Field(ge=0)
    reasoning_back: bool
    """Whether plain reasoning of earlier turns is sent back. Signed reasoning is: whoever signs it wants it."""


class Llm(Record):
    name: str
    provider: Provider
    temperature: float | None
    max_tokens: PositiveInt | None
    extra: dict[str, JsonValue]
    usd_per_million_tokens_in: float | None
    usd_per_million_tokens_out: float | None

    @model_validator(mode="after")
    def _both_prices(self) -> "Llm":
        if (self.usd_per_million_tokens_in is None) != (self.usd_per_million_tokens_out is None):
            raise ValueError("set both usd_per_million_tokens_in and usd_per_million_tokens_out, or neither")
        return self

    @model_validator(mode="after")
    def _no_key_here(self) -> "Llm":
        if held := next(keys.held_in(self.extra), None):
            raise ValueError(
                f"extra.{held} would be written down with the configuration. Put the key in .env and name it: "
                f"provider.api_key_env=…"
            )
        return self

    @property
    def offline(self) -> bool:
        return self.provider.route == "offline"

    @property
    def local(self) -> bool:
        return self.provider.route == "local"

    @property
    def rehearsed(self) -> bool:
        return self.provider.route == "rehearsed"

    @property
    def served(self) -> bool:
        """By the run itself: OpenAI's protocol, at another port in every run."""
        return self.local or self.rehearsed

    @property
    def gold(self) -> bool:
        """In the model's seat it replays gold actions."""
        return self.provider.route in GOLD


class Part(Record):
    """An open point: a function and its settings."""

    name: str
    target: str = Field(alias="_target_")
    settings: dict[str, JsonValue]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, node: Any) -> Any:
        if not isinstance(node, dict) or "settings" in node:
            return node
        settings = {key: value for key, value in node.items() if key not in ("name", "_target_")}
        return {"name": node.get("name"), "_target_": node.get("_target_"), "settings": settings}


class Bench(Record):
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
    def _ids_are_text(cls, node: Any) -> Any:
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
    traces: Literal["all", "failures", "sample", "none"]
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
    agent: Part
    user_strategy: Part
    benchmark: Bench
    domain: Domain
    split: Split
    runner: Runner
    tracking: Tracking
    budget: Budget
    report: Report
    experiment: Folder
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
    def _mlflow_has_room(self) -> "Run":
        if self.tracking.name == "mlflow" and self.tracking.uri is None and "://" in self.root:
            raise ValueError(
                f"root={self.root} has no room for MLflow's SQLite: add tracking.uri=http://…, or tracking=none"
            )
        return self

    @model_validator(mode="after")
    def _seats_fit(self) -> "Run":
        pairs = [
            ("model", self.model, "agent", self.agent),
            ("user", self.user, "user_strategy", self.user_strategy),
        ]
        for seat, llm, part_key, part in pairs:
            fits = part.name == llm.name if llm.offline else part.name not in ALONE[seat]
            if not fits:
                alone = llm.name if llm.offline else part.name
                raise ValueError(
                    f"{part_key}={part.name} cannot be played by {seat}={llm.name}: {part_key}={alone} and "
                    f"{seat}={alone} go together, every other {part_key} needs an llm, e.g. {seat}=gpt4o"
                )
        return self
