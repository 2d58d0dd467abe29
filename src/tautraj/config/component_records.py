"""Records of plug-ins, as their YAML files have them. Not here: loading them (`config.components`)."""

from typing import Any, Literal

from pydantic import Field, JsonValue, model_validator

from tautraj.trajectory import Record

PromptKind = Literal["benchmark", "short", "none"]
"""An agent's system prompt: the benchmark's own, a few sentences (`benchmarks.briefing`), no message at all."""

ToolDetail = Literal["full", "names"]
"""How much of a tool's schema is shown: the benchmark's own, or its name."""


ResultDetail = Literal["full", "short"]
"""How much of a tool's answer is shown: all, or what `benchmarks.tool_results` leaves of it."""


class Component(Record):
    """A plug-in: a function named by `_target_`, and its settings: the keys of its YAML that are no field here."""

    name: str
    target: str = Field(alias="_target_")
    settings: dict[str, JsonValue]

    @model_validator(mode="before")
    @classmethod
    def _gather_settings(cls, node: Any) -> Any:
        if not isinstance(node, dict) or "settings" in node:
            return node
        own = {field.alias or name for name, field in cls.model_fields.items()} - {"settings"}
        settings = {key: value for key, value in node.items() if key not in own}
        return {key: value for key, value in node.items() if key in own} | {"settings": settings}


class AgentConfig(Component):
    """An agent, and what it is given of the benchmark's prompt, of its tools and of their answers.

    Unlike other records it has default values: an agent's YAML need not name what its agent does not use, older
    run.yaml files do not have these keys, and the digest of a cell leaves them out (`config.identity`).
    """

    system: PromptKind = "benchmark"
    tools: ToolDetail = "full"
    results: ResultDetail = "full"

    @property
    def has_whole_context(self) -> bool:
        """Whether it is given all that the benchmark gives."""
        return (self.system, self.tools, self.results) == ("benchmark", "full", "full")
