"""The key of a provider, from the environment variable that its configuration names.

Not here: sending it (`llms.chat`), masking it (`redaction`).
"""

import os

from tautraj.config import Llm

SECOND_NAMES = {"GEMINI_API_KEY": "GOOGLE_API_KEY"}
"""Variable -> the name that the provider's own libraries also read."""


def find_key_variable(llm: Llm) -> str | None:
    """Name of the environment variable that holds the key; None if it is not set or none is configured."""
    name = llm.provider.api_key_env
    names = (name, SECOND_NAMES.get(name)) if name else ()
    return next((name for name in names if name and os.environ.get(name, "").strip()), None)


def read_api_key(llm: Llm) -> str | None:
    """The key, without blanks and line feeds around it; None if there is none."""
    variable = find_key_variable(llm)
    return os.environ[variable].strip() if variable else None


def find_key_fault(key: str) -> str | None:
    """Why `key` cannot stand in an HTTP header, for a message without the key; None if it can."""
    if any(quote in key for quote in "“”„‘’«»"):
        return "holds a curly quote. Write straight quotes, or none"
    if not key.isascii():
        return "holds a letter that is not ASCII, which no key has. Copy the key again"
    if not key.isprintable():
        return "holds a line feed or another control character. Write the key on one line"
    return None
