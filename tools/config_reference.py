"""Generates README's table of options and `docs/config-reference.md` from `conf/`: `python tools/config_reference.py`.

A test fails where they differ from what this would write. The text about a choice is its file's header, after the
command.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

REPO = Path(__file__).parents[1]
CONF = REPO / "conf"
README, PAGE = REPO / "README.md", REPO / "docs" / "config-reference.md"
MARKS = "<!-- choices: python tools/config_reference.py -->", "<!-- end of choices -->"
SEATS = ("model", "user", "judge")
REACHED_THROUGH_SEATS = ("llm", "provider")
WHAT = {
    "agent": "how the agent thinks",
    "user_strategy": "how the customer is played",
    "benchmark": "whose tasks and grades",
    "domain": "where",
    "split": "which tasks; some of them by `tasks.ids=[…]`, `tasks.limit=…`",
    "runner": "what plays many conversations at once",
    "tracking": "where the numbers go",
    "budget": "when to stop spending",
    "experiment": "a whole command under one name",
    "format": "what a row of an export is",
    "choose": "which conversations become rows",
}
"""In the order of the table; groups that are not here follow, without words."""
DOORS = ("generate", "export")
"""Whose defaults are shown."""
PROVIDER = ("api_key_env", "requests_per_minute", "tokens_per_minute", "calls_at_once")
ABOUT = """\
<!-- python tools/config_reference.py -->
# What can be chosen

A choice is a file: `agent=planning` is `conf/agent/planning.yaml`, and whatever stands in it is a key of its own,
`agent.planning_interval=8`. **Bold** is what is played when nothing is said; the seats that need no llm bring theirs:
`model=oracle` plays `agent=oracle`, `user=scripted` plays `user_strategy=scripted`. [How to add one](extending.md).
"""
LIMITS = """\
Reached through an llm: `model.provider.requests_per_minute=60`. These are cautious limits to start with; yours are on
your provider's page. –: none.
"""


def main() -> None:
    """Write what is not as it should be."""
    for path, text in ((README, readme(README.read_text())), (PAGE, page())):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"written: {path.relative_to(REPO)}")


def readme(text: str) -> str:
    """README with its table renewed."""
    start, end = MARKS
    table = "\n".join(summary())
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{table}\n{end}", text, count=1, flags=re.DOTALL)


def summary() -> Iterator[str]:
    """One row per group."""
    yield "| key | what | choices |"
    yield "|---|---|---|"
    common, others = seats()
    apart = "; ".join(f"`{seat}` also {_listed(names, defaults()[seat])}" for seat, names in others.items())
    yield f"| `model`, `user`, `judge` | who plays the agent, the customer, the judge | {_listed(common)}; {apart} |"
    for group in groups():
        yield f"| `{group}` | {WHAT.get(group, '')} | {_listed(choices(group), defaults().get(group))} |"


def page() -> str:
    """Every choice with what it is and the command that uses it."""
    lines = [ABOUT]
    for group in groups():
        title = f"## `{group}`: {WHAT.get(group, '')}".rstrip(": ")
        lines += [title, "", *_table(("choice", "is", "command"), _told(group)), ""]
    lines += ["## Llms: `model`, `user`, `judge`", "", *_table(("choice", "is", "seats"), _llms()), ""]
    head = ("provider", "key", "requests a minute", "tokens a minute", "calls at once")
    lines += ["## Providers, and their limits", "", LIMITS, *_table(head, _providers())]
    return "\n".join(lines) + "\n"


def groups() -> list[str]:
    """What is chosen from, seats and what is reached through them aside."""
    found = {path.parent.name for path in CONF.glob("*/*.yaml")} - {*SEATS, *REACHED_THROUGH_SEATS}
    return [*(group for group in WHAT if group in found), *sorted(found - set(WHAT))]


def choices(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


def seats() -> tuple[list[str], dict[str, list[str]]]:
    """What every seat can be given, and what each can besides."""
    common = set.intersection(*(set(choices(seat)) for seat in SEATS))
    return sorted(common), {seat: sorted(set(choices(seat)) - common) for seat in SEATS}


def defaults() -> dict[str, str]:
    """Group -> what is chosen when nothing is said."""
    found: dict[str, str] = {}
    for door in DOORS:
        for line in _values(CONF / f"{door}.yaml")["defaults"]:
            found |= line if isinstance(line, dict) else {}
    return found


def header(path: Path) -> tuple[str, str]:
    """The command that a file opens with, and what it says of itself."""
    block = re.match(r"(?:#.*\n)*", path.read_text())
    lines = [line.removeprefix("#").strip() for line in (block[0] if block else "").splitlines()]
    [command, *_] = [line for line in lines if line.startswith("python ")]
    words = [line for line in lines if line != command and not line.startswith("@package")]
    return command, " ".join(words)


def _told(group: str) -> Iterator[tuple[str, ...]]:
    for choice in choices(group):
        command, words = header(CONF / group / f"{choice}.yaml")
        name = f"**`{choice}`**" if defaults().get(group) == choice else f"`{choice}`"
        yield name, words, f"`{command}`"


def _llms() -> Iterator[tuple[str, ...]]:
    for choice in choices("llm"):
        path = CONF / "llm" / f"{choice}.yaml"
        name = _values(path)["name"]
        model = "any model" if name == "???" else f"`{name}`"
        provider = _provider(path)
        who = "no llm" if provider == "offline" else f"{model} at `{provider}`"
        words = ". ".join(filter(None, [who, header(path)[1]]))
        yield f"`{choice}`", words, ", ".join(f"`{seat}`" for seat in SEATS if choice in choices(seat))


def _provider(path: Path) -> str:
    """Of an llm, or of the llm that it is made after."""
    lines = _values(path)["defaults"]
    own = next((line for line in lines if line.startswith("/provider/")), None)
    if own is None:
        return _provider(path.with_stem(lines[0]))
    return own.removeprefix("/provider/").partition("@")[0]


def _providers() -> Iterator[tuple[str, ...]]:
    for choice in choices("provider"):
        found = _values(CONF / "provider" / f"{choice}.yaml")
        key, *limits = (found[name] for name in PROVIDER)
        yield f"`{choice}`", f"`{key}`" if key else "–", *("–" if limit is None else f"{limit:,}" for limit in limits)


def _values(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def _listed(names: Sequence[str], default: str | None = None) -> str:
    return " ".join(
        f"**`{name}`**" if name == default else f"`{name}`" for name in sorted(names, key=lambda n: n != default)
    )


def _table(head: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"


if __name__ == "__main__":
    main()
