"""Plays the golden records of one version: `python tests/golden/make.py CHECKOUT tests/golden/SCHEMA`.

CHECKOUT is a checkout of that version: 1b15d21 for schema 1, c06eb31 for schema 2, 1381d28 for schema 3, 2a558b3 for
schema 4, 99f5a24 for schema 5, 3bcefc3 for schema 6, 548e8e1 for schema 7, ba676d1 for schema 8, this one for the
present schema.
What it writes is kept as it is.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.provider.server import Answer, ChatRequest, Fault, Provider

COMMON = ["domain=mock", "split=base", "tracking=none", "runner.retries=0"]
CREATING = "Please create a task."
CREATE = ("create_task", {"user_id": "user_1", "title": "Important Meeting"})


def brain(request: ChatRequest) -> Answer:
    """A conversation with a mistake, a thought and a call; the other task looks something up first."""
    said, system = request.messages, request.system
    if said[-1].text == "Reply with: ok":
        return Answer("ok")
    if "<scenario>" in system:
        opening = CREATING if "create" in system.lower().split("<scenario>")[1] else "Please update it."
        return Answer(opening if len(said) < 2 else "Thank you. ###STOP###")
    if said[1].text != CREATING:
        return Answer(None, (("get_users", {}),))
    if len(said) == 2:
        return Answer("", reasoning="Hm.")
    done = said[-1].role == "tool"
    return Answer("Done. é😀") if done else Answer("Let me do that.", (CREATE,), reasoning="It wants a task.")


def fault(request: ChatRequest) -> Fault | None:
    """The other task's conversation does not fit after its first result."""
    if request.messages[-1].role == "tool" and request.messages[1].text != CREATING:
        return Fault("status", 400, message="This model's maximum context length is 8 tokens.")
    return None


def main(checkout: Path, out: Path) -> None:
    schema = int(out.name)
    shutil.rmtree(out, ignore_errors=True)
    with Provider(brain, fault) as provider, tempfile.TemporaryDirectory(prefix="golden-") as folder:
        seats = [
            f"{seat}.{setting}"
            for seat in ("model", "user")
            for setting in ("name=x", f"provider.api_base={provider.openai_base}", "provider.retry_seconds=0")
        ]
        prices = ["model.usd_per_million_tokens_in=1", "model.usd_per_million_tokens_out=2"]
        llm = ["model=openai_compatible", "user=openai_compatible", *seats, *prices]
        runs = [["tasks.ids=[create_task_1]"], ["tasks.ids=[create_task_1,update_task_1]", *llm]]
        if schema >= 3:
            runs.append(["tasks.ids=[create_task_1]", *llm, "limits.tokens=220"])
        paths = os.pathsep.join(str(checkout.absolute() / room) for room in ("src", "flows"))
        env = {**os.environ, "PYTHONPATH": paths, "PREFECT_API_URL": ""}
        for run in runs:
            command = [sys.executable, checkout.absolute() / "flows" / "generate.py", *COMMON, *run]
            subprocess.run(command, cwd=folder, env=env, check=True)
        shutil.copytree(Path(folder, "outputs", "default"), out, ignore=shutil.ignore_patterns(".*", "report.html"))
    assert not provider.errors, provider.errors


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
