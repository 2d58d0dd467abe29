"""The configuration of a run, as frozen records.

They have no defaults, so they cannot disagree with `conf/`. Not here: conversion from Hydra's tree (`config.parse`),
whether the seats can be reached (`llms.preflight`), which tasks exist (`benchmarks`).
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PositiveInt, model_validator

from tautraj.config.component_records import AgentConfig, Component
from tautraj.config.llm import OFFLINE_COMPONENTS, Llm, Seconds
from tautraj.config.local_llm import AnyLlm
from tautraj.printable import escape_unprintable
from tautraj.trajectory import Record, Seat

CONF = Path(__file__).parents[3] / "conf"

WorldKind = Literal["overlay", "stock"]
"""How an episode gets its database: `overlay`, a shared one with copy on access; `stock`, the benchmark's own way."""

EpisodeSelection = Literal["all", "failures", "sample", "none"]
"""A selection of a run's episodes."""


def _check_printable(path: str) -> str:
    if escape_unprintable(path) != path or any(character in path for character in "\n\t"):
        raise ValueError(
            "it has a line feed, another control character or a mark of direction. Choose another folder"
        )
    return path


def _check_title(title: Any) -> Any:
    text = str(title) if isinstance(title, int | float) and not isinstance(title, bool) else title
    if isinstance(text, str) and (not text.strip() or {"\n", "\t"} & {*text} or escape_unprintable(text) != text):
        raise ValueError("write a line of printable text")
    return text


RunTitle = Annotated[str, Field(max_length=100), BeforeValidator(_check_title)]

FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")]


class BenchmarkConfig(Record):
    """The benchmark and how its worlds are built."""

    name: Literal["tau2", "tau_bench"]
    world: WorldKind


class Domain(Record):
    name: str
    data_dir: str | None
    """Folder of a synthetic domain; None: the data in the benchmark's package."""


class Split(Record):
    name: str


class Tasks(Record):
    ids: list[str] | None
    rows: str | None = Field(alias="from")
    """File of an export's rows, whose tasks are played; None: `ids`, or all of the split."""
    limit: PositiveInt | None
    quarantine: Literal["keep", "exclude"]

    @model_validator(mode="before")
    @classmethod
    def _stringify_ids(cls, node: Any) -> Any:
        ids = node.get("ids") if isinstance(node, dict) else None
        if isinstance(ids, str | int):
            ids = [ids]
        if isinstance(ids, list):
            return {**node, "ids": [str(task) for task in ids]}
        return node

    @model_validator(mode="after")
    def _check_one_selection(self) -> "Tasks":
        if self.ids is not None and self.rows is not None:
            raise ValueError("tasks.ids and tasks.from both name tasks: give one of them")
        return self


class Limits(Record):
    turns: PositiveInt
    mistakes_in_a_row: PositiveInt
    tool_errors: PositiveInt
    seconds: float | None = Field(gt=0)
    """None, here and below: no limit."""
    tokens: PositiveInt | None
    usd: float | None = Field(gt=0)


class Runner(Record):
    target: str = Field(alias="_target_")
    workers: PositiveInt
    processes: PositiveInt | Literal["cores"] | None
    """Processes that play, sharing `workers` conversations at once. None: this process plays."""
    retries: int = Field(ge=0)
    retry_delays_seconds: list[Seconds] = Field(min_length=1, max_length=50)
    """The last delay is used for all further retries; Prefect accepts at most 50 delays."""
    give_up_after: PositiveInt
    store_patience_seconds: Seconds


class Tracking(Record):
    name: Literal["mlflow", "none"]
    uri: str | None
    every_seconds: Seconds = Field(gt=0)
    traces: EpisodeSelection
    """Which episodes become traces."""
    traces_sample: PositiveInt
    """Number of episodes in a sample."""


class Report(Record):
    """The HTML page that is written at the end of a run."""

    conversations: int = Field(ge=0)
    """Maximum number of conversations in the page; its table has all episodes."""


