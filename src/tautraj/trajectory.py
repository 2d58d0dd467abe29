"""The record of an episode: its turns, outcome, usage, reward and provenance.

Frozen pydantic models; a field's docstring states its unit and what None means. Not here: storing records (`store`),
rewards (`grading.reward`), playing episodes (`runs.episode`).
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

SCHEMA_VERSION = 9

Seat = Literal["model", "user", "judge"]

TurnKind = Literal["message", "tool_call", "mistake", "code", "plan", "belief"]

PRIVATE_KINDS = ("plan", "belief", "code")
"""Kinds of turns that only their own seat sees."""

Ending = Literal[
    "user_stop",
    "user_transfer",
    "user_out_of_scope",
    "agent_stop",
    "agent_transfer",
    "max_turns",
    "too_many_mistakes",
    "too_many_tool_errors",
    "max_seconds",
    "max_tokens",
    "max_usd",
]


class Record(BaseModel):
    """Base class of records: frozen, unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


MAX_COUNT = 10**15
"""A greater count is an error of whoever wrote it. Floats, JSON readers and MLflow take the sum of many such."""

Count = Annotated[int, AfterValidator(lambda number: max(-MAX_COUNT, min(number, MAX_COUNT)))]
"""Tokens, calls or retries; read as `MAX_COUNT` at most."""


class ToolCall(Record):
    id: str
    """The provider's; generated if the provider sent none."""
    name: str
    arguments: dict[str, Any]
    """As the model sent them. Empty if `raw` is set."""
    raw: str | None = None
    """The arguments as text if they were not a JSON object; None otherwise."""


class LlmCall(Record):
    """One answered request, retries included."""

    llm: str
    tokens_in: Count | None
    """None, here and below: not reported by the provider."""
    tokens_out: Count | None
    tokens_cached: Count | None
    usd: float | None
    """None: unpriced, which is not 0 USD."""
    started: float
    """Unix time, s."""
    seconds: float
    """From the first attempt to the answer, waiting times included."""
    retries: Count
    finish: str | None
    """How the answer ended: stop, tool_calls, length or content_filter, else the provider's own word for it."""

    @classmethod
    def free(cls, llm: str, started: float) -> "LlmCall":
        """Build the record of a call that reached no provider: no tokens, 0 USD. `started`: Unix time, s."""
        usage = {"tokens_in": 0, "tokens_out": 0, "tokens_cached": 0, "usd": 0.0}
        return cls(llm=llm, **usage, started=started, seconds=0, retries=0, finish=None)


class Turn(Record):
    """One event of an episode: a message, a tool call with its result, a plan, a belief."""

    index: int
    seat: Seat
    kind: TurnKind
    message: str | None = None
    """Text sent to the other side, verbatim."""
    thought: str | None = None
    """Text that the seat wrote beside its action; not sent to the other side."""
    reasoning: str | None = None
    """Reasoning of the model as the provider returned it."""
    signed: tuple[dict[str, Any], ...] = ()
    """What the provider wants back with its answer and is not plain text (thinking blocks, reasoning details,
    signatures of calls under `tool_calls`), one entry per call; opaque."""
    plan: str | None = None
    belief: dict[str, Any] | None = None
    code: str | None = None
    """Python that the model wrote; the tool calls of that code are separate turns, after this one."""
    tool_call: ToolCall | None = None
    """None, in a mistake: it named no tool."""
    observation: str | None = None
    """The result: the world's answer verbatim, the output of code, or for a mistake the feedback to the model."""
    error: bool = False
    """Whether the world answered with an error, or the call never reached it."""
    dropped: tuple[ToolCall, ...] = ()
    """Further calls of the same answer that were not carried out: only the first is."""
    calls: tuple[LlmCall, ...] = ()
    """Calls of the seat's llm for this turn."""
    given: bool = False
    """Whether the turn is part of the task's own message history and was not played."""
    started: float
    """Unix time, s."""
    seconds: float
    """Duration of the turn."""


def count_turns(turns: Iterable[Turn]) -> int:
    """Number of played messages and tool calls, which `limits.turns` limits; mistakes of the agent are calls.

    Not counted: given turns, what only the agent sees (plans, beliefs, code, whose calls are turns of their own),
    mistakes of the customer.
    """
    return sum(
        not turn.given and turn.kind not in PRIVATE_KINDS and (turn.seat, turn.kind) != ("user", "mistake")
        for turn in turns
    )


class Outcome(Record):
    """How an episode ended."""

    kind: Ending
    detail: str | None


class Usage(Record):
    """Usage of one seat in one episode."""

    calls: Count
    retries: Count
    tokens_in: Count
    tokens_out: Count
    tokens_cached: Count
    usd: float | None
    """None if any call was unpriced."""
    seconds: float


class Check(Record):
    """One condition that the benchmark checked."""

    what: str
    met: bool
    why: str | None = None
    """The judge's reason; None if no judge was needed."""


class Grade(Record):
    """The benchmark's verdict, by component."""

    reward: float
    components: dict[str, float]
    """The factors of the reward, under the benchmark's names in lower case: db, communicate, action, …"""
    db_match: bool | None
    """None: the database was not compared."""
    communicate: tuple[Check, ...]
    actions: tuple[Check, ...]
    assertions: tuple[Check, ...]
    judged: tuple[Check, ...]
    """Natural-language assertions, decided by the seat `judge`."""
    note: str | None
    """The benchmark's reason why nothing was compared; None if something was."""


