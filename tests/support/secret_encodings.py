"""The spellings in which a key comes back from providers, gateways and logs."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote, quote_plus

SPELLED: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json in json": lambda text: json.dumps({"error": json.dumps({"header": text})}),
    "json with \\u": lambda text: "".join(rf"\u{ord(c):04X}" if not c.isalnum() else c for c in text),
    "json with \\/": lambda text: json.dumps(text).replace("/", r"\/"),
    "repr": repr,
    "repr of bytes": lambda text: repr(text.encode()),
    "\\x": lambda text: "".join(rf"\x{ord(c):02x}" for c in text),
    "percent": lambda text: quote(text, safe=""),
    "percent, lower": lambda text: quote(text, safe="").replace("%2F", "%2f").replace("%2B", "%2b"),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent, every letter": lambda text: "".join(f"%{ord(c):02X}" for c in text),
    "form": lambda text: quote_plus(f"api_key={text}"),
    "html": html.escape,
    "html, numbers": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "html, hex": lambda text: "".join(f"&#x{ord(c):x};" for c in text),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "basic": lambda text: f"Basic {b64encode(f':{text}'.encode()).decode()}",
    "basic, a user": lambda text: f"Basic {b64encode(f'me:{text}'.encode()).decode()}",
    "base64 of a header": lambda text: b64encode(f"Bearer {text}".encode()).decode(),
    "base64 of json": lambda text: b64encode(json.dumps({"a": [text, "b"]}).encode()).decode(),
    "base64, in a query": lambda text: quote(b64encode(text.encode()).decode(), safe=""),
    "base64, for addresses": lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("="),
}
