"""Copy-on-access view of one parsed database that all episodes of a domain share.

A conversation touches a handful of entities; parsing, validating and hashing the others was 98 % of an episode. Not
here: what an entity is, and how a benchmark serializes a database for its hash (`benchmarks.tau2.shared_database`,
`benchmarks.tau_bench.replay`).
"""

from collections.abc import Callable, Mapping
from typing import Any

MISSING = object()

Changes = tuple[tuple[str, bytes | None], ...]
"""Changes of one collection: (key, serialized entity), sorted by key. None: the entity was deleted."""


class Overlay(dict[str, Any]):
    """A collection of entities by id.

    `d[key]` returns this episode's private copy (copy on access). Iteration yields shared objects too, which must not
    be mutated; a test checks that no tool of a benchmark does.
    """

    def __init__(self, shared: Mapping[str, Any], copy_entity: Callable[[str], Any]) -> None:
        super().__init__(shared)
        self._copy_entity = copy_entity
        self.private_keys: set[str] = set()
        """Keys of the entities that were copied or set by this episode, deleted ones included."""

    def __getitem__(self, key: str) -> Any:
        if key not in self.private_keys:
            super().__getitem__(key)  # raises KeyError for an unknown key
            super().__setitem__(key, self._copy_entity(key))
            self.private_keys.add(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, entity: Any) -> None:
        super().__setitem__(key, entity)
        self.private_keys.add(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - the proposed `get` is this method

    def setdefault(self, key: str, default: Any = None) -> Any:
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: str, default: Any = MISSING) -> Any:
        if key not in self and default is not MISSING:
            return default
        entity = self[key]
        del self[key]
        return entity

    def popitem(self) -> tuple[str, Any]:
        key = next(reversed(self), None)
        if key is None:
            raise KeyError("popitem(): dictionary is empty")
        return key, self.pop(key)

    def update(self, *others: Any, **entities: Any) -> None:
        for key, entity in dict(*others, **entities).items():
            self[key] = entity

    def __ior__(self, other: Any) -> "Overlay":  # type: ignore[override,misc]
        self.update(other)
        return self


class SerializedEntities:
    """Serialized entities, as a benchmark hashes them; each is computed once and reused while it is unchanged."""

    def __init__(self, shared: Mapping[str, Mapping[str, Any]], serialize: Callable[[str, Any], bytes]) -> None:
        self._serialize = serialize
        self._originals = {
            name: {key: serialize(key, entities[key]) for key in sorted(entities)}
            for name, entities in shared.items()
        }

    def find_changes(self, name: str, entities: Overlay) -> Changes:
        """The changes to the collection `name` in an episode. Equal for two episodes with the same final state."""
        originals = self._originals[name]
        own = {
            key: self._serialize(key, dict.__getitem__(entities, key))
            for key in entities.private_keys
            if key in entities
        }
        changed = {key: part for key, part in own.items() if part != originals.get(key)}
        deleted = () if entities.keys() >= originals.keys() else originals.keys() - entities.keys()
        return tuple(sorted({**changed, **dict.fromkeys(deleted)}.items()))

    def apply_changes(self, name: str, changes: Changes) -> list[bytes]:
        """The serialized entities of the collection after `changes`, sorted by key."""
        current = {**self._originals[name], **dict(changes)}
        return [part for key in sorted(current) if (part := current[key]) is not None]
