"""Builds the hashes of official data: `python -m tautraj.export.contamination.official_data_index CHECKOUT…`.

From τ²'s package, the package of classic τ-bench, which must be installed, and the folders `data` of checkouts of
τ²'s repository, whose later versions have other tasks over the same databases (shipped: with that of v1.0.1). The
databases of classic τ-bench have the same ids. Not here: using the hashes (`export.contamination.official_data`).
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tautraj import process_env
from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.export.contamination.official_data import (
    DATA_FILE,
    LONG_RUN,
    SHORT_RUN,
    OfficialData,
    hash_entity,
    hash_runs,
    hash_write,
    list_texts,
    pack_hashes,
    split_words,
)

ENTITY_FIELD = re.compile(r"(?:.*_)?(?:id|number|email|imei|full_name)")

CLASSIC_SPLITS = {"retail": ("train", "dev", "test"), "airline": ("test",)}

DATABASES = {"retail": ("db.json",), "airline": ("db.json",), "telecom": ("db.toml", "user_db.toml")}

TELECOM = "telecom"
"""Only its databases are hashed: what its tasks say and do stands in τ²'s own tables, which make other tasks too."""


def hash_official_data(domain: str, benchmarks: Iterable[tuple[Benchmark, Sequence[str]]]) -> OfficialData:
    """Hashes of a domain's databases in τ²'s package, and of the tasks in these splits of each benchmark."""
    entities = {entity for database in _read_databases(domain) for entity in find_entities(database)}
    names = {word for entity in entities if " " in entity for word in entity.split()}
    writes: set[bytes] = set()
    short_runs: set[bytes] = set()
    long_runs: set[bytes] = set()
    for benchmark, splits in benchmarks:
        for task in (benchmark.get_task(task_id) for split in splits for task_id in benchmark.list_task_ids(split)):
            for call in task.privileged.gold_actions:
                if call["name"] in benchmark.writing_tools:
                    writes.add(hash_write(call["name"], call["arguments"]))
            for text in list_texts(task):
                words = split_words(text)
                marks = [word in names or any(map(str.isdigit, word)) for word in words]
                short_runs.update(_hash_marked_runs(words, marks, SHORT_RUN, wanted=True))
                long_runs.update(_hash_marked_runs(words, marks, LONG_RUN, wanted=False))
    hashes = frozenset(map(hash_entity, entities))
    return OfficialData(hashes, frozenset(writes), frozenset(short_runs), frozenset(long_runs))


def find_entities(data: Any) -> set[str]:
    """Ids, numbers, e-mail addresses and full names in a database, in lower case, without the # of an order."""
    if isinstance(data, list):
        return set().union(*map(find_entities, data))
    if not isinstance(data, dict):
        return set()
    own = {value for key, value in data.items() if isinstance(value, str) and ENTITY_FIELD.fullmatch(key)}
    if isinstance(data.get("first_name"), str):
        own.add(f"{data['first_name']} {data['last_name']}")
    return {value.lower().lstrip("#") for value in own}.union(*map(find_entities, data.values()))


def _hash_marked_runs(words: list[str], marks: list[bool], length: int, *, wanted: bool) -> Iterator[bytes]:
    """Hashes of the runs that have a marked word, if that is wanted, or of those that have none."""
    for at, run in enumerate(hash_runs(words, length)):
        if any(marks[at : at + length]) is wanted:
            yield run


def _read_databases(domain: str) -> Iterator[Any]:
    spec = find_spec("tau2")
    assert spec is not None and spec.origin is not None, "tautraj depends on it"
    for name in DATABASES[domain]:
        text = (Path(spec.origin).parent / "data" / "tau2" / "domains" / domain / name).read_text(encoding="utf-8")
        yield json.loads(text) if name.endswith(".json") else tomllib.loads(text)


def main(checkouts: Sequence[str]) -> None:
    index = {}
    for domain in DATABASES:
        benchmarks: list[tuple[Benchmark, Sequence[str]]] = []
        if domain != TELECOM:
            tau2, classic = (BenchmarkConfig(name=name, world="overlay") for name in ("tau2", "tau_bench"))
            for folder in (None, *checkouts):
                benchmarks.append((open_benchmark(tau2, Domain(name=domain, data_dir=folder)), ("base",)))
            benchmarks.append((open_benchmark(classic, Domain(name=domain, data_dir=None)), CLASSIC_SPLITS[domain]))
        hashes = hash_official_data(domain, benchmarks)
        print(f"{domain}: {', '.join(f'{len(part):,} {name}' for name, part in hashes._asdict().items())}")
        index[domain] = {name: pack_hashes(part) for name, part in hashes._asdict().items()}
    DATA_FILE.write_text(json.dumps(index, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    process_env.prepare()
    main(sys.argv[1:])
