"""The chat template of a local model: where it comes from, and the form in which llama.cpp takes it.

One file serves training and play. Not here: what the server makes of it (`llms.local.rendering`).
"""

import re
from pathlib import Path

from tautraj.errors import ConfigError
from tautraj.llms.local.gguf import read_text_field

SMOLLM2_TEMPLATE = Path(__file__).parents[1] / "smollm2.jinja"
"""Replaces the template inside SmolLM2's weights, which omits the tools and fails on a message without text."""

COMMENT_OR_MARK = re.compile(r"(?P<comment>\{#[\s\S]*?#\})|\{%(-?)\s*(?:end)?generation\s*(-?)%\}")
"""A comment; or transformers' tags around what the assistant writes, which TRL learns from and llama.cpp does not
know. In a comment a tag is none: TRL's templates name them in theirs."""


def load_template(weights: str, template: str | None) -> str:
    """The template for llama.cpp: the file at the path `template`, or the one inside the weights if that is None.

    Raises `ConfigError` if there is none, or if a file cannot be read.
    """
    if template is not None:
        try:
            return strip_generation_marks(Path(template).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"template={template}: {error}. Name a chat template in Jinja") from None
    inside = read_text_field(Path(weights), "tokenizer.chat_template")
    if not inside:
        raise ConfigError(
            f"weights={weights} have no chat template inside. Name a file with one: model.template=PATH"
        )
    return strip_generation_marks(inside)


def strip_generation_marks(template: str) -> str:
    """The template without `{% generation %}` and `{% endgeneration %}`; it renders the same text.

    A comment takes the place of a tag, with the tag's own signs for white space.
    """
    return COMMENT_OR_MARK.sub(lambda match: match["comment"] or f"{{#{match[2]} {match[3]}#}}", template)


def has_generation_marks(template: str) -> bool:
    """Whether the template marks what the assistant writes."""
    return any(match["comment"] is None for match in COMMENT_OR_MARK.finditer(template))


def check_template(template: str, source: str) -> None:
    """Raise `ConfigError` naming `source` if the template is not valid Jinja."""
    from jinja2 import Environment, TemplateSyntaxError

    try:
        Environment(extensions=["jinja2.ext.loopcontrols"], autoescape=False).parse(template)
    except TemplateSyntaxError as error:
        raise ConfigError(
            f"the chat template of {source}, line {error.lineno}: {error.message}. Mend it, or name another with "
            f"model.template=PATH"
        ) from None
