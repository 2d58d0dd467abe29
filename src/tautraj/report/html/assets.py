"""The page's template, scripts and style, and the policy that allows no others.

Not here: what is filled in (`report.html.page`).
"""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from tautraj.printable import escape_unprintable

FOLDER = Path(__file__).parent

SCRIPTS = (
    "dom.js",
    "search.js",
    "table.js",
    "runs.js",
    "turns.js",
    "branches.js",
    "conversation.js",
    "compare.js",
    "page.js",
)


def load_template() -> Any:
    """The page's template; it escapes whatever is not `Markup`."""

    def escape(value: Any) -> Any:
        return value if isinstance(value, Markup) else escape_unprintable(str(value))

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        finalize=escape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.jinja")


def join_scripts() -> str:
    """The scripts as one function."""
    parts = [(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "(() => {\n" + "\n".join(['"use strict";', *parts]) + "})();\n"


def read_style() -> str:
    return (FOLDER / "page.css").read_text(encoding="utf-8")


def build_policy(script: str, style: str) -> str:
    """A content security policy for these two and nothing else."""
    return (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
