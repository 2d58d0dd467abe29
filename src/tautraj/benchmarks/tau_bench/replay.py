"""The environment and customer of the package `tau_bench` without llm calls. The rules stay the package's own."""

import functools
import hashlib
import marshal
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, NamedTuple

from tau_bench.envs.base import Env, consistent_hash, to_hashable
from tau_bench.envs.user import LLMUserSimulationEnv
from tau_bench.types import Action
from tau_bench.types import Task as ClassicTask

from tautraj.benchmarks.overlay import Changes, Overlay, SerializedEntities
from tautraj.config import WorldKind


class SilentUser(LLMUserSimulationEnv):  # type: ignore[misc]
    """The package's llm customer, for its prompt. Instead of calling an llm it returns ""."""

    def __init__(self, instruction: str | None) -> None:
        self.total_cost = 0.0
        self.reset(instruction)  # the package's constructor does so without an instruction

    @property
    def prompt(self) -> str:
        return str(self.messages[0]["content"])

    @property
    def greeting(self) -> str:
        """The first message to the customer; the package does not show it to the agent."""
        return str(self.messages[1]["content"])

    def generate_next_message(self, messages: list[dict[str, Any]]) -> str:
        return ""


class SharedDomain:
    """Data and tools that all episodes of a domain share, read once."""

    def __init__(self, environment: Env, world_kind: WorldKind) -> None:
        self.wiki: str = environment.wiki
        self.rules: list[str] = environment.rules
        self.tools_info: list[dict[str, Any]] = environment.tools_info
        self.terminate_tools: list[str] = environment.terminate_tools
        self.tools = list(environment.tools_map.values())
        data = environment.data_load_func()
        self._packed, self._shared = marshal.dumps(data), data
        self._serialized = SerializedEntities(data, _serialize_entity) if world_kind == "overlay" else None
        self._digest = functools.lru_cache(maxsize=1000)(self._compute_digest)

    def build_database(self) -> Any:
        """A database for one episode. For plain JSON values marshal is exact and faster than any other copy."""
        if self._serialized is None:
            return marshal.loads(self._packed)
        return {
            name: Overlay(shared, functools.partial(_copy_entity, shared)) for name, shared in self._shared.items()
        }

    def hash(self, data: Any) -> str:
        """The same digest of a database as the package's `consistent_hash`."""
        if self._serialized is None:
            return str(consistent_hash(to_hashable(data)))
        serialized = self._serialized
        return self._digest(tuple((name, serialized.find_changes(name, data[name])) for name in sorted(data)))

    def _compute_digest(self, collections: tuple[tuple[str, Changes], ...]) -> str:
        assert self._serialized is not None
        pairs = [
            repr(name).encode() + b", " + _join_tuple(self._serialized.apply_changes(name, changes))
            for name, changes in collections
        ]
        return hashlib.sha256(_join_tuple(b"(" + pair + b")" for pair in pairs)).hexdigest()


def _copy_entity(shared: dict[str, Any], key: str) -> Any:
    return deepcopy(shared[key])


def _serialize_entity(key: str, entity: Any) -> bytes:
    return str((key, to_hashable(entity))).encode()


def _join_tuple(parts: Iterable[bytes]) -> bytes:
    """The `repr` of a tuple, from the `repr`s of its items."""
    items = list(parts)
    return b"(" + b", ".join(items) + (b",)" if len(items) == 1 else b")")


class Verdict(NamedTuple):
    reward: float
    db_match: bool
    outputs: dict[str, bool]
    """Text that the agent had to tell the customer -> whether it did."""


class TauBenchEnv(Env):  # type: ignore[misc]
    """The package's environment with its own database and task. Unusable after `compute_verdict`."""

    def __init__(self, shared: SharedDomain, task: ClassicTask) -> None:
        private_task = task.model_copy(deep=True)  # tools store arguments in the database; later calls edit them
        self._shared = shared
        super().__init__(
            shared.build_database, shared.tools, [private_task], shared.wiki, shared.rules, "human", "", task_index=0
        )
        self.user = SilentUser(None)
        # Not in effect before `compute_verdict`: the package grades within the call that ends the episode.
        self._terminate_tools = shared.terminate_tools
        self._hashes: list[str] = []

    def execute(self, name: str, arguments: dict[str, Any]) -> str:
        """Execute one action of the agent. Returns the observation."""
        return str(self.step(Action(name=name, kwargs=deepcopy(arguments))).observation)

    def get_data_hash(self) -> str:
        self._hashes.append(self._shared.hash(self.data))
        return self._hashes[-1]

    def compute_verdict(self) -> Verdict:
        """The package's verdict; call once, because the package replays the gold actions on a fresh database.

        For a task with outputs the package does not report whether the databases match; the hashes it compared do.
        """
        self.terminate_tools = self._terminate_tools
        result = self.calculate_reward()
        played, gold = self._hashes
        return Verdict(result.reward, played == gold, getattr(result.info, "outputs", {}))
