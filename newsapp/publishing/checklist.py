"""Before it is published: what a careful colleague would still point at.

A checklist, not a lock: it never refuses anything and never changes a word. Measured on
2026-11-22 with the 44 demo articles (clean text) and 78 runs of 3 to 5 articles of one section:
no finding about words, spacing, pairs or dates. See `tests/publishing/test_checklist.py` and,
for slips of the finger, `newsapp.text.spelling`.

Decorative images: the editor writes `alt=""` for every image that nobody described, so an empty
alternative text says nothing. An image counts as decorative when it also carries
`role="presentation"`; any other image needs a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from newsapp.publishing.articles import Content
from newsapp.publishing.findings import MESSAGES, Finding, Place, Severity, finding
from newsapp.text import blocks, proofreading
from newsapp.text.blocks import HEADINGS, Block, Body
from newsapp.text.spelling import slips
from newsapp.text.vietnamese import fold, one_line, weekday_name

TITLE_LONG = 120
PARAGRAPH_LONG = 1_200
OLD = timedelta(days=30)
FAR = timedelta(days=365)
# Of one kind, so many are told; the rest is counted in one finding `more`.
MOST_OF_A_KIND = 20

BLOCK_SELECTOR = blocks.SELECTOR

__all__ = ["BLOCK_SELECTOR", "MESSAGES", "Finding", "Place", "Severity", "check"]


@dataclass(frozen=True)
class _Line:
    """A piece of running text and where it stands."""

    field: str
    block: int | None
    text: str


def check(
    content: Content,
    *,
    publish_at: datetime | None,
    now: datetime,
    known_domains: Collection[str] = (),
    image_alts: Mapping[str, str] | None = None,
    cover_alt: str = "",
    is_new: bool = True,
) -> tuple[Finding, ...]:
    """What to look at before `content` is published; pure, and linear in the size of the text.

    The body is read as it is given; places fit the body that `richtext.clean` returns. Both
    moments are aware (TypeError otherwise). `known_domains` holds host names that readers may be
    sent to, each with everything under it (`gov.vn`). `image_alts` maps `/media/…` addresses to
    the descriptions in the media library, offered where the body has none. `is_new`: never
    published before; only then is a time long past worth a word.

    Findings about the body come last, in the order of the document. At most `MOST_OF_A_KIND` of
    one code are told; `more`, at the very end, counts the others.
    """
    title = one_line(content.title)
    body = blocks.read(content.body)
    head = [
        *_of_title(title),
        *_of_fields(content, cover_alt),
        *_of_time(publish_at, now, is_new=is_new),
    ]
    if not body.images and not any(block.text.strip() for block in body.blocks):
        head.append(finding("body_missing", "body"))
    lines = [
        _Line("title", None, title),
        _Line("lead", None, one_line(content.lead)),
        *(_Line("body", block.index, block.text) for block in body.blocks if block.text),
    ]
    words = _Words(lines)
    in_body = [
        *_of_headings(body),
        *_of_images(body, image_alts or {}),
        *_of_links(body, known_domains),
        *_of_blocks(body),
        *(one for one in words.findings if one.place),
    ]
    in_body.sort(key=lambda one: one.place.block if one.place else -1)
    beside = [one for one in words.findings if not one.place]
    return _capped([*head, *beside, *in_body], words.seen)


def _capped(findings: list[Finding], counted: Counter[str]) -> tuple[Finding, ...]:
    """`counted`: of these codes, how many there are, those left out already among them."""
    seen: Counter[str] = Counter()
    kept = []
    for one in findings:
        seen[one.code] += 1
        if seen[one.code] <= MOST_OF_A_KIND:
            kept.append(one)
    kept += (
        finding("more", "body", kind=code, count=str(count - MOST_OF_A_KIND))
        for code, count in (seen | counted).items()
        if count > MOST_OF_A_KIND
    )
    return tuple(kept)


# -- fields -----------------------------------------------------------------------------------


def _of_title(title: str) -> Iterator[Finding]:
    if not title:
        yield finding("title_missing", "title")
        return
    if len(title) > TITLE_LONG:
        yield finding("title_long", "title", count=str(len(title)), limit=str(TITLE_LONG))
    words = [word for word in title.split() if any(map(str.isalpha, word))]
    # One word may be a name of capitals: VNeID, UBND.
    if len(words) > 2 and title.isupper():
        yield finding("title_capitals", "title")
    if title.endswith(".") and not title.endswith(".."):
        yield finding("title_full_stop", "title")


def _of_fields(content: Content, cover_alt: str) -> Iterator[Finding]:
    if not content.lead.strip():
        yield finding("lead_missing", "lead")
    if content.section_id is None:
        yield finding("section_missing", "section_id")
    if content.cover_id is not None and not cover_alt.strip():
        yield finding("cover_alt_missing", "cover_id")
    if not content.byline.strip() and not content.source.strip():
        yield finding("byline_missing", "byline")


def _of_time(publish_at: datetime | None, now: datetime, *, is_new: bool) -> Iterator[Finding]:
    if publish_at is None:
        return
    if now.utcoffset() is None or publish_at.utcoffset() is None:
        raise TypeError("the checklist needs moments with a time zone")
    if is_new and publish_at < now - OLD:
        yield finding("publish_at_past", "publish_at", days=str((now - publish_at).days))
    if publish_at > now + FAR:
        yield finding("publish_at_far", "publish_at", days=str((publish_at - now).days))


# -- the body ---------------------------------------------------------------------------------


def _of_headings(body: Body) -> Iterator[Finding]:
    level = 1
    for block in body.blocks:
        if block.name not in HEADINGS:
            continue
        if not block.text.strip() and not block.images:
            yield finding("heading_empty", "body", block.index)
            continue
        deeper = int(block.name[1])
        if deeper > level + 1:
            yield finding("heading_jump", "body", block.index, _first(block), name=block.name)
        level = deeper
    flow = [block for block in body.blocks if block.text.strip()]
    for block, following in pairwise(flow):
        # Several bold lines in a row are a signature or a letterhead.
        if _like_heading(block) and not following.bold and following.name in ("p", "li", "td"):
            yield finding("heading_bold", "body", block.index, _first(block))


def _like_heading(block: Block) -> bool:
    return (
        block.name == "p"
        and block.bold
        and not block.inside
        and len(block.text) <= TITLE_LONG
        and not block.text.rstrip().endswith((".", "!", "…", ";", ","))
    )


def _first(block: Block) -> str:
    """The first words of a block, for showing."""
    return proofreading.around(block.text, 0, 0) or block.text[:24]


def _of_images(body: Body, image_alts: Mapping[str, str]) -> Iterator[Finding]:
    for image in body.images:
        decorative = image.attributes.get("role") in ("presentation", "none")
        if image.attributes.get("alt", "").strip() or decorative:
            continue
        known = image_alts.get(image.attributes.get("src", ""), "").strip()
        if known:
            yield finding("image_alt_known", "body", image.block, known=known)
        else:
            yield finding("image_alt_missing", "body", image.block)


_VAGUE = frozenset(
    (
        *("tai day", "o day", "day", "bam vao day", "bam day", "nhan vao day", "nhap vao day"),
        *("kich vao day", "click vao day", "xem tai day", "xem o day", "tai ve tai day", "link"),
        *("xem them", "xem chi tiet", "chi tiet", "xem tiep", "duong dan", "lien ket", "here"),
        *("click here", "read more", "more", "link nay", "tai ve"),
    )
)


def _of_links(body: Body, known_domains: Collection[str]) -> Iterator[Finding]:
    known = {domain.lower().strip(".") for domain in known_domains}
    for link in body.links:
        host = _host(link.href)
        if host and not _is_known(host, known):
            yield finding("link_outside", "body", link.block, link.words or host, host=host)
        if fold(link.words).strip(" .,:;!?…()[]<>»«") in _VAGUE:
            yield finding("link_vague", "body", link.block, link.words)


def outside_hosts(body: str) -> list[str]:
    """The hosts that links in a body lead to, each once, in their order."""
    hosts = (_host(link.href) for link in blocks.read(body).links)
    return list(dict.fromkeys(host for host in hosts if host))


def _host(href: str) -> str:
    """The host that an address leads to; empty for one inside this site, a mail or a phone."""
    try:
        parts = urlsplit(href)
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return href.partition("//")[2][:60]


def _is_known(host: str, known: Collection[str]) -> bool:
    labels = host.split(".")[-20:]
    return any(".".join(labels[start:]) in known for start in range(len(labels)))


def _of_blocks(body: Body) -> Iterator[Finding]:
    for block in body.blocks:
        if block.name == "table" and block.rows > 1 and block.columns > 1 and not block.headed:
            yield finding("table_no_header", "body", block.index)
        if block.name in ("p", "li") and len(block.text) > PARAGRAPH_LONG:
            yield finding("paragraph_long", "body", block.index, count=str(len(block.text)))


# -- words ------------------------------------------------------------------------------------

# Code, the function that finds it, and whether the words around are needed to see it.
_READERS = (
    ("word_doubled", proofreading.doubled_words, False),
    ("space_run", proofreading.space_runs, True),
    ("space_before", proofreading.spaces_before, True),
    ("comma_no_space", proofreading.commas_without_space, True),
)


class _Words:
    """What is found in running text; past `MOST_OF_A_KIND` it is only counted."""

    def __init__(self, lines: list[_Line]) -> None:
        self.lines = lines
        self.findings: list[Finding] = []
        self.seen: Counter[str] = Counter()
        texts = [line.text for line in lines]
        for line in lines:
            self.of_line(line)
        for number, start in proofreading.lonely_signs(texts):
            self.add("sign_lonely", lines[number], (start, start + 1), sign=texts[number][start])
        for slip in slips(texts):
            values = {"likely": slip.likely, "count": str(slip.count)}
            self.add("slip", lines[slip.text], slip.words, **values)

    def of_line(self, line: _Line) -> None:
        for code, reader, needs_context in _READERS:
            for start, end in reader(line.text):
                self.add(code, line, (start, end) if needs_context else line.text[start:end])
        for (start, end), day in proofreading.doubtful_dates(line.text):
            words = line.text[start:end]
            if day is None:
                self.add("date_impossible", line, words)
            else:
                self.add("date_weekday", line, words, weekday=weekday_name(day))

    def add(self, code: str, line: _Line, words: str | tuple[int, int], **values: str) -> None:
        """`words`: as they are shown, or a place to be shown with what is around it."""
        self.seen[code] += 1
        if self.seen[code] <= MOST_OF_A_KIND:
            shown = words if isinstance(words, str) else proofreading.around(line.text, *words)
            self.findings.append(finding(code, line.field, line.block, shown, **values))
