"""Reads the saved text of one article page of an old office portal.

Such a file is what a browser or a crawler keeps of a page once the markup is gone: the visit
counter one digit a line, section and date line, title, body, a byline pushed to the right with
no-break spaces, the view count, and the labels of the side column. This file only reads; it
knows no database.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from newsapp.text.richtext import from_plain
from newsapp.text.vietnamese import fold, normalize, parse_dateline

MAX_BYTES = 2 * 1024 * 1024
MAX_LINES = 20_000
SECTION_MAX = 200
TITLE_MAX = 300
BYLINE_MAX = 60
CREDIT_MAX = 120
CREDIT_LINES = 3
PUSHED_COLUMNS = 12
TAB_COLUMNS = 8
NUMBER_DIGITS = 9
YEARS = range(1990, 2101)

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Every pattern below is matched against folded text: no marks, lower case, single spaces.
_NUMBER = r"[0-9][0-9., ]*"
# Words that a body may well have as a heading of its own, and words that only a portal writes.
_PLAIN_LABELS = r"lien ket|hinh anh|luu tru"
_SURE_LABELS = r"luu tru ?\( ?lich ?\)|xem tiep|xem theo ngay|ban in|quay lai"
_NEIGHBOURS = r"tin moi hon|tin da dua"
_ANY_LABEL = rf"(?:(?:{_SURE_LABELS}|{_PLAIN_LABELS}|{_NEIGHBOURS}) ?[:|]? ?)"
_LABELS_ONLY = re.compile(rf"{_ANY_LABEL}+")
_SURE_ONLY = re.compile(rf"(?=.*(?:{_SURE_LABELS})){_ANY_LABEL}+")
_NEIGHBOURS_ONLY = re.compile(rf"(?=.*(?:{_NEIGHBOURS})){_ANY_LABEL}+")
_SIDE_COLUMN = re.compile(rf"(?=.*(?:xem|\( ?lich)){_ANY_LABEL}+")
_VIEWS = re.compile(rf"so luot nguoi xem ?:? ?(?P<number>{_NUMBER})?{_ANY_LABEL}*")
_COUNTER = re.compile(rf"so luot truy cap ?:? ?(?P<number>{_NUMBER})?")
_NUMBER_ONLY = re.compile(_NUMBER)
_DATELINE = re.compile(
    r"(?P<weekday>(?:thu ?(?:hai|ba|tu|nam|sau|bay|[2-7])|chu nhat|\b(?:cn|t[2-7]))"
    r" ?[,.-]? ?(?:ngay )?)?"
    r"(?<![0-9/])(?P<date>[0-9]{1,2}/[0-9]{1,2}/[0-9]{4})"
    r"(?:(?: ?[,-] ?| )(?:luc )?(?P<time>[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2})?))?$"
)
_CREDIT = re.compile(
    r"(?=tac gia|nguon)(?:tac gia ?:(?P<author>.*?))?(?:[ ,;|–-]*nguon ?:(?P<source>.*))?"
)
_LEAD = re.compile(r"tom tat ?: ?")
_PROSE_END = re.compile(r"(?:\w\w|/)[.!?;:…]$")


class PortalTextError(ValueError):
    """The file is not the text of one portal page; the message is one sentence for the operator."""


@dataclass(frozen=True)
class PortalPage:
    """One article as the page shows it; every string is NFC, on one line, without no-break spaces.

    ``section`` is empty when the page names none. ``published_at`` is aware and in the zone given
    to `parse`. ``lead`` is empty unless the page marks one (a first paragraph that opens with
    ``Tóm tắt:``): an unmarked first paragraph stays in the body, nothing is invented.
    ``paragraphs`` has one item for each line of the body, ``body_html`` the same escaped for HTML.
    ``byline`` and ``source`` are empty, ``views`` and ``site_counter`` None where the page has
    none (or a number of more than nine digits, which no such office ever counted).
    """

    section: str
    published_at: datetime
    title: str
    lead: str
    paragraphs: tuple[str, ...]
    byline: str
    source: str
    views: int | None
    site_counter: int | None
    body_html: str


@dataclass(frozen=True)
class _Line:
    text: str
    folded: str
    indent: int


@dataclass(frozen=True)
class _Dateline:
    index: int
    section: str
    moment: datetime


def parse(data: bytes, zone: ZoneInfo) -> PortalPage:
    """Read one saved page: UTF-8 (with or without byte order mark) or UTF-16 with one.

    The first date line wins, its date counts and its weekday does not; times are local to
    ``zone``. The body ends at the view count or at the lists of newer and older articles. A line
    is a paragraph. The words of the body are kept as they are.

    Raises `PortalTextError` with what is missing or wrong.
    """
    lines = _lines(_decode(data))
    if not lines:
        raise PortalTextError("The file is empty.")
    dateline = _find_dateline(lines, zone)
    start = dateline.index + 1
    end = _end_of_article(lines, start)
    title, rest = _title_and_rest(lines[start:end])
    body, byline, source = _without_credits(title, rest)
    if not body:
        raise PortalTextError("There is no body under the title.")
    lead, paragraphs = _lead_and_paragraphs(body)
    return PortalPage(
        section=dateline.section,
        published_at=dateline.moment,
        title=title.text,
        lead=lead,
        paragraphs=paragraphs,
        byline=byline,
        source=source,
        views=_views(lines[end:]),
        site_counter=_site_counter([*lines[: dateline.index], *lines[end:]]),
        body_html=from_plain("\n\n".join(paragraphs)),
    )


def identity(page: PortalPage) -> str:
    """Return the key by which a second import knows the page again: ``text:`` and 64 hex digits.

    Made of section, minute of publication in UTC and title, without regard to marks and case; a
    corrected body, byline or view count does not change it.
    """
    minute = page.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
    key = "\n".join((fold(page.section), minute, fold(page.title)))
    return "text:" + sha256(key.encode()).hexdigest()


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise PortalTextError("The file is larger than 2 MB, too large for the text of one page.")
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise PortalTextError(
            "The file is not UTF-8 text; save it as UTF-8, or as UTF-16 with a byte order mark."
        ) from None
    if "\0" in text:
        raise PortalTextError("The file is not text: it holds zero bytes.")
    return text


def _lines(text: str) -> list[_Line]:
    written = normalize(text).split("\n")
    if len(written) > MAX_LINES:
        raise PortalTextError("The file has more than 20,000 lines, too many for one page.")
    lines = []
    for line in written:
        if clean := " ".join(line.split()):
            lines.append(_Line(clean, fold(clean), _indent(line)))
    return lines


def _indent(line: str) -> int:
    column = 0
    for character in line:
        if character == "\t":
            column += TAB_COLUMNS - column % TAB_COLUMNS
        elif character.isspace():
            column += 1
        else:
            break
    return column


def _find_dateline(lines: Sequence[_Line], zone: ZoneInfo) -> _Dateline:
    for index, line in enumerate(lines):
        if _VIEWS.fullmatch(line.folded) or _NEIGHBOURS_ONLY.fullmatch(line.folded):
            break
        if len(line.text) > SECTION_MAX + 50 or not (found := _DATELINE.search(line.folded)):
            continue
        before = line.text[: found.start()].strip(" ,;:|–-")
        # A sentence may end in a date; with words before it, only weekday or time make it a line.
        if before and not (found["weekday"] or found["time"]):
            continue
        moment = _moment(found["date"], found["time"] or "00:00", zone)
        return _Dateline(index, before or _section_above(lines[:index]), moment)
    raise PortalTextError("There is no date line such as “Thứ Bảy, 15/04/2017, 10:00” on the page.")


def _moment(date: str, time: str, zone: ZoneInfo) -> datetime:
    moment = parse_dateline(f"{date}, {time.replace('h', ':')}", zone)
    if moment is None or moment.year not in YEARS:
        raise PortalTextError(f"The date line names an impossible date or time: “{date}, {time}”.")
    return moment


def _section_above(lines: Sequence[_Line]) -> str:
    if not lines or len(lines[-1].text) > SECTION_MAX:
        return ""
    furniture = (_NUMBER_ONLY, _COUNTER, _LABELS_ONLY)
    named = not any(pattern.fullmatch(lines[-1].folded) for pattern in furniture)
    return lines[-1].text if named else ""


def _end_of_article(lines: Sequence[_Line], start: int) -> int:
    """The side column's labels decide only where neither view count nor lists do."""
    for ends in (_ends_for_sure, lambda line: _SIDE_COLUMN.fullmatch(line.folded)):
        for index in range(start, len(lines)):
            if ends(lines[index]):
                return index
    return len(lines)


