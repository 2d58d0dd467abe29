"""`synthesis.world_folder`, `synthesis.request`: what is refused, and what a folder holds at each moment."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.worlds import NO_LLM

from tautraj.config import Domain
from tautraj.errors import ConfigError, StoreError
from tautraj.synthesis.parts import Part
from tautraj.synthesis.pipeline import plan_world, synthesize
from tautraj.synthesis.request import VERSION, SynthesisRequest, check_domain, check_request
from tautraj.synthesis.world_folder import WorldFolder


def request_of(out: Path | str | None = None, **fields: Any) -> SynthesisRequest:
    domain = Domain(name=fields.pop("domain", "retail"), data_dir=fields.pop("data_dir", None))
    plain = {
        "n": 10,
        "seed": 7,
        "families": None,
        "root": "outputs",
        "workers": None,
        "out": out and str(out),
        **NO_LLM,
    }
    return SynthesisRequest(domain=domain, **(plain | fields))


def test_the_folder_is_named_after_what_decides_its_bytes() -> None:
    assert request_of().folder.parent == Path("outputs/worlds")
    assert request_of().folder.name.startswith("retail-")
    assert request_of(workers=1, root="elsewhere").folder.name == request_of().folder.name
    others = [request_of(n=11), request_of(seed=8), request_of(domain="airline"), request_of(families=("direct",))]
    assert len({each.folder.name for each in (request_of(), *others)}) == 5


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"domain": "mock"}, "domain=mock has no generator. Choose one of: retail"),
        ({"data_dir": "x"}, "domain.data_dir is for playing a world"),
    ],
)
def test_a_domain_without_a_generator_is_named(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_domain(request_of(**fields).domain)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"n": 251}, "n=251: a world of retail holds 250 tasks"),
        (
            {"families": ("direct", "fault")},
            "retail does not draw fault by itself. Choose of: direct",
        ),
        ({"out": "s3://bucket/world"}, "s3://bucket/world: τ² reads worlds from a local folder"),
    ],
)
def test_a_world_that_cannot_be_is_named(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        check_request(request_of(**fields), customers=10, families=["direct"])


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(ConfigError, match=r"is something else: it has no synthesis.yaml. Name another .* out=…"):
        WorldFolder(request_of(tmp_path)).open()
    with pytest.raises(ConfigError, match=r"thesis.tex is something else"):
        WorldFolder(request_of(tmp_path / "thesis.tex")).open()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("change", ["version: 0", "seed: 8", "n: 11"])
def test_another_world_is_not_written_over(change: str, tmp_path: Path) -> None:
    WorldFolder(request_of(tmp_path)).open()
    key = change.partition(":")[0]
    path = tmp_path / "synthesis.yaml"
    lines = [change if line.startswith(f"{key}:") else line for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    with pytest.raises(
        ConfigError, match=rf"is the world of .*{change.replace(': ', '=')}.*, not of version={VERSION}"
    ):
        WorldFolder(request_of(tmp_path)).open()


def test_a_folder_that_cannot_be_written_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ConfigError, match=r"^opening .*file/world: NotADirectoryError: .* Name another .* out=…$"):
        WorldFolder(request_of(tmp_path / "file" / "world")).open()
    WorldFolder(request_of(tmp_path / "world")).open()
    (tmp_path / "world" / "synthesis.yaml").write_text("version: [")
    with pytest.raises(ConfigError, match=r"^opening .*world: ParserError: .* Name another folder with out=…$"):
        WorldFolder(request_of(tmp_path / "world")).open()


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    folder = WorldFolder(request_of(tmp_path / "world"))
    folder.open()
    shutil.rmtree(folder.making)
    folder.making.write_text("in the way")
    with pytest.raises(StoreError, match=r"^writing .*db.json: NotADirectoryError: .* the same command goes on"):
        folder.write(folder.path / "db.json", "{}")


def test_a_world_that_gives_too_few_tasks_leaves_nothing(tmp_path: Path) -> None:
    """Each round finds no task: after the parts of the first and ten more it is given up."""
    request = request_of(tmp_path / "world", n=1)
    plan_world(request)
    made: list[int] = []

    def make_parts(numbers: Sequence[int]) -> list[Part]:
        made.extend(numbers)
        return [Part(proved=(), rejected={}) for _ in numbers]

    with pytest.raises(ConfigError, match=r"^n=1: the world of seed 7 gives 0 tasks that pass. Ask for fewer"):
        synthesize(request, make_parts)
    assert made == list(range(11))
    assert not (tmp_path / "world").exists()


def test_nothing_is_in_its_place_before_everything_is(tmp_path: Path) -> None:
    folder = WorldFolder(request_of(tmp_path))
    folder.open()
    folder.write_database({"db.json": "{}"})
    assert not folder.is_complete
    assert not (tmp_path / "tau2").exists()
    making = tmp_path / ".making" / "tau2" / "domains" / "retail"
    assert {path.name for path in making.iterdir()} == {"db.json", "policy.md", "split_tasks.json", "tasks.json"}
    folder.open()  # the same command again
    tasks: list[dict[str, Any]] = [{"id": "retail-1", "said": "Zoë\nsaid"}, {"id": "retail-2", "parts": [{}, 2]}]
    folder.finish(iter(tasks), {"base": ["retail-1"]}, [{"task": "retail-1"}], "# A world\n")
    assert folder.is_complete
    folder.parts.mkdir(parents=True)  # as if killed just before the end
    folder.open()
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", "proofs.jsonl", "synthesis.yaml", "tau2"}
    written = (tmp_path / "tau2" / "domains" / "retail" / "tasks.json").read_text()
    assert written == json.dumps(tasks, indent=2, ensure_ascii=False)
