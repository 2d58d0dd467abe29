"""The command line shared by all commands: composition by Hydra, and one-line errors.

Not here: what the values mean (`config.run`).
"""

import itertools
import json
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hydra
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from tautraj.config.choices import (
    is_group_choice,
    list_choices,
    list_groups,
    list_number_keys,
    suggest_choice,
    suggest_forms,
    suggest_other_key,
)
from tautraj.config.llm import OFFLINE_COMPONENTS
from tautraj.config.run import CONF
from tautraj.errors import ConfigError, Interrupted, TautrajError, UserError, suggest_closest
from tautraj.printable import collapse_whitespace, escape_unprintable, wrap_words
from tautraj.redaction import redact_credentials, redact_text

HYDRA_ERRORS = (HydraException, OmegaConfBaseException)

BUILTIN_ERRORS = (OSError, ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)
"""What Hydra raises besides its own errors on some values: `model=0`, a number of 5,000 digits."""

UNQUOTED = re.compile(r"[A-Za-z_/][\w./-]*", re.ASCII)
"""Text that Hydra reads as a string without quotes."""
HYDRA_LITERALS = {"null", "true", "false", "inf", "nan"}

GRID_OVERRIDE = re.compile(r"\A(grid(?:\.[^=]+)?)=(.*)\Z", re.DOTALL)
SEVERAL_VALUES = re.compile(r"Ambiguous value for argument '([^=]+)=(.*)' 1\. ")  # Hydra's, on key=a,b without -m

HYDRA_FLAGS = {
    *("help", "hydra-help", "version", "cfg", "resolve", "package", "run", "multirun", "shell-completion"),
    *("config-path", "config-name", "config-dir", "experimental-rerun", "info"),
}
"""Long options of Hydra's command line; a key of the configuration is written without dashes."""
NESTED_LLMS = ("paraphrase.llm",)
"""Keys that hold an llm without being a group of `conf/`: `KEY=gpt4o` chooses from `conf/llm`."""

_compose_lock = threading.Lock()  # Hydra's compose is not thread-safe


def compose_tree(overrides: Sequence[str], config_name: str = "generate") -> DictConfig:
    """Compose a file of `conf/` with `overrides`, from any thread; raises `ConfigError`."""
    overrides = to_hydra_overrides(overrides)
    _check_choices(overrides)
    try:
        with _compose_lock:
            if GlobalHydra.instance().is_initialized():
                return compose(config_name, overrides=list(overrides))
            with initialize_config_dir(str(CONF), version_base=None):
                return compose(config_name, overrides=list(overrides))
    except (*HYDRA_ERRORS, *BUILTIN_ERRORS) as error:
        raise ConfigError(explain_error(error, overrides, config_name)) from None


def run_cli(command: Callable[[DictConfig], None], config_name: str = "generate") -> None:
    """Call `command` with the composed configuration, once per job of a multirun (`-m`).

    Exits with the code of a `TautrajError`, after one printed line per fault; with the highest of several jobs.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises its errors instead of printing pages
    sys.argv[1:] = to_hydra_overrides(sys.argv[1:])
    overrides = [word for word in sys.argv[1:] if "=" in word]
    failed: list[TautrajError] = []
    in_command = False

    def run_guarded(cfg: DictConfig) -> None:
        nonlocal in_command
        in_command = True
        try:
            command(cfg)
        except Interrupted as error:  # ends a multirun
            _print_error(str(error))
            sys.exit(error.exit_code)
        except KeyboardInterrupt:  # of a command that has nothing to finish first
            _print_error("SIGINT: stopped before it was done. Run the same command again")
            sys.exit(128 + signal.SIGINT)
        except TautrajError as error:  # printed at once: a multirun goes on with its next job
            failed.append(error)
            _print_error(str(error))
        in_command = False

    try:
        _check_flags(sys.argv[1:])
        _check_choices(overrides)
        OmegaConf.register_new_resolver("list_groups", list_groups, replace=True)  # for the templates of --help
        hydra.main(version_base=None, config_path=str(CONF), config_name=config_name)(run_guarded)()
    except ConfigError as error:
        sys.exit(_print_error(str(error)))
    except HYDRA_ERRORS as error:
        sys.exit(_print_error(explain_error(error, overrides, config_name)))
    except BrokenPipeError:  # of `--help | head`; nothing more can be printed, not by Python's own flush either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except BUILTIN_ERRORS as error:
        if in_command:  # a bug of this project, not of the command line
            raise
        sys.exit(_print_error(explain_error(error, overrides, config_name)))
    if failed:
        sys.exit(max(error.exit_code for error in failed))


def to_hydra_overrides(overrides: Sequence[str]) -> list[str]:
    """Rewrite overrides for Hydra.

    `grid.<axis>=<levels>`: `++` adds the axis or changes it, and brackets may be omitted. `agent=rules` seats the one
    llm that can play it, unless the seat is named: in a defaults list, a choice can override earlier ones only, and
    seats come last so that `model=oracle` can select its agent. A person at the keyboard plays one conversation at a
    time, unless `runner.workers` is named. `paraphrase.llm=gpt4o`: Hydra chooses from a group at another place with
    `llm@paraphrase.llm=gpt4o`.
    """
    seats = [
        f"{seat}={llm}"
        for seat, group in (("model", "agent"), ("user", "user_strategy"))
        for component, llm in OFFLINE_COMPONENTS[seat].items()
        if f"{group}={component}" in overrides and not any(word.startswith(f"{seat}=") for word in overrides)
    ]
    rewritten = [GRID_OVERRIDE.sub(_rewrite_axis, word) for word in overrides]
    words = [*(f"llm@{word}" if _is_nested_choice(word) else word for word in rewritten), *seats]
    if "user=human" in words and not any(word.startswith("runner.workers=") for word in words):
        words.append("runner.workers=1")
    return words


def to_override(key: str, value: Any) -> str:
    """`key=value` as an argument; `++` for an llm's `extra`, whose keys the tree need not have."""
    return f"{'++' if '.extra.' in key else ''}{key}={to_hydra_literal(value)}"


