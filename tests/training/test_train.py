"""A model is trained by the door, by each method; what is written is what llama.cpp and transformers read.

Takes torch, TRL, gguf, llama.cpp and SmolLM2's weights: `make test-learn`. Rows are cut after 384 tokens and updates
are few: here nothing is learned. Not here: whether an export teaches (`test_learn`).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.cli import REPO, by_the_door
from support.convertible_models import KINDS, QWEN2, make_model, make_tokenizer
from support.exports import by_the_door as export_by_the_door
from support.exports import played, played_badly, rows_in
from support.worlds import make_here, request_of

from tautraj.config import Run
from tautraj.config.command_line import compose_tree
from tautraj.config.parse import parse_as
from tautraj.errors import ConfigError
from tautraj.llms.local.chat_template import SMOLLM2_TEMPLATE, strip_generation_marks
from tautraj.llms.local.gguf import read_text_field
from tautraj.training.request import TrainRequest
from tautraj.training.rows import read_rows

pytestmark = pytest.mark.learn

BASE = "SmolLM2-135M-Instruct.Q4_1"
QUICK = ("rows=6", "batch=2", "max_tokens=384", "warmup_steps=0", "learning_rate=1e-3")
"""Three updates."""

SHORT = ("style.system=short", "style.tools=names", "style.results=short")


@pytest.fixture(scope="module")
def run(run_of: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("learn")
    world = make_here(request_of("retail", folder / "world"))
    words = ["agent=rules", "model=rules", "user_strategy=goal", f"domain.data_dir={world}", "split=base"]
    return played(run_of(*words, "tracking=none", root=folder / "outputs"))


@pytest.fixture(scope="module")
def export(run: Path) -> Path:
    folder = run.parent / "export"
    done = export_by_the_door(f"run={run}", "guard=off", *SHORT, f"out={folder}", cwd=run.parent)
    assert done.code == 0, done.err
    return folder


@pytest.fixture(scope="module")
def trained(export: Path) -> Path:
    folder = export.parent / "trained"
    done = by_the_door("train", f"data={export}", *QUICK, f"out={folder}", cwd=export.parent)
    assert done.code == 0, done.err
    assert f"model=local model.weights={folder}\n" in done.out
    return folder


def read_model(folder: Path, gguf_file: str | None = None) -> dict[str, Any]:
    """Parameter -> its values."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf_file, dtype="float32")
    return dict(model.named_parameters())


def find_base() -> tuple[Path, str]:
    from tautraj.llms.local.serving import find_in_package

    path = find_in_package("base", BASE, "")
    return path.parent, path.name


def read_request(export: Path, *words: str) -> Any:
    return parse_as(TrainRequest, compose_tree([f"data={export}", *words], "train"))


def test_the_seed_draws_the_rows(export: Path) -> None:
    whole = {json.dumps(row["messages"]) for row in read_rows(read_request(export))}
    assert whole == {json.dumps(without_none(row["messages"])) for row in rows_in(export)}
    assert len(read_rows(read_request(export, "rows=5"))) == 5
    assert list(read_rows(read_request(export, "rows=5"))) != list(
        read_rows(read_request(export, "rows=5", "seed=1"))
    )


def test_rows_of_a_rare_tool_or_thought_come_more_often(tmp_path: Path) -> None:
    """Of 12 rows of three kinds, the mean kind has 4."""
    kinds = [("look", "An order of")] * 8 + [("write", "An order of")] * 2 + [("look", "A new address for")] * 2
    rows = []
    for number, (tool, about) in enumerate(kinds):
        call = {"type": "function", "function": {"name": tool, "arguments": {"order_id": f"#W{number}"}}}
        thought = f"{about} ada_{number}. It is pending."
        answer = {"role": "assistant", "content": None, "reasoning_content": thought, "tool_calls": [call]}
        rows.append({"messages": [{"role": "user", "content": "Hi."}, answer], "tools": []})
    (tmp_path / "train.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    files = {"config_name": "default", "data_files": [{"split": "train", "path": "train.jsonl"}]}
    (tmp_path / "README.md").write_text(f"---\n{yaml.safe_dump({'configs': [files]})}---\n")

    def count(*words: str) -> list[int]:
        drawn = [row["messages"][1] for row in read_rows(read_request(tmp_path, *words))]
        found = Counter(
            (answer["tool_calls"][0]["function"]["name"], answer["reasoning_content"].split(" ada_")[0])
            for answer in drawn
        )
        return [found[kind] for kind in dict.fromkeys(kinds)]

    assert count() == count("repeat_rare=1") == [8, 2, 2]
    assert count("repeat_rare=3") == [8, 4, 4]


def test_pairs_are_not_repeated(export: Path) -> None:
    with pytest.raises(ConfigError, match="repeat_rare=… is for method=sft"):
        read_request(export, "method=dpo", "repeat_rare=2")


def without_none(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in message.items() if value is not None} for message in messages]