def _ends_for_sure(line: _Line) -> bool:
    # With its number on the same line it may be an item of a list in the body.
    counter = _COUNTER.fullmatch(line.folded)
    if counter and counter["number"] is None:
        return True
    return bool(_VIEWS.fullmatch(line.folded) or _NEIGHBOURS_ONLY.fullmatch(line.folded))


def _title_and_rest(lines: Sequence[_Line]) -> tuple[_Line, list[_Line]]:
    article = [line for line in lines if not _SURE_ONLY.fullmatch(line.folded)]
    while article and _LABELS_ONLY.fullmatch(article[-1].folded):
        article.pop()
    if not article:
        raise PortalTextError("There is no title under the date line.")
    title, *rest = article
    if len(title.text) > TITLE_MAX:
        raise PortalTextError(
            f"There is no title under the date line, but a paragraph of {len(title.text)} letters."
        )
    return title, rest


def _without_credits(title: _Line, rest: Sequence[_Line]) -> tuple[list[_Line], str, str]:
    """Return body, byline and source; the last two stand in the last lines alone.

    They are labelled, or (a byline) short and pushed to the right of everything else.
    """
    margin = min(line.indent for line in (title, *rest))
    body = list(rest)
    bylines: list[str] = []
    sources: list[str] = []
    for line in reversed(rest[-CREDIT_LINES:]):
        if len(line.text) <= CREDIT_MAX and (labelled := _CREDIT.fullmatch(line.folded)):
            bylines.insert(0, _part(line, labelled, "author"))
            sources.insert(0, _part(line, labelled, "source"))
        elif _is_pushed(line, margin):
            bylines.insert(0, line.text)
        else:
            break
        body.pop()
    return body, ", ".join(filter(None, bylines)), ", ".join(filter(None, sources))


