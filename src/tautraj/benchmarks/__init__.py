"""The benchmark behind one interface: tasks, worlds, prompts, grades. One folder per benchmark."""

import functools

from tautraj.benchmarks.base import Benchmark, EntityRef, Observation, Scenario, Task, World, get_stop_word
from tautraj.config import BenchmarkConfig, Domain

__all__ = ["get_stop_word", "Benchmark", "Observation", "EntityRef", "Scenario", "Task", "World", "open_benchmark"]


@functools.lru_cache(maxsize=8)
def open_benchmark(bench: BenchmarkConfig, domain: Domain) -> Benchmark:
    """The benchmark's domain, loaded once per process. Raises `ConfigError` if it does not exist."""
    if bench.name == "tau_bench":
        from tautraj.benchmarks.tau_bench.adapter import TauBench

        return TauBench(domain, bench.world)
    from loguru import logger

    logger.remove()  # tau2 logs every tool result as soon as it is imported
    from tautraj.benchmarks.tau2.adapter import Tau2

    return Tau2(domain, bench.world)