def test_the_last_layers_are_trained_and_the_first_and_the_embeddings_are_not(trained: Path) -> None:
    before, after = read_model(*find_base()), read_model(trained)
    assert before.keys() == after.keys()
    same = {name for name, values in after.items() if values.equal(before[name])}
    frozen = {name for name in after if any(f".layers.{n}." in name for n in range(10)) or "embed_tokens" in name}
    assert same == frozen


def test_the_gguf_file_has_the_trained_weights(trained: Path) -> None:
    """To what 8 bits a weight keep: 1/254 of the largest of 32 neighbours, and 1/2048 for the scale of 16 bits."""
    written, read_back = read_model(trained), read_model(trained, "weights.gguf")
    assert written.keys() == read_back.keys()
    for name, values in written.items():
        allowed = values.abs().max() * (1 / 254 + 1 / 2048)
        assert (values - read_back[name]).abs().max() <= allowed, name


def test_the_loss_is_the_one_that_trl_computes_over_all_tokens(export: Path, tmp_path: Path) -> None:
    import trl

    from tautraj.training.base_model import open_base
    from tautraj.training.trainers import build_trainer

    request, base = read_request(export, "rows=2", "max_tokens=384"), open_base(BASE)
    trainer = build_trainer(request, base.model, base.tokenizer, read_rows(request), tmp_path, print)
    for batch in trainer.get_train_dataloader():
        ours = trainer.compute_loss(trainer.model, dict(batch))
        theirs = trl.SFTTrainer.compute_loss(trainer, trainer.model, dict(batch))
        assert ours.item() == pytest.approx(theirs.item(), rel=0.01)


def test_the_record_says_what_was_trained_and_how(trained: Path, export: Path) -> None:
    record = yaml.safe_load((trained / "training.yaml").read_text())
    assert (record["rows"], record["steps"], record["device"]) == (6, 3, "cpu")
    assert record["request"]["base"] == BASE
    assert str(export) not in (trained / "training.yaml").read_text()


def test_the_same_command_trains_once_and_another_does_not_replace_it(trained: Path, export: Path) -> None:
    stamp = (trained / "weights.gguf").stat().st_mtime_ns
    words = (f"data={export}", *QUICK, f"out={trained}")
    again = by_the_door("train", *words, cwd=export.parent)
    assert again.code == 0 and "This training is complete" in again.out
    other = by_the_door("train", *words, "seed=1", cwd=export.parent)
    assert other.code == 2
    assert other.err.strip().endswith("Delete it, or name another folder: out=…")
    template = export.parent / "template.jinja"
    template.write_text("{% for message in messages %}{{ message.content }}{% endfor %}")
    assert by_the_door("train", *words, f"template={template}", cwd=export.parent).code == 2
    assert (trained / "weights.gguf").stat().st_mtime_ns == stamp


def test_a_row_is_read_in_play_as_it_was_in_training(trained: Path, export: Path) -> None:
    from transformers import AutoTokenizer

    from tautraj.llms.local.rendering import render_tokens
    from tautraj.llms.local.serving import ServerSettings, serve_weights

    tokenizer = AutoTokenizer.from_pretrained(trained)
    rows = rows_in(export)[:5]
    with serve_weights(ServerSettings(str(trained / "weights.gguf"), None, 8192, None), 1) as address:
        served = render_tokens(address, [(row["messages"], row["tools"]) for row in rows])
    for row, tokens in zip(rows, served, strict=True):
        learned = tokenizer.apply_chat_template(row["messages"], tools=row["tools"], return_dict=False)
        assert tokens == learned


