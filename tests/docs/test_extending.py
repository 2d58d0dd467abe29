"""docs/extending.md done as it says there: every file saved under the name it opens with, every command typed.

The gateway alone is another: a server of the tests' own, which speaks OpenAI's protocol.
"""

import json
import os
import re
import shlex
from pathlib import Path

import pytest
from support.cli import REPO, by_the_door
from support.provider.server import Answer, ChatRequest, Provider

PAGE = (REPO / "docs" / "extending.md").read_text()
FILES = {
    name: f"# {name}\n{text}" for name, text in re.findall(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", PAGE, re.DOTALL)
}
PLAY, EXPORT = re.findall(r"```bash\n(.*)\n```", PAGE)


def brain(request: ChatRequest) -> Answer:
    return Answer("It is done." if "<policy>" in request.system else "Please do it.")


def test_there_is_one_of_each_in_twenty_lines() -> None:
    kinds = {Path(name).parent.name for name in FILES} - {""}
    assert kinds == {"agent", "user_strategy", "provider", "llm", "model", "user", "format"}
    for stem in ("polite", "curt", "openings", "gateway", "house"):
        both = [text for name, text in FILES.items() if Path(name).stem == stem and "/llm/" not in name]
        assert sum(len(text.splitlines()) for text in both) <= 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the page's files are."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def typed(command: str, *more: str, cwd: Path, **variables: str) -> None:
    _, door, *words = shlex.split(command)
    done = by_the_door(Path(door).stem, *words, *more, cwd=cwd, env={**os.environ, **variables})
    assert done.code == 0, done.out + done.err


@pytest.mark.slow
def test_the_page_makes_an_agent_a_customer_a_provider_an_llm_and_a_format(folder: Path, server: str) -> None:
    with Provider(brain) as provider:
        here = [f"{seat}.provider.api_base={provider.openai_base}" for seat in ("model", "user")]
        small = ["tasks.limit=1", "tracking=none"]
        keys = {"GATEWAY_KEY": "canary", "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": server}
        typed(PLAY, *here, *small, cwd=folder, **keys)
    [record] = [json.loads(path.read_text()) for path in folder.rglob("episodes/*.json")]
    assert (record["agent"], record["user_strategy"], record["model"]) == ("polite", "curt", "house-70b")
    assert record["usage"]["model"]["usd"] > 0
    said = [turn["message"] for turn in record["turns"]][1:]
    assert said == ["Fine.", "It is done. Thank you for calling.", "Fine. ###STOP###"]
    typed(EXPORT, cwd=folder)
    [rows] = folder.rglob("train.jsonl")
    [row] = [json.loads(line) for line in rows.read_text().splitlines()]
    assert (row["text"], row["agent"]) == ("Fine.", "polite")
