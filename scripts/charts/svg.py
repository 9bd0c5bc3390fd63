"""matplotlib's SVG made fit for a page: reproducible, accessible, without inline styles, in the page's own colour.

Text and axes are drawn in style.INK and come out as `currentColor`, so they follow light and dark. Style attributes
become presentation attributes, since the page's Content-Security-Policy forbids inline styles.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from charts.style import INK

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

# Light and dark for the file on its own; on a page the page decides.
_STANDALONE_STYLE = ("svg{color:#1b1f24;background:#fff}"
                     "@media (prefers-color-scheme:dark){svg{color:#e4e7eb;background:#15181d}}")


class Labels(NamedTuple):
    id: str
    title: str
    description: str


def inline_svg(raw: str, labels: Labels, cut: float) -> str:
    """An <svg> element; `cut` points are taken off its foot."""
    root = _cleaned(raw, labels)
    left, top, width, height = (float(part) for part in root.get("viewBox", "").split())
    root.set("viewBox", f"{left:g} {top:g} {width:g} {height - cut:g}")
    del root.attrib["width"], root.attrib["height"]
    return _serialized(root)


def standalone_svg(raw: str, labels: Labels) -> str:
    root = _cleaned(raw, labels)
    style = ElementTree.Element(f"{{{SVG}}}style")
    style.text = _STANDALONE_STYLE
    root.insert(2, style)  # after <title> and <desc>, which must come first
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_serialized(root)}\n'


def _cleaned(raw: str, labels: Labels) -> ElementTree.Element:
    root = ElementTree.fromstring(raw)  # drops the DOCTYPE
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _spread_style(element)
    _renumber(root, labels.id)
    root.attrib.pop("version", None)
    root.set("stroke-linejoin", "round")  # was in matplotlib's <style>
    root.set("stroke-linecap", "butt")
    root.set("role", "img")
    names = {"title": labels.title, "desc": labels.description}
    root.set("aria-labelledby", " ".join(f"{labels.id}-{tag}" for tag in names))
    for place, (tag, content) in enumerate(names.items()):
        element = ElementTree.Element(f"{{{SVG}}}{tag}", {"id": f"{labels.id}-{tag}"})
        element.text = content
        root.insert(place, element)
    return root


def _spread_style(element: ElementTree.Element) -> None:
    style = element.attrib.pop("style", "")
    for part in filter(None, (piece.strip() for piece in style.split(";"))):
        name, _, value = (side.strip() for side in part.partition(":"))
        if name == "font":
            _spread_font(element, value)
        else:
            element.set(name, value)
    for name in ("fill", "stroke"):
        if element.get(name, "").lower() == INK:
            element.set(name, "currentColor")


def _spread_font(element: ElementTree.Element, shorthand: str) -> None:
    """'italic 700 9px 'DejaVu Sans', sans-serif': matplotlib writes style, weight, size and families."""
    match = re.fullmatch(r"(?:(italic|oblique) )?(?:(\d+|bold) )?([\d.]+px) (.+)", shorthand)
    if match is None:
        raise ValueError(f"unexpected font in matplotlib's SVG: {shorthand}")
    for name, value in zip(("font-style", "font-weight", "font-size", "font-family"), match.groups()):
        if value:
            element.set(name, value)


def _renumber(root: ElementTree.Element, figure_id: str) -> None:
    """Ids become <figure>-1, -2, ... where something refers to them, and go where nothing does."""
    used = set()
    for element in root.iter():
        for value in element.attrib.values():
            used.update(re.findall(r"url\(#([^)]+)\)", value))
        used.add(element.get(f"{{{XLINK}}}href", "").removeprefix("#"))
    new: dict[str, str] = {}
    for element in root.iter():
        old = element.attrib.pop("id", None)
        if old in used:
            new[old] = f"{figure_id}-{len(new) + 1}"
            element.set("id", new[old])
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == f"{{{XLINK}}}href":
                element.set(name, "#" + new[value.removeprefix("#")])
            elif "url(#" in value:
                element.set(name, re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{new[found[1]]})", value))


def _serialized(element: ElementTree.Element) -> str:
    """Without namespace prefixes, as HTML wants it."""
    return _element_text(element, root=True)


def _element_text(element: ElementTree.Element, root: bool = False) -> str:
    tag = element.tag.removeprefix(f"{{{SVG}}}")
    attributes = {"xmlns": SVG, "xmlns:xlink": XLINK} if root else {}
    for name, value in element.attrib.items():
        attributes[name.replace(f"{{{XLINK}}}", "xlink:")] = value
    opening = tag + "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    content = escape(element.text) if element.text and element.text.strip() else ""
    content += "".join(_element_text(child) for child in element)
    newline = "\n" if tag in ("g", "svg", "path", "use", "text", "title", "desc", "defs", "clipPath", "style") else ""
    return f"<{opening}>{content}</{tag}>{newline}" if content else f"<{opening}/>{newline}"
