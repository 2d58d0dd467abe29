"""Configuration of `flows/synthesize.py`, and the folder that it names.

Not here: how an llm rewrites tasks (`synthesis.paraphrase`).
"""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import NonNegativeInt, PositiveInt

from tautraj.benchmarks.goals import Families, Family
from tautraj.config import AnyLlm, Budget, Domain
from tautraj.config.identity import identify_llm
from tautraj.errors import ConfigError
from tautraj.redaction import redact_tree
from tautraj.synthesis import GENERATORS
from tautraj.trajectory import Record

VERSION = "1"
"""Of what a seed means: another one where the same request would write other bytes."""

TASKS_PER_CUSTOMER = 25
"""At most, on average: beyond that a world repeats itself."""


class ParaphraseConfig(Record):
    """Which llm rewrites the tasks' words."""

    llm: AnyLlm | None
    """None: the tasks keep the words of the generator."""
    attempts: PositiveInt
    """Answers per task at most; a further one is asked for where one is refused."""

    def describe(self) -> dict[str, Any]:
        """What decides the answers, keys of addresses masked; empty without an llm."""
        described: dict[str, Any] = redact_tree(
            {**identify_llm(self.llm), "attempts": self.attempts} if self.llm else {}
        )
        return described


class SynthesisRequest(Record):
    """A world: its domain, its seed, how many tasks."""

    domain: Domain
    n: PositiveInt
    seed: NonNegativeInt
    families: Families | None
    """Of the tasks that are drawn; None: the domain's own, by its own weights."""
    root: str
    out: str | None
    """The folder to write; None: worlds/<domain>-<digest> under `root`."""
    workers: PositiveInt | None
    """Processes; None: one per core. The world does not depend on it."""
    paraphrase: ParaphraseConfig
    budget: Budget
    """Of the paraphrases. The world does not depend on it: without a budget left it is not finished."""

    @property
    def digest(self) -> str:
        """Of what decides the world's bytes, but for an llm's answers."""
        further = filter(None, [self.families, self.paraphrase.describe()])
        identity = [VERSION, self.domain.name, self.n, self.seed, *further]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:8]

    @property
    def folder(self) -> Path:
        return Path(self.out) if self.out else Path(self.root) / "worlds" / f"{self.domain.name}-{self.digest}"

    def describe(self) -> dict[str, Any]:
        """What `synthesis.yaml` holds: enough to write the same world again."""
        world = {"version": VERSION, "domain": self.domain.name, "n": self.n, "seed": self.seed}
        families = {"families": list(self.families)} if self.families else {}
        return world | families | ({"paraphrase": self.paraphrase.describe()} if self.paraphrase.llm else {})


def check_request(request: SynthesisRequest, customers: int, families: Collection[Family]) -> None:
    """Raise `ConfigError` if no world can be made of `request`, before anything is written.

    `customers`: how many of a world of that domain can want something. `families`: those that can be chosen.
    """
    if unknown := [name for name in request.families or () if name not in families]:
        next_step = (
            f"Choose of: {', '.join(families)}" if families else "Leave families out: none can be chosen there"
        )
        raise ConfigError(f"families: {request.domain.name} does not draw {unknown[0]} by itself. {next_step}")
    most = customers * TASKS_PER_CUSTOMER
    if request.n > most:
        raise ConfigError(
            f"n={request.n}: a world of {request.domain.name} holds {most} tasks. Make several with n={most} or less "
            f"and a seed each, and play them one after another"
        )
    place = request.out or request.root
    if "://" in place:
        raise ConfigError(f"{place}: τ² reads worlds from a local folder. Name one with out=…")
    llm = request.paraphrase.llm
    if llm and (llm.is_offline or llm.is_served_by_run):
        raise ConfigError(
            f"paraphrase.llm={llm.name} rewrites nothing. Choose one of a provider or of a server of yours, e.g. "
            f"paraphrase.llm=gpt4o, or leave it out"
        )


def check_domain(domain: Domain) -> None:
    """Raise `ConfigError` for a domain without a generator, or with a world of its own."""
    if domain.name not in GENERATORS:
        raise ConfigError(f"domain={domain.name} has no generator. Choose one of: {', '.join(GENERATORS)}")
    if domain.data_dir is not None:
        raise ConfigError("domain.data_dir is for playing a world. To make one, leave it out and name out=FOLDER")
