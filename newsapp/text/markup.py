"""HTML of any kind written again well formed, in linear time.

Parsers repair broken HTML at a cost that can grow with the square of its size, and two parsers
repair it differently. `rewrite` leaves them nothing to repair: it knows a small set of elements,
closes what was left open, and never emits a tag, a comment or an attribute as it was written.
It decides shape, not safety: `richtext` still hands its result to two sanitizers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from newsapp.text.tokens import End, Start, Text, tokens
from newsapp.text.vietnamese import normalize, one_line

MAX_DEPTH = 100
# Elements and characters that HTML writes as references; bleach slows down on either.
MAX_PIECES = 15_000


class RichTextError(ValueError):
    """HTML that cannot be taken in; the person has to send something else."""


class RichTextTooLong(RichTextError):
    """More characters or elements than any real article has."""


class RichTextTooDeep(RichTextError):
    """Elements nested deeper than in any real article."""


# What is taken in under another name. A paragraph stands for every block that only groups.
_RENAMED = {
    "b": "strong",
    "i": "em",
    "strike": "s",
    "del": "s",
    "ins": "u",
    "h1": "h2",
    "h5": "h4",
    "h6": "h4",
    "menu": "ul",
    "dir": "ul",
    "image": "img",
    **dict.fromkeys(("address", "article", "aside", "center", "dd", "details", "dialog"), "p"),
    **dict.fromkeys(("div", "dl", "dt", "fieldset", "footer", "form", "header", "hgroup"), "p"),
    **dict.fromkeys(("legend", "main", "nav", "option", "pre", "search", "section"), "p"),
    "summary": "p",
}
_INLINE = frozenset(("strong", "em", "u", "s", "sub", "sup", "a", "abbr", "span"))
_HEADINGS = frozenset(("h2", "h3", "h4"))
_LISTS = frozenset(("ul", "ol"))
_SECTIONS = frozenset(("thead", "tbody", "tfoot"))
_CELLS = frozenset(("td", "th"))
_BLOCKS = _HEADINGS | _LISTS | {"p", "hr", "blockquote", "table", "figure"}
# Elements that may not hold text themselves, with what is opened for it.
_ROOM_FOR_TEXT = {
    "": ("p",),
    "ul": ("li",),
    "ol": ("li",),
    "tr": ("td",),
    **dict.fromkeys(("table", "thead", "tbody", "tfoot"), ("tr", "td")),
}
# Inline elements that say nothing without one attribute.
_NEEDED_ATTRIBUTE = {"a": "href", "abbr": "title", "span": "lang"}
_LAYOUT_SPACE = re.compile("[ \t\n\xa0]{2,}|[\t\n]")
_REFERRED = re.compile("[&<>\xa0]")
_STROKE = "\u0338"
_EDGE = " \t\n\xa0"

AttributePolicy = Callable[[str, dict[str, str]], dict[str, str]]


@dataclass(slots=True)
class _Open:
    name: str
    emitted: bool
    place: int
    after_text: bool = False
    full: bool = False


class _Writer:
    """Keeps the open elements and what was written; each piece is written and taken back at
    most once, which keeps it linear."""

    def __init__(self, policy: AttributePolicy) -> None:
        self.policy = policy
        self.written: list[str] = []
        self.pending: list[str] = []
        self.stack = [_Open("", emitted=False, place=0)]
        self.pieces = 0
        self.dropped_images = 0
        self.at_edge = True

    # -- text -----------------------------------------------------------------------------

    def text(self, data: str) -> None:
        if self.stack[-1].name in _ROOM_FOR_TEXT:
            if not one_line(data):
                return
            self.make_room()
        self.pending.append(data)

    def flush(self, *, edge: bool) -> None:
        """Write the text collected so far; `edge`: a block or a line ends or begins here."""
        text = _LAYOUT_SPACE.sub(" ", normalize("".join(self.pending)))
        self.pending.clear()
        # A stroke after ">" would melt into it if anybody ever normalized the whole body.
        text = text.lstrip(_EDGE + _STROKE if self.at_edge else _STROKE)
        text = text.rstrip(_EDGE) if edge else text
        if text:
            self.count(len(_REFERRED.findall(text)))
            self.written.append(escape(text, quote=False))
            self.stack[-1].full |= bool(text.strip())
        self.at_edge = edge or (self.at_edge and not text)

    # -- opening and closing --------------------------------------------------------------

    def open(self, name: str, attributes: dict[str, str], *, emitted: bool = True) -> None:
        if len(self.stack) > MAX_DEPTH:
            raise RichTextTooDeep(f"elements nested more than {MAX_DEPTH} deep")
        after_text = not self.at_edge
        if emitted:
            so_far = len(self.written)
            self.flush(edge=name not in _INLINE)
            after_text |= len(self.written) > so_far
        self.stack.append(_Open(name, emitted, len(self.written), after_text))
        if emitted:
            self.emit(name, attributes)

    def count(self, pieces: int) -> None:
        self.pieces += pieces
        if self.pieces > MAX_PIECES:
            raise RichTextTooLong(f"more than {MAX_PIECES} elements and special characters")

    def emit(self, name: str, attributes: dict[str, str]) -> None:
        self.count(1 + sum(len(_REFERRED.findall(value)) for value in attributes.values()))
        pairs = "".join(f' {key}="{escape(value)}"' for key, value in sorted(attributes.items()))
        self.written.append(f"<{name}{pairs}>")

    def close(self) -> None:
        """Close the innermost element; without content its tags go, and a block with them."""
        element = self.stack[-1]
        if element.emitted:
            self.flush(edge=element.name not in _INLINE)
        self.stack.pop()
        if not element.emitted:
            pass
        elif element.full or element.name in _CELLS:
            self.written.append(f"</{element.name}>")
        elif element.name in _INLINE:
            self.written[element.place] = ""
            self.pieces -= 1
        else:
            del self.written[element.place :]
            self.pieces -= 1
            if element.after_text:
                # The words before and after an empty block are two words still.
                self.at_edge = False
                self.pending.append(" ")
        self.stack[-1].full |= element.full or element.name in _CELLS

    def close_down_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            self.close()

    def close_inline(self) -> None:
        while self.stack[-1].name in _INLINE:
            self.close()

    def depth_of(self, names: frozenset[str], walls: frozenset[str]) -> int:
        """How many elements are open up to the innermost of `names`; 0 if none is open inside
        the innermost of `walls`."""
        for depth in range(len(self.stack), 1, -1):
            if self.stack[depth - 1].name in names:
                return depth
            if self.stack[depth - 1].name in walls:
                return 0
        return 0

    def make_room(self) -> None:
        for name in _ROOM_FOR_TEXT.get(self.stack[-1].name, ()):
            self.open(name, {})

    # -- tags -----------------------------------------------------------------------------

    def start(self, tag: Start) -> None:
        name = _RENAMED.get(tag.name, tag.name)
        if name in _INLINE:
            self.start_inline(name, tag)
        elif name == "img":
            self.image(self.allowed(name, tag))
        elif name == "br":
            if self.stack[-1].name not in _ROOM_FOR_TEXT:
                self.flush(edge=True)
                self.emit("br", {})
        elif name in ("li", "figcaption"):
            self.start_part(name, tag)
        elif name in _CELLS or name in _SECTIONS or name in ("tr", "caption"):
            self.start_table_part(name, tag)
        elif name in _BLOCKS:
            self.start_block(name, self.allowed(name, tag))

    def start_inline(self, name: str, tag: Start) -> None:
        if name == "a" and (depth := self.depth_of(frozenset("a"), _BLOCKS)):
            self.close_down_to(depth - 1)
        if self.stack[-1].name in _ROOM_FOR_TEXT:
            self.make_room()
        attributes = self.allowed(name, tag)
        needed = _NEEDED_ATTRIBUTE.get(name)
        useful = needed is None or needed in attributes
        # Web editors wrap a whole paste into <b style="font-weight: normal">.
        if name == "strong" and "font-weight:normal" in tag.attributes.get("style", "").replace(
            " ", ""
        ):
            useful = False
        self.open(name, attributes, emitted=useful)

    def image(self, attributes: dict[str, str]) -> None:
        if "src" not in attributes:
            self.dropped_images += 1
            return
        self.make_room()
        self.flush(edge=False)
        self.emit("img", attributes)
        self.stack[-1].full = True
        self.at_edge = False

    def start_part(self, name: str, tag: Start) -> None:
        """A list item or a figure's caption; without its list or figure, a paragraph."""
        owners = _LISTS if name == "li" else frozenset(("figure",))
        depth = self.depth_of(owners, _CELLS | {"table"})
        if depth:
            self.close_down_to(depth)
            self.open(name, self.allowed(name, tag))
        else:
            self.start_block("p", self.allowed("p", tag))

    def start_table_part(self, name: str, tag: Start) -> None:
        depth = self.depth_of(frozenset(("table",)), frozenset())
        if not depth:
            if name not in _SECTIONS:
                self.start_block("p", self.allowed("p", tag))
            return
        if name == "caption" and self.stack[-1].name != "table":
            name = "td"
        if name in _CELLS or name == "tr":
            owners = _SECTIONS | {"table", "tr"} if name in _CELLS else _SECTIONS | {"table"}
            self.close_down_to(self.depth_of(owners, frozenset()))
            if name in _CELLS and self.stack[-1].name != "tr":
                self.open("tr", {})
        else:
            self.close_down_to(depth)
        self.open(name, self.allowed(name, tag))

    def start_block(self, name: str, attributes: dict[str, str]) -> None:
        self.close_inline()
        around = self.stack[-1].name
        if around in _HEADINGS and name == "p":
            self.pending.append(" ")
            return
        if around == "p" or around in _HEADINGS or (around == "caption" and name == "table"):
            self.close()
            around = self.stack[-1].name
        if around in _LISTS and name in _LISTS and self.written[-1] == "</li>":
            # A list right inside a list belongs to the item before it.
            self.written.pop()
            self.stack.append(_Open("li", emitted=True, place=len(self.written), full=True))
        elif around:
            self.make_room()
            if self.stack[-1].name == "p":
                self.close()
        if name == "hr":
            self.flush(edge=True)
            self.emit(name, {})
            self.stack[-1].full = True
        else:
            self.open(name, attributes)

    def end(self, raw_name: str) -> None:
        name = _RENAMED.get(raw_name, raw_name)
        if raw_name == "br":
            self.start(Start("br", {}))
        elif name in _INLINE:
            depth = self.depth_of(frozenset((name,)), _BLOCKS | _CELLS | {"li", "caption"})
            if depth:
                self.close_down_to(depth - 1)
        elif name in _BLOCKS or name in _SECTIONS or name in _CELLS or name in _PARTS:
            walls = frozenset() if name in _TABLE_NAMES else _CELLS | {"table"}
            depth = self.depth_of(frozenset((name,)), walls)
            if depth:
                self.close_down_to(depth - 1)
            else:
                # The end of a block that was not kept still parts words.
                self.pending.append(" ")

    def allowed(self, name: str, tag: Start) -> dict[str, str]:
        given = tag.attributes
        if not given and tag.name != "center":
            return {}
        align = "center" if tag.name == "center" else given.get("align", "").lower()
        if align and "text-align" not in given.get("style", "").lower():
            given = {**given, "style": f"text-align: {align}"}
        return self.policy(name, {key: normalize(value) for key, value in given.items()})


_PARTS = frozenset(("li", "figcaption", "tr", "caption"))
_TABLE_NAMES = _SECTIONS | _CELLS | {"table", "tr", "caption"}


def rewrite(html: str, policy: AttributePolicy) -> tuple[str, int]:
    """Any HTML -> (well-formed HTML of few elements, number of images left out).

    `policy(element, attributes)` answers the attributes to keep; an image without `src`, a link
    without `href`, an `abbr` without `title` and a `span` without `lang` lose their tags.
    Text keeps its order, and words that a block, cell or line end parted stay parted. Empty
    blocks and runs of no-break spaces used as layout go. Raises RichTextError.
    """
    writer = _Writer(policy)
    for token in tokens(html):
        match token:
            case Text(data):
                writer.text(data)
            case Start():
                writer.start(token)
            case End(name):
                writer.end(name)
    writer.close_down_to(1)
    return "".join(writer.written), writer.dropped_images
