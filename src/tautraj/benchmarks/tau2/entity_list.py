"""Entities in lists, as τ²'s telecom keeps them, parsed and serialized once for all episodes of a domain.

τ² finds an entity by walking through its list, and a number's owner by walking through the lines of all customers,
after every call: most of an episode in a carrier of 120 customers. Here both are found by key. Not here: entities by
id (`benchmarks.overlay`), the database that they belong to (`benchmarks.tau2.shared_database`).
"""

import functools
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

ListChanges = tuple[tuple[int, bytes | None], ...]
"""(position in the list, serialized entity), of those that differ. None: the list has become shorter."""


class SharedList:
    """A list of entities that all have an id."""

    def __init__(
        self,
        entities: Sequence[Any],
        keys: Sequence[str],
        copy: Callable[[int], Any],
        serialize: Callable[[Any], bytes],
    ) -> None:
        """`copy`: position -> the entity, new; `serialize`: an entity as it is hashed."""
        self.entities, self.copy, self.serialize = entities, copy, serialize
        self.positions = {key: position for position, key in reversed(list(enumerate(keys)))}
        self.serialized = [serialize(entity) for entity in entities]

    def apply_changes(self, changes: ListChanges) -> bytes:
        """The whole list, serialized."""
        current = dict(enumerate(self.serialized)) | dict(changes)
        return b"[" + b", ".join(part for part in current.values() if part is not None) + b"]"


class EntityList(list[Any]):
    """An episode's view of a shared list, to which tools only add.

    Iteration yields shared objects too, which must not be mutated.
    """

    def __init__(self, shared: SharedList) -> None:
        super().__init__(shared.entities)
        self._shared = shared

    def find(self, key: str) -> Any:
        """This episode's private copy of an entity (copy on access); None if the shared list does not have it."""
        position = self._shared.positions.get(key)
        if position is None:
            return None
        if self[position] is self._shared.entities[position]:
            self[position] = self._shared.copy(position)
        return self[position]

    def find_changes(self) -> ListChanges:
        """Equal for two episodes with the same list in the end."""
        shared = self._shared
        pairs = enumerate(zip_longest(self, shared.entities))
        own = ((position, mine) for position, (mine, theirs) in pairs if mine is not theirs)
        parts = [(position, None if mine is None else shared.serialize(mine)) for position, mine in own]
        return tuple(
            (position, part)
            for position, part in parts
            if position >= len(shared.serialized) or part != shared.serialized[position]
        )


def add_lookups(toolkit: Any, untouched: Any) -> None:
    """Let a toolkit find by key. `untouched`: one of its kind, whose database is the shared one in τ²'s lists."""
    for collection in type(toolkit.db).model_fields:
        entity = collection.removesuffix("s")
        for method in (f"_get_{entity}_by_id", f"get_{entity}_by_id"):
            if isinstance(getattr(toolkit.db, collection), EntityList) and hasattr(toolkit, method):
                setattr(toolkit, method, _find_by_id(toolkit, collection, getattr(toolkit, method)))
    if hasattr(toolkit, "get_customer_by_phone"):
        toolkit.get_customer_by_phone = _find_by_phone(toolkit, untouched)


def _find_by_id(toolkit: Any, collection: str, scan: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(scan)
    def find(*args: Any, **kwargs: Any) -> Any:
        entities = getattr(toolkit.db, collection)  # `update_db` replaces it
        is_shared = isinstance(entities, EntityList) and len(args) == 1 and not kwargs
        entity = entities.find(*args) if is_shared else None
        return scan(*args, **kwargs) if entity is None else entity

    return find


def _find_by_phone(toolkit: Any, untouched: Any) -> Callable[..., Any]:
    scan = toolkit.get_customer_by_phone

    @functools.wraps(scan)
    def find(phone_number: str) -> Any:
        if not isinstance(toolkit.db.customers, EntityList):
            return scan(phone_number)
        return toolkit.get_customer_by_id(_find_owner_id(untouched, phone_number))

    return find


@functools.lru_cache(maxsize=10_000)
def _find_owner_id(untouched: Any, phone_number: str) -> str:
    """No tool changes a number or whose it is."""
    return str(untouched.get_customer_by_phone(phone_number).customer_id)
