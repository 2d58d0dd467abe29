"""An llm and its provider, as frozen records."""

from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, PositiveInt, model_validator

from tautraj import redaction
from tautraj.errors import ConfigError
from tautraj.trajectory import Record

OFFLINE_COMPONENTS = {
    "model": {"oracle": "oracle", "rules": "rules", "rules_plain": "rules", "careless": "rules", "policy": "policy"},
    "user": {"scripted": "scripted", "goal": "scripted", "faulty": "scripted", "human": "human"},
}
"""Seat -> component that plays without an llm -> the offline llm that it requires."""

PROGRAM_ROUTE = "program"
"""Route with which a program plays the model's seat. It knows no gold actions; no model's result either."""

TRAINER_ROUTE = "trainer"
"""Route of a policy in training: its trainer calls it, and the run calls no llm."""

OFFLINE_ROUTES = ("offline", PROGRAM_ROUTE, TRAINER_ROUTE)
"""Routes with which no llm is called."""

GOLD_ROUTES = ("offline", "rehearsed")
"""Routes with which the model's seat replays the task's gold actions: an upper bound, not a model's result."""


OWN_SERVER_ROUTE = "hosted_vllm"
"""Route of servers that people run themselves; most ask for no key."""


def _check_address(address: str) -> str:
    address = address.strip()
    if not address.lower().startswith(("http://", "https://")):
        raise ValueError("begin it with http:// or https://")
    return address


RESERVED_ARGUMENTS = {
    *("model", "messages", "tools", "stream", "api_base", "base_url"),
    *("num_retries", "max_retries", "fallbacks", "context_window_fallback_dict", "mock_response"),
}
"""Arguments of litellm's that would replace what a run sends, where it sends it, or who answers."""

Seconds = Annotated[float, Field(ge=0, le=1e9)]
"""A duration that sockets, timers and dates can take."""


class Provider(Record):
    name: str = Field(min_length=1)
    route: str = Field(min_length=1)
    """litellm's name of the protocol; `offline`, `program`, `trainer`: the run calls no llm; `local`, `rehearsed`:
    it serves the llm itself."""
    api_base: Annotated[str, AfterValidator(_check_address)] | None
    api_key_env: Annotated[str, AfterValidator(redaction.validate_key_variable)] | None
    """Name of the environment variable; None: no key is sent. See `is_key_optional`."""
    requests_per_minute: PositiveInt | None
    tokens_per_minute: PositiveInt | None
    calls_at_once: int = Field(ge=1, le=10_000)
    timeout_seconds: Seconds = Field(gt=0)
    retry_seconds: Seconds
    reasoning_back: bool
    """Whether plain reasoning of earlier turns is sent back. Signed reasoning always is: its provider expects it."""

    @property
    def is_key_optional(self) -> bool:
        """Whether the server may be called while the variable of `api_key_env` is not set."""
        return self.api_key_env is None or self.route == OWN_SERVER_ROUTE


class Llm(Record):
    name: str = Field(min_length=1)
    provider: Provider
    temperature: float | None
    max_tokens: PositiveInt | None
    extra: dict[str, JsonValue]
    usd_per_million_tokens_in: float | None = Field(ge=0)
    usd_per_million_tokens_out: float | None = Field(ge=0)

    @model_validator(mode="after")
    def _check_prices(self) -> "Llm":
        if (self.usd_per_million_tokens_in is None) != (self.usd_per_million_tokens_out is None):
            raise ValueError("set both usd_per_million_tokens_in and usd_per_million_tokens_out, or neither")
        return self

    @model_validator(mode="after")
    def _reject_reserved_arguments(self) -> "Llm":
        if names := sorted(RESERVED_ARGUMENTS & set(self.extra)):
            raise ValueError(
                f"extra.{names[0]} would replace what the run itself sends. Remove it: the model is `name`, the "
                f"address `provider.api_base`, retries are `provider.retry_seconds`"
            )
        return self

    @model_validator(mode="after")
    def _reject_keys(self) -> "Llm":
        if path := next(redaction.find_key_paths(self.extra), None):
            raise ValueError(
                f"extra.{path} would be stored with the configuration. Put the key in .env and name its variable: "
                f"provider.api_key_env=…"
            )
        return self

    @property
    def is_offline(self) -> bool:
        return self.provider.route in OFFLINE_ROUTES

    @property
    def is_local(self) -> bool:
        return self.provider.route == "local"

    @property
    def is_rehearsed(self) -> bool:
        return self.provider.route == "rehearsed"

    @property
    def is_served_by_run(self) -> bool:
        """Whether the run itself serves the llm: OpenAI's protocol, at a port that differs from run to run."""
        return self.is_local or self.is_rehearsed

    @property
    def is_gold_replay(self) -> bool:
        """Whether it replays gold actions when it is in the model's seat."""
        return self.provider.route in GOLD_ROUTES

    @property
    def is_program(self) -> bool:
        """Whether it is a program that knows no gold actions."""
        return self.provider.route == PROGRAM_ROUTE

    @property
    def is_in_training(self) -> bool:
        """Whether it is the policy of a trainer, in whose process the run plays (`training.rollouts`)."""
        return self.provider.route == TRAINER_ROUTE


def replace_api_base(llm: Llm, api_base: str) -> Llm:
    return llm.model_copy(update={"provider": llm.provider.model_copy(update={"api_base": api_base})})


def reject_api_base(seat: str, llm: Llm) -> None:
    """Raise `ConfigError` if the user configured an address for an llm that the run serves."""
    if llm.provider.api_base is not None:
        raise ConfigError(
            f"{seat}.provider.api_base: {seat}={llm.name} is served by the run itself. "
            f"For your own server use {seat}=openai_compatible"
        )
