"""README's agent of one's own, done exactly as it says there, and a customer in the same way."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from provider import Answer, ChatRequest, Provider

REPO = Path(__file__).parents[1]
CUSTOMER = """
def curt(scene, *, word):
    return lambda heard: f"{word} {scene.stop}" if "calling" in heard else word
"""


def shown(language: str, needle: str) -> str:
    """The block of README that holds `needle`."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (REPO / "README.md").read_text(), re.DOTALL)
    [block] = [block for block in blocks if needle in block]
    return block


def test_twenty_lines_make_an_agent_and_a_customer(tmp_path: Path, prefect_home: Callable[[Path], str]) -> None:
    code, choice = shown("python", "def polite"), shown("yaml", "polite.polite")
    assert len((code + choice).splitlines()) <= 20
    (tmp_path / "polite.py").write_text(code)
    (tmp_path / "curt.py").write_text(CUSTOMER)
    for path, text in {
        "mine/agent/polite.yaml": choice,
        "mine/user_strategy/curt.yaml": "name: curt\n_target_: curt.curt\nword: Fine.\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    def brain(request: ChatRequest) -> Answer:
        return Answer("It is done." if "<policy>" in request.system else "Please do it.")

    with Provider(brain) as provider:
        words = shown("bash", "agent=polite").split()[2:]
        seats = [
            f"{seat}{key}"
            for seat in ("model", "user")
            for key in ("=openai_compatible", ".name=x", f".provider.api_base={provider.openai_base}")
        ]
        words = [word for word in words if not word.startswith(("model=", "user="))] + seats
        small = ["user_strategy=curt", "domain=mock", "split=base", "tasks.limit=1", "tracking=none"]
        done = subprocess.run(
            [sys.executable, str(REPO / "flows" / "generate.py"), *words, *small],
            cwd=tmp_path,
            env={**os.environ, "PREFECT_HOME": prefect_home(tmp_path / "prefect")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    [record] = [json.loads(path.read_text()) for path in tmp_path.rglob("episodes/*.json")]
    assert record["agent"] == "polite"
    assert [turn["message"] for turn in record["turns"]][1:] == [
        "Fine.",
        "It is done. Thank you for calling.",
        "Fine. ###STOP###",
    ]
