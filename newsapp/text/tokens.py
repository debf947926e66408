"""HTML of any kind read into tags and text, in linear time."""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

MAX_ATTRIBUTES = 100


class Start(NamedTuple):
    """A start tag: name in lower case, decoded attributes, the first of each name."""

    name: str
    attributes: dict[str, str]


class End(NamedTuple):
    """An end tag: name in lower case."""

    name: str


class Text(NamedTuple):
    """Text with its character references resolved."""

    data: str


_NAME = re.compile(r"[a-zA-Z][^\t\n\f\r />]*")
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*([^\t\n\f\r />][^\t\n\f\r />=]*)"
    r"(?:[\t\n\f\r ]*=[\t\n\f\r ]*"
    r"""(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r >"'][^\t\n\f\r >]*))?)?"""
)
_TAG_END = re.compile(r"[\t\n\f\r /]*>")
_RAW = frozenset(("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"))
_RAW_ENDS = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _RAW}
# Python refuses to convert thousands of digits; no character has a number this long.
_ENDLESS_REFERENCE = re.compile(r"&#[0-9]{20,};?")


def _decode(text: str) -> str:
    return unescape(_ENDLESS_REFERENCE.sub("\ufffd", text)) if "&" in text else text


def tokens(html: str) -> Iterator[Start | End | Text]:
    """Tags and text of any HTML, in linear time and without errors.

    Comments, declarations and the content of script, style, title and other raw elements are
    left out. As in a browser, what follows an unclosed one of these is lost. Attributes past the
    first `MAX_ATTRIBUTES` of a tag are left out.
    """
    position = 0
    while (found := html.find("<", position)) >= 0:
        if found > position:
            yield Text(_decode(html[position:found]))
        following = html[found + 1 : found + 2]
        name = _NAME.match(html, found + 2 if following == "/" else found + 1)
        if name is None and following not in ("!", "?", "/"):
            yield Text("<")
            position = found + 1
            continue
        if name is None or following == "/":
            if name is not None:
                yield End(name.group().lower())
            position = _after_comment(html, found)
            continue
        start = Start(name.group().lower(), {})
        position = _read_attributes(html, name.end(), start.attributes)
        if start.name in _RAW:
            raw_end = _RAW_ENDS[start.name].search(html, position)
            position = raw_end.start() if raw_end else len(html)
        else:
            yield start
    if position < len(html):
        yield Text(_decode(html[position:]))


def _after_comment(html: str, found: int) -> int:
    comment = html.startswith("<!--", found)
    end = html.find("-->" if comment else ">", found + 2)
    return len(html) if end < 0 else end + (3 if comment else 1)


def _read_attributes(html: str, position: int, attributes: dict[str, str]) -> int:
    """Fill `attributes`, return the position after the tag."""
    seen = 0
    while match := _ATTRIBUTE.match(html, position):
        position = match.end()
        seen += 1
        if seen <= MAX_ATTRIBUTES:
            value = match[2] or match[3] or match[4] or ""
            attributes.setdefault(match[1].lower(), _decode(value))
    end = _TAG_END.match(html, position)
    return end.end() if end else len(html)
