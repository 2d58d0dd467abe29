"""A folder of transformers becomes a GGUF file by the door; llama.cpp reads the same tokens and computes the same.

Small models with random weights, each with a vocabulary of the documentation's words. Takes torch, gguf, llama.cpp
and SmolLM2's weights: `make test-learn`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from support.cli import REPO, by_the_door
from support.tiny_models import KINDS, QWEN2, TEMPLATE, Kind, make_model, make_tokenizer

from tautraj.llms.local.chat_template import strip_generation_marks
from tautraj.llms.local.gguf import read_text_field
from tautraj.llms.local.rendering import OPENER
from tautraj.llms.local.serving import ServerSettings, find_in_package, serve_weights

pytestmark = pytest.mark.learn


def post(url: str, body: dict[str, Any]) -> Any:
    with OPENER.open(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


@pytest.mark.parametrize("name", KINDS)
def test_llama_cpp_reads_the_same_tokens_and_computes_the_same_probabilities(name: str, tmp_path: Path) -> None:
    import torch
    from gguf import GGUFReader
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = make_model(tmp_path / name, KINDS[name])
    done = by_the_door("convert", f"folder={name}", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.out == f"play it: python flows/generate.py model=local model.weights={name}\n"
    weights = folder / "weights.gguf"
    assert GGUFReader(weights).fields["tokenizer.ggml.pre"].contents() == KINDS[name].pre
    text = (REPO / "docs" / "learning.md").read_text()[:900]
    tokens = AutoTokenizer.from_pretrained(folder)(text)["input_ids"]
    assert (tokens[0] == 3) == KINDS[name].begins
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        expected = torch.log_softmax(model(torch.tensor([tokens])).logits[0, -1], -1)
    with serve_weights(ServerSettings(str(weights), None, 2048, None), 1) as address:
        read = post(f"{address}/tokenize", {"content": text, "add_special": True, "parse_special": True})
        answer = post(f"{address}/completion", {"prompt": tokens, "n_predict": 1, "n_probs": 20, "temperature": 0})
    assert read["tokens"] == tokens
    likeliest = answer["completion_probabilities"][0]["top_logprobs"]
    assert likeliest[0]["logprob"] - expected.mean().item() > 2  # else all would be about as likely
    for token in likeliest:
        assert token["logprob"] == pytest.approx(expected[token["id"]].item(), abs=0.3)  # of 8 bits


def test_the_header_is_the_one_that_the_model_came_with(tmp_path: Path) -> None:
    """But for the name of the way to split a text, which transformers loses when it reads a GGUF file."""
    from gguf import GGUFReader

    from tautraj.training.base_model import open_base

    base = "SmolLM2-135M-Instruct.Q4_1"
    model = open_base(base)
    model.model.save_pretrained(tmp_path / "plain")
    model.tokenizer.save_pretrained(tmp_path / "plain")
    assert by_the_door("convert", "folder=plain", "out=small.gguf", cwd=tmp_path).code == 0
    original, written = (
        {
            key: field.contents()
            for key, field in GGUFReader(path).fields.items()
            if key.startswith(("llama.", "tokenizer.ggml."))
        }
        for path in (find_in_package("base", base, ""), tmp_path / "small.gguf")
    )
    differ = {key for key, value in original.items() if written.get(key) != value}
    assert differ == {"tokenizer.ggml.pre", "tokenizer.ggml.add_space_prefix"}
    assert written.keys() - original.keys() == {"llama.attention.key_length", "llama.attention.value_length"}


def lower(tokenizer: Any) -> Any:
    """A tokenizer that reads all letters as small ones, which llama.cpp's do not."""
    from tokenizers import normalizers

    tokenizer.backend_tokenizer.normalizer = normalizers.Lowercase()
    return tokenizer


REFUSED: dict[str, tuple[Kind, Callable[[], Any] | None, str]] = {
    "other type": (Kind("gemma3_text", {}, "", ""), None, "a model of type gemma3_text is not converted, only llama"),
    "sliding window": (
        Kind("qwen2", {"use_sliding_window": True, "max_window_layers": 1}, QWEN2, ""),
        None,
        "without a sliding window",
    ),
    "rope": (
        Kind("llama", {"rope_parameters": {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}}, "", ""),
        None,
        "rotary embeddings of type linear are not converted",
    ),
    "splits": (Kind("llama", {}, r"\p{L}+|\P{L}+", ""), None, "this tokenizer splits a text in a way"),
    "letters": (
        Kind("llama", {}, "", ""),
        lambda: lower(make_tokenizer("")),
        "llama.cpp would read a conversation in other tokens than transformers: ",
    ),
    "no template": (Kind("llama", {}, "", ""), lambda: make_tokenizer("", template=None), "has no chat template"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_llama_cpp_would_read_otherwise_is_one_line_and_no_file(name: str, tmp_path: Path) -> None:
    kind, tokenizer, line = REFUSED[name]
    make_model(tmp_path / "model", kind, tokenizer and tokenizer())
    done = by_the_door("convert", "folder=model", cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
    assert line in done.err
    assert not list((tmp_path / "model").glob("*.gguf*"))


def test_a_template_that_is_named_takes_the_place_of_the_folders_own(tmp_path: Path) -> None:
    make_model(tmp_path / "model", KINDS["qwen2"], make_tokenizer(QWEN2, template=None))
    (tmp_path / "chat.jinja").write_text(TEMPLATE)
    assert by_the_door("convert", "folder=model", "template=chat.jinja", cwd=tmp_path).code == 0
    inside = read_text_field(tmp_path / "model" / "weights.gguf", "tokenizer.chat_template")
    assert inside == strip_generation_marks(TEMPLATE)
    again = by_the_door("convert", "folder=model", cwd=tmp_path)
    assert (again.code, len(again.err.splitlines())) == (2, 1)
    assert "model/weights.gguf exists. Delete it, or name another file: out=FILE" in again.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("folder=none",), "folder=none has no config.json. Name a folder of transformers"),
        (("folder=empty",), "folder=empty"),
        (("folder=empty", "template=none.jinja"), "template=none.jinja: no such file"),
    ],
)
def test_what_is_no_folder_of_transformers_is_one_line(words: tuple[str, ...], line: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "config.json").write_text("{}")
    done = by_the_door("convert", *words, cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
    assert line in done.err