class CustomerReplays(Record):
    """What is done about a conversation whose customer did what its scenario does not allow."""

    retries: int = Field(ge=0)
    """Times that the episode is played again. The last conversation is kept as it is."""
    tell_faults: bool
    """Whether the customer is told what it did wrong before."""
    ask_judge: bool
    """Whether the judge is asked as well what the customer did wrong: one call an episode, which decides nothing."""


class Budget(Record):
    usd: float | None = Field(gt=0)
    tokens: PositiveInt | None


class BranchSource(Record):
    """The episodes that a run goes on from, and where: every episode of the run is a branch of one of these."""

    run: str = Field(min_length=1)
    """Their run directory, as a path or URL."""
    at: Annotated[str, Field(pattern=r"^(first_divergence|before_each_write|before_each_turn|turn:\d{1,9})$")]
    """The turns of each at which branches begin. See `grading.branching.points`."""
    tries: PositiveInt
    """Branches at each such turn."""
    episodes: list[str] | None
    """Ids of the episodes; None: all of the run directory."""

    @property
    def folder(self) -> str:
        """Directory name of their cell."""
        return self.run.rstrip("/").rpartition("/")[2]


class Run(Record):
    """One execution of a cell."""

    model: AnyLlm
    user: AnyLlm
    judge: AnyLlm | None
    agent: AgentConfig
    user_strategy: Component
    benchmark: BenchmarkConfig
    domain: Domain
    split: Split
    runner: Runner
    tracking: Tracking
    budget: Budget
    report: Report
    experiment: FolderName
    """Folder under `root`."""
    name: RunTitle | None
    """Title for people: part of no digest, and no folder's name."""
    trials: PositiveInt
    seed: int
    root: Annotated[str, Field(min_length=1), AfterValidator(_check_printable)]
    tasks: Tasks
    limits: Limits
    customer: CustomerReplays
    dry_run: bool
    branch: BranchSource | None = None
    """None, as in every run.yaml that has no such key: its episodes begin at their tasks' beginning."""

    @property
    def seats(self) -> dict[Seat, Llm]:
        """Seat -> llm; without `judge` if none is configured."""
        seats: dict[Seat, Llm] = {"model": self.model, "user": self.user}
        return {**seats, "judge": self.judge} if self.judge else seats

    @model_validator(mode="after")
    def _check_mlflow_uri(self) -> "Run":
        if self.tracking.name == "mlflow" and self.tracking.uri is None and "://" in self.root:
            raise ValueError(
                f"root={self.root} cannot hold MLflow's SQLite database: add tracking.uri=http://…, or tracking=none"
            )
        return self

    @model_validator(mode="after")
    def _check_judge(self) -> "Run":
        if self.customer.ask_judge and self.judge is None:
            raise ValueError("customer.ask_judge=true needs a judge, e.g. judge=gpt4o")
        return self

    @model_validator(mode="after")
    def _check_seats(self) -> "Run":
        pairs = [
            ("model", self.model, "agent", self.agent),
            ("user", self.user, "user_strategy", self.user_strategy),
        ]
        for seat, llm, key, component in pairs:
            required = OFFLINE_COMPONENTS[seat].get(component.name)
            fits = (required or component.name) == llm.name if llm.is_offline else required is None
            if not fits:
                offline = component.name if required else llm.name
                raise ValueError(
                    f"{key}={component.name} cannot be played by {seat}={llm.name}: {key}={offline} and "
                    f"{seat}={required or llm.name} go together, every other {key} needs an llm, e.g. {seat}=gpt4o"
                )
        has_prompt = not self.model.is_offline or self.model.is_in_training
        if not has_prompt and not self.agent.has_whole_context:
            raise ValueError(
                f"agent={self.agent.name} has no llm to prompt: leave out agent.system, agent.tools and agent.results"
            )
        return self
