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
from support.convertible_models import KINDS, LLAMA3, QWEN2, TEMPLATE, Kind, make_model, make_tokenizer

from tautraj.errors import ConfigError
from tautraj.llms.local.chat_template import strip_generation_marks
from tautraj.llms.local.gguf import read_text_field
from tautraj.llms.local.rendering import OPENER
from tautraj.llms.local.serving import ServerSettings, find_in_package, serve_weights
from tautraj.training.base_model import open_base
from tautraj.training.token_check import check_tokens

pytestmark = pytest.mark.learn

BASE = "SmolLM2-135M-Instruct.Q4_1"


def post(url: str, body: dict[str, Any]) -> Any:
    with OPENER.open(Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})) as answer:
        return json.load(answer)


@pytest.mark.parametrize("name", KINDS)
def test_llama_cpp_reads_the_same_tokens_and_computes_the_same_probabilities(name: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = make_model(tmp_path / name, KINDS[name])
    done = by_the_door("convert", f"folder={name}", cwd=tmp_path)
    assert done.code == 0, done.err
    assert done.out == f"play it: python flows/generate.py model=local model.weights={name}\n"
    weights = folder / "weights.gguf"
    assert read_text_field(weights, "tokenizer.ggml.pre") == KINDS[name].pre
    text = (REPO / "docs" / "learning.md").read_text()[:900]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer(text)["input_ids"]
    assert (tokens[0] == 3) == KINDS[name].begins
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0]
    # llama.cpp reports no probabilities of a token that is a part of a letter
    last = max(at for at, token in enumerate(logits.argmax(-1)) if "\ufffd" not in tokenizer.decode([token]))
    expected = torch.log_softmax(logits[last], -1)
    with serve_weights(ServerSettings(str(weights), None, 2048, None), 1) as address:
        read = post(f"{address}/tokenize", {"content": text, "add_special": True, "parse_special": True})
        asked = {"prompt": tokens[: last + 1], "n_predict": 1, "n_probs": 20, "temperature": 0}
        answer = post(f"{address}/completion", asked)
    assert read["tokens"] == tokens
    likeliest = answer["completion_probabilities"][0]["top_logprobs"]
    assert likeliest[0]["logprob"] - expected.mean().item() > 2  # else all would be about as likely
    for token in likeliest:
        assert token["logprob"] == pytest.approx(expected[token["id"]].item(), abs=0.3)  # of 8 bits


def test_the_header_is_the_one_that_the_model_came_with(tmp_path: Path) -> None:
    """But for a key of other tokenizers, and two that say what is the default."""
    model = open_base(BASE)
    model.model.save_pretrained(tmp_path / "plain")
    model.tokenizer.save_pretrained(tmp_path / "plain")
    assert by_the_door("convert", "folder=plain", "out=small.gguf", cwd=tmp_path).code == 0
    original, written = read_header(find_in_package("base", BASE, "")), read_header(tmp_path / "small.gguf")
    differ = {key for key, value in original.items() if written.get(key) != value}
    assert differ == {"tokenizer.ggml.add_space_prefix"}
    assert written.keys() - original.keys() == {"llama.attention.key_length", "llama.attention.value_length"}


def read_header(path: Path) -> dict[str, Any]:
    """What a GGUF file says of sizes and tokenizer."""
    from gguf import GGUFReader

    fields = GGUFReader(path).fields.items()
    return {key: field.contents() for key, field in fields if key.startswith(("llama.", "tokenizer.ggml."))}


def test_weights_of_a_gguf_file_are_read_in_its_own_tokens() -> None:
    """transformers forgets that SmolLM2 takes each digit apart: white space before one is then read otherwise."""
    from transformers import AutoTokenizer

    base = open_base(BASE)
    assert base.gguf is not None
    check_tokens(base.gguf, base.tokenizer, "")
    tokenizer = AutoTokenizer.from_pretrained(base.gguf.parent, gguf_file=base.gguf.name)
    tokenizer.chat_template = base.tokenizer.chat_template
    with pytest.raises(ConfigError, match=r"in other tokens than transformers: .* Convert it anew"):
        check_tokens(base.gguf, tokenizer, "Convert it anew")


