"""A page as a parser reads it: its scripts, its tags, its text; the conversations unpacked."""

import base64
import hashlib
import json
import zlib
from html.parser import HTMLParser
from pathlib import Path
from typing import Any


class Reader(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        """By id; "" for the one that runs, "style" for the style."""
        self.text = ""
        self.policy = ""
        self._into: str | None = None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag in ("script", "style"):
            self._into = "style" if tag == "style" else given.get("id") or ""
            assert self._into not in self.scripts
            self.scripts[self._into] = ""
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is None:
            self.text += data
        else:
            self.scripts[self._into] += data

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.scripts["data"])
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        data = self.data
        return [dict(zip(data["fields"], row, strict=True)) for row in data["rows"]]

    def unpacked(self, name: str) -> Any:
        return json.loads(zlib.decompress(base64.b64decode(self.scripts[name], validate=True)))

    @property
    def conversations(self) -> dict[str, dict[str, Any]]:
        """By episode; only those that the page holds."""
        rows = self.rows
        numbers = {int(name[1:]) for name in self.scripts if name[:1] == "c" and name[1:].isdecimal()}
        return {rows[number]["key"]: self.unpacked(f"c{number}") for number in sorted(numbers)}


def digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