def test_a_training_that_is_killed_goes_on_at_its_last_checkpoint(export: Path, tmp_path: Path) -> None:
    command = [sys.executable, REPO / "flows" / "train.py", f"data={export}", *QUICK, "save_steps=1", "out=killed"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    while not list(tmp_path.glob(".killed.checkpoints-*/checkpoint-1/trainer_state.json")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "killed").exists()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "step 1 of 3" not in done.stderr
    record = yaml.safe_load((tmp_path / "killed" / "training.yaml").read_text())
    assert record["steps"] == 3
    assert record["resumed_at_step"] >= 1
    assert [path.name for path in tmp_path.iterdir()] == ["killed"]


def test_low_rank_adapters_are_merged_into_the_weights(export: Path, tmp_path: Path) -> None:
    done = by_the_door("train", f"data={export}", *QUICK, "lora.rank=4", "out=lora", cwd=tmp_path)
    assert done.code == 0, done.err
    before, after = read_model(*find_base()), read_model(tmp_path / "lora")
    assert before.keys() == after.keys()
    assert not after["model.layers.0.self_attn.q_proj.weight"].equal(before["model.layers.0.self_attn.q_proj.weight"])
    assert after["model.norm.weight"].equal(before["model.norm.weight"])


@pytest.fixture(scope="module")
def pairs(run: Path) -> Path:
    return pair(run, "conversation")


@pytest.fixture(scope="module")
def actions(run: Path) -> Path:
    return pair(run, "action")


def pair(run: Path, completion: str) -> Path:
    folder = run.parent / f"pairs-{completion}"
    words = ("format=preference", f"format.completion={completion}", "guard=off", *SHORT, f"out={folder}")
    done = export_by_the_door(f"run=[{run},{played_badly(run)}]", *words, cwd=run.parent)
    assert done.code == 0, done.err
    return folder


def test_pairs_train_the_model_that_rows_trained(trained: Path, pairs: Path, tmp_path: Path) -> None:
    words = (f"data={pairs}", f"base={trained}", "method=dpo", *QUICK, "out=dpo")
    done = by_the_door("train", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "6 of 6 pairs go on after the agent's action" in done.out + done.err
    before, after = read_model(trained), read_model(tmp_path / "dpo")
    changed = {name for name, values in after.items() if not values.equal(before[name])}
    assert "model.layers.29.mlp.down_proj.weight" in changed
    assert (tmp_path / "dpo" / "weights.gguf").is_file()


def test_a_model_of_another_base_by_the_same_name_is_not_taken_for_it(export: Path, tmp_path: Path) -> None:
    """A record that has no digest of the base, as older ones, is."""
    folder, name = find_base()
    shutil.copy(folder / name, tmp_path / "base.gguf")
    words = (f"data={export}", "base=base.gguf", f"template={SMOLLM2_TEMPLATE}", *QUICK, "rows=2", "out=model")
    assert by_the_door("train", *words, cwd=tmp_path).code == 0
    shutil.copy(tmp_path / "model" / "weights.gguf", tmp_path / "base.gguf")
    other = by_the_door("train", *words, cwd=tmp_path)
    assert (other.code, len(other.err.splitlines())) == (2, 1)
    assert "is no model that was trained from these rows, with this base" in other.err
    record = yaml.safe_load((tmp_path / "model" / "training.yaml").read_text())
    del record["request"]["files"]
    (tmp_path / "model" / "training.yaml").write_text(yaml.safe_dump(record))
    assert "This training is complete" in by_the_door("train", *words, cwd=tmp_path).out
    (tmp_path / "model" / "training.yaml").write_text("request: [\n")
    broken = by_the_door("train", *words, cwd=tmp_path)
    assert (broken.code, len(broken.err.splitlines())) == (2, 1)


def test_pairs_of_actions_train_weights_of_the_package(actions: Path, tmp_path: Path) -> None:
    words = (f"data={actions}", "method=dpo", *QUICK, "rows=2", "out=dpo")
    done = by_the_door("train", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    assert "go on after the agent's action" not in done.out + done.err
    assert (tmp_path / "dpo" / "weights.gguf").is_file()


def test_a_converted_folder_is_trained_and_played(export: Path, tmp_path: Path) -> None:
    make_model(tmp_path / "base", KINDS["qwen2"])
    words = (f"data={export}", "base=base", *QUICK, "frozen_layers=1", "out=tuned")
    without = by_the_door("train", *words, "rows=2", cwd=tmp_path)
    assert "No weights.gguf will be written: base=base is no GGUF file" in without.out + without.err
    assert by_the_door("convert", "folder=tuned", cwd=tmp_path).code == 0
    shutil.rmtree(tmp_path / "tuned")
    assert by_the_door("convert", "folder=base", cwd=tmp_path).code == 0
    done = by_the_door("train", *words, cwd=tmp_path)
    assert done.code == 0, done.err
    written, read_back = read_model(tmp_path / "tuned"), read_model(tmp_path / "tuned", "weights.gguf")
    before = read_model(tmp_path / "base")
    name = "model.layers.1.mlp.down_proj.weight"
    assert not written[name].equal(before[name])
    assert (written[name] - read_back[name]).abs().max() <= written[name].abs().max() * (1 / 254 + 1 / 2048)


def test_a_model_is_played_with_the_template_that_it_was_trained_with(export: Path, tmp_path: Path) -> None:
    """TRL replaces the template of Qwen 3, which drops earlier thoughts, by one that keeps them."""
    import trl.chat_template_utils

    templates = Path(trl.chat_template_utils.__file__).parent / "chat_templates"
    make_model(
        tmp_path / "base", KINDS["qwen3"], make_tokenizer(QWEN2, template=(templates / "qwen3.jinja").read_text())
    )
    assert by_the_door("convert", "folder=base", cwd=tmp_path).code == 0
    words = (f"data={export}", "base=base", *QUICK, "frozen_layers=1", "out=tuned")
    cut = by_the_door("train", *words, cwd=tmp_path)  # this template shows the tools at length
    assert cut.code == 2
    assert "max_tokens=384 cuts every row before the agent's first word" in cut.err.splitlines()[-1]
    done = by_the_door("train", *words, "max_tokens=4096", cwd=tmp_path)
    assert done.code == 0, done.err
    trained = (templates / "qwen3_training.jinja").read_text()
    inside = read_text_field(tmp_path / "tuned" / "weights.gguf", "tokenizer.chat_template")
    assert inside == strip_generation_marks(trained)
    assert (tmp_path / "tuned" / "chat_template.jinja").read_text() == trained


def test_a_base_whose_file_would_be_read_in_other_tokens_is_refused(export: Path, tmp_path: Path) -> None:
    make_model(tmp_path / "base", KINDS["gpt2-words"])
    assert by_the_door("convert", "folder=base", cwd=tmp_path).code == 0
    make_tokenizer("digits").save_pretrained(tmp_path / "base")  # another vocabulary
    done = by_the_door("train", f"data={export}", "base=base", *QUICK, "frozen_layers=1", "out=tuned", cwd=tmp_path)
    assert done.code == 2
    assert "llama.cpp would read a conversation in other tokens than transformers: " in done.err.splitlines()[-1]
    assert not (tmp_path / "tuned").exists()


def test_a_second_process_leaves_a_training_alone_and_ctrl_c_ends_it_in_one_line(
    export: Path, tmp_path: Path
) -> None:
    words = (f"data={export}", *QUICK, "epochs=50", "save_steps=1", "out=long")
    command = [sys.executable, REPO / "flows" / "train.py", *words]
    # a shell's background command ignores the signal, and its children do
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    while not list(tmp_path.glob(".long.checkpoints-*/checkpoint-1/trainer_state.json")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    second = by_the_door("train", *words, cwd=tmp_path)
    assert (second.code, len(second.err.splitlines())) == (2, 1)
    assert "another process trains it" in second.err
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "error: SIGINT: stopped before it was done. Run the same command again"
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("data={run}",), "is no export. Make one: python flows/export.py format=…"),
        (("data={export}", "method=dpo"), "method=dpo reads an export of format=preference"),
        (("data={export}", "base=SmolLM9"), "base=SmolLM9"),
        (("data={export}", "base=none.gguf"), "base=none.gguf: no such file"),
        (("data={export}", "template=none.jinja"), "template=none.jinja: no such file"),
        (("data={export}", "template={export}/README.md"), "If its chat template is at fault, set template=FILE"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    words: tuple[str, ...], line: str, run: Path, export: Path, tmp_path: Path
) -> None:
    """In a process of its own: where tqdm is imported already, it does not see that its bars are off."""
    done = by_the_door("train", *(word.format(run=run, export=export) for word in words), cwd=tmp_path, cold=True)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert line in done.err
