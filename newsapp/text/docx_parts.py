"""What the XML of a DOCX says about numbers, alignment and losses, written where it can be read.

ECMA-376: numbering (17.9), paragraph properties (17.3.1), styles (17.7).
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_DOCUMENT = "word/document.xml"
_MAX_DEPTH = 100
# As many take some five seconds on a small machine; a long report has twenty thousand.
MAX_ELEMENTS = 80_000
# Twips: 20 to a point.
_PUSHED = 3_000
# What readers cannot be given, by the element or field that stands for it.
_LOSSES = {
    f"{W}commentReference": "comment",
    f"{W}txbxContent": "text_box",
    f"{_MATH}oMath": "equation",
    f"{W}ffData": "form_field",
    f"{W}object": "embedded_object",
    f"{W}del": "tracked_change",
    f"{W}ins": "tracked_change",
    "{http://schemas.microsoft.com/office/word/2010/wordml}checkbox": "form_field",
}


class DamagedDocument(ValueError):
    """XML that cannot be read, or that no word processor writes."""


class OversizedDocument(ValueError):
    """More elements than any article needs."""


@dataclass(frozen=True)
class Prepared:
    """The parts with a document that mammoth reads completely, and codes of `Tidied.lost`."""

    parts: dict[str, bytes]
    lost: frozenset[str]

    def package(self) -> io.BytesIO:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as package:
            for name, content in self.parts.items():
                package.writestr(name, content)
        packed.seek(0)
        return packed


def prepare(parts: dict[str, bytes]) -> Prepared:
    """Write list marks and alignment into the paragraphs of the document. Raises
    DamagedDocument and OversizedDocument."""
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in content or b"\0" in content):
            # A type declaration could hold entities that grow without end.
            raise DamagedDocument(name)
    document = _read(parts, _DOCUMENT)
    if document is None:
        raise DamagedDocument(_DOCUMENT)
    if sum(1 for _ in document.iter()) > MAX_ELEMENTS:
        raise OversizedDocument(_DOCUMENT)
    _check_depth(document)
    lost = {_LOSSES[element.tag] for element in document.iter() if element.tag in _LOSSES}
    _write_equations_as_text(document)
    styles = _Styles(_read(parts, "word/styles.xml"))
    numbering = _Numbering(_read(parts, "word/numbering.xml"))
    for paragraph in document.iter(f"{W}p"):
        _say_more(paragraph, styles, numbering)
    written = ElementTree.tostring(document, encoding="utf-8", xml_declaration=True)
    return Prepared({**parts, _DOCUMENT: written}, frozenset(lost))


def _read(parts: dict[str, bytes], name: str) -> Element | None:
    if name not in parts:
        return None
    try:
        return ElementTree.fromstring(parts[name])  # noqa: S314 - no declarations, size limited
    except ElementTree.ParseError as error:
        raise DamagedDocument(name) from error


def _check_depth(root: Element) -> None:
    level = [root]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    raise DamagedDocument("nested too deep")


def _write_equations_as_text(document: Element) -> None:
    for parent in list(document.iter()):
        for place, child in enumerate(parent):
            if child.tag in (f"{_MATH}oMath", f"{_MATH}oMathPara"):
                words = "".join(text.text or "" for text in child.iter(f"{_MATH}t"))
                parent[place] = _run(words)


def _run(words: str, style: str = "") -> Element:
    run = Element(f"{W}r")
    if style:
        properties = ElementTree.SubElement(run, f"{W}rPr")
        ElementTree.SubElement(properties, f"{W}rStyle", {f"{W}val": style})
    text = ElementTree.SubElement(run, f"{W}t")
    text.text = words
    return run


def _value(element: Element | None, path: str) -> str:
    """The `w:val` of the element at `path` of local names, "" if there is none."""
    for name in path.split("/"):
        element = element.find(W + name) if element is not None else None
    return element.get(f"{W}val", "") if element is not None else ""


# -- paragraphs -----------------------------------------------------------------------------


def _say_more(paragraph: Element, styles: "_Styles", numbering: "_Numbering") -> None:
    properties = paragraph.find(f"{W}pPr")
    if properties is None:
        properties = Element(f"{W}pPr")
        paragraph.insert(0, properties)
    style = _value(properties, "pStyle")
    number = _value(properties, "numPr/numId") or styles.value(style, "numPr/numId")
    level = _value(properties, "numPr/ilvl") or styles.value(style, "numPr/ilvl") or "0"
    typed = numbering.next_mark(number, level)
    if typed is not None:
        own = properties.find(f"{W}numPr")
        if own is not None:
            properties.remove(own)
        # The first place is after the properties.
        if styles.speaks(style):
            paragraph.insert(1, _run(f"{typed} "))
        else:
            paragraph.insert(1, _run(f"{typed}\xa0", "tidy-mark"))
            _set_style(properties, f"tidy-list-{int(level) + 1}")
    elif not styles.speaks(style):
        alignment = _value(properties, "jc") or styles.value(style, "jc")
        alignment = {"end": "right"}.get(alignment, alignment)
        if alignment in ("right", "center", "both"):
            _set_style(properties, f"tidy-{alignment}")
        elif _indent(properties) >= _PUSHED:
            _set_style(properties, "tidy-pushed")


def _set_style(properties: Element, name: str) -> None:
    old = properties.find(f"{W}pStyle")
    if old is not None:
        properties.remove(old)
    properties.insert(0, Element(f"{W}pStyle", {f"{W}val": name}))


def _indent(properties: Element) -> int:
    indent = properties.find(f"{W}ind")
    if indent is None:
        return 0
    left = indent.get(f"{W}left") or indent.get(f"{W}start") or "0"
    return int(left) if left.isdecimal() and len(left) < 9 else 0


class _Styles:
    def __init__(self, root: Element | None) -> None:
        found = root.findall(f"{W}style") if root is not None else []
        self.by_id = {style.get(f"{W}styleId", ""): style for style in found}

    def value(self, style_id: str, path: str) -> str:
        """What the style, or one that it is based on, says of its paragraphs."""
        for style in self.ancestry(style_id):
            if value := _value(style.find(f"{W}pPr"), path):
                return value
        return ""

    def ancestry(self, style_id: str) -> Iterator[Element]:
        seen: set[str] = set()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            yield self.by_id[style_id]
            style_id = _value(self.by_id[style_id], "basedOn")

    def speaks(self, style_id: str) -> bool:
        """Whether the style is one that becomes an element of its own."""
        style = self.by_id.get(style_id)
        name = _value(style, "name").lower() if style is not None else ""
        return name.startswith("heading ") or name in ("title", "quote", "intense quote")


# -- numbers --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _Abstract:
    levels: dict[str, _Level]
    counts: dict[int, int] = field(default_factory=dict)


class _Numbering:
    """Counts as Word does: lists of one abstract definition go on counting together, unless one
    says that it starts anew."""

    def __init__(self, root: Element | None) -> None:
        self.abstracts: dict[str, _Abstract] = {}
        self.numbers: dict[str, str] = {}
        self.restarts: dict[str, dict[int, int]] = {}
        if root is None:
            return
        for abstract in root.findall(f"{W}abstractNum"):
            levels = {
                level.get(f"{W}ilvl", ""): _level(level) for level in abstract.findall(f"{W}lvl")
            }
            self.abstracts[abstract.get(f"{W}abstractNumId", "")] = _Abstract(levels)
        for number in root.findall(f"{W}num"):
            name = number.get(f"{W}numId", "")
            self.numbers[name] = _value(number, "abstractNumId")
            self.restarts[name] = {
                int(override.get(f"{W}ilvl", "0")): _whole(_value(override, "startOverride"))
                for override in number.findall(f"{W}lvlOverride")
                if _value(override, "startOverride") and override.get(f"{W}ilvl", "") in _LEVELS
            }

    def next_mark(self, number: str, level_name: str) -> str | None:
        """The mark of the next paragraph of this list and level; None if it is in no list."""
        abstract = self.abstracts.get(self.numbers.get(number, ""))
        if abstract is None or level_name not in _LEVELS or level_name not in abstract.levels:
            return None
        depth = int(level_name)
        counts = abstract.counts
        start = self.restarts[number].pop(depth, None)
        if start is not None or depth not in counts:
            counts[depth] = abstract.levels[level_name].start if start is None else start
        else:
            counts[depth] += 1
        for deeper in [one for one in counts if one > depth]:
            del counts[deeper]
        return self.mark(abstract, depth)

    def mark(self, abstract: _Abstract, depth: int) -> str:
        told = abstract.levels[str(depth)]
        if told.format == "bullet":
            return "·"
        if told.format == "none":
            return told.text
        text = told.text or f"%{depth + 1}."
        for above in range(depth + 1):
            level = abstract.levels.get(str(above), _Level())
            count = abstract.counts.get(above, level.start)
            text = text.replace(f"%{above + 1}", _number(count, level.format))
        return text


_LEVELS = frozenset("012345678")


def _level(element: Element) -> _Level:
    start = _value(element, "start")
    return _Level(
        start=_whole(start) if start else 1,
        format=_value(element, "numFmt") or "decimal",
        text=_value(element, "lvlText"),
    )


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 1


_NUMERALS = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)


def _number(count: int, form: str) -> str:
    if form in ("lowerLetter", "upperLetter") and count > 0:
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 10)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("lowerRoman", "upperRoman") and 0 < count < 4000:
        numeral = ""
        for value, letters in _NUMERALS:
            numeral += letters * (count // value)
            count %= value
        return numeral.upper() if form == "upperRoman" else numeral
    return f"{count:02}" if form == "decimalZero" else str(count)
