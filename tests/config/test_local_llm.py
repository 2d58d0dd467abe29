"""A model that is a file of the user's: what it is called, what makes it another one, what is refused.

Not here: its server (`tests/llms/test_local.py`).
"""

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from support.composed import composed_run
from support.gguf_files import write_gguf

from tautraj.config import LocalLlm, Run, replace_api_base
from tautraj.config.identity import Cell, identify_cell
from tautraj.errors import ConfigError


def local(weights: Path | str, **settings: object) -> Run:
    """The run of `model=local user=scripted` with these settings, without composing each."""
    run = composed_run("model=local", "model.weights=w.gguf", "user=scripted")
    tree = run.model.model_dump() | {"name": None, "weights": str(weights), **settings}
    return run.model_copy(update={"model": LocalLlm.model_validate(tree)})


def cell(weights: Path | str, **settings: object) -> Cell:
    return identify_cell(local(weights, **settings))


def test_it_is_called_like_its_file_or_its_folder_unless_it_is_given_a_name(tmp_path: Path) -> None:
    assert local("/models/tuned-2.gguf").model.name == "tuned-2"
    assert local("/models/tuned/").model.name == "tuned"
    assert local("/models/tuned-2.gguf", name="mine").model.name == "mine"
    assert cell(write_gguf(tmp_path / "tuned" / "weights.gguf").parent).name.startswith("tuned-tool_calling__")


def test_one_content_is_one_model_wherever_it_lies(tmp_path: Path) -> None:
    first = cell(write_gguf(tmp_path / "a" / "tuned.gguf"))
    assert cell(write_gguf(tmp_path / "b" / "tuned.gguf")) == first
    assert cell(write_gguf(tmp_path / "tuned" / "weights.gguf").parent) == first
    assert cell(write_gguf(tmp_path / "other.gguf")).digest == first.digest
    assert cell(tmp_path / "a" / "tuned.gguf", threads=7) == first


def test_other_content_another_template_and_another_context_are_another_model(tmp_path: Path) -> None:
    weights, template = write_gguf(tmp_path / "tuned.gguf"), tmp_path / "chat.jinja"
    digests = [cell(weights).digest, cell(weights, context_tokens=4096).digest]
    for text in ("{{ messages }}", "{{ tools }}"):
        template.write_text(text)
        digests.append(cell(weights, template=str(template)).digest)
    write_gguf(weights, model="retrained")
    digests.append(cell(weights).digest)
    assert len({*digests}) == 5


def test_a_file_that_is_replaced_in_mid_run_does_not_move_the_run(tmp_path: Path) -> None:
    run = local(write_gguf(tmp_path / "tuned.gguf"))
    before = identify_cell(run)
    write_gguf(tmp_path / "tuned.gguf", model="retrained")
    served = run.model_copy(update={"model": replace_api_base(run.model, "http://127.0.0.1:1024/v1")})
    assert {identify_cell(run), identify_cell(served), identify_cell(pickle.loads(pickle.dumps(served)))} == {before}
    (tmp_path / "tuned.gguf").unlink()
    assert identify_cell(run) == before


def test_what_is_stored_is_read_again_without_the_files() -> None:
    run = local("/gone/tuned.gguf", threads=2)
    stored = run.model_dump(by_alias=True, mode="json")
    assert stored["model"]["weights"] == "/gone/tuned.gguf"
    assert Run.model_validate(stored) == run
    assert Run.model_validate_json(run.model_dump_json(by_alias=True)) == run


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (lambda path: None, r"^weights=\S+: no such file\. Name a \.gguf file"),
        (lambda path: path.write_bytes(b"PK\3\4"), r"^weights=\S+ is not in llama\.cpp's format, GGUF\. Name "),
        (lambda path: path.write_bytes(b""), r"^weights=\S+ is not in llama\.cpp's format, GGUF\. Name "),
        (lambda path: path.mkdir(), r"^weights=\S+ is a folder without weights\.gguf\. Name "),
        (
            lambda path: (path.mkdir(), (path / "config.json").touch()),
            r"^weights=\S+ is a folder of transformers without weights\.gguf, .* python flows/convert\.py folder=",
        ),
    ],
)
def test_weights_that_cannot_be_served_are_one_line(
    tmp_path: Path, prepare: Callable[[Path], object], refusal: str
) -> None:
    prepare(tmp_path / "tuned")
    with pytest.raises(ConfigError, match=refusal) as raised:
        cell(tmp_path / "tuned")
    assert "\n" not in str(raised.value)


def test_a_template_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^template=/gone\.jinja: no such file\. "):
        cell(write_gguf(tmp_path / "tuned.gguf"), template="/gone.jinja")


def test_on_the_command_line_a_fault_names_its_key_once(run_of: Callable[..., Run]) -> None:
    with pytest.raises(ConfigError, match=r"^model\.weights has no default here: add model\.weights=…$"):
        run_of("model=local", "user=scripted")
    with pytest.raises(ConfigError, match=r"^model\.threads: Input should be greater than 0$"):
        run_of("model=local", "model.weights=w.gguf", "model.threads=0", "user=scripted")
    with pytest.raises(ConfigError, match=r"^model\.wieghts: no such key$"):
        run_of("model=local", "model.weights=w.gguf", "+model.wieghts=1", "user=scripted")
