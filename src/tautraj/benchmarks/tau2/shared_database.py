"""A τ² database shared by the episodes of a domain, with τ²'s own hash of an episode's state."""

import functools
import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import BaseModel
from tau2.environment.db import DB
from tau2.utils import get_dict_hash

from tautraj.benchmarks.base import EntityRef
from tautraj.benchmarks.overlay import Changes, Overlay, SerializedEntities
from tautraj.benchmarks.tau2.entity_list import EntityList, ListChanges, SharedList


class SharedDatabase:
    """A τ² database, parsed and serialized once."""

    def __init__(self, kind: type[DB], raw: dict[str, Any]) -> None:
        self._kind, self._raw, self._parsed = kind, raw, kind.model_validate(raw)
        self._collections = {name: value for name, value in self._parsed if _is_entity_collection(value)}
        self._copiers = {name: functools.partial(self._copy_entity, name) for name in self._collections}
        self._serialized = SerializedEntities(self._collections, _serialize_entity)
        self._lists = {
            name: self._share_list(name, value) for name, value in self._parsed if _is_entity_list(name, value)
        }
        self._shared_names = self._collections.keys() | self._lists.keys()
        self._digest = functools.lru_cache(maxsize=1000)(self._compute_digest)
        """Cached: every trial of a task has the same gold database, and a successful episode ends with it."""

    def build_database(self) -> DB:
        """A database for one episode. Fields that are no collection of entities are small and copied at once."""
        if not self._shared_names:
            return self._kind.model_validate(self._raw)  # faster than a copy
        rest = {name: deepcopy(value) for name, value in self._parsed if name not in self._shared_names}
        collections = {name: Overlay(shared, self._copiers[name]) for name, shared in self._collections.items()}
        lists = {name: EntityList(shared) for name, shared in self._lists.items()}
        return self._kind.model_construct(**rest, **collections, **lists)

    def hash(self, database: DB) -> str:
        """The same digest as `database.get_hash()`."""
        if not all(isinstance(getattr(database, name), Overlay | EntityList) for name in self._shared_names):
            return str(get_dict_hash(database.model_dump()))  # a task's initial data replaced a collection
        return self._digest(
            tuple((name, self._diff_field(name, database)) for name in sorted(type(database).model_fields))
        )

    def _diff_field(self, name: str, database: DB) -> Changes | ListChanges | bytes:
        if name in self._lists:
            changes: ListChanges = getattr(database, name).find_changes()
            return changes
        if name in self._collections:
            return self._serialized.find_changes(name, getattr(database, name))
        return _to_json(database.model_dump(include={name})[name]).encode()

    def _compute_digest(self, fields: tuple[tuple[str, Any], ...]) -> str:
        parts = (json.dumps(name).encode() + b": " + self._serialize_field(name, state) for name, state in fields)
        return hashlib.sha256(b"{" + b", ".join(parts) + b"}").hexdigest()

    def _serialize_field(self, name: str, state: Any) -> bytes:
        """`state`: what `_diff_field` gives."""
        if name in self._lists:
            return self._lists[name].apply_changes(state)
        if name in self._collections:
            return b"{" + b", ".join(self._serialized.apply_changes(name, state)) + b"}"
        serialized: bytes = state
        return serialized

    def _share_list(self, name: str, entities: list[BaseModel]) -> SharedList:
        def copy(position: int) -> BaseModel:
            return type(entities[position]).model_validate(self._raw[name][position])

        id_field = _get_id_field(name)
        ids = [getattr(entity, id_field) for entity in entities]
        return SharedList(entities, ids, copy, lambda entity: _to_json(entity.model_dump()).encode())

    def _copy_entity(self, name: str, key: str) -> Any:
        """A fresh parse, which is faster than a copy."""
        return type(self._collections[name][key]).model_validate(self._raw[name][key])


def find_touched_entities(prefix: str, database: DB) -> Iterator[EntityRef]:
    """The entities of a database that an episode may have changed; all of them if it is not an overlay."""
    for name in type(database).model_fields:
        collection, value = f"{prefix}.{name}".lstrip("."), getattr(database, name)
        if isinstance(value, Overlay):
            yield from (EntityRef(collection, key) for key in value.private_keys)
        elif _is_entity_collection(value):
            yield from (EntityRef(collection, key) for key in value)
        else:
            yield EntityRef(collection, None)


def read_entity(database: DB, name: str, key: str | None) -> Any:
    """The entity as plain JSON values, or the whole field if `key` is None. None if it does not exist."""
    if key is None:
        return database.model_dump(include={name}, mode="json")[name]
    entity = dict.get(getattr(database, name), key)
    return entity and entity.model_dump(mode="json")


def _is_entity_collection(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(entity, BaseModel) for entity in value.values())


def _is_entity_list(name: str, value: Any) -> bool:
    return bool(value) and isinstance(value, list) and all(hasattr(entity, _get_id_field(name)) for entity in value)


def _get_id_field(collection: str) -> str:
    """As τ² names it: `line_id` of `lines`."""
    return f"{collection.removesuffix('s')}_id"


def _serialize_entity(key: str, entity: BaseModel) -> bytes:
    return (json.dumps(key) + ": " + _to_json(entity.model_dump())).encode()


def _to_json(value: Any) -> str:
    """JSON exactly as τ² serializes a database before hashing."""
    return json.dumps(value, sort_keys=True, default=str)
