"""Presets of `conf/llm/` name models that litellm's table knows as living, and say until when they live.

Not here: which row of the table decides (`tests/llms/test_model_table.py`).
"""

import functools
import re
from datetime import date, timedelta

import litellm
import pytest
import yaml

from tautraj.config import CONF, Llm
from tautraj.llms.model_table import find_end

NOTICE = timedelta(days=60)
OPEN_WEIGHTS = ("vllm", "ollama")
LISTED = ("openai", "anthropic", "gemini", "mistral")
"""Routes whose models litellm's table lists."""
PRESETS = sorted(
    path.stem for path in CONF.glob("llm/*.yaml") if (CONF / "judge" / path.name).exists()
)  # a seat of every kind: those that call a provider
PROVIDED = [preset for preset in PRESETS if preset not in (*OPEN_WEIGHTS, "openai_compatible")]


@functools.cache
def configured(preset: str) -> Llm:
    """From its two files, as Hydra puts them together; to compose all of them takes ten times as long."""
    tree = yaml.safe_load((CONF / "llm" / f"{preset}.yaml").read_text())
    provider = tree.pop("defaults")[0].removeprefix("/provider/").removesuffix("@provider")
    return Llm(provider=yaml.safe_load((CONF / "provider" / f"{provider}.yaml").read_text()), **tree)


@pytest.mark.parametrize("preset", PROVIDED)
def test_a_preset_has_more_than_sixty_days_to_live_and_says_how_long(preset: str) -> None:
    end = find_end(configured(preset))
    assert end is None or end - date.today() > NOTICE
    said = "litellm's table names none." if end is None else f"{end}, by litellm's table."
    assert f"# End of life: {said}\n" in (CONF / "llm" / f"{preset}.yaml").read_text()


@pytest.mark.parametrize("preset", PROVIDED)
def test_a_preset_is_a_chat_model_with_tools_and_sends_no_temperature_that_its_model_ignores(preset: str) -> None:
    llm = configured(preset)
    if llm.provider.route in LISTED:
        row = litellm.model_cost.get(f"{llm.provider.route}/{llm.name}") or litellm.model_cost[llm.name]
        assert row["litellm_provider"] == llm.provider.route
        assert row["mode"] == "chat"
        assert row["supports_function_calling"]
        assert llm.temperature is None or row.get("supports_sampling_params", True)


def test_the_presets_that_users_type_keep_their_families() -> None:
    families = {
        "gpt4o": r"gpt-4o\b",
        "gpt4o_mini": "gpt-4o-mini",
        "gpt41": r"gpt-4\.1",
        "gpt5": "gpt-5",
        "gpt6": "gpt-6",
        "claude": "claude-sonnet-5-5",
        "claude_haiku": "claude-haiku-5-5",
        "claude_opus": "claude-opus-5-5",
        "gemini": r"gemini-3\.8-flash",
        "gemini_pro": "gemini-.*pro",
        "mistral": "mistral-large-4",
    }
    assert {preset for preset, family in families.items() if not re.match(family, configured(preset).name)} == set()
