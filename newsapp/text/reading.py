"""A body read as the blocks and words that a comparison sets side by side.

Any HTML is read, in linear time; of its elements only the kind of block and the marks on words
are kept, and a word writes itself as escaped text in bare elements.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from newsapp.text.tokens import End, Start, Text, tokens

_PLAIN_BLOCKS = {"p", "h2", "h3", "h4", "li", "figcaption", "caption", "dt", "dd", "pre"}
_HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}
_BREAKS = {"div", "figure", "ul", "ol", "thead", "tbody", "tfoot", "section", "article"}
_CELLS = {"td", "th"}
_MARKS = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "u": "u", "s": "s"}
_MARKS |= {"sub": "sub", "sup": "sup"}
# A word takes the space after it along, so that a changed word is one change.
_WORD = re.compile(r"\w+\s?|[^\w\s]\s?|\s+")
_SPECIAL = re.compile("[&<>\"']")
_SPACE = re.compile(r"\s+")


# A word, or a mark, with the space after it, as safe HTML: escaped text in elements without
# attributes. Equal ones look the same to a reader.
Word = str


@dataclass(frozen=True)
class Block:
    """A block: `kind` is its element. A table has a cell of words for each of its cells, and
    `shape` says how many stand in each row; every other block has one."""

    kind: str
    cells: tuple[tuple[Word, ...], ...]
    shape: tuple[int, ...] = ()


def read(html: str, image: str = "image") -> list[Block]:
    """The blocks of a body. A picture is a word that names it, led by `image`; a link tells where
    it leads after its words."""
    reader = _Reader(image)
    for token in tokens(html):
        match token:
            case Text(data):
                reader.words(data)
            case Start(name, attributes):
                reader.start(name, attributes)
            case End(name):
                reader.end(name)
    reader.finish()
    return reader.blocks


def read_plain(text: str) -> list[Block]:
    """A plain text as one block; none for an empty one."""
    words = _ended(_pieces(text))
    return [Block("p", (words,))] if words else []


class _Reader:
    def __init__(self, image: str) -> None:
        self.image = image
        self.blocks: list[Block] = []
        self.kind = "p"
        self.current: list[Word] = []
        self.marks: dict[str, int] = {}
        self.link = ""
        self.quotes = 0
        self.tables = 0
        self.cells: list[tuple[Word, ...]] = []
        self.shape: list[int] = []

    def words(self, data: str) -> None:
        data = _SPACE.sub(" ", data)
        if not self.current:
            data = data.lstrip()
        words = _pieces(data)
        marks = sorted(mark for mark, count in self.marks.items() if count)
        if marks:
            opened = "".join(f"<{mark}>" for mark in marks)
            closed = "".join(f"</{mark}>" for mark in reversed(marks))
            words = [f"{opened}{word}{closed}" for word in words]
        self.current += words

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _MARKS:
            mark = _MARKS[name]
            self.marks[mark] = self.marks.get(mark, 0) + 1
        elif name == "a":
            self.end_link()
            self.link = attributes.get("href", "")
        elif name == "br":
            self.current.append("<br>")
        elif name == "img":
            self.current.append(escape(self.picture(attributes)))
        elif name == "hr":
            self.close()
            self.current.append("⁂")
            self.close()
        else:
            self.start_block(name)

    def picture(self, attributes: dict[str, str]) -> str:
        file = attributes.get("src", "").rsplit("/", 1)[-1]
        words = " · ".join(part for part in (attributes.get("alt", "").strip(), file) if part)
        return f"[{self.image}: {words}] "

    def start_block(self, name: str) -> None:
        if name == "table":
            if not self.tables:
                self.close()
                self.cells, self.shape = [], []
            self.tables += 1
        elif self.tables:
            self.start_in_table(name)
        elif name == "blockquote":
            self.close()
            self.quotes += 1
        elif name in _PLAIN_BLOCKS or name in _HEADINGS or name in _BREAKS:
            self.close()
            self.kind = _HEADINGS.get(name, "p" if name in _BREAKS else name)

    def start_in_table(self, name: str) -> None:
        # What is nested in a cell is told as the cell's words.
        if name == "tr" and self.tables == 1:
            self.close_cell()
            self.shape.append(0)
        elif name in _CELLS and self.tables == 1:
            self.close_cell()
            if not self.shape:
                self.shape.append(0)
            self.shape[-1] += 1
            self.cells.append(())
        elif self.current:
            self.current.append("<br>")

    def end(self, name: str) -> None:
        if name in _MARKS:
            mark = _MARKS[name]
            self.marks[mark] = max(self.marks.get(mark, 0) - 1, 0)
        elif name == "a":
            self.end_link()
        elif name == "table" and self.tables:
            self.tables -= 1
            if not self.tables:
                self.close_table()
        elif self.tables:
            if name in _CELLS and self.tables == 1:
                self.close_cell()
        elif name == "blockquote":
            self.close()
            self.quotes = max(self.quotes - 1, 0)
        elif name in _PLAIN_BLOCKS or name in _HEADINGS or name in _BREAKS:
            self.close()

    def end_link(self) -> None:
        if self.link:
            self.current.append(escape(f"[→ {self.link}] "))
        self.link = ""

    def close_cell(self) -> None:
        self.end_link()
        words = self.taken()
        if self.cells and words:
            self.cells[-1] += words
        elif words:
            # A caption stands before the first cell.
            self.blocks.append(Block("p", (words,)))

    def close_table(self) -> None:
        self.close_cell()
        shape = tuple(width for width in self.shape if width)
        if shape:
            self.blocks.append(Block("table", tuple(self.cells), shape))
        self.cells, self.shape = [], []

    def close(self) -> None:
        self.end_link()
        words = self.taken()
        if words:
            kind = "blockquote" if self.quotes and self.kind == "p" else self.kind
            self.blocks.append(Block(kind, (words,)))
        self.kind = "p"

    def taken(self) -> tuple[Word, ...]:
        words = _ended(self.current)
        self.current = []
        return words

    def finish(self) -> None:
        if self.tables:
            self.tables = 0
            self.close_table()
        self.close()


def _pieces(text: str) -> list[Word]:
    words: list[Word] = _WORD.findall(text)
    return [escape(word) for word in words] if _SPECIAL.search(text) else words


def _ended(words: list[Word]) -> tuple[Word, ...]:
    """The same words; the last one with a space after it, as it would have in midst of a text."""
    while words and not words[-1].strip():
        words.pop()
    if words and not words[-1].endswith((" ", ">")):
        words[-1] += " "
    return tuple(words)
