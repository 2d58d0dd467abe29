"""README's table and docs/choices.md are what `tools/choices.py` makes of `conf/`."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from support.cli import REPO


@pytest.fixture
def choices() -> ModuleType:
    """The script, as a module of its own."""
    spec = importlib.util.spec_from_file_location("choices", REPO / "tools" / "choices.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_both_are_up_to_date(choices: ModuleType) -> None:
    text = choices.README.read_text()
    assert all(mark in text for mark in choices.MARKS)
    assert choices.readme(text) == text, "python tools/choices.py"
    assert choices.PAGE.read_text() == choices.page(), "python tools/choices.py"


def test_every_file_under_conf_is_on_the_page(choices: ModuleType) -> None:
    text = choices.PAGE.read_text()
    for path in (REPO / "conf").glob("*/*.yaml"):
        assert f"`{path.stem}`" in text, path


def test_a_new_file_is_a_new_row(choices: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = choices.page()
    for path in (REPO / "conf").rglob("*.yaml"):
        copy = tmp_path / path.relative_to(REPO / "conf")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    header = "# python flows/generate.py agent=loud model=gpt4o\n# Shouts.\nname: loud\n"
    (tmp_path / "agent" / "loud.yaml").write_text(header)
    monkeypatch.setattr(choices, "CONF", tmp_path)
    assert "| `loud` | Shouts. | `python flows/generate.py agent=loud model=gpt4o` |" not in before
    assert "| `loud` | Shouts. | `python flows/generate.py agent=loud model=gpt4o` |" in choices.page()
    assert any("`loud`" in line for line in choices.summary())
