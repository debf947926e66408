"""Vietnamese writing: one form for storing, folding for search, slugs, order, dates, numbers.

Nothing here knows a locale of the machine: the result is the same on every server.
"""

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_NO_CHARACTERS = "".join(
    chr(plane + 0xFFFE) + chr(plane + 0xFFFF) for plane in range(0x10000, 0x110000, 0x10000)
)
_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters that no text needs
    "\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # zero width, direction
    "\ud800-\udfff\ufffe\uffff"  # cannot be written as UTF-8 or XML
    f"\ufdd0-\ufdef{_NO_CHARACTERS}"  # never will be characters, says Unicode
    "]"
)


def _base_letters() -> dict[int, str]:
    """Each marked Latin letter with its ASCII letter, one to one, case kept.

    What else is usual in a text stands for itself: looking for what is missing takes longer.
    """
    table = {code: chr(code) for code in (*range(0x0250), *range(0x2000, 0x2070))}
    table |= {ord(letter): base for letter, base in zip("ĐđÐð", "DdDd", strict=True)}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        first = unicodedata.normalize("NFD", chr(code))[0]
        if first.isascii() and first.isalpha():
            table[code] = first
    return table


_BASE_LETTERS = _base_letters()
_STRAY_MARKS = re.compile("[\u0300-\u036f]+")
_SLUG_WORD = re.compile("[a-z0-9]+")


def normalize(text: str) -> str:
    """The one form in which text is stored: NFC, `Đ` as the Vietnamese letter, lines ended by LF.

    Zero-width and direction characters, soft hyphens, control characters and what UTF-8 or XML
    cannot carry are removed; every kind of line end becomes LF so that no words fuse. Tabs and
    no-break spaces stay as they are.
    """
    seen = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", seen).replace("Ð", "Đ").replace("ð", "đ")


def one_line(text: str) -> str:
    """`normalize`, then every run of white space (no-break spaces too) as one space, stripped."""
    return " ".join(normalize(text).split())


def fold(text: str) -> str:
    """Text without marks, in lower case, for comparing.

    The result has exactly as many characters as the NFC form of `text`, so a position found in
    it is a position in the original.
    """
    return unicodedata.normalize("NFC", text).translate(_BASE_LETTERS).lower()


_NEW_TONES = (
    "oà",
    "oá",
    "oả",
    "oã",
    "oạ",
    "oè",
    "oé",
    "oẻ",
    "oẽ",
    "oẹ",
    "uỳ",
    "uý",
    "uỷ",
    "uỹ",
    "uỵ",
)
_OLD_TONES = (
    "òa",
    "óa",
    "ỏa",
    "õa",
    "ọa",
    "òe",
    "óe",
    "ỏe",
    "õe",
    "ọe",
    "ùy",
    "úy",
    "ủy",
    "ũy",
    "ụy",
)
_RETONED = dict(zip(_NEW_TONES, _OLD_TONES, strict=True))
_NEW_TONE = re.compile("|".join(_NEW_TONES))


def retone(text: str) -> str:
    """`text` (NFC, lower case) with the tone of `oa`, `oe`, `uy` always on the first letter.

    Only for comparing: `hoà` and `hòa` become equal, as do `thuỷ` and `thủy`, but so do `hoàn`
    and the misspelling `hòan`. The length stays.
    """
    return _NEW_TONE.sub(lambda match: _RETONED[match[0]], text)


def slugify(text: str, max_length: int = 80) -> str:
    """`Đường phố Bạc Liêu` -> `duong-pho-bac-lieu`; at most `max_length` characters, cut between
    words where there are several; `tin` when no letter or digit is left."""
    words = _SLUG_WORD.findall(_STRAY_MARKS.sub("", fold(normalize(text))))
    if not words:
        return "tin"
    slug: str = words[0][:max_length]
    for word in words[1:]:
        if len(slug) + 1 + len(word) > max_length:
            break
        slug += f"-{word}"
    return slug