def test_the_words_are_split_as_tokenizer_json_says_and_not_as_the_class_in_the_config_does(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", KINDS["smollm"])
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "tokenizer_class": "GPT2Tokenizer"}))
    assert by_the_door("convert", "folder=model", cwd=tmp_path).code == 0
    assert read_text_field(folder / "weights.gguf", "tokenizer.ggml.pre") == "smollm"


def test_a_model_that_ends_with_one_of_several_tokens_has_the_first(tmp_path: Path) -> None:
    tokenizer = make_tokenizer("")
    tokenizer.eos_token = None
    make_model(tmp_path / "model", Kind("llama", {"eos_token_id": [2, 0]}, "", ""), tokenizer)
    assert by_the_door("convert", "folder=model", cwd=tmp_path).code == 0
    assert read_header(tmp_path / "model" / "weights.gguf")["tokenizer.ggml.eos_token_id"] == 2


def lower(tokenizer: Any) -> Any:
    """A tokenizer that reads all letters as small ones, which llama.cpp's do not."""
    from tokenizers import normalizers

    tokenizer.backend_tokenizer.normalizer = normalizers.Lowercase()
    return tokenizer


def ignore_merges(tokenizer: Any, value: bool) -> Any:
    """A tokenizer that looks whole words up first, or does not."""
    tokenizer.backend_tokenizer.model.ignore_merges = value
    return tokenizer


REFUSED: dict[str, tuple[Kind, Callable[[], Any] | None, str]] = {
    "other type": (
        Kind("gemma3_text", {}, "", ""),
        None,
        "a model of type gemma3_text is not converted. convert_hf_to_gguf.py of llama.cpp converts more models",
    ),
    "sliding window": (
        Kind("qwen2", {"use_sliding_window": True, "max_window_layers": 1}, QWEN2, ""),
        None,
        "a model with a sliding window is not converted",
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
    "activation": (Kind("llama", {"hidden_act": "gelu"}, "", ""), None, "layers with gelu are not converted"),
    "merges": (
        Kind("llama", {}, LLAMA3, ""),
        lambda: ignore_merges(make_tokenizer(LLAMA3), False),
        "splits a text in",
    ),
    "no template": (Kind("llama", {}, "", ""), lambda: make_tokenizer("", template=None), "has no chat template"),
    "two templates": (
        Kind("llama", {}, "", ""),
        lambda: make_tokenizer("", template={"default": TEMPLATE, "tool_use": TEMPLATE}),
        "folder=model has several chat templates: default, tool_use. Name a file with one: template=FILE",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_llama_cpp_would_read_otherwise_is_one_line_and_no_file(name: str, tmp_path: Path) -> None:
    kind, tokenizer, line = REFUSED[name]
    make_model(tmp_path / "model", kind, tokenizer and tokenizer())
    done = by_the_door("convert", "folder=model", cwd=tmp_path)
    assert (done.code, len(done.err.splitlines())) == (2, 1), done.err
    assert line in done.err
    assert not list((tmp_path / "model").glob("*.gguf*"))


def test_quantized_or_missing_weights_are_one_line(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    folder = make_model(tmp_path / "model", KINDS["gpt2-words"])
    whole = (folder / "config.json").read_text()
    method = {"quant_method": "fp8", "weight_block_size": [128, 128]}
    (folder / "config.json").write_text(json.dumps({**json.loads(whole), "quantization_config": method}))
    quantized = by_the_door("convert", "folder=model", cwd=tmp_path)
    assert "quantized weights are not converted" in quantized.err
    (folder / "config.json").write_text(whole)
    AutoModelForCausalLM.from_pretrained(folder).model.save_pretrained(folder)
    without_head = by_the_door("convert", "folder=model", cwd=tmp_path)
    assert "model has no weights lm_head.weight of such a model" in without_head.err
    assert {(done.code, len(done.err.splitlines())) for done in (quantized, without_head)} == {(2, 1)}


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
        (("folder=none",), "folder=none has no model of its own. Name a folder of transformers, adapters merged"),
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
