"""Where an export comes from: run directories, each with its run and its benchmark, each once.

Not here: their conversations (`walk`).
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.recorded import recorded_run
from tautraj.store import Store


class Source(NamedTuple):
    url: str
    """As it may be shown: without the credentials in it."""
    store: Store
    config: dict[str, Any]
    """The run's resolved tree, keys masked."""
    benchmark: Benchmark


def sources(urls: Iterable[str]) -> dict[str, Source]:
    """By `url`. Raises `StoreError` on what is no run directory."""
    found: dict[str, Source] = {}
    for url in urls:
        store = Store(url.rstrip("/"))
        run = recorded_run(store)
        benchmark = open_benchmark(run.benchmark, run.domain)
        shown = store.path if store.local else store.url
        found[shown] = Source(shown, store, store.config(), benchmark)
    return found
