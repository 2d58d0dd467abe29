"""What the official tasks are made of, as hashes: ids in their databases, gold writes, runs of words.

The tasks of τ² (the package's, and those of its repository up to 1.0.1) and of classic τ-bench (train, dev and test).
Shipped as `official_data.json`; `export.contamination.official_data_index` makes it anew. Not here: which tasks share
a customer with a test task, and what is refused for it (`export.contamination.guard`).
"""

import base64
import functools
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tautraj.benchmarks import Task

DATA_FILE = Path(__file__).with_name("official_data.json")

HASH_BYTES = 5
"""A text of 100 words is taken for an official one by accident once in 100,000."""

SHORT_RUN = 8
"""Words in a run that must not be shared if one of them is a name, an id or a number."""

LONG_RUN = 13
"""Words in a run that must not be shared at all."""

TOKEN_PATTERN = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]*\w|\d{3}-\d{3}-\d{4}|\w+")


class Contact(NamedTuple):
    """What a task shares with an official one."""

    check: str
    """entity, gold write, 8 words with an entity or number, 13 words; cosine, where closeness is measured."""
    value: str
    """What is shared: the id, the tool, the words, or the cosine with three decimals."""


class OfficialData(NamedTuple):
    """Hashes of a domain's official databases and tasks."""

    entities: frozenset[bytes] = frozenset()
    """Ids, flight and phone numbers, e-mail addresses and full names of customers."""
    writes: frozenset[bytes] = frozenset()
    short_runs: frozenset[bytes] = frozenset()
    """Runs of `SHORT_RUN` words with a name, an id or a number among them."""
    long_runs: frozenset[bytes] = frozenset()
    """Runs of `LONG_RUN` words with none among them; others contain a short run."""

    def find_contact(
        self, text: str, writes: Iterable[tuple[str, Mapping[str, Any]]], entities: Iterable[str] = ()
    ) -> Contact | None:
        """The first thing that a task shares with an official one; None: nothing.

        `text`: all that its customer is told. `writes`: (tool, arguments) of its gold actions. `entities`: other ids.
        """
        calls = list(writes)
        arguments = (json.dumps(values, ensure_ascii=False) for _, values in calls)
        if entity := self.find_entity((text, *arguments, *entities)):
            return Contact("entity", entity)
        for tool, values in calls:
            if hash_write(tool, values) in self.writes:
                return Contact("gold write", tool)
        if run := self.find_short_run(text):
            return Contact("8 words with an entity or number", run)
        if run := self.find_long_run(text):
            return Contact("13 words", run)
        return None

    def find_entity(self, texts: Iterable[str]) -> str | None:
        """The first official id, number, e-mail address or full name in `texts`, in lower case."""
        for text in texts:
            tokens: list[str] = TOKEN_PATTERN.findall(text.lower())
            pairs = (f"{first} {second}" for first, second in zip(tokens, tokens[1:], strict=False))
            for value in (*tokens, *pairs):
                if hash_entity(value) in self.entities:
                    return value
        return None

    def find_short_run(self, text: str) -> str | None:
        """The first run of words with a name, an id or a number that an official task has too."""
        return _find_run(text, SHORT_RUN, self.short_runs)

    def find_long_run(self, text: str) -> str | None:
        """The first run of words without name, id or number that an official task has too."""
        return _find_run(text, LONG_RUN, self.long_runs)


@functools.cache
def load_official_data(domain: str) -> OfficialData:
    """The shipped hashes of a domain; none for a domain without official tasks."""
    packed = json.loads(DATA_FILE.read_bytes()).get(domain, {})
    return OfficialData(**{field: _unpack_hashes(text) for field, text in packed.items()})


def pack_hashes(hashes: Iterable[bytes]) -> str:
    return base64.b85encode(b"".join(sorted(hashes))).decode()


def list_texts(task: Task) -> list[str]:
    """What the customer of a task is told, part by part."""
    _, *parts = task.scenario
    return [part for part in parts if part] or [task.scenario.text]


def _unpack_hashes(packed: str) -> frozenset[bytes]:
    joined = base64.b85decode(packed)
    return frozenset(joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))


def _hash_text(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest()


@functools.lru_cache(maxsize=1 << 16)
def hash_entity(value: str) -> bytes:
    """Hash of an id or a name in lower case, without the # of an order."""
    return _hash_text(value)


def hash_write(tool: str, arguments: Mapping[str, Any]) -> bytes:
    """Hash of a call. Equal for any order of the arguments and of what they list, in capitals or not."""
    return _hash_text(json.dumps([tool, _normalise(arguments)]))


def _normalise(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _normalise(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return sorted(map(_normalise, value), key=json.dumps)
    if isinstance(value, str):
        return value.lower()
    return float(value) if isinstance(value, int) else value


def split_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def hash_runs(words: list[str], length: int) -> Iterator[bytes]:
    """Hash of each run of `length` words, in order."""
    return (_hash_text(" ".join(words[at : at + length])) for at in range(len(words) - length + 1))


def _find_run(text: str, length: int, official: frozenset[bytes]) -> str | None:
    words = split_words(text)
    shared = (at for at, run in enumerate(hash_runs(words, length)) if run in official)
    at = next(shared, None)
    return None if at is None else " ".join(words[at : at + length])
