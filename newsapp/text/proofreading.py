"""What a careful reader would mark in a line of Vietnamese: spacing, pairs, doubles, dates.

Every function takes text in NFC and answers with places in it; nothing is corrected. Rules of
spacing: no space before `, ; : ? !`, one after a comma. Time is linear.
"""

import re
from collections.abc import Iterator
from datetime import date

from newsapp.text.vietnamese import fold

# Words of grammar that no Vietnamese reduplicates, so that a double is a slip; `xa xa` or
# `luôn luôn` cannot come in. Left out: words that end a compound and begin the next phrase
# (`lý do do`, `nhà ở ở`), and `từ từ`, `có có`, `này này`, `cho cho`, which are said.
_NEVER_DOUBLED = (
    *("của", "và", "là", "các", "những", "được", "với", "thì", "mà", "bởi", "vì", "rằng", "nhưng"),
    *("hoặc", "nếu", "đã", "đang", "sẽ", "cũng", "như", "khi", "bị", "tại", "theo", "trong"),
    *("vào", "đến", "nên", "để"),
)
# A compound before the double makes it right: `hiện tại tại phường`, `thiết bị bị hỏng`.
_ENDS_COMPOUND = {
    "bị": {"thiết", "chuẩn", "trang", "phòng", "dự"},
    "tại": {"hiện", "tồn", "thực", "nội"},
    "theo": {"kèm", "mang", "đi"},
    "trong": {"bên", "phía"},
    "vào": {"ra", "đầu"},
    "khi": {"đôi", "trong"},
    "như": {"dường", "hầu", "giống"},
    "nên": {"trở", "làm", "dựng", "lập", "tạo"},
    "để": {"mục"},
    "mà": {"thế"},
}
_DOUBLED = re.compile(rf"(?<!\w)({'|'.join(_NEVER_DOUBLED)})[ \xa0](?=\1(?!\w))", re.IGNORECASE)

_SPACE_RUN = re.compile(r"[ \xa0]{2,}|^\xa0|\xa0$", re.MULTILINE)
_SPACE_BEFORE = re.compile(r"(?<=[^ \xa0\n])[ \xa0]+[,;:?!]")
_NO_SPACE_AFTER = re.compile(r"(?<=[^\W\d_]),(?=[^\W\d_])")
_ADDRESS = re.compile(r"[@/]|www\.", re.IGNORECASE)
_RATIO = re.compile(r"[0-9][ \xa0]+:[ \xa0]*[0-9]")
_CONTEXT = 24
_LONG_WORD = 60

Span = tuple[int, int]


def around(text: str, start: int, end: int) -> str:
    """`text[start:end]` with the words beside it, on one line, about 24 characters each side."""
    before = text[max(start - _CONTEXT, 0) : start].rpartition("\n")[2]
    if len(before) == _CONTEXT and start > _CONTEXT:
        before = before.partition(" ")[2] or before
    after = text[end : end + _CONTEXT].partition("\n")[0]
    if len(after) == _CONTEXT and end + _CONTEXT < len(text):
        after = after.rpartition(" ")[0] or after
    return " ".join((before + text[start:end] + after).split())


def space_runs(text: str) -> Iterator[Span]:
    """Spaces in a row, or no-break spaces that push a line's words aside."""
    return (found.span() for found in _SPACE_RUN.finditer(text))


def spaces_before(text: str) -> Iterator[Span]:
    """A space before a comma or another mark that follows its word; `1 : 500` is a ratio."""
    for found in _SPACE_BEFORE.finditer(text):
        if not _RATIO.match(text, found.start() - 1):
            yield found.span()


def commas_without_space(text: str) -> Iterator[Span]:
    """A comma between two letters, outside of addresses."""
    for found in _NO_SPACE_AFTER.finditer(text):
        start, end = found.span()
        before = text[max(start - _LONG_WORD, 0) : start].split()[-1]
        after = text[end : end + _LONG_WORD].split()[0]
        if not _ADDRESS.search(before + after):
            yield start, end


def doubled_words(text: str) -> Iterator[Span]:
    """`của của`: a word of grammar twice, which no reduplication explains."""
    for found in _DOUBLED.finditer(text):
        word = found[1].lower()
        end = found.end() + len(word)
        before = text[max(found.start() - 10, 0) : found.start()].lower().split()
        compound = bool(before) and before[-1] in _ENDS_COMPOUND.get(word, ())
        # The second with a capital begins a name: `của Của`.
        if text[found.end() : end] == word and not compound:
            yield found.start(), end


# -- pairs ------------------------------------------------------------------------------------

