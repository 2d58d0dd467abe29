"""A τ² database that its episodes share, and the hash τ² would compute of what one of them made of it."""

import functools
import hashlib
import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from pydantic import BaseModel
from tau2.environment.db import DB
from tau2.utils import get_dict_hash

from tautraj.benchmarks.base import Place
from tautraj.benchmarks.overlay import Changes, Fragments, Overlay


class SharedDatabase:
    """Parsed and written down once."""

    def __init__(self, kind: type[DB], raw: dict[str, Any]) -> None:
        self._kind, self._raw, self._whole = kind, raw, kind.model_validate(raw)
        self._collections = {name: value for name, value in self._whole if _holds_entities(value)}
        self._copies = {name: functools.partial(self._copy, name) for name in self._collections}
        self._fragments = Fragments(self._collections, _written)
        self._digest = functools.lru_cache(maxsize=1000)(self._digested)
        """A task's gold database is the same in every trial, and in every conversation that went as it should."""

    def own(self) -> DB:
        """For one episode. What is no collection of entities by id is small, and copied at once."""
        if not self._collections:
            return self._kind.model_validate(self._raw)  # quicker than a copy
        rest = {name: deepcopy(value) for name, value in self._whole if name not in self._collections}
        collections = {name: Overlay(shared, self._copies[name]) for name, shared in self._collections.items()}
        return self._kind.model_construct(**rest, **collections)

    def hash(self, database: DB) -> str:
        """`database.get_hash()`, byte for byte."""
        if not all(isinstance(getattr(database, name), Overlay) for name in self._collections):
            return str(get_dict_hash(database.model_dump()))  # a task's initial data replaced all of it
        return self._digest(tuple((name, self._now(name, database)) for name in sorted(type(database).model_fields)))

    def _now(self, name: str, database: DB) -> Changes | bytes:
        if name in self._collections:
            return self._fragments.changes(name, getattr(database, name))
        return _json(database.model_dump(include={name})[name]).encode()

    def _digested(self, fields: tuple[tuple[str, Changes | bytes], ...]) -> str:
        parts = (json.dumps(name).encode() + b": " + self._text(name, now) for name, now in fields)
        return hashlib.sha256(b"{" + b", ".join(parts) + b"}").hexdigest()

    def _text(self, name: str, now: Changes | bytes) -> bytes:
        return now if isinstance(now, bytes) else b"{" + b", ".join(self._fragments.of(name, now)) + b"}"

    def _copy(self, name: str, key: str) -> Any:
        """Parsed again, which is quicker than copied."""
        return type(self._collections[name][key]).model_validate(self._raw[name][key])


def touched(prefix: str, database: DB) -> Iterator[Place]:
    """Of a database, shared or not: whatever its episode may have changed."""
    for name in type(database).model_fields:
        collection, value = f"{prefix}.{name}".lstrip("."), getattr(database, name)
        if isinstance(value, Overlay):
            yield from (Place(collection, key) for key in value.own)
        elif _holds_entities(value):
            yield from (Place(collection, key) for key in value)
        else:
            yield Place(collection, None)


def entity(database: DB, name: str, key: str | None) -> Any:
    """As it is hashed; None where there is none."""
    if key is None:
        return database.model_dump(include={name}, mode="json")[name]
    found = dict.get(getattr(database, name), key)
    return found and found.model_dump(mode="json")


def _holds_entities(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(entity, BaseModel) for entity in value.values())


def _written(key: str, entity: BaseModel) -> bytes:
    return (json.dumps(key) + ": " + _json(entity.model_dump())).encode()


def _json(value: Any) -> str:
    """As τ² writes what it hashes."""
    return json.dumps(value, sort_keys=True, default=str)
