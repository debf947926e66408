"""Pasted HTML as a small tree, with what its style sheets say about each element.

For steps that have to look at a whole paragraph or cell before they write it. The tree is forgiving
and loses no text; it is no proof of safety or of good form, which `richtext.clean` gives later.
"""

# ruff: noqa: SIM905 - a long list of words reads better as one string

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from newsapp.text.richtext import RichTextTooDeep, RichTextTooLong
from newsapp.text.tokens import End, Start, Text, tokens

MAX_DEPTH = 100
MAX_NODES = 200_000

VOID = frozenset(
    "area base br col embed hr img input link meta param source track v:imagedata wbr".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i ins kbd label mark math"
    " nobr q s samp select small span strike strong sub sup svg time tt u var video audio canvas"
    " object m:omath m:omathpara word-marker".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PARAGRAPHS = frozenset(("p", *_HEADINGS))
CELLS = frozenset(("td", "th"))
SECTIONS = frozenset(("thead", "tbody", "tfoot"))
LISTS = frozenset(("ul", "ol", "menu", "dir"))
_TABLE = CELLS | SECTIONS | {"table", "tr", "caption", "colgroup"}
_KNOWN_PREFIXED = frozenset(("m:omath", "m:omathpara", "v:imagedata", "v:textbox"))

_CLASS_SELECTOR = re.compile(r"(?:^|[,>])\s*[\w:\\-]*\.([\w-]+)\s*(?=,|$)")


@dataclass(slots=True)
class Node:
    """An element. `full`: it holds words or an image. `blocks`: it holds block elements.
    `closed`: its end tag was there."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    style: dict[str, str] = field(default_factory=dict)
    children: list["Node | str"] = field(default_factory=list)
    full: bool = False
    blocks: bool = False
    closed: bool = False

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def text(self) -> str:
        """All text, as written."""
        return "".join(leaf for leaf in self.leaves() if isinstance(leaf, str))

    def leaves(self) -> Iterator["Node | str"]:
        """Every node and text below, in the order of the document."""
        waiting = self.children[::-1]
        while waiting:
            leaf = waiting.pop()
            yield leaf
            if isinstance(leaf, Node):
                waiting.extend(reversed(leaf.children))

    def full_children(self) -> list["Node | str"]:
        """The children without those that show nothing."""
        return [
            child
            for child in self.children
            if (child.full or child.name == "hr" if isinstance(child, Node) else child.strip())
        ]


def parse(html: str) -> Node:
    """The tree of `html` under a root named "". Linear time.

    Raises RichTextTooDeep past `MAX_DEPTH` nested blocks and RichTextTooLong past `MAX_NODES`
    elements; inline elements nested too deep are left out, their text is kept.
    """
    builder = _Builder(class_rules(html))
    for token in tokens(html):
        match token:
            case Text(data):
                builder.text(data)
            case Start():
                builder.start(token)
            case End(name):
                builder.end(name)
    return builder.stack[0]


def declarations(css: str) -> dict[str, str]:
    """`A:b; c : D` -> {"a": "b", "c": "d"}: names and values in lower case, the last one wins."""
    pairs = (part.partition(":") for part in css.split(";") if ":" in part)
    return {
        name.strip().lower(): value.replace("!important", "").strip().lower()
        for name, _, value in pairs
    }


def class_rules(html: str) -> dict[str, dict[str, str]]:
    """Class -> declarations, from the plain `.class` rules of the style elements of `html`."""
    rules: dict[str, dict[str, str]] = {}
    for sheet in style_sheets(html):
        for rule in sheet.split("}"):
            selectors, _, css = rule.rpartition("{")
            for name in _CLASS_SELECTOR.findall(selectors.replace("<!--", "").strip()):
                rules.setdefault(name, {}).update(declarations(css))
    return rules


def style_sheets(html: str) -> Iterator[str]:
    """The content of each style element."""
    lowered = html.lower() if "<" in html else ""
    position = 0
    while (found := lowered.find("<style", position)) >= 0:
        opened = lowered.find(">", found)
        end = lowered.find("</style", opened) if opened >= 0 else -1
        if end < 0:
            return
        yield (html if len(lowered) == len(html) else lowered)[opened + 1 : end]
        position = end


class _Builder:
    def __init__(self, rules: dict[str, dict[str, str]]) -> None:
        self.rules = rules
        self.stack = [Node("")]
        self.nodes = 0

    def text(self, data: str) -> None:
        self.stack[-1].children.append(data)
        if data.strip():
            self.mark_full()

    def mark_full(self) -> None:
        for node in reversed(self.stack):
            if node.full:
                break
            node.full = True

    def node(self, tag: Start) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise RichTextTooLong(f"more than {MAX_NODES} elements")
        style: dict[str, str] = {}
        for name in tag.attributes.get("class", "").split()[:10]:
            style.update(self.rules.get(name, {}))
        if "style" in tag.attributes:
            style.update(declarations(tag.attributes["style"]))
        return Node(tag.name, tag.attributes, style)

    def start(self, tag: Start) -> None:
        name = "img" if tag.name == "image" else tag.name
        if ":" in name and name not in _KNOWN_PREFIXED:
            return
        if name in VOID:
            node = self.node(tag)
            node.name = name
            if name == "hr":
                self.close_paragraph()
                self.mark_blocks()
            self.stack[-1].children.append(node)
            if name in ("img", "input", "v:imagedata", "embed"):
                node.full = True
                self.mark_full()
            return
        if name in INLINE:
            if len(self.stack) <= MAX_DEPTH:
                self.push(tag)
            return
        self.make_place(name)
        if len(self.stack) > MAX_DEPTH + 1:
            raise RichTextTooDeep(f"elements nested more than {MAX_DEPTH} deep")
        self.mark_blocks()
        self.push(tag)

    def push(self, tag: Start) -> None:
        node = self.node(tag)
        self.stack[-1].children.append(node)
        self.stack.append(node)

    def mark_blocks(self) -> None:
        for node in reversed(self.stack):
            if node.blocks:
                break
            node.blocks = True

    def make_place(self, name: str) -> None:
        """Close what a browser would close before a block of this name."""
        if name in _TABLE and name != "table" and self.find(frozenset(("table",)), frozenset()):
            self.close_to_owner(
                (SECTIONS | {"table", "tr"})
                if name in CELLS
                else (SECTIONS | {"table"} if name == "tr" else frozenset(("table",))),
                frozenset(),
            )
        elif name == "li":
            self.close_paragraph()
            self.close_to_owner(LISTS, CELLS | {"table"})
        else:
            self.close_paragraph()

    def close_to_owner(self, owners: frozenset[str], walls: frozenset[str]) -> None:
        depth = self.find(owners, walls)
        if depth:
            del self.stack[depth + 1 :]

    def close_paragraph(self) -> None:
        for depth in range(len(self.stack) - 1, 0, -1):
            name = self.stack[depth].name
            if name in PARAGRAPHS:
                del self.stack[depth:]
                return
            if name not in INLINE:
                return

    def find(self, names: frozenset[str], walls: frozenset[str]) -> int:
        """Place in the stack of the innermost of `names`; 0 when a wall comes first."""
        for depth in range(len(self.stack) - 1, 0, -1):
            if self.stack[depth].name in names:
                return depth
            if self.stack[depth].name in walls:
                return 0
        return 0

    def end(self, name: str) -> None:
        if (":" in name and name not in _KNOWN_PREFIXED) or name in VOID:
            if name == "br":
                self.start(Start("br", {}))
            return
        depth = len(self.stack) - 1
        if name in INLINE:
            while depth and self.stack[depth].name != name:
                depth = depth - 1 if self.stack[depth].name in INLINE else 0
        else:
            walls = frozenset() if name in _TABLE else CELLS | {"table"}
            depth = self.find(frozenset((name,)), walls)
        if depth:
            self.stack[depth].closed = True
            del self.stack[depth:]
        elif name not in INLINE:
            # The end of a block that was never opened still parts words.
            self.stack[-1].children.append(" ")
