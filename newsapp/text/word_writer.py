"""The tree of a paste written again with the elements of the site."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

from newsapp.text.tree import CELLS, INLINE, LISTS, PARAGRAPHS, SECTIONS, Node
from newsapp.text.word_lists import Mark, left_indent, points, read_mark, take_item
from newsapp.text.word_reading import (
    DEAD_LINK,
    FIELDS,
    NOTE,
    OBJECTS,
    PLAIN,
    QUOTES,
    Look,
    aligned_style,
    alignment,
    heading_level,
    is_comment,
    kept_attributes,
    look_of,
    only_paragraph,
    unbolden,
    wide,
)

StoreImage = Callable[[bytes], str | None]
MAX_IMAGE_BYTES = 20 * 1024 * 1024
# No indent of a first line is as wide as this.
PUSHED_POINTS = 150.0


@dataclass
class Findings:
    store_image: StoreImage | None
    lost: set[str] = field(default_factory=set)
    remote: dict[str, None] = field(default_factory=dict)
    stored: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class _List:
    level: int
    mark: Mark


class Rewriter:
    """Writes the tree out again. `lists` are the open lists made of list paragraphs; every other
    block ends them."""

    def __init__(self, findings: Findings, shift: int) -> None:
        self.findings = findings
        self.lost = findings.lost
        self.shift = shift
        self.out: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.lists: list[_List] = []
        self.tables = 0
        self.in_head = False
        self.notes: set[str] = set()
        self.note_texts: set[str] = set()

    # -- text -----------------------------------------------------------------------------

    def look(self, look: Look) -> None:
        tags = look.tags()
        same = 0
        for mine, wanted in zip(self.open, tags, strict=False):
            if mine != wanted:
                break
            same += 1
        while len(self.open) > same:
            self.out.append(f"</{self.open.pop()[0]}>")
        for name, attributes in tags[same:]:
            self.out.append(f"<{name}{attributes}>")
            self.open.append((name, attributes))

    def text(self, data: str, look: Look) -> None:
        self.look(look)
        self.out.append(escape(data, quote=False))

    def block(self, markup: str) -> None:
        """Write the tag of a block, after ending what is open inside its neighbours."""
        self.close_lists()
        self.look(PLAIN)
        self.out.append(markup)

    # -- the tree -------------------------------------------------------------------------

    def inside(self, node: Node, look: Look, *, loose: bool = False) -> None:
        """Write the children; `loose`: their text stands in no paragraph, cell or item."""
        for child in node.children:
            if isinstance(child, Node):
                self.node(child, look, loose=loose)
            else:
                if loose and child.strip():
                    self.close_lists()
                self.text(child, look)

    def node(self, node: Node, look: Look, *, loose: bool) -> None:
        if self.skipped(node):
            return
        if node.name == "br":
            self.line_break(node, look)
        elif node.name in ("img", "v:imagedata"):
            self.image(node, look)
        elif node.name in INLINE:
            self.inline(node, look, loose=loose)
        elif node.name == "hr":
            self.block("<hr>")
        elif node.name in LISTS or node.name == "li":
            self.real_list(node, look)
        elif node.name in ("table", "caption", "tr") or node.name in SECTIONS | CELLS:
            self.table_part(node, look)
        elif node.name in ("blockquote", "figure", "figcaption"):
            name = node.name
            aligned = aligned_style(alignment(node)) if name == "figure" else ""
            self.block(f"<{name}{aligned}>")
            self.inside(node, look_of(node, look), loose=True)
            self.block(f"</{name}>")
        elif node.blocks and node.name not in PARAGRAPHS:
            self.container(node, look)
        else:
            self.paragraph(node, look)

    def skipped(self, node: Node) -> bool:
        """What is not for readers; says so in `lost`."""
        style = node.style
        name = node.name
        if name == "xml" and node.closed:
            return True
        if style.get("display") == "none" or "all" in style.get("mso-hide", ""):
            if node.full:
                self.lost.add("hidden_text")
            return True
        if (
            style.get("mso-element") in ("comment", "comment-list")
            or {"MsoCommentReference", "msocomanchor"} & set(node.classes)
            or (name in ("p", "div", "a") and is_comment(node))
        ):
            self.lost.add("comment")
            return True
        if name in OBJECTS:
            self.lost.add("embedded_object")
            return name == "svg" and node.closed
        if name in FIELDS and node.attributes.get("type", "").lower() != "hidden":
            self.lost.add("form_field")
        if name in ("m:omath", "m:omathpara", "math"):
            self.lost.add("equation")
        if name == "v:textbox":
            self.lost.add("text_box")
        if name in ("del", "ins") and "datetime" in node.attributes:
            self.lost.add("tracked_change")
        return name in ("input", "embed")

    def line_break(self, node: Node, look: Look) -> None:
        page_break = "page-break-before" in node.style or "always" in node.style.get("clear", "")
        if page_break or "mso-ignore" in node.style:
            self.text(" ", look)
        else:
            self.look(PLAIN if not look.link else PLAIN._replace(link=look.link))
            self.out.append("<br>")

    def inline(self, node: Node, look: Look, *, loose: bool) -> None:
        if loose and node.full and not node.blocks:
            self.close_lists()
        inner = look_of(node, look)
        if node.name == "a":
            inner = self.link(node, inner)
        elif node.name in ("abbr", "acronym") and "title" in node.attributes:
            inner = inner._replace(abbr=kept_attributes(node, "title"))
        if "mso-tab-count" in node.style and not node.full:
            self.text(" ", look)
        self.inside(node, inner, loose=loose)

    def link(self, node: Node, look: Look) -> Look:
        address = node.attributes.get("href", "").strip()
        if not address:
            return look
        inner = address.startswith("#") or address.lower().startswith("file:")
        note = NOTE.search(address) if inner else None
        if note:
            return self.note(note, node, look)
        if inner and (DEAD_LINK.search(address) or not address.startswith("#")):
            return look
        return look._replace(link=kept_attributes(node, "href", "title", "hreflang"))

    def note(self, note: re.Match[str], node: Node, look: Look) -> Look:
        """A footnote's mark stays as words; at its place in the text it stands raised."""
        number = next(note[name] for name in ("n1", "n2", "n3", "n4") if note[name])
        kind = note["word"] or note["office"] or note["docx"] or ""
        back = note["word_back"] or note["google_back"] or note["docx_back"]
        if back or note["office_place"] == "anc":
            self.note_texts.add(kind + number)
            if node.text().strip() == "↑":
                node.children.clear()
            node.children.append(" ")
            return look
        self.notes.add(kind + number)
        return look._replace(script="sup")

    # -- images ---------------------------------------------------------------------------

    def image(self, node: Node, look: Look) -> None:
        source = node.attributes.get("src", "").strip()
        lowered = source[:16].lower()
        if source.startswith("/media/"):
            address: str | None = source
        elif lowered.startswith("data:"):
            address = self.stored(source)
        else:
            address = None
            if lowered.startswith(("http:", "https:", "//")):
                self.lost.add("remote_image")
                self.findings.remote[source] = None
            else:
                self.lost.add("local_image")
        if address is None:
            self.text(" ", look)
            return
        self.look(PLAIN._replace(link=look.link))
        size = kept_attributes(node, "alt", "width", "height")
        self.out.append(f'<img src="{escape(address)}"{size}>')

    def stored(self, source: str) -> str | None:
        stored = self.findings.stored
        if source not in stored:
            data = _image_bytes(source)
            take = self.findings.store_image
            stored[source] = take(data) if data is not None and take is not None else None
        if stored[source] is None:
            self.lost.add("embedded_image")
        return stored[source]

    # -- blocks ---------------------------------------------------------------------------

    def container(self, node: Node, look: Look) -> None:
        """An element around blocks has no tag; what follows it still starts anew."""
        self.block(" </p> ")
        self.inside(node, look_of(node, look), loose=True)
        self.block(" </p> ")

    def paragraph(self, node: Node, look: Look) -> None:
        if not node.full:
            # An empty paragraph between two items does not end their list.
            self.text(" ", PLAIN)
            return
        level = heading_level(node)
        item = take_item(node)
        inner = look_of(node, look)
        if level:
            self.heading(node, inner, level, item.typed if item else "")
        elif item:
            self.list_item(node, inner, item.level, item.typed)
        elif self.lists and any(
            name.lower().startswith("msolistparagraph") for name in node.classes
        ):
            self.continue_item(node, inner)
        else:
            self.plain_paragraph(node, inner)

    def plain_paragraph(self, node: Node, look: Look, typed: str = "") -> None:
        quote = any(name.lower() in QUOTES for name in node.classes)
        if quote and not self.reopened("</blockquote>"):
            self.block("<blockquote>")
        indent = left_indent(node) + points(node.style.get("text-indent", ""))
        pushed = " data-pushed" if indent >= PUSHED_POINTS else ""
        self.block(f"<p{aligned_style(alignment(node))}{pushed}>")
        if typed:
            self.text(f"{typed} ", look)
        self.inside(node, look)
        self.block("</p>")
        if quote:
            self.out.append("</blockquote>")

    def reopened(self, end: str) -> bool:
        """Whether the last thing written was this end tag, which is taken back then."""
        place = len(self.out)
        while place and not self.out[place - 1].strip():
            place -= 1
        if not place or self.out[place - 1] != end:
            return False
        del self.out[place - 1 :]
        return True

    def heading(self, node: Node, look: Look, level: int, typed: str) -> None:
        name = f"h{min(4, max(2, level + self.shift))}"
        self.block(f"<{name}{aligned_style(alignment(node))}>")
        if typed:
            self.text(f"{typed} ", PLAIN)
        unbolden(node)
        self.inside(node, look._replace(bold=False))
        self.block(f"</{name}>")

    # -- lists ----------------------------------------------------------------------------

    def list_item(self, node: Node, look: Look, level: int, typed: str) -> None:
        while self.lists and self.lists[-1].level > level:
            self.close_list()
        current = self.lists[-1] if self.lists and self.lists[-1].level == level else None
        awaited = replace(current.mark, value=current.mark.value + 1) if current else None
        if awaited and not awaited.type:
            awaited = Mark("")
        mark = read_mark(typed, awaited)
        if mark is None:
            self.plain_paragraph(node, look, typed)
            return
        self.look(PLAIN)
        if current and mark == awaited:
            self.out.append("</li><li>")
            current.mark = mark
        else:
            if current:
                self.close_list()
            self.open_list(level, mark)
        self.inside(node, look)
        self.look(PLAIN)

    def continue_item(self, node: Node, look: Look) -> None:
        """A list paragraph without a mark belongs to the item that is indented as it is."""
        depth = max(1, round(left_indent(node) / 36))
        while len(self.lists) > 1 and self.lists[-1].level > depth:
            self.close_list()
        self.look(PLAIN)
        self.out.append("<p>")
        self.inside(node, look)
        self.look(PLAIN)
        self.out.append("</p>")

    def open_list(self, level: int, mark: Mark) -> None:
        start = f' start="{mark.value}"' if mark.value != 1 else ""
        kind = f' type="{mark.type}"' if mark.type != "1" else ""
        self.out.append(f"<ol{start}{kind}><li>" if mark.type else "<ul><li>")
        self.lists.append(_List(level, mark))

    def close_list(self) -> None:
        closed = self.lists.pop()
        self.look(PLAIN)
        self.out.append("</li></ol>" if closed.mark.type else "</li></ul>")

    def close_lists(self) -> None:
        while self.lists:
            self.close_list()

    def real_list(self, node: Node, look: Look) -> None:
        name = {"menu": "ul", "dir": "ul"}.get(node.name, node.name)
        kept = kept_attributes(node, "start", "type") if name == "ol" else ""
        self.block(f"<{name}{kept}>")
        if name == "li":
            self.cell_content(node, look)
        else:
            self.inside(node, look_of(node, look), loose=True)
        self.block(f"</{name}>")

    # -- tables ---------------------------------------------------------------------------

    def table_part(self, node: Node, look: Look) -> None:
        name = node.name
        if self.tables > 1 or (self.tables and name == "table"):
            self.lost.add("nested_table")
            self.inner_table(node, look)
        elif not self.tables and name != "table":
            self.inner_table(node, look)
        elif name in CELLS:
            self.cell(node, look)
        else:
            self.tables += name == "table"
            if name in SECTIONS or name == "table":
                self.in_head = name == "thead"
            self.block(f"<{name}>")
            self.inside(node, look_of(node, look), loose=name != "caption")
            self.block(f"</{name}>")
            self.in_head = self.in_head and name != "thead"
            self.tables -= name == "table"

    def inner_table(self, node: Node, look: Look) -> None:
        """A table in a cell, or parts without a table: each cell as a paragraph."""
        self.tables += node.name == "table"
        if node.name in CELLS and not node.blocks:
            self.plain_paragraph(node, look_of(node, look))
        else:
            self.container(node, look)
        self.tables -= node.name == "table"

    def cell(self, node: Node, look: Look) -> None:
        name = "th" if self.in_head else node.name
        kept = kept_attributes(node, "colspan", "rowspan")
        if name == "th":
            told = kept_attributes(node, "scope")
            kept += told or (self.in_head * f' scope="{"colgroup" if wide(node) else "col"}"')
            unbolden(node)
        alone = only_paragraph(node)
        aligned = aligned_style((alignment(alone) if alone else "") or alignment(node))
        self.block(f"<{name}{kept}{aligned}>")
        self.cell_content(node, look._replace(bold=False) if name == "th" else look)
        self.block(f"</{name}>")

    def cell_content(self, owner: Node, look: Look) -> None:
        """The content of a cell or an item; its only paragraph needs no tag."""
        alone = only_paragraph(owner)
        look = look_of(owner, look)
        for child in owner.children:
            if child is alone and isinstance(child, Node):
                self.cell_content(child, look)
            elif isinstance(child, Node):
                self.node(child, look, loose=True)
            else:
                if child.strip():
                    self.close_lists()
                self.text(child, look)


def _image_bytes(source: str) -> bytes | None:
    """The bytes of a base64 `data:` address; None when there are none or too many."""
    head, comma, data = source.partition(",")
    if not comma or not head.lower().replace(" ", "").endswith(";base64"):
        return None
    if len(data) > MAX_IMAGE_BYTES * 3 // 2:
        return None
    try:
        decoded = base64.b64decode("".join(data.split()).replace("%2B", "+"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if 0 < len(decoded) <= MAX_IMAGE_BYTES else None
