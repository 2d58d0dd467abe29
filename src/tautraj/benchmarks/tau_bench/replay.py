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

from tautraj.benchmarks.overlay import Changes, Fragments, Overlay
from tautraj.config import WorldKind


class Unvoiced(LLMUserSimulationEnv):  # type: ignore[misc]
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


class Stock:
    """What all episodes of a domain share, read once."""

    def __init__(self, environment: Env, world: WorldKind) -> None:
        self.wiki: str = environment.wiki
        self.rules: list[str] = environment.rules
        self.tools_info: list[dict[str, Any]] = environment.tools_info
        self.terminate_tools: list[str] = environment.terminate_tools
        self.tools = list(environment.tools_map.values())
        data = environment.data_load_func()
        self._packed, self._shared = marshal.dumps(data), data
        self._fragments = Fragments(data, _written) if world == "overlay" else None
        self._digest = functools.lru_cache(maxsize=1000)(self._digested)

    def data(self) -> Any:
        """A database of one's own. Plain JSON values: marshal is exact for them, and faster than any other copy."""
        if self._fragments is None:
            return marshal.loads(self._packed)
        return {name: Overlay(shared, functools.partial(_copy, shared)) for name, shared in self._shared.items()}

    def hash(self, data: Any) -> str:
        """The package's hash of a database, byte for byte."""
        if self._fragments is None:
            return str(consistent_hash(to_hashable(data)))
        fragments = self._fragments
        return self._digest(tuple((name, fragments.changes(name, data[name])) for name in sorted(data)))

    def _digested(self, collections: tuple[tuple[str, Changes], ...]) -> str:
        assert self._fragments is not None
        pairs = [
            repr(name).encode() + b", " + _tuple(self._fragments.of(name, changes)) for name, changes in collections
        ]
        return hashlib.sha256(_tuple(b"(" + pair + b")" for pair in pairs)).hexdigest()


def _copy(shared: dict[str, Any], key: str) -> Any:
    return deepcopy(shared[key])


def _written(key: str, entity: Any) -> bytes:
    return str((key, to_hashable(entity))).encode()


def _tuple(parts: Iterable[bytes]) -> bytes:
    """As Python writes one."""
    written = list(parts)
    return b"(" + b", ".join(written) + (b",)" if len(written) == 1 else b")")


class Verdict(NamedTuple):
    reward: float
    db_match: bool
    outputs: dict[str, bool]
    """What the customer should have been told -> whether it was."""


class Replay(Env):  # type: ignore[misc]
    """The package's environment over a database and a task of its own; it ends when `verdict` is asked for."""

    def __init__(self, stock: Stock, task: ClassicTask) -> None:
        own = task.model_copy(deep=True)  # tools put their arguments into the database, where later calls change them
        self._stock = stock
        super().__init__(stock.data, stock.tools, [own], stock.wiki, stock.rules, "human", "", task_index=0)
        self.user = Unvoiced(None)
        self._terminate_tools = stock.terminate_tools  # not in force yet: the package grades on the way out of a call
        self._hashes: list[str] = []

    def do(self, name: str, arguments: dict[str, Any]) -> str:
        """One action of the agent; what came back."""
        return str(self.step(Action(name=name, kwargs=deepcopy(arguments))).observation)

    def get_data_hash(self) -> str:
        self._hashes.append(self._stock.hash(self.data))
        return self._hashes[-1]

    def verdict(self) -> Verdict:
        """The package's, once: to find it the package plays the gold actions on a fresh database.

        Where there are outputs to check it does not say whether the databases were equal; the hashes it compared do.
        """
        self.terminate_tools = self._terminate_tools
        found = self.calculate_reward()
        played, gold = self._hashes
        return Verdict(found.reward, played == gold, getattr(found.info, "outputs", {}))
