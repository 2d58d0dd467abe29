"""Small synthetic worlds, made once for all of pytest's processes."""

from pathlib import Path
from typing import Any

from filelock import FileLock

from tautraj.config import Budget, Domain
from tautraj.synthesis.parts import make_part
from tautraj.synthesis.pipeline import plan_world, synthesize
from tautraj.synthesis.request import ParaphraseConfig, SynthesisRequest

NO_LLM: dict[str, Any] = {
    "paraphrase": ParaphraseConfig(llm=None, attempts=2),
    "budget": Budget(usd=None, tokens=None),
}
"""Fields of a request in which no llm takes part."""


def request_of(domain: str, out: Path, n: int = 20, seed: int = 7, **fields: Any) -> SynthesisRequest:
    plain = {"families": None, "root": "outputs", "out": str(out), "workers": 1, **NO_LLM}
    return SynthesisRequest(domain=Domain(name=domain, data_dir=None), n=n, seed=seed, **(plain | fields))


def make_here(request: SynthesisRequest) -> Path:
    """Make the world in this process."""
    plan_world(request)
    synthesize(request, lambda numbers: [make_part(request, number) for number in numbers])
    return request.folder


def shared_world(domain: str, shared_folder: Path) -> Path:
    """A world of that domain, made by whoever asks first."""
    folder = shared_folder / f"world-{domain}"
    with FileLock(shared_folder / f"world-{domain}.lock"):
        if not (folder / "tau2").exists():
            make_here(request_of(domain, folder))
        return folder
