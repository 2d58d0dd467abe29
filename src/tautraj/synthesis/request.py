"""Configuration of `flows/synthesize.py`, and the folder that it names."""

import hashlib
import json
from pathlib import Path

from pydantic import NonNegativeInt, PositiveInt

from tautraj.config import Domain
from tautraj.errors import ConfigError
from tautraj.synthesis import GENERATORS
from tautraj.trajectory import Record

VERSION = "1"
"""Of what a seed means: another one where the same request would write other bytes."""

TASKS_PER_CUSTOMER = 25
"""At most, on average: beyond that a world repeats itself."""


class SynthesisRequest(Record):
    """A world: its domain, its seed, how many tasks."""

    domain: Domain
    n: PositiveInt
    seed: NonNegativeInt
    root: str
    out: str | None
    """The folder to write; None: worlds/<domain>-<digest> under `root`."""
    workers: PositiveInt | None
    """Processes; None: one per core. The world does not depend on it."""

    @property
    def digest(self) -> str:
        """Of what decides the world's bytes."""
        identity = [VERSION, self.domain.name, self.n, self.seed]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:8]

    @property
    def folder(self) -> Path:
        return Path(self.out) if self.out else Path(self.root) / "worlds" / f"{self.domain.name}-{self.digest}"

    def describe(self) -> dict[str, str | int]:
        """What `synthesis.yaml` holds: enough to write the same world again."""
        return {"version": VERSION, "domain": self.domain.name, "n": self.n, "seed": self.seed}


def check_request(request: SynthesisRequest, customers: int) -> None:
    """Raise `ConfigError` if no world can be made of `request`, before anything is written.

    `customers`: how many of a world of that domain can want something.
    """
    most = customers * TASKS_PER_CUSTOMER
    if request.n > most:
        raise ConfigError(
            f"n={request.n}: a world of {request.domain.name} holds {most} tasks. Make several with n={most} or less "
            f"and a seed each, and play them one after another"
        )
    place = request.out or request.root
    if "://" in place:
        raise ConfigError(f"{place}: τ² reads worlds from a local folder. Name one with out=…")


def check_domain(domain: Domain) -> None:
    """Raise `ConfigError` for a domain without a generator, or with a world of its own."""
    if domain.name not in GENERATORS:
        raise ConfigError(f"domain={domain.name} has no generator. Choose one of: {', '.join(GENERATORS)}")
    if domain.data_dir is not None:
        raise ConfigError("domain.data_dir is for playing a world. To make one, leave it out and name out=FOLDER")
