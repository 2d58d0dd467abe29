"""README's table and docs/config-reference.md are what `tools/config_reference.py` makes of `conf/`."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from support.cli import REPO


@pytest.fixture
def config_reference() -> ModuleType:
    """The script, as a module of its own."""
    spec = importlib.util.spec_from_file_location("config_reference", REPO / "tools" / "config_reference.py")
    assert spec and spec.loader
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_both_are_up_to_date(config_reference: ModuleType) -> None:
    text = config_reference.README.read_text()
    assert all(mark in text for mark in config_reference.MARKS)
    assert config_reference.readme(text) == text, "python tools/config_reference.py"
    assert config_reference.PAGE.read_text() == config_reference.page(), "python tools/config_reference.py"


def test_every_file_under_conf_is_on_the_page(config_reference: ModuleType) -> None:
    text = config_reference.PAGE.read_text()
    for path in (REPO / "conf").glob("*/*.yaml"):
        assert f"`{path.stem}`" in text, path


def test_a_new_file_is_a_new_row(
    config_reference: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config_reference.page()
    for path in (REPO / "conf").rglob("*.yaml"):
        copy = tmp_path / path.relative_to(REPO / "conf")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    header = "# python flows/generate.py agent=loud model=gpt4o\n# Shouts.\nname: loud\n"
    (tmp_path / "agent" / "loud.yaml").write_text(header)
    monkeypatch.setattr(config_reference, "CONF", tmp_path)
    assert "| `loud` | Shouts. | `python flows/generate.py agent=loud model=gpt4o` |" not in before
    assert "| `loud` | Shouts. | `python flows/generate.py agent=loud model=gpt4o` |" in config_reference.page()
    assert any("`loud`" in line for line in config_reference.summary())