_OPENER = {")": "(", "]": "[", "}": "{", "”": "“", "»": "«"}
_SIGNS = re.compile(r"[()\[\]{}“”«»]")
# `a)`, `2)`, `iv)` number a clause.
_NUMBERING = re.compile(r"(?:^|[\s;,.:])(?:[0-9]{1,3}|[a-zđ]{1,2}|[ivx]{1,5})$", re.IGNORECASE)
_INCHES = re.compile(r'[0-9]"')


def lonely_signs(texts: list[str]) -> list[Span]:
    """(number of the text, index in it) of every bracket or quotation mark that lacks its other
    half; `texts` are the parts of one article in order.

    A bracket closes within its text; a quotation may run on over several. Straight quotation
    marks have no sides: an odd number of them in a text is told at the last, unless one of them
    stands for inches.
    """
    lonely: list[Span] = []
    quotes: dict[str, list[Span]] = {"“": [], "«": []}
    for number, text in enumerate(texts):
        opened: dict[str, list[Span]] = {"(": [], "[": [], "{": [], **quotes}
        for found in _SIGNS.finditer(text):
            sign, start = found[0], found.start()
            if sign in opened:
                opened[sign].append((number, start))
            elif opened[_OPENER[sign]]:
                opened[_OPENER[sign]].pop()
            elif sign != ")" or not _NUMBERING.search(text, max(start - 7, 0), start):
                lonely.append((number, start))
        lonely += (place for sign in "([{" for place in opened[sign])
        if text.count('"') % 2 and not _INCHES.search(text):
            lonely.append((number, text.rindex('"')))
    lonely += (place for waiting in quotes.values() for place in waiting)
    return sorted(lonely)


# -- dates ------------------------------------------------------------------------------------

_WEEKDAYS = ("hai", "ba", "tu", "nam", "sau", "bay")
_WEEKDAY = rf"(?:thu (?:{'|'.join(_WEEKDAYS)}|[2-7])|chu nhat)"
_WRITTEN_DATE = re.compile(
    rf"(?:(?<!\w)(?P<weekday>{_WEEKDAY})[ ]?[,(]?[ ]?(?:ngay[ ])?)?"
    r"(?<![0-9/])(?<![0-9][.,])(?:"
    r"(?P<day>[0-9]{1,2})(?P<mark>[/.-])(?P<month>[0-9]{1,2})(?P=mark)(?P<year>[12][0-9]{3})"
    r"(?![0-9]|[/.,-][0-9a-z])"
    r"|(?<=ngay )(?P<short_day>[0-9]{1,2})/(?P<short_month>[0-9]{1,2})(?![0-9]|[/-][0-9a-z])"
    r"|(?P<said_day>[0-9]{1,2}) thang (?P<said_month>[0-9]{1,2})(?![0-9])"
    r"(?: nam (?P<said_year>[12][0-9]{3})(?![0-9]))?"
    rf")(?: ?\((?P<late_weekday>{_WEEKDAY})\))?"
)
# `lần thứ hai, 16/6/2026` counts; it names no day of the week.
_COUNTED = frozenset(("lan", "ky", "hop", "khoa", "dot", "phien", "vong", "hang", "nam", "tuan"))
_LEAP_YEAR = 2000
_FIRST_YEAR = 1900  # older dates may follow another calendar


def doubtful_dates(text: str) -> Iterator[tuple[Span, date | None]]:
    """(place, day) of dates written day first that do not exist (day None), or whose weekday
    is not that day's. A date without a year exists if it does in a leap year."""
    folded = fold(text).replace("\xa0", " ")
    for found in _WRITTEN_DATE.finditer(folded):
        day = _day(found)
        if day is None:
            yield found.span(), None
            continue
        named = found["weekday"] or found["late_weekday"]
        has_year = bool(found["year"] or found["said_year"])
        if not named or not has_year or day.year < _FIRST_YEAR:
            continue
        before = folded[max(found.start() - 8, 0) : found.start()].split()
        counted = bool(found["weekday"]) and bool(before) and before[-1] in _COUNTED
        if not counted and _weekday(named) != day.weekday():
            yield found.span(), day


def _day(found: re.Match[str]) -> date | None:
    day, month = (
        found[name] or found[f"short_{name}"] or found[f"said_{name}"] for name in ("day", "month")
    )
    try:
        return date(int(found["year"] or found["said_year"] or _LEAP_YEAR), int(month), int(day))
    except ValueError:
        return None


def _weekday(named: str) -> int:
    """0 for Monday, from folded words."""
    last = named.rpartition(" ")[2]
    if last == "nhat":
        return 6
    return int(last) - 2 if last.isdigit() else _WEEKDAYS.index(last)
