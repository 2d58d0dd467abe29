"""One episode's database and tools in classic τ-bench.

Not here: how the package grades (`benchmarks.tau_bench.replay`).
"""

import json
from copy import deepcopy
from typing import Any

from tautraj.benchmarks.base import EntityRef, Observation
from tautraj.benchmarks.overlay import Overlay
from tautraj.benchmarks.tau_bench.replay import TauBenchEnv
from tautraj.errors import WorldError, boundary
from tautraj.trajectory import Seat, ToolCall


class TauBenchWorld:
    """An environment of the package with its own database."""

    def __init__(self, environment: TauBenchEnv, writing_tools: frozenset[str]) -> None:
        self._environment, self._writing_tools = environment, writing_tools

    def call(self, call: ToolCall, seat: Seat) -> Observation:
        return self._execute(call.name, call.arguments)

    def peek(self, name: str, arguments: dict[str, Any]) -> Any:
        assert name not in self._writing_tools
        observation = self._execute(name, arguments)
        if observation.error:
            return None
        try:
            return json.loads(observation.content)
        except ValueError:
            return observation.content

    def find_touched_entities(self) -> set[EntityRef]:
        return {
            EntityRef(name, key)
            for name, entities in self._environment.data.items()
            for key in (entities.private_keys if isinstance(entities, Overlay) else entities)
        }

    def read_entity(self, ref: EntityRef) -> Any:
        return deepcopy(dict.get(self._environment.data[ref.collection], ref.key))

    def _execute(self, name: str, arguments: dict[str, Any]) -> Observation:
        with boundary(WorldError, f"calling {name}"):
            content = self._environment.execute(name, arguments)
        return Observation(content, content.startswith("Error: "))
