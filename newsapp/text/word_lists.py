"""The lists that Word writes as paragraphs with a typed-looking mark: which mark counts what."""

import re
from dataclasses import dataclass

from newsapp.text.tree import Node

_LEVEL = re.compile(r"\blevel([1-9])\b")
_LENGTH = re.compile(r"(-?[0-9.]+)(pt|in|cm|mm|px)?")
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "px": 0.75, None: 0.75}
_COUNTED = re.compile(r"[(\[]?([0-9]{1,5}|[A-Za-z]{1,8})([.):\]/-]{0,2})")
# Bullets of the symbol fonts arrive as the letters that those fonts draw them with.
_SYMBOL_LETTERS = frozenset("ovqnlupw")
_TYPED_MARK = re.compile(r"[\s\xa0]*([^\s\xa0]{1,8})\xa0[\s\xa0]*")
_ROMAN = re.compile(r"m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True)
class Mark:
    """What stands before an item: `type` as in the type attribute of ol, "" for a bullet."""

    type: str
    value: int = 0


@dataclass(frozen=True)
class Item:
    """A paragraph that Word calls a list item. `typed` is the mark as it was written."""

    level: int
    typed: str


def points(length: str) -> float:
    """A CSS length in points; 0 when it is none."""
    match = _LENGTH.match(length)
    try:
        return float(match[1]) * _POINTS[match[2]] if match else 0.0
    except ValueError:
        return 0.0


def left_indent(node: Node) -> float:
    """The left margin in points, from `margin-left` or the shorthand."""
    if "margin-left" in node.style:
        return points(node.style["margin-left"])
    sides = node.style.get("margin", "").split()
    return points(sides[3]) if len(sides) == 4 else 0.0


def take_item(paragraph: Node) -> Item | None:
    """The paragraph as a list item, its mark taken out of it; None when Word does not call it
    one. How a text begins is no reason: official texts begin lines with a dash."""
    told = paragraph.style.get("mso-list", "")
    if told.startswith(("none", "skip")):
        return None
    level = _LEVEL.search(told)
    list_class = any(name.lower().startswith("msolistparagraph") for name in paragraph.classes)
    if not level and not list_class:
        return None
    typed = _take_mark(paragraph)
    if typed is None and level:
        typed = _take_typed_mark(paragraph)
    if typed is None and not level:
        return None
    depth = int(level[1]) if level else max(1, round(left_indent(paragraph) / 36))
    return Item(depth, typed or "")


def _take_mark(paragraph: Node) -> str | None:
    """Take out the element that Word tells other programs to leave out."""
    for leaf in paragraph.leaves():
        if isinstance(leaf, str):
            if leaf.strip():
                return None
        elif leaf.name == "word-marker" or "ignore" in leaf.style.get("mso-list", ""):
            if not leaf.closed:
                return None
            typed = " ".join(leaf.text().split())
            leaf.children.clear()
            return typed
    return None


def _take_typed_mark(paragraph: Node) -> str | None:
    """Take out a short word that no-break spaces part from the text, in its first text node."""
    waiting = [paragraph]
    while waiting:
        node = waiting.pop()
        for place, child in enumerate(node.children):
            if isinstance(child, Node):
                if child.full:
                    waiting.append(child)
                    break
            elif child.strip():
                match = _TYPED_MARK.match(child)
                if not match or read_mark(match[1], None) is None:
                    return None
                node.children[place] = child[match.end() :]
                return match[1]
    return None


def read_mark(typed: str, awaited: Mark | None) -> Mark | None:
    """What `typed` counts; `awaited` is the mark that would continue the list and decides
    between letters and Roman numerals. None for what no HTML list can count: `1.1.`, `Điều 5.`,
    `đ)`."""
    if not any(character.isalnum() for character in typed):
        return Mark("")
    match = _COUNTED.fullmatch(typed)
    if match is None:
        return Mark("") if len(typed) == 1 and not typed.isdigit() else None
    word, punctuation = match.groups()
    if not punctuation and len(typed) == 1 and typed in _SYMBOL_LETTERS:
        return Mark("")
    if word.isdigit():
        return Mark("1", int(word))
    if not (word.islower() or word.isupper()):
        return None
    readings = _readings(word)
    if awaited in readings:
        return awaited
    return readings[0] if readings else None


def _readings(word: str) -> list[Mark]:
    """Likeliest first. A list starts with `i`, `v` or `x` as a numeral, with `c`, `d`, `l` or
    `m` as a letter; Word goes on after `z` with `aa`, `bb`."""
    lower = word.lower()
    upper = word.isupper()
    readings: list[Mark] = []
    if len(set(lower)) == 1 and len(lower) <= 4:
        value = ord(lower[0]) - ord("a") + 1 + 26 * (len(lower) - 1)
        readings.append(Mark("A" if upper else "a", value))
    if _ROMAN.fullmatch(lower):
        numeral = Mark("I" if upper else "i", _roman_value(lower))
        readings.insert(0 if len(lower) > 1 or lower in "ivx" else 1, numeral)
    return readings


def _roman_value(numeral: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in numeral]
    following = [*values[1:], 0]
    return sum(-one if one < two else one for one, two in zip(values, following, strict=True))
