"""What every command imports first; without the virtual environment the command ends with a line saying so.

Only the standard library is imported before that.
"""

import sys

try:
    from omegaconf import DictConfig
except ModuleNotFoundError as error:
    print(
        f"error: {sys.executable} has no {error.name}. Activate the virtual environment: source .venv/bin/activate. "
        "On a fresh clone, make generate installs it",
        file=sys.stderr,
    )
    sys.exit(2)

__all__ = ["DictConfig"]