def to_hydra_literal(value: Any) -> str:
    """Format a value in Hydra's override grammar; a string or path is quoted if Hydra would not read it as one."""
    if isinstance(value, list):
        return f"[{','.join(map(to_hydra_literal, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{to_hydra_literal(item)}' for key, item in value.items())}}}"
    if isinstance(value, (str, Path)):
        text = str(value)
        plain = UNQUOTED.fullmatch(text) and text.lower() not in HYDRA_LITERALS
        return text if plain else QuotedString(text, Quote.single).with_quotes()
    return json.dumps(value) if value is None or isinstance(value, bool) else repr(value)


def _rewrite_axis(match: re.Match[str]) -> str:
    key, levels = match.groups()
    several = "," in levels and levels[0] not in "[{'\""
    return f"++{key}=[{levels}]" if several else f"++{key}={levels}"


def _is_nested_choice(word: str) -> bool:
    key, _, choice = word.partition("=")
    return key in NESTED_LLMS and choice not in ("", "null")


def _print_error(text: str) -> int:
    for line in escape_unprintable(redact_text(text)).split("\n"):
        fault = f"error: {line}"
        print(wrap_words(fault) if sys.stderr.isatty() else fault, file=sys.stderr)
    return 2


def _check_flags(words: Sequence[str]) -> None:
    """Raise `ConfigError` on `--model gpt4o` and `--model=gpt4o`, with what to write instead."""
    for word, following in itertools.zip_longest(words, words[1:], fillvalue=""):
        name, _, value = word.removeprefix("--").partition("=")
        if word.startswith("--") and not any(flag.startswith(name) for flag in HYDRA_FLAGS):
            value = value or ("" if following.startswith("-") or "=" in following else following) or "…"
            raise ConfigError(f"{word}: keys are written without dashes: {name.replace('-', '_')}={value}")


def _check_choices(overrides: Sequence[str]) -> None:
    """Raise `ConfigError` on what Hydra accepts silently or rejects unclearly: several choices, none, no key."""
    for word in overrides:
        group, _, choice = word.partition("=")
        if not group:
            raise ConfigError(f"cannot read {word}: write a group or key before the =")
        if redact_credentials(word) != word:
            raise ConfigError(
                f"{group} contains credentials, and the shell, Hydra and Prefect store command lines. "
                f"Put the address in .env and refer to it: '{group}=${{oc.env:MY_ADDRESS}}'"
            )
        if is_group_choice(word) and choice.startswith("["):
            raise ConfigError(suggest_forms(group, choice.strip("[]")))
        if is_group_choice(word) and choice in ("", "null"):
            raise ConfigError(f"{group} needs a choice. It is one of: {', '.join(list_choices(group))}")
        if is_group_choice(word) and choice.replace(".", "", 1).isdecimal():
            keys = " or ".join(f"{key}={choice}" for key in list_number_keys(group))
            raise ConfigError(
                f"{word} does not exist. {group} is one of: {', '.join(list_choices(group))}. Numbers have keys "
                f"of their own{keys and f': {keys}'}"
            )


def explain_error(error: Exception, overrides: Sequence[str], config_name: str) -> str:
    """Describe an error of Hydra or OmegaConf in one line, with the existing choices or keys."""
    text = collapse_whitespace(str(error))
    if isinstance(error, OverrideParseException):
        if "/" in str(error.override) and "=" not in str(error.override):
            return f"cannot read {error.override}: write it after its key, as in run={error.override}"
        return f"cannot read {error.override}: {text.removesuffix('.')}. Quote it, as in 'key=[a,b]'"
    if isinstance(error, MissingConfigException) and error.missing_cfg_file and error.options is not None:
        group, _, name = str(error.missing_cfg_file).rpartition("/")
        group = next((key for key in NESTED_LLMS if f"{group}@{key}={name}" in overrides), group)
        own = ". For a title of your own: name=…; for a folder: root=…" if group == "experiment" else ""
        return (
            f"{group}={name} does not exist.{suggest_other_key(group, name) or suggest_closest(name, error.options)} "
            f"{group} is one of: {', '.join(error.options)}{own}"
        )
    if several := SEVERAL_VALUES.match(text):
        return suggest_forms(*several.groups())
    if text.startswith("Could not override '"):
        return _explain_unknown_key(text.split("'")[1], overrides, config_name)
    if isinstance(error, BUILTIN_ERRORS) and not isinstance(error, HYDRA_ERRORS):
        return f"cannot read {' '.join(overrides)}: {text.removesuffix('.') or type(error).__name__}"
    return text


def _explain_unknown_key(key: str, overrides: Sequence[str], config_name: str) -> str:
    parent, _, name = key.rpartition(".")
    try:
        choices = [word for word in overrides if is_group_choice(word) and not word.startswith(f"{key}=")]
        node: Any = compose_tree(choices, config_name)
        node = OmegaConf.select(node, parent) if parent else node
        known = [str(key) for key in node] if isinstance(node, DictConfig) else []
    except UserError:
        known = []
    if not known:
        return f"{key} does not exist: `python flows/{config_name}.py --help` lists the keys"
    where = f"under {parent}" if parent else "at the top level"
    guess = suggest_closest(name, known) or suggest_choice(parent, name)
    return f"{key} does not exist.{guess} Keys {where}: {', '.join(known)}"
