"""The record: what happened in an episode, turn by turn.

Frozen pydantic models; a field's docstring says its unit and what None means. Not here: where records are kept
(`store`), what they are worth (`reward`), how they come about (`episode`).
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 6

Seat = Literal["model", "user", "judge"]

TurnKind = Literal["message", "tool_call", "mistake", "code", "plan", "belief"]

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
    """Frozen; nothing unknown comes in."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ToolCall(Record):
    id: str
    """As the provider gave it; made up where it gave none."""
    name: str
    arguments: dict[str, Any]
    """Exact. Empty when `raw` is kept."""
    raw: str | None = None
    """The model's own text when it was not a JSON object; None otherwise."""


class LlmCall(Record):
    """One answered request, retries included."""

    llm: str
    tokens_in: int | None
    """None: the provider did not say."""
    tokens_out: int | None
    tokens_cached: int | None
    usd: float | None
    """None: unpriced, which is not 0."""
    started: float
    """Unix time, s."""
    seconds: float
    """From the first attempt to the answer, waits included."""
    retries: int
    finish: str | None
    """The provider's own word for why it stopped."""

    @classmethod
    def free(cls, llm: str, started: float) -> "LlmCall":
        """A call that no provider answered: no tokens, 0 USD. `started`: Unix time, s."""
        usage = {"tokens_in": 0, "tokens_out": 0, "tokens_cached": 0, "usd": 0.0}
        return cls(llm=llm, **usage, started=started, seconds=0, retries=0, finish=None)


class Turn(Record):
    """One thing that happened."""

    index: int
    seat: Seat
    kind: TurnKind
    message: str | None = None
    """Said to the other side, exactly."""
    thought: str | None = None
    """Text the seat wrote beside its action; nobody else heard it."""
    reasoning: str | None = None
    """What the provider returned as its model's own reasoning."""
    signed: tuple[dict[str, Any], ...] = ()
    """Reasoning as the provider signed it (thinking blocks, thought signatures), call by call; opaque."""
    plan: str | None = None
    belief: dict[str, Any] | None = None
    code: str | None = None
    """Python that the model wrote; the calls it made are turns of their own, after this one."""
    tool_call: ToolCall | None = None
    """None for a mistake that named no tool."""
    observation: str | None = None
    """What came back: the world's exact words, what code printed, or for a mistake what the model was told."""
    error: bool = False
    """The world answered with an error, or the call never reached it."""
    dropped: tuple[ToolCall, ...] = ()
    """Further calls of the same answer, not carried out: one call at a time."""
    calls: tuple[LlmCall, ...] = ()
    """What was asked of the seat's llm for this turn."""
    given: bool = False
    """Part of the task's own message history: nobody played it."""
    started: float
    """Unix time, s."""
    seconds: float
    """Until the turn was over."""


class Outcome(Record):
    """How it ended."""

    kind: Ending
    detail: str | None


class Usage(Record):
    """Of one seat over one episode."""

    calls: int
    retries: int
    tokens_in: int
    tokens_out: int
    tokens_cached: int
    usd: float | None
    """None if any call was unpriced."""
    seconds: float


class Check(Record):
    """One thing the benchmark looked for."""

    what: str
    met: bool
    why: str | None = None
    """The judge's reason; None where nobody had to judge."""


class Grade(Record):
    """What the benchmark said, component by component."""

    reward: float
    components: dict[str, float]
    """The factors of the reward, by the benchmark's names in lower case: db, communicate, action, …"""
    db_match: bool | None
    """None: the database was not compared."""
    communicate: tuple[Check, ...]
    actions: tuple[Check, ...]
    assertions: tuple[Check, ...]
    judged: tuple[Check, ...]
    """Natural-language assertions, by the seat `judge`."""
    note: str | None
    """Why nothing was compared, in the benchmark's words."""


class Labels(Record):
    """Facts that say whether to trust a reward and what there is to learn; `labels` says how each is decided.

    None: it cannot be decided for this domain.
    """

    inaction_passes: bool
    """The benchmark gives 1 to an agent that does nothing."""
    gold_known_bad: bool
    wrote_nothing: bool
    acted_after_stop: bool
    """Must be False: the world was closed."""
    unconfirmed_write: bool | None
    """The agent wrote without the customer's word."""
    unauthenticated_write: bool | None
    """The agent wrote before it knew who the customer is."""
    repeated_call: bool
    recovered: bool
    """A call failed, and then the same tool answered."""
    customer_contradicted: bool
    """The customer gave an identifier other than those of its scenario."""
    customer_invented: bool
    """The customer gave an identifier where its scenario has none of the kind."""
    customer_stopped_early: bool
    violations: tuple[str, ...] | None
    """Rules of the policy that the agent's writes broke, as far as a program can tell."""
    canonical_reward: float
    """With databases compared regardless of the order of lists and of 25 against 25.0."""
    passed_by_default: tuple[str, ...]
    """Components of the reward that had nothing to look for."""


class Privileged(Record):
    """What the benchmark alone knows. It reaches no model and no export row."""

    gold_actions: tuple[dict[str, Any], ...]
    communicate: tuple[str, ...]


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
    """From 0."""
    seed: int
    """Derived from the run's seed, the task and the trial."""
    agent: str
    user_strategy: str
    model: str
    user: str
    judge: str | None
    system_prompt: str
    """What the agent's model was told first."""
    tools: tuple[dict[str, Any], ...]
    """The JSON schemas the agent's model saw."""
    user_prompt: str
    """What the customer's model was told first."""
    user_tools: tuple[dict[str, Any], ...]
    """The JSON schemas of the customer's own tools."""
    scenario: str
    quarantine: str | None
    """What is known to be wrong with the task's gold actions; None: nothing."""
    turns: tuple[Turn, ...]
    outcome: Outcome
    usage: dict[Seat, Usage]
    reward: float | None
    """The benchmark's. None: not gradable, `ungraded` says why."""
    ungraded: str | None
    grade: Grade | None
    labels: Labels | None
    """None: not gradable, or graded by a version without labels; `flows/regrade.py` finds them."""
    started: float
    seconds: float
    versions: dict[str, str]
    data_hash: str
    """sha256 over the benchmark's files for this domain."""
    prompt_hashes: dict[str, str]
    privileged: Privileged
