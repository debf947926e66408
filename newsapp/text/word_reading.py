"""What one element of a paste means: how its text looks, whether it is a heading, a note, a comment."""

import re
from html import escape
from typing import Any, NamedTuple

from newsapp.text.tree import INLINE, LISTS, PARAGRAPHS, Node


class Look(NamedTuple):
    """What the text at one place looks like; `link` and `abbr` are attributes as they are
    written."""

    link: str = ""
    abbr: str = ""
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    script: str = ""

    def tags(self) -> list[tuple[str, str]]:
        """Outermost first, so that equal looks give equal tags."""
        wanted = (
            ("a", self.link, bool(self.link)),
            ("abbr", self.abbr, bool(self.abbr)),
            ("strong", "", self.bold),
            ("em", "", self.italic),
            ("u", "", self.underline and not self.link),
            ("s", "", self.strike),
            (self.script, "", bool(self.script)),
        )
        return [(name, attributes) for name, attributes, on in wanted if on]


PLAIN = Look()
_TAG_LOOKS: dict[str, dict[str, Any]] = {
    "b": {"bold": True},
    "strong": {"bold": True},
    "i": {"italic": True},
    "em": {"italic": True},
    "u": {"underline": True},
    "ins": {"underline": True},
    "s": {"strike": True},
    "strike": {"strike": True},
    "del": {"strike": True},
    "sub": {"script": "sub"},
    "sup": {"script": "sup"},
}


def look_of(node: Node, look: Look) -> Look:
    """The look of the text in `node`, which stands in text that looks like `look`."""
    changes: dict[str, Any] = dict(_TAG_LOOKS.get(node.name, {}))
    if node.name == "ins" and "datetime" in node.attributes:
        changes.clear()
    style = node.style
    if weight := style.get("font-weight"):
        heavy = weight in ("bold", "bolder") or (weight.isdigit() and int(weight[:4]) >= 600)
        if heavy or weight in ("normal", "lighter") or weight.isdigit():
            changes["bold"] = heavy
    if slant := style.get("font-style"):
        changes["italic"] = slant.startswith(("italic", "oblique"))
    line = style.get("text-decoration") or style.get("text-decoration-line") or ""
    if "underline" in line:
        changes["underline"] = True
    if "line-through" in line:
        changes["strike"] = True
    if line.startswith("none") and node.name in ("u", "ins", "s", "strike"):
        changes.update(underline=look.underline, strike=look.strike)
    raised = style.get("vertical-align", "") if node.name in INLINE else ""
    if raised in ("super", "sub"):
        changes["script"] = "sup" if raised == "super" else "sub"
    return look._replace(**changes) if changes else look


_ALIGNMENTS = {"right": "right", "end": "right", "center": "center", "justify": "justify"}


def alignment(node: Node) -> str:
    told = node.style.get("text-align") or node.attributes.get("align", "").lower()
    if node.name == "center":
        told = "center"
    return _ALIGNMENTS.get(told, "")


def aligned_style(alignment: str) -> str:
    return f' style="text-align: {alignment};"' if alignment else ""


def kept_attributes(node: Node, *names: str) -> str:
    return "".join(
        f' {name}="{escape(node.attributes[name])}"' for name in names if name in node.attributes
    )


_OUTLINE = re.compile(r"(?:msoheading|heading)\s?([1-9])")


def heading_level(node: Node) -> int:
    """1-9 for what is a heading to Word or in HTML, 0 otherwise."""
    if node.name in PARAGRAPHS and node.name != "p":
        return int(node.name[1])
    if node.name not in ("p", "div") or node.blocks:
        return 0
    for name in map(str.lower, node.classes):
        if name == "msotitle":
            return 1
        if match := _OUTLINE.fullmatch(name):
            return int(match[1])
    outline = node.style.get("mso-outline-level", "")
    return int(outline) if re.fullmatch("[1-9]", outline) else 0


QUOTES = frozenset(("msoquote", "msointensequote", "msoquotecxspfirst", "msoblocktext"))
NOTE = re.compile(
    r"#(?:_(?P<word>ftn|edn)(?P<word_back>ref)?(?P<n1>[0-9]+)"
    r"|sd(?P<office>foot|end)note(?P<n2>[0-9]+)(?P<office_place>sym|anc)"
    r"|ftnt(?P<google_back>_ref)?(?P<n3>[0-9]+)"
    r"|(?P<docx>foot|end)note-(?P<docx_back>ref-)?(?P<n4>[0-9]+))"
)
DEAD_LINK = re.compile(r"#(?:_|heading=|bookmark=|id\.)")
_COMMENT_LINK = re.compile(r"#(?:_msocom|_msoanchor|cmnt)")
OBJECTS = frozenset(("object", "embed", "video", "audio", "canvas", "svg"))
FIELDS = frozenset(("input", "select", "button"))


def unbolden(node: Node) -> None:
    """Take bold out of the content of a heading, where it says nothing."""
    node.style.pop("font-weight", None)
    for leaf in node.leaves():
        if isinstance(leaf, Node):
            leaf.style.pop("font-weight", None)
            leaf.name = "span" if leaf.name in ("b", "strong") else leaf.name


def wide(cell: Node) -> bool:
    return cell.attributes.get("colspan", "1").strip() not in ("", "0", "1")


def only_paragraph(owner: Node) -> Node | None:
    """The one paragraph in `owner`, where nothing but lists follows it."""
    full = owner.full_children()
    first = full[0] if full else None
    if not isinstance(first, Node) or first.name not in ("p", "div", "center"):
        return None
    if any(not isinstance(child, Node) or child.name not in LISTS for child in full[1:]):
        return None
    if "mso-list" in first.style or heading_level(first):
        return None
    return first


def is_comment(node: Node) -> bool:
    """A link to a comment, or the paragraph of a comment's own text."""
    if node.name == "a":
        return bool(_COMMENT_LINK.match(node.attributes.get("href", "")))
    first = next(iter(node.full_children()), None)
    return (
        isinstance(first, Node)
        and first.name == "a"
        and first.attributes.get("href", "").startswith("#cmnt_ref")
    )
