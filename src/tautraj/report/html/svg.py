"""A matplotlib figure as inline SVG: no inline styles, colours by CSS class, ids with a prefix.

Not here: what is drawn (`report.html.plots`).
"""

import io
import re
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from tautraj.charts import COLOURS

CLASSES = {colour: name for name, colour in COLOURS.items()}
"""Colour that matplotlib draws with -> class in `page.css`; the page has its own colours for light and dark."""

SVG_NAMESPACE = "{http://www.w3.org/2000/svg}"

STYLE_ATTRIBUTES = {
    "fill",
    "stroke",
    "stroke-width",
    "opacity",
    "fill-opacity",
    "stroke-opacity",
    "text-anchor",
    "font-size",
}

STYLE_ATTRIBUTES |= {"stroke-dasharray", "stroke-linecap", "stroke-linejoin"}
"""Style properties that are kept, as attributes: the page's policy forbids inline styles."""


def inline_svg(figure: Any, id_prefix: str) -> Markup:
    """The figure as an `svg` element. `id_prefix`: begins its ids, which must be unique on the page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    text = re.sub(r"<!DOCTYPE[^>]*>", "", buffer.getvalue())
    root = ElementTree.fromstring(text)  # noqa: S314 - written by matplotlib
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    for node in root.iter():
        node.tag = node.tag.removeprefix(SVG_NAMESPACE)
        _restyle(node, id_prefix)
    root.attrib = {"viewBox": root.get("viewBox", ""), "width": root.get("width", ""), "class": "plot", "role": "img"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704


def _restyle(node: ElementTree.Element, id_prefix: str) -> None:
    style = dict(re.findall(r"([\w-]+):\s*([^;]+)", node.attrib.pop("style", "")))
    if "font" in style and (size := re.search(r"([\d.]+)px", style["font"])):
        style["font-size"] = size[1]
    for key, value in style.items():
        if value in CLASSES and key in ("fill", "stroke"):
            node.set("class", " ".join(filter(None, (node.get("class"), f"{key}-{CLASSES[value]}"))))
        elif key in STYLE_ATTRIBUTES:
            node.set(key, value)
    for key, value in list(node.attrib.items()):
        if key == "id":
            if node.tag == "clipPath":
                node.set(key, f"{id_prefix}-{value}")
            else:
                del node.attrib[key]
        elif value.startswith("url(#"):
            node.set(key, f"url(#{id_prefix}-{value[5:]}")
