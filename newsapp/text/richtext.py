"""HTML that came from people: made safe, made plain, cut short.

The only module that imports bleach and nh3. A body passes three gates, each of which would do
alone for honest input: `markup.rewrite` (shape and limits), nh3, and bleach; all of them ask
`_attribute` what may stay.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import bleach
import nh3
from bleach.css_sanitizer import CSSSanitizer

from newsapp.text.markup import RichTextError, RichTextTooDeep, RichTextTooLong, rewrite
from newsapp.text.tokens import Start, Text, tokens
from newsapp.text.vietnamese import normalize, one_line

__all__ = [
    "Cleaned",
    "RichTextError",
    "RichTextTooDeep",
    "RichTextTooLong",
    "aligned_by_class",
    "clean",
    "clean_with_report",
    "excerpt",
    "from_plain",
    "media_paths",
    "plain_text",
]

MAX_LENGTH = 1_000_000
_MAX_PASSES = 5

_SCHEMES = {"http", "https", "mailto", "tel"}
_ADDRESS = re.compile(r"(?:https?://[^/?#]|mailto:[^/]|tel:[+0-9]|/(?!/)|#)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_ALIGNMENT = re.compile(
    r"(?:^|;)\s*text-align\s*:\s*(left|right|center|justify)\s*(?:!\s*important\s*)?(?=;|$)"
)


@dataclass(frozen=True)
class Cleaned:
    """Safe HTML, and how many images were left out because they are not kept on this site."""

    html: str
    dropped_images: int


def _href(value: str) -> str | None:
    address = re.sub("[\t\n]", "", value).strip().replace(" ", "%20").replace("\xa0", "%20")
    return address if _ADDRESS.match(address) and "\\" not in address else None


def _media_address(value: str) -> str | None:
    address = _href(value)
    if address is None or not address.startswith("/media/") or ".." in address:
        return None
    return address


def _text_align(value: str) -> str | None:
    found = _ALIGNMENT.findall(value.lower())
    return f"text-align: {found[-1]};" if found else None


def _whole(low: int, high: int) -> Callable[[str], str | None]:
    def within(value: str) -> str | None:
        value = value.strip()
        if not re.fullmatch("-?[0-9]{1,9}", value):
            return None
        return str(min(max(int(value), low), high))

    return within


def _one_of(*values: str) -> Callable[[str], str | None]:
    return lambda value: value if value in values else None


def _label(value: str) -> str | None:
    return one_line(value)[:1000].rstrip()


def _language(value: str) -> str | None:
    return value if _LANGUAGE.fullmatch(value) else None


_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "strong", "em", "u", "s", "sub", "sup", "a", "abbr"),
    *("blockquote", "ul", "ol", "li", "span", "figure", "figcaption", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
_SPAN = _whole(1, 100)
_ATTRIBUTES: dict[str, dict[str, Callable[[str], str | None]]] = {
    "p": {"style": _text_align},
    "h2": {"style": _text_align},
    "h3": {"style": _text_align},
    "h4": {"style": _text_align},
    "figure": {"style": _text_align},
    "td": {"style": _text_align, "colspan": _SPAN, "rowspan": _SPAN},
    "th": {
        "style": _text_align,
        "colspan": _SPAN,
        "rowspan": _SPAN,
        "scope": _one_of("row", "col", "rowgroup", "colgroup"),
    },
    "ol": {"start": _whole(-99_999, 99_999), "type": _one_of("1", "a", "A", "i", "I")},
    "img": {
        "src": _media_address,
        "alt": _label,
        # Says that an image is decoration, so that its missing description is no mistake.
        "role": _one_of("presentation"),
        "width": _whole(1, 10_000),
        "height": _whole(1, 10_000),
    },
    "a": {"href": _href, "title": _label, "hreflang": _language, "rel": _one_of("noopener")},
    "abbr": {"title": _label},
}


def _attribute(element: str, name: str, value: str) -> str | None:
    """The site's policy for one attribute: the value to keep, or None."""
    if name == "lang":
        return _language(value) if element in _TAGS else None
    rule = _ATTRIBUTES.get(element, {}).get(name)
    return rule(value) if rule else None