def _part(line: _Line, match: re.Match[str], group: str) -> str:
    return line.text[slice(*match.span(group))].strip(" ,;|–-") if match[group] else ""


def _is_pushed(line: _Line, margin: int) -> bool:
    return (
        line.indent - margin >= PUSHED_COLUMNS
        and len(line.text) <= BYLINE_MAX
        and not _PROSE_END.search(line.text)
    )


def _lead_and_paragraphs(body: Sequence[_Line]) -> tuple[str, tuple[str, ...]]:
    paragraphs = tuple(line.text for line in body)
    marked = _LEAD.match(body[0].folded)
    if marked and len(body) > 1:
        return paragraphs[0][marked.end() :], paragraphs[1:]
    return "", paragraphs


def _views(lines: Sequence[_Line]) -> int | None:
    for index, line in enumerate(lines):
        if found := _VIEWS.fullmatch(line.folded):
            return _number(found["number"] or _number_line(lines[index + 1 : index + 2]))
    return None


def _site_counter(lines: Sequence[_Line]) -> int | None:
    for index, line in enumerate(lines):
        if found := _COUNTER.fullmatch(line.folded):
            below = lines[index + 1 :]
            return _number(found["number"] or _tiles(below) or _number_line(below[:1]))
    return None


def _tiles(lines: Sequence[_Line]) -> str:
    digits = ""
    for line in lines:
        if len(line.text) > 1 or not _NUMBER_ONLY.fullmatch(line.text):
            break
        digits += line.text
    return digits


def _number_line(lines: Sequence[_Line]) -> str:
    return lines[0].text if lines and _NUMBER_ONLY.fullmatch(lines[0].text) else ""


def _number(text: str) -> int | None:
    digits = re.sub(r"[^0-9]", "", text).lstrip("0")
    if not re.search(r"[0-9]", text) or len(digits) > NUMBER_DIGITS:
        return None
    return int(digits or "0")