_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# Consecutive characters from "a" on: after the digits, before every other script.
_RANKS = {letter: chr(ord("a") + rank) for rank, letter in enumerate(_ALPHABET)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_WORD = re.compile(r"\w[\w\u0300-\u036f]*")


def sort_key(text: str) -> tuple[str, str]:
    """Key of the Vietnamese order: letters first (a ă â b c d đ e ê …), tones to break ties.

    Tones go level, huyền, hỏi, ngã, sắc, nặng, and belong to the syllable, so `hòa` and `hoà`
    have the same key. Case and punctuation do not count; a space sorts before any letter.
    """
    letters: list[str] = []
    tones: list[str] = []
    for word in _WORD.findall(normalize(text).lower()):
        marks = [mark for mark in unicodedata.normalize("NFD", word) if mark in _TONES]
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if c not in _TONES)
        letters.append("".join(map(_rank, unicodedata.normalize("NFC", bare))))
        tones.append("".join(_TONES[mark] for mark in marks) or "0")
    return " ".join(letters), " ".join(tones)


def _rank(letter: str) -> str:
    if letter in _RANKS:
        return _RANKS[letter]
    if _STRAY_MARKS.match(letter):
        return ""
    base = letter.translate(_BASE_LETTERS)
    return _RANKS.get(base, base)


_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def weekday_name(day: date) -> str:
    """`Thứ Hai` … `Thứ Bảy`, `Chủ Nhật`."""
    return _WEEKDAYS[day.weekday()]


def format_date(day: date) -> str:
    """`Thứ Bảy, 15/04/2017`. A datetime is taken as it stands, without changing its zone."""
    return f"{weekday_name(day)}, {day.day:02}/{day.month:02}/{day.year:04}"


def format_dateline(moment: datetime, zone: ZoneInfo) -> str:
    """`Thứ Bảy, 15/04/2017, 10:00` in `zone`. Raises ValueError for a naive `moment`."""
    if moment.utcoffset() is None:
        raise ValueError("a date line needs a moment with a time zone")
    local = moment.astimezone(zone)
    return f"{format_date(local)}, {local.hour:02}:{local.minute:02}"


def format_number(number: int) -> str:
    """`5.164.377`."""
    return f"{number:,}".replace(",", ".")


_WEEKDAY = r"(?:(?:thu ?(?:hai|ba|tu|nam|sau|bay|[2-7])|t[2-7]|chu ?nhat|cn) ?[,-]? ?)?"
_DAY = (
    r"(?:(?P<day>[0-9]{1,2}) ?(?P<mark>[/.-]) ?(?P<month>[0-9]{1,2}) ?(?P=mark) ?"
    r"(?P<year>[12][0-9]{3})"
    r"|(?P<iso_year>[12][0-9]{3})-(?P<iso_month>[0-9]{1,2})-(?P<iso_day>[0-9]{1,2}))"
)
_TIME = (
    r"(?:(?: ?[,-] ?| )(?P<hour>[0-9]{1,2})(?: ?: ?(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?"
    r"| ?h ?(?P<h_minute>[0-9]{2})?))?"
)
_DATE_TEXT = re.compile(_WEEKDAY + _DAY)
_DATELINE_TEXT = re.compile(_WEEKDAY + _DAY + _TIME)


def _day_of(match: re.Match[str]) -> date | None:
    year, month, day = (match[name] or match[f"iso_{name}"] for name in ("year", "month", "day"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def parse_date(text: str) -> date | None:
    """The day meant by `5/4/2017`, `05-04-2017`, `5.4.2017`, `2017-04-05` or
    `Thứ Tư, 05/04/2017`; None for anything else and for days that do not exist.

    Years are 1000–2999. A weekday is not compared with the date: old pages get it wrong.
    """
    match = _DATE_TEXT.fullmatch(fold(one_line(text)))
    return _day_of(match) if match else None


def parse_dateline(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment meant by `Thứ Bảy, 15/04/2017, 10:00`, in `zone`; None when it cannot be read.

    Weekday and time may be missing (midnight then); the time may be `10h00`, `10h` or
    `10:00:00`; marks, case and spacing do not matter. See `parse_date` for the day.
    """
    match = _DATELINE_TEXT.fullmatch(fold(one_line(text)))
    day = _day_of(match) if match else None
    if match is None or day is None:
        return None
    hour, minute, second = match["hour"], match["minute"] or match["h_minute"], match["second"]
    try:
        moment = time(int(hour or 0), int(minute or 0), int(second or 0))
    except ValueError:
        return None
    return datetime.combine(day, moment, tzinfo=zone)
