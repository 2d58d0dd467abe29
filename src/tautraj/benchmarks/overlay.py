"""One parsed database for all episodes of a domain: an episode copies an entity when it first asks for it.

A conversation touches a handful of entities; parsing, validating and hashing the others was 98 % of an episode. Not
here: what an entity is, and how a benchmark writes a database down for its hash (`tau2_world`, `tau_bench_replay`).
"""

from collections.abc import Callable, Mapping
from typing import Any

MISSING = object()

Changes = tuple[tuple[str, bytes | None], ...]
"""Of one collection: key -> as it is written down now, None where it is gone."""


class Overlay(dict[str, Any]):
    """A collection of entities by id.

    Asking for one by its key gives this episode's copy, there to be changed. Walking over all gives shared ones too,
    there to be read; a test watches that no tool of a benchmark changes one.
    """

    def __init__(self, shared: Mapping[str, Any], copy_entity: Callable[[str], Any]) -> None:
        super().__init__(shared)
        self._copy_entity = copy_entity
        self.private_keys: set[str] = set()
        """Keys of what was copied or put here."""

    def __getitem__(self, key: str) -> Any:
        if key not in self.private_keys:
            super().__getitem__(key)  # raises where there is none
            super().__setitem__(key, self._copy_entity(key))
            self.private_keys.add(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, entity: Any) -> None:
        super().__setitem__(key, entity)
        self.private_keys.add(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401 - this is the `get` that it proposes

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
    """What a benchmark hashes of each entity, kept for those that nobody has touched."""

    def __init__(self, shared: Mapping[str, Mapping[str, Any]], serialize: Callable[[str, Any], bytes]) -> None:
        self._serialize = serialize
        self._originals = {
            name: {key: serialize(key, entities[key]) for key in sorted(entities)}
            for name, entities in shared.items()
        }

    def find_changes(self, name: str, entities: Overlay) -> Changes:
        """What an episode made of the collection `name`: equal where it made the same of it."""
        kept = self._originals[name]
        own = {
            key: self._serialize(key, dict.__getitem__(entities, key))
            for key in entities.private_keys
            if key in entities
        }
        changed = {key: part for key, part in own.items() if part != kept.get(key)}
        gone = () if entities.keys() >= kept.keys() else kept.keys() - entities.keys()
        return tuple(sorted({**changed, **dict.fromkeys(gone)}.items()))

    def apply_changes(self, name: str, changes: Changes) -> list[bytes]:
        """Of the collection with these changes, in the order of the keys."""
        now = {**self._originals[name], **dict(changes)}
        return [part for key in sorted(now) if (part := now[key]) is not None]
