"""The columns of a dataset: their types, as the dataset card declares them and as Parquet has them.

Loaders guess a type from the first rows, and lose what comes later under another key; so every type is declared. Not
here: the content of a row (`export.formats`).
"""

from collections.abc import Iterator
from typing import Any, Literal

from tautraj.export.formats import Row

Kind = Literal["text", "number", "integer", "flag", "json", "json list"]
"""json: an object of any keys. json list: a list of such objects, or of texts. See `datasets.Json`."""

OPTIONAL_COLUMNS: dict[str, Kind] = {
    "reward": "number",
    "rejected_reward": "number",
    "rewards": "number",
    "value": "number",
    "episode_labels": "json",
    "customer_faults": "json list",
    "world": "text",
    "world_seed": "integer",
    "family": "text",
    "difficulty": "text",
    "proofs": "json list",
    "paraphrased_by": "text",
    "row_tokens": "integer",
}
"""Kinds of the columns that may be empty in the first row."""

DTYPES: dict[Kind, str] = {
    "text": "string",
    "number": "float64",
    "integer": "int64",
    "flag": "bool",
    "json": "json",
}


def find_kinds(row: Row) -> dict[str, Kind]:
    """Column -> kind, by a row; those of a format's rows are all the same."""
    return {name: OPTIONAL_COLUMNS.get(name) or _find_kind(value) for name, value in row.items()}


def _find_kind(value: Any) -> Kind:
    if isinstance(value, bool):
        return "flag"
    kinds: dict[type, Kind] = {str: "text", int: "integer", float: "number", dict: "json", list: "json list"}
    return kinds[type(value)]


def describe_features(kinds: dict[str, Kind]) -> list[dict[str, str]]:
    """`dataset_info.features` of a dataset card, which `datasets.load_dataset` and the Hub's viewer read."""
    return [
        {"name": name, "list": "json"} if kind == "json list" else {"name": name, "dtype": DTYPES[kind]}
        for name, kind in kinds.items()
    ]


def describe_kinds(kinds: dict[str, Kind]) -> Iterator[tuple[str, str]]:
    """Column and what it holds, in words."""
    words = {"flag": "true or false", "integer": "number", "json": "object", "json list": "list"}
    for name, kind in kinds.items():
        yield name, words.get(kind, kind) + (" or nothing" if name in OPTIONAL_COLUMNS else "")
