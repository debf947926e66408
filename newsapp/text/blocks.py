"""The body of an article read as the blocks that a person sees: paragraphs, headings, cells.

For looking at a text, not for changing it. Made for bodies that `richtext.clean` wrote; other
HTML is read too, without errors and in linear time.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

from newsapp.text.tokens import End, Start, Text, tokens
from newsapp.text.vietnamese import normalize

HEADINGS = ("h2", "h3", "h4")
BLOCKS = (
    *("p", *HEADINGS, "li", "td", "th", "caption", "figcaption"),
    *("figure", "blockquote", "table"),
)
# What finds the blocks of a body in a browser, in the order of their indexes.
SELECTOR = ",".join(BLOCKS)

_BOLD = ("strong", "b")
_SOURCE_SPACE = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")


@dataclass(slots=True)
class Block:
    """One element of `BLOCKS`. `text` is its own words in NFC, those of blocks inside it left
    out, with a line end for each `<br>`; no-break spaces and runs of spaces stay.

    `inside` names the block around it. `bold`: there are words, and all of them are bold. `rows` counts those of a table, `columns`
    the cells of its widest row; `headed`: it has a header cell.
    """

    index: int
    name: str
    inside: str = ""
    text: str = ""
    bold: bool = False
    images: int = 0
    rows: int = 0
    columns: int = 0
    headed: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """An image in block `block`, with the attributes as they were written."""

    block: int
    attributes: dict[str, str]


@dataclass(slots=True)
class Link:
    """A link that begins in block `block`; `words` is its text, on one line."""

    block: int
    href: str
    words: str = ""


@dataclass(slots=True)
class Body:
    """Everything in a body, in the order of the document."""

    blocks: list[Block] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


def read(html: str) -> Body:
    """The blocks, images and links of any HTML.

    Words and images outside every block count as a paragraph with the index of the block before
    them (0 where there is none), so every index but that one is a place in
    `querySelectorAll(SELECTOR)`.
    """
    reader = _Reader()
    for token in tokens(html):
        match token:
            case Text(data):
                reader.text(data)
            case Start(name, attributes):
                reader.start(name, attributes)
            case End(name):
                reader.end(name)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.body = Body()
        self.count = 0
        self.stack: list[Block] = []
        self.open: Counter[str] = Counter()
        self.tables: list[tuple[Block, int]] = []
        self.pieces: dict[int, list[str]] = {}
        self.bold = 0
        self.light: set[int] = set()
        self.link: tuple[Link, list[str]] | None = None
        self.loose: Block | None = None

    def here(self) -> Block:
        if self.stack:
            return self.stack[-1]
        if self.loose is None:
            self.loose = Block(max(self.count - 1, 0), "p")
            self.body.blocks.append(self.loose)
        return self.loose

    def add(self, piece: str) -> None:
        self.pieces.setdefault(id(self.here()), []).append(piece)

    def text(self, data: str) -> None:
        data = _SOURCE_SPACE.sub(_collapsed, data)
        blank = not data.strip()
        if blank and not self.stack and self.loose is None:
            return
        self.add(data)
        if not blank and not self.bold:
            self.light.add(id(self.here()))
        if self.link:
            self.link[1].append(data)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in BLOCKS:
            self.start_block(name)
        elif name == "br":
            self.add("\n")
        elif name in _BOLD:
            self.bold += 1
        elif name == "img":
            self.here().images += 1
            self.body.images.append(Image(self.here().index, attributes))
        elif name == "a":
            self.end_link()
            self.link = (Link(self.here().index, attributes.get("href", "")), [])
        elif name == "tr" and self.tables:
            table, _ = self.tables[-1]
            table.rows += 1
            self.tables[-1] = (table, 0)

    def start_block(self, name: str) -> None:
        self.end_link()
        self.loose = None
        while self.stack and self.stack[-1].name in ("p", *HEADINGS):
            self.leave()
        if self.stack:
            self.add("\n")
        block = Block(self.count, name, self.stack[-1].name if self.stack else "")
        self.count += 1
        if name in ("td", "th") and self.tables:
            table, cells = self.tables[-1]
            table.columns = max(table.columns, cells + 1)
            table.headed |= name == "th"
            self.tables[-1] = (table, cells + 1)
        if name == "table":
            self.tables.append((block, 0))
        self.body.blocks.append(block)
        self.stack.append(block)
        self.open[name] += 1

    def leave(self) -> None:
        block = self.stack.pop()
        self.open[block.name] -= 1
        if block.name == "table":
            self.tables.pop()
        self.end_link()

    def end(self, name: str) -> None:
        if name in _BOLD:
            self.bold = max(self.bold - 1, 0)
        elif name == "a":
            self.end_link()
        elif self.open[name]:
            while self.stack[-1].name != name:
                self.leave()
            self.leave()

    def end_link(self) -> None:
        if self.link:
            link, pieces = self.link
            link.words = " ".join(normalize("".join(pieces)).split())
            self.body.links.append(link)
            self.link = None

    def finish(self) -> Body:
        self.end_link()
        for block in self.body.blocks:
            block.text = _lines("".join(self.pieces.get(id(block), ())))
            block.bold = bool(block.text) and id(block) not in self.light
        return self.body


def _collapsed(space: re.Match[str]) -> str:
    # A line end of the source is only a space; spaces typed in a row are kept, to be seen.
    return " " if space[0].strip(" ") else space[0]


def _lines(text: str) -> str:
    lines = (line.strip(" ") for line in normalize(text).split("\n"))
    return "\n".join(line for line in lines if line.strip())
