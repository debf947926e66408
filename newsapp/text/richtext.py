"""HTML that came from people: made safe, made plain, cut short.

The only module that imports bleach and nh3.
"""

import html as html_module
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import bleach
import nh3
from bleach.css_sanitizer import CSSSanitizer

from newsapp.text.vietnamese import normalize

MAX_LENGTH = 1_000_000


class RichTextError(ValueError):
    """HTML that cannot be taken in; the person has to send something else."""


class RichTextTooLong(RichTextError):
    """More than `MAX_LENGTH` characters."""


class RichTextTooDeep(RichTextError):
    """Elements nested deeper than any real text."""


@dataclass(frozen=True)
class Cleaned:
    """Safe HTML, and how many images were left out because they are not on this site."""

    html: str
    dropped_images: int


_TAGS = set(
    "p br hr h2 h3 h4 strong em u s sub sup blockquote ul ol li table caption thead tbody tfoot"
    " tr th td figure figcaption img a abbr span".split()
)
_ATTRIBUTES = {
    "*": ["lang", "style"],
    "ol": ["start", "type"],
    "th": ["scope", "colspan", "rowspan"],
    "td": ["colspan", "rowspan"],
    "img": ["src", "alt", "width", "height"],
    "a": ["href", "title", "hreflang"],
    "abbr": ["title"],
}


def clean(html: str) -> str:
    """The safe form of `html` for storing; see `clean_with_report`."""
    return clean_with_report(html).html


def clean_with_report(html: str) -> Cleaned:
    """HTML from a person -> the body that is stored. Raises RichTextError."""
    if len(html) > MAX_LENGTH:
        raise RichTextTooLong(f"more than {MAX_LENGTH} characters")
    safe = nh3.clean(
        normalize(html),
        tags=_TAGS,
        attributes={name: set(values) for name, values in _ATTRIBUTES.items()},
        link_rel=None,
    )
    cleaner = bleach.Cleaner(
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        protocols={"http", "https", "mailto", "tel"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
        strip=True,
    )
    return Cleaned(str(cleaner.clean(safe)), 0)


_BREAKING = set("p br hr h2 h3 h4 blockquote ul ol li table caption tr th td figure div".split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BREAKING:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))


def plain_text(html: str) -> str:
    """The words of `html`, one line per block; entities resolved, no-break spaces as spaces."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = (" ".join(line.split()) for line in "".join(words.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def from_plain(text: str) -> str:
    """Plain text -> HTML: a blank line parts paragraphs, a single line end becomes `<br>`."""
    paragraphs = re.split(r"\n\s*\n", normalize(text).strip())
    return "".join(
        f"<p>{html_module.escape(paragraph, quote=False).replace(chr(10), '<br>')}</p>"
        for paragraph in paragraphs
        if paragraph
    )


def excerpt(text: str, limit: int) -> str:
    """At most `limit` characters of plain `text` in one line, cut at a word, ended by `…`."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = line[:limit].rpartition(" ")[0] or line[: limit - 1]
    return cut.rstrip(" ,;:.-–") + "…"


_MEDIA = re.compile(r"""(?:src|href)="(/media/[^"]*)\"""")


def media_paths(html: str) -> set[str]:
    """The `/media/…` addresses that a stored body shows or links to."""
    return {html_module.unescape(path) for path in _MEDIA.findall(html)}