def _attributes(element: str, given: dict[str, str]) -> dict[str, str]:
    answers = {name: _attribute(element, name, value) for name, value in given.items()}
    kept = {name: value for name, value in answers.items() if value is not None}
    kept.pop("rel", None)
    if element == "a" and kept.get("href", "").lower().startswith("http"):
        kept["rel"] = "noopener"
    return kept


def _bleach_attribute(element: str, name: str, value: str) -> bool:
    return _attribute(element, name, value) == value


_CLEANER = bleach.Cleaner(
    tags=_TAGS,
    attributes=_bleach_attribute,
    protocols=_SCHEMES,
    css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"], allowed_svg_properties=[]),
    strip=True,
)


def clean(html: str) -> str:
    """The safe form of `html` for storing; see `clean_with_report`."""
    return clean_with_report(html).html


def clean_with_report(html: str) -> Cleaned:
    """HTML from a person -> the body that is stored: a run of blocks, safe to show as it is.

    Cleaning the result again changes nothing. Images that are not under `/media/` are left out
    and counted. Raises RichTextTooLong (over `MAX_LENGTH` characters or too many elements),
    RichTextTooDeep, or their base RichTextError when no stable form is found.
    """
    if len(html) > MAX_LENGTH:
        raise RichTextTooLong(f"more than {MAX_LENGTH} characters")
    dropped_images = 0
    for _ in range(_MAX_PASSES):
        shaped, dropped = rewrite(html, _attributes)
        dropped_images += dropped
        safe = nh3.clean(
            shaped,
            tags=_TAGS,
            attributes={"*": {"lang"}} | {name: set(rules) for name, rules in _ATTRIBUTES.items()},
            attribute_filter=_attribute,
            url_schemes=_SCHEMES,
            link_rel=None,
        )
        cleaned = str(_CLEANER.clean(safe))
        if cleaned == html:
            return Cleaned(cleaned, dropped_images)
        html = cleaned
    raise RichTextError("no stable form of this text was found")


# The cleaner writes attributes in double quotes, escapes those inside, and keeps no class.
_ALIGNED = re.compile(
    r'(<[a-z]+[0-9]?(?: [a-z]+="[^"]*")*) style="text-align: (left|center|right|justify);"'
)


def aligned_by_class(html: str) -> str:
    """A stored body with ``class="align-center"`` instead of ``style="text-align: center;"``:
    the pages' policy lets no style through that is not in a file of ours."""
    return _ALIGNED.sub(r'\1 class="align-\2"', html)


_INLINE = {"strong", "em", "b", "i", "u", "s", "sub", "sup", "a", "abbr", "span", "font", "img"}


def plain_text(html: str) -> str:
    """The words of any HTML, one line per block, cell or `<br>`; character references resolved,
    no-break spaces and runs of white space as one space. Linear time, no errors."""
    pieces: list[str] = []
    for token in tokens(html):
        if isinstance(token, Text):
            pieces.append(re.sub(r"\s", " ", token.data))
        elif token.name not in _INLINE:
            pieces.append("\n")
    lines = (one_line(line) for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def from_plain(text: str) -> str:
    """Plain text -> HTML: a blank line parts paragraphs, a single line end becomes `<br>`.

    For a body typed without any tag; the result still goes through `clean`.
    """
    paragraphs = (
        "<br>".join(escape(one_line(line), quote=False) for line in paragraph.split("\n"))
        for paragraph in re.split(r"\n(?:[^\S\n]*\n)+", normalize(text).strip())
        if paragraph
    )
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters of plain `text` in one line, cut between words and ended by
    `…` where something was left out. Raises ValueError for a limit below 1."""
    if limit < 1:
        raise ValueError("an excerpt needs room for one character")
    line = one_line(text)
    if len(line) <= limit:
        return line
    kept = line[:limit].rpartition(" ")[0] or line[: limit - 1]
    return kept.rstrip(" ,;:.-–") + "…"


def media_paths(html: str) -> set[str]:
    """The `/media/…` addresses that `html` shows or links to, as written in its attributes."""
    return {
        address
        for token in tokens(html)
        if isinstance(token, Start)
        for name in ("src", "href")
        if (address := token.attributes.get(name, "")).startswith("/media/")
    }
