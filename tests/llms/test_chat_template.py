"""The chat template of a local model: one file for training and play, and what it shows.

Not here: how llama.cpp's own engine renders it (`test_local`).
"""

import functools
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, Template
from support.gguf_files import write_gguf

from tautraj.errors import ConfigError
from tautraj.llms.local.chat_template import (
    SMOLLM2_TEMPLATE,
    check_template,
    has_generation_marks,
    load_template,
    strip_generation_marks,
)
from tautraj.llms.local.gguf import read_text_field

BEFORE = Path(__file__).parents[1] / "golden" / "smollm2_0.1.0.jinja"
"""The template of version 0.1.0, without marks of what is learned and without the short list of tools."""
CALL = {"id": "1", "type": "function", "function": {"name": "look_up", "arguments": '{"id":"#W1"}'}}
OBJECT_CALL = {**CALL, "function": {"name": "look_up", "arguments": {"id": "é", "n": 1}}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "hello\n"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "assistant", "content": "Let me see.", "tool_calls": [CALL, OBJECT_CALL]},
    {"role": "assistant", "content": " done \n"},
    {"role": "tool", "content": "found"},
]


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", **({"properties": properties} if properties else {})}
    return {"type": "function", "function": {"name": name, "description": "", "parameters": parameters}}


def render(template: str, trim: bool, messages: list[dict[str, Any]], tools: list[dict[str, Any]], ask: bool) -> str:
    """As transformers does (`trim`), and as llama.cpp does."""
    return compiled(template, trim).render(messages=messages, tools=tools, add_generation_prompt=ask)


@functools.cache
def compiled(template: str, trim: bool) -> Template:
    return Environment(trim_blocks=trim, lstrip_blocks=trim, autoescape=False).from_string(template)


@pytest.mark.parametrize("trim", [True, False])
@pytest.mark.parametrize("tools", [[], [tool("look_up", id={"type": "string"}), tool("stop")]])
def test_smollm2_is_shown_what_it_always_was_but_for_a_space_before_texts(
    trim: bool, tools: list[dict[str, Any]]
) -> None:
    now = strip_generation_marks(SMOLLM2_TEMPLATE.read_text())
    for messages in map(list, [*itertools.permutations(MESSAGES, 2), MESSAGES]):
        for ask in (True, False):
            before = render(BEFORE.read_text(), trim, messages, tools, ask)
            before = re.sub(r"(?<=\n<\|im_start\|>)(user|system)\n(?!<tool)", r"\1\n ", before)
            before = before.replace("<tool_response>\nfound", "<tool_response> found")
            before = before.replace('"id":"#W1"', '"id": " #W1"').replace('"id": "\\u', '"id": " \\u')
            assert render(now, trim, messages, tools, ask) == before


def test_a_word_stands_behind_a_space_wherever_it_may_be_copied_from_or_to() -> None:
    result = {"role": "tool", "content": '{"name":"Kite","options":["a","b"]}'}
    quoted = {"role": "assistant", "content": 'The "Kite"?', "reasoning_content": 'One: {"name":"Kite"}.'}
    call = {"function": {"name": "order", "arguments": {"ids": ["1"], "name": "Kite", "note": "", "why": 'a ": " b'}}}
    called = {"role": "assistant", "content": "", "tool_calls": [call]}
    shown = render(strip_generation_marks(SMOLLM2_TEMPLATE.read_text()), True, [result, quoted, called], [], False)
    assert "<tool_response> { name : Kite , options :[ a , b ]}\n</tool_response>" in shown
    assert '<think>\nOne: { name : Kite }.\n</think>\nThe "Kite"?<|im_end|>' in shown
    assert '"arguments": {"ids": ["1"], "name": " Kite", "note": " ", "why": " a \\": \\" b"}}' in shown


def test_tools_without_arguments_are_a_list_of_names() -> None:
    shown = render(
        strip_generation_marks(SMOLLM2_TEMPLATE.read_text()),
        True,
        MESSAGES[:1],
        [tool("look_up"), tool("stop")],
        False,
    )
    assert shown.startswith("<|im_start|>system\nBe brief.\n\nTools: look_up, stop\nTo call one, answer with ")
    assert "<tools>" not in shown


