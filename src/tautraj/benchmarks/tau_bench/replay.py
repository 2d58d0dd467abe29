"""The package `tau_bench`'s environment and customer with the llm left out; nothing of its rules is restated here."""

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
    """The package's llm customer up to where it would call its llm; what it says is nothing."""

    def __init__(self, instruction: str | None) -> None:
        self.total_cost = 0.0
        self.reset(instruction)  # the package's own constructor does the same for an instruction it does not know yet

    @property
    def prompt(self) -> str:
        return str(self.messages[0]["content"])

    @property
    def greeting(self) -> str:
        """What it hears first; its agent never learns that this was said."""
        return str(self.messages[1]["content"])

    def generate_next_message(self, messages: list[dict[str, Any]]) -> str:
        return ""


class SharedDomain:
    """What all episodes of a domain share, read once."""

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
        """A database of one's own. Plain JSON values: marshal is exact for them, and faster than any other copy."""
        if self._serialized is None:
            return marshal.loads(self._packed)
        return {
            name: Overlay(shared, functools.partial(_copy_entity, shared)) for name, shared in self._shared.items()
        }

    def hash(self, data: Any) -> str:
        """The package's hash of a database, byte for byte."""
        if self._serialized is None:
            return str(consistent_hash(to_hashable(data)))
        fragments = self._serialized
        return self._digest(tuple((name, fragments.find_changes(name, data[name])) for name in sorted(data)))

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
    """As Python writes one."""
    written = list(parts)
    return b"(" + b", ".join(written) + (b",)" if len(written) == 1 else b")")


class Verdict(NamedTuple):
    reward: float
    db_match: bool
    outputs: dict[str, bool]
    """What the customer should have been told -> whether it was."""


class TauBenchEnv(Env):  # type: ignore[misc]
    """The package's environment over a database and a task of its own; it ends when `verdict` is asked for."""

    def __init__(self, shared: SharedDomain, task: ClassicTask) -> None:
        own = task.model_copy(deep=True)  # tools put their arguments into the database, where later calls change them
        self._shared = shared
        super().__init__(
            shared.build_database, shared.tools, [own], shared.wiki, shared.rules, "human", "", task_index=0
        )
        self.user = SilentUser(None)
        self._terminate_tools = (
            shared.terminate_tools
        )  # not in force yet: the package grades on the way out of a call
        self._hashes: list[str] = []

    def execute(self, name: str, arguments: dict[str, Any]) -> str:
        """One action of the agent; what came back."""
        return str(self.step(Action(name=name, kwargs=deepcopy(arguments))).observation)

    def get_data_hash(self) -> str:
        self._hashes.append(self._shared.hash(self.data))
        return self._hashes[-1]

    def compute_verdict(self) -> Verdict:
        """The package's, once: to find it the package plays the gold actions on a fresh database.

        Where there are outputs to check it does not say whether the databases were equal; the hashes it compared do.
        """
        self.terminate_tools = self._terminate_tools
        found = self.calculate_reward()
        played, gold = self._hashes
        return Verdict(found.reward, played == gold, getattr(found.info, "outputs", {}))
