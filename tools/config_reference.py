"""Generates README's table of options and `docs/config-reference.md` from `conf/`.

    python tools/config_reference.py

A test compares both with what this script would write. The text of a choice is the header of its file, after the
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
    "domain": "the customer-support domain",
    "split": "the tasks; some of them with `tasks.ids=[…]`, `tasks.limit=…`",
    "agent": "how the agent works",
    "user_strategy": "how the customer works",
    "experiment": "several settings under one name",
    "budget": "when to stop spending; `budget.usd=…`",
    "runner": "how conversations run in parallel; how many: `runner.workers=…`",
    "tracking": "where metrics are tracked",
    "benchmark": "the tasks and their grading",
    "format": "the form of an export's rows",
    "choose": "the conversations that become rows",
}
"""Group -> description, most often changed first: the order of the tables. Groups not named here come last."""
ENTRY_CONFIGS = ("generate", "export")
"""Files whose `defaults` are marked in the tables."""
PROVIDER_FIELDS = ("api_key_env", "requests_per_minute", "tokens_per_minute", "calls_at_once")
ABOUT = """\
<!-- python tools/config_reference.py -->
# Configuration reference

A choice is a file: `agent=planning` reads `conf/agent/planning.yaml`, and its keys can be overridden:
`agent.planning_interval=8`. **Bold** marks the default. Seats without an LLM select their own agent or strategy:
`model=oracle` selects `agent=oracle`, `user=scripted` selects `user_strategy=scripted`. [Add a choice](extending.md).
"""
LIMITS = """\
Set them through an LLM: `model.provider.requests_per_minute=60`. The values are cautious defaults; the limits of your
account are on your provider's page. –: no limit.
"""


def main() -> None:
    """Write README and the page where they differ, and print which was written."""
    for path, text in ((README, readme(README.read_text())), (PAGE, page())):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"written: {path.relative_to(REPO)}")


def readme(text: str) -> str:
    """README with a new table between `MARKS`."""
    start, end = MARKS
    table = "\n".join(summary())
    return re.sub(f"{start}.*?{end}", lambda _: f"{start}\n{table}\n{end}", text, count=1, flags=re.DOTALL)


def summary() -> Iterator[str]:
    """Lines of README's table: one row for the seats, then one per group."""
    yield "| key | what | choices |"
    yield "|---|---|---|"
    common, extra = seats()
    only = "; ".join(f"`{seat}` also {_format_choices(names, defaults()[seat])}" for seat, names in extra.items())
    seats_text = "the LLM of the agent, the customer, the judge"
    yield f"| `model`, `user`, `judge` | {seats_text} | {_format_choices(common)}; {only} |"
    for group in groups():
        yield f"| `{group}` | {WHAT.get(group, '')} | {_format_choices(choices(group), defaults().get(group))} |"


def page() -> str:
    """The text of `docs/config-reference.md`: every choice with its description and a command that uses it."""
    llms = _table(("choice", "description", "seats"), _llm_rows())
    lines = [ABOUT, "## LLMs: `model`, `user`, `judge`", "", *llms, ""]
    for group in groups():
        title = f"## `{group}`: {WHAT.get(group, '')}".rstrip(": ")
        lines += [title, "", *_table(("choice", "description", "command"), _choice_rows(group)), ""]
    head = ("provider", "key", "requests per minute", "tokens per minute", "calls at once")
    lines += ["## Providers and their limits", "", LIMITS, *_table(head, _provider_rows())]
    return "\n".join(lines) + "\n"


def groups() -> list[str]:
    """Groups of `conf/` without the seats and what a seat selects itself (llm, provider), in the order of `WHAT`."""
    names = {path.parent.name for path in CONF.glob("*/*.yaml")} - {*SEATS, *REACHED_THROUGH_SEATS}
    return [*(group for group in WHAT if group in names), *sorted(names - set(WHAT))]


def choices(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


def seats() -> tuple[list[str], dict[str, list[str]]]:
    """(choices of every seat, seat -> its further choices)."""
    common = set.intersection(*(set(choices(seat)) for seat in SEATS))
    return sorted(common), {seat: sorted(set(choices(seat)) - common) for seat in SEATS}


def defaults() -> dict[str, str]:
    """Group -> its default choice."""
    chosen: dict[str, str] = {}
    for name in ENTRY_CONFIGS:
        for line in _load(CONF / f"{name}.yaml")["defaults"]:
            chosen |= line if isinstance(line, dict) else {}
    return chosen


def header(path: Path) -> tuple[str, str]:
    """(command, description) from the comment that a file begins with."""
    block = re.match(r"(?:#.*\n)*", path.read_text())
    lines = [line.removeprefix("#").strip() for line in (block[0] if block else "").splitlines()]
    [command, *_] = [line for line in lines if line.startswith("python ")]
    words = [line for line in lines if line != command and not line.startswith("@package")]
    return command, " ".join(words)


def _choice_rows(group: str) -> Iterator[tuple[str, ...]]:
    for choice in choices(group):
        command, words = header(CONF / group / f"{choice}.yaml")
        name = f"**`{choice}`**" if defaults().get(group) == choice else f"`{choice}`"
        yield name, words, f"`{command}`"


def _llm_rows() -> Iterator[tuple[str, ...]]:
    for choice in choices("llm"):
        path = CONF / "llm" / f"{choice}.yaml"
        name = _load(path)["name"]
        model = "any model" if name == "???" else f"`{name}`"
        provider = _provider(path)
        source = "no LLM" if provider in ("offline", "program") else f"{model} at `{provider}`"
        words = ". ".join(filter(None, [source, header(path)[1]]))
        yield f"`{choice}`", words, ", ".join(f"`{seat}`" for seat in SEATS if choice in choices(seat))


def _provider(path: Path) -> str:
    """Provider that an LLM's file names, or that the file it extends names."""
    lines = _load(path)["defaults"]
    named = next((line for line in lines if line.startswith("/provider/")), None)
    if named is None:
        return _provider(path.with_stem(lines[0]))
    return named.removeprefix("/provider/").partition("@")[0]


def _provider_rows() -> Iterator[tuple[str, ...]]:
    for choice in choices("provider"):
        provider = _load(CONF / "provider" / f"{choice}.yaml")
        key, *limits = (provider[name] for name in PROVIDER_FIELDS)
        yield f"`{choice}`", f"`{key}`" if key else "–", *("–" if limit is None else f"{limit:,}" for limit in limits)


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def _format_choices(names: Sequence[str], default: str | None = None) -> str:
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
