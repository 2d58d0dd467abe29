"""A rehearsed llm recognises prompts by fixed words, so these words must tell the prompts apart."""

import itertools
import re

from tautraj.agents.belief import BELIEF_PROMPT, PLAN_PROMPT
from tautraj.agents.oracle import GOODBYE
from tautraj.agents.text_protocol import INSTRUCTIONS
from tautraj.runs.rehearsed.agent import GOODBYE_STEP, PYTHON_FENCE, TEXT_FORM_PREFIX
from tautraj.runs.rehearsed.wire import is_filled_prompt
from tautraj.users.react import INSTRUCTIONS as REACT_INSTRUCTIONS
from tautraj.users.reflection import REWRITE_PROMPT
from tautraj.users.reply_check import CHECK_PROMPT

PROMPTS = (BELIEF_PROMPT, PLAN_PROMPT, CHECK_PROMPT, REWRITE_PROMPT)
"""Every prompt that `is_filled_prompt` is called with."""


def test_a_filled_prompt_is_recognised_as_itself_and_as_no_other() -> None:
    for template, other in itertools.product(PROMPTS, PROMPTS):
        filled = re.sub(r"\{\w+\}", "x", other)
        assert is_filled_prompt(template, filled) == (template is other), (template, filled)


def test_no_ordinary_text_is_taken_for_a_prompt() -> None:
    for template in PROMPTS:
        assert len(template.partition("{")[0]) > 20
        assert not any(is_filled_prompt(template, text) for text in ("", GOODBYE, INSTRUCTIONS, REACT_INSTRUCTIONS))


def test_the_forms_of_an_answer_are_told_apart_by_the_system_prompt() -> None:
    assert len(TEXT_FORM_PREFIX.strip()) > 20
    assert TEXT_FORM_PREFIX not in REACT_INSTRUCTIONS
    assert PYTHON_FENCE not in INSTRUCTIONS


def test_a_rehearsed_agent_closes_as_the_oracle_does() -> None:
    assert GOODBYE_STEP.say == GOODBYE