FaultTag = Literal[
    "hallucination",
    "inconsistent_behavior",
    "premature_termination",
    "missed_required_action",
    "guideline_violation",
    "revealed_info_early",
]
"""What a customer did that its scenario does not allow, in τ²'s words for its own reviews."""

FaultSeverity = Literal["helped", "hindered", "minor"]
"""What it did to the agent's chances."""


class CustomerFault(Record):
    """One thing that the customer did and its scenario does not allow."""

    turn: int
    """Index of the customer's turn."""
    tag: FaultTag
    severity: FaultSeverity
    kind: str
    """The check that found it: identifier, payment, wrong_consent, … See `grading.customer_faults`."""
    words: str
    """Of the turn, what the verdict rests on."""
    source: Literal["program", "judge"]


class Labels(Record):
    """Facts about a graded episode: whether to trust its reward, and what to learn from it. See `grading.labels`.

    None: undecidable for this domain.
    """

    inaction_passes: bool
    """The benchmark gives reward 1 to an agent that does nothing."""
    gold_known_bad: bool
    wrote_nothing: bool
    acted_after_stop: bool
    """The agent acted after the conversation was over, or called a tool after it had transferred the customer."""
    unconfirmed_write: bool | None
    """The agent wrote to the database without a yes of the customer to a question that names the write."""
    unauthenticated_write: bool | None
    """The agent wrote to the database before it had identified the customer."""
    repeated_call: bool
    recovered: bool
    """A call failed, and a later one reached the same goal."""
    customer_contradicted: bool
    """The customer gave an identifier that differs from those in its scenario."""
    customer_invented: bool
    """The customer gave an identifier of a kind that its scenario does not have."""
    customer_stopped_early: bool
    violations: tuple[str, ...] | None
    """Policy rules that the agent's writes broke, as far as a program can check."""
    canonical_reward: float
    """The reward if databases are compared regardless of list order and of 25 versus 25.0."""
    passed_by_default: tuple[str, ...]
    """Components of the reward that had nothing to check."""
    answer_cut_off: bool | None
    """An answer of the agent's or the customer's llm ended at a limit of tokens. None: unknown until regraded."""
    customer_at_fault: bool | None
    """The customer hindered or helped the agent before its first write that differs from gold. None: as above."""


class Privileged(Record):
    """The benchmark's secret data of the task. It is sent to no model and exported in no row."""

    gold_actions: tuple[dict[str, Any], ...]
    communicate: tuple[str, ...]


class Parent(Record):
    """Where a branch leaves another episode."""

    run: str
    """Directory name of the episode's cell."""
    episode: str
    """Its id."""
    turn: int
    """Index of the first turn that is the branch's own; the ones before are the parent's."""
    attempt: int
    """Number among the branches at this turn, from 0."""


class Rollout(Record):
    """Where an episode stands in a training whose policy played it."""

    training: str
    """Its name in the run directory: `trainings/<training>.json`."""
    step: int | None
    """Updates of the weights before it; None: the trainer did not say."""
    group: int
    """Number of its group, from 0: the rollouts of one task whose rewards are compared."""
    member: int
    """Number in the group, from 0."""


class Trajectory(Record):
    """The full record of an episode."""

    schema_version: int = Field(alias="schema")
    id: str
    cell: str
    """Name and digest of the cell, as in the run directory's name."""
    benchmark: str
    domain: str
    split: str
    task_id: str
    trial: int
    """Number of the attempt, from 0."""
    seed: int
    """Derived from the run's seed, the task, the trial and the attempt."""
    attempt: int
    """How often it was played before, and thrown away since its customer was at fault."""
    parent: Parent | None
    """None: the episode is no branch."""
    rollout: Rollout | None
    """None: no policy in training played it."""
    agent: str
    user_strategy: str
    model: str
    user: str
    judge: str | None
    system_prompt: str
    """System prompt of the agent's model."""
    tools: tuple[dict[str, Any], ...]
    """JSON schemas sent to the agent's model."""
    user_prompt: str
    """System prompt of the customer's model."""
    user_tools: tuple[dict[str, Any], ...]
    """JSON schemas of the customer's own tools."""
    scenario: str
    quarantine: str | None
    """Known defect of the task's gold actions; None: none known."""
    turns: tuple[Turn, ...]
    outcome: Outcome
    usage: dict[Seat, Usage]
    reward: float | None
    """The benchmark's reward. None: not gradable; `ungraded` is the reason."""
    ungraded: str | None
    grade: Grade | None
    labels: Labels | None
    """None: not gradable, or graded by a version without labels; `flows/regrade.py` adds them."""
    customer_faults: tuple[CustomerFault, ...] | None
    """In order of turns. None: not looked for, or by a version that did not; `flows/regrade.py` adds them."""
    started: float
    seconds: float
    versions: dict[str, str]
    data_hash: str
    """SHA-256 of the benchmark's files for this domain."""
    prompt_hashes: dict[str, str]
    privileged: Privileged

    @property
    def decisive_faults(self) -> tuple[CustomerFault, ...]:
        """Those by which its customer helped or hindered the agent, by program: a judge's word decides nothing."""
        faults = self.customer_faults or ()
        return tuple(fault for fault in faults if fault.severity != "minor" and fault.source == "program")

    @property
    def has_faulty_customer(self) -> bool:
        """Whether its customer helped or hindered the agent by something that its scenario does not allow."""
        return bool(self.decisive_faults)
