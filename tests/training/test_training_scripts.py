"""The scripts of docs/training.md, as they stand there, on what the commands before them made. Takes `make test-trl`.

In place of a model of the Hub each is given a tiny one, and one step of two rows.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support.branched_runs import play_words
from support.cli import REPO
from support.tiny_models import make_model, make_tokenizer

pytestmark = pytest.mark.trl

TEXT = (REPO / "docs" / "training.md").read_text()
SECTIONS = {section.split()[0]: section for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]}
CONSTANTS = re.compile(r"^MODEL, STEPS, BATCH = .+$", re.MULTILINE)
FEW = {"generate": ["tasks.limit=4", "tracking=none"], "branch": ["tracking=none"], "export": []}
"""Door -> words that make it short."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    played = play_words(folder / "outputs", "tasks.limit=6").read_episodes()
    words = make_tokenizer(folder / "model", [episode.model_dump_json() for episode in played], "qwen3.jinja")
    make_model(words, max_position_embeddings=40_000).save_pretrained(folder / "model")
    return folder / "model"


@pytest.mark.parametrize("section", ["SFT", "DPO", "GRPO"])
def test_a_script_runs_as_it_stands(section: str, tiny: Path, tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPO / "src"), str(REPO / "flows")])}
    env |= {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}

    def run(*command: str) -> None:
        done = subprocess.run(
            command, check=False, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=400
        )
        assert done.returncode == 0, f"{' '.join(command)[:200]}\n{done.stdout[-1500:]}\n{done.stderr[-3000:]}"

    for line in "\n".join(re.findall(r"```bash\n(.*?)```", SECTIONS[section], re.S)).splitlines():
        python, door, *words = shlex.split(line)
        assert python == "python"
        run(sys.executable, str(REPO / door), *words, *FEW[Path(door).stem])
    [script, *_] = re.findall(r"```python\n(.*?)```", SECTIONS[section], re.S)
    assert len(CONSTANTS.findall(script)) == 1
    (tmp_path / "script.py").write_text(CONSTANTS.sub(f"MODEL, STEPS, BATCH = {str(tiny)!r}, 1, 2", script))
    run(sys.executable, "script.py")
    assert any((tmp_path / "trained").glob("*"))