def test_what_is_learned_is_what_the_assistant_writes_with_its_end() -> None:
    marked = SMOLLM2_TEMPLATE.read_text().replace("{%- generation %}", "{{- '[' }}")
    shown = render(marked.replace("{%- endgeneration %}", "{{- ']' }}"), True, MESSAGES[1:3], [], True)
    call = '\n<tool_call>\n{"name": "look_up", "arguments": {"id": " #W1"}}\n</tool_call>'
    assert shown.endswith(f"<|im_start|>assistant\n[{call}<|im_end|>]\n<|im_start|>assistant\n")


def test_a_thought_is_learned_and_stands_before_what_is_said() -> None:
    marked = SMOLLM2_TEMPLATE.read_text().replace("{%- generation %}", "{{- '[' }}")
    messages = [{"role": "assistant", "content": "Hello.", "reasoning_content": "A greeting."}]
    shown = render(marked.replace("{%- endgeneration %}", "{{- ']' }}"), True, messages, [], False)
    assert shown.endswith("<|im_start|>assistant\n[<think>\nA greeting.\n</think>\nHello.<|im_end|>]\n")


@pytest.mark.parametrize(
    "mark", ["{% generation %}", "{%- endgeneration -%}", "{%generation-%}", "{%-  endgeneration%}"]
)
def test_a_mark_takes_with_it_the_white_space_that_it_took(mark: str) -> None:
    tag = mark.replace("endgeneration", "set x = 1").replace("generation", "set x = 1")
    expected = render(f"a \n {tag} \n b", False, [], [], False)
    assert render(strip_generation_marks(f"a \n {mark} \n b"), False, [], [], False) == expected


def test_a_mark_in_a_comment_is_none() -> None:
    """TRL's templates name the marks in the comment that they begin with."""
    comment = "{#- Has {% generation %} / {% endgeneration %}\n around it. -#}"
    assert strip_generation_marks(f"{comment}{{% generation %}}a") == f"{comment}{{# #}}a"
    assert not has_generation_marks(f"{comment}a")
    assert has_generation_marks(f"{comment}{{% generation %}}a{{% endgeneration %}}")


def test_the_template_inside_the_weights_is_used_without_its_marks(tmp_path: Path) -> None:
    weights = write_gguf(tmp_path / "tuned.gguf", "{% generation %}{{ messages }}{% endgeneration %}")
    assert load_template(str(weights), None) == "{# #}{{ messages }}{# #}"
    assert read_text_field(weights, "general.name") == "a model"
    assert read_text_field(weights, "tokenizer.ggml.tokens") is None


def test_a_file_is_preferred_to_the_template_inside(tmp_path: Path) -> None:
    weights, template = write_gguf(tmp_path / "tuned.gguf", "inside"), tmp_path / "chat.jinja"
    template.write_text("outside é", encoding="utf-8")
    assert load_template(str(weights), str(template)) == "outside é"


def test_weights_without_a_template_ask_for_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"have no chat template inside\. .* model\.template=PATH$"):
        load_template(str(write_gguf(tmp_path / "tuned.gguf")), None)


@pytest.mark.parametrize("length", [4, 23, 40, 90, 200])
def test_weights_that_were_cut_off_are_one_line(tmp_path: Path, length: int) -> None:
    weights = write_gguf(tmp_path / "tuned.gguf", "inside")
    weights.write_bytes(weights.read_bytes()[:length])
    with pytest.raises(ConfigError, match=r"^weights=\S+ cannot be read \(\w+\)\. Copy or convert them anew$"):
        load_template(str(weights), None)


def test_a_template_that_is_no_jinja_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"^the chat template of chat\.jinja, line 2: .* model\.template=PATH$"):
        check_template("{{ messages }}\n{% for x in %}", "chat.jinja")
    check_template("{% for x in y %}{% break %}{% endfor %}", "chat.jinja")
