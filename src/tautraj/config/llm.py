"""An llm and its provider, as frozen records."""

from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, PositiveInt, model_validator

from tautraj import redaction
from tautraj.trajectory import Record

OFFLINE_COMPONENTS = {"model": ("oracle",), "user": ("scripted", "human")}
"""Parts that are played without an llm; each goes with the offline seat of its name."""

GOLD_ROUTES = ("offline", "rehearsed")
"""Routes on which the model's seat replays the task's gold actions: an upper bound, not a model's result."""


class Provider(Record):
    name: str
    route: str
    """litellm's name for the protocol; `offline`: nobody is called; `local`, `rehearsed`: served by the run."""
    api_base: str | None
    api_key_env: Annotated[str, AfterValidator(redaction.validate_key_variable)] | None
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
    def _check_prices(self) -> "Llm":
        if (self.usd_per_million_tokens_in is None) != (self.usd_per_million_tokens_out is None):
            raise ValueError("set both usd_per_million_tokens_in and usd_per_million_tokens_out, or neither")
        return self

    @model_validator(mode="after")
    def _reject_keys(self) -> "Llm":
        if held := next(redaction.find_key_paths(self.extra), None):
            raise ValueError(
                f"extra.{held} would be written down with the configuration. Put the key in .env and name it: "
                f"provider.api_key_env=…"
            )
        return self

    @property
    def is_offline(self) -> bool:
        return self.provider.route == "offline"

    @property
    def is_local(self) -> bool:
        return self.provider.route == "local"

    @property
    def is_rehearsed(self) -> bool:
        return self.provider.route == "rehearsed"

    @property
    def is_served_by_run(self) -> bool:
        """By the run itself: OpenAI's protocol, at another port in every run."""
        return self.is_local or self.is_rehearsed

    @property
    def is_gold_replay(self) -> bool:
        """In the model's seat it replays gold actions."""
        return self.provider.route in GOLD_ROUTES
