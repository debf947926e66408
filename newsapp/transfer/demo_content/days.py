"""Marks for days inside the demo's texts, so that announced days move with the day of loading.

`{+3}` is three days after the day of the article, `{-1}` the day before, `{0}` the day itself.
`{T7+3}` is the first Saturday three or more days after it, `{LV+3}` the first working day
(Monday to Friday), and `{T2+3+1}` the day after the Monday found in that way. A word after a
space chooses how the day is written: none `05/6/2026`, `thứ` `thứ Sáu, ngày 05/6/2026`,
`ngắn` `05/6`, `tháng` `6/2026`, `năm` `2026`, `quý` `quý II năm 2026`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_ANCHORS: dict[str, frozenset[int]] = {
    **{f"T{number}": frozenset({number - 2}) for number in range(2, 8)},
    "CN": frozenset({6}),
    "LV": frozenset(range(5)),
}
_QUARTERS = ("I", "II", "III", "IV")
_MARK = re.compile(
    r"\{(?P<anchor>T[2-7]|CN|LV)?(?P<shift>[+-]\d+|0)(?P<then>\+\d+)?(?: (?P<form>\w+))?\}"
)


def _numeric(day: date) -> str:
    return f"{_short(day)}/{day.year}"


def _short(day: date) -> str:
    # Decree 30/2020/NĐ-CP: days below ten and the months 1 and 2 carry a leading zero.
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    return f"{day.day:02}/{month}"


def _with_weekday(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]}, ngày {_numeric(day)}"


def _capitalised_weekday(day: date) -> str:
    text = _with_weekday(day)
    return text[0].upper() + text[1:]


_FORMS: dict[str | None, Callable[[date], str]] = {
    None: _numeric,
    "ngắn": _short,
    "thứ": _with_weekday,
    "Thứ": _capitalised_weekday,
    "tháng": lambda day: _numeric(day).partition("/")[2],
    "năm": lambda day: str(day.year),
    "quý": lambda day: f"quý {_QUARTERS[(day.month - 1) // 3]} năm {day.year}",
}


def fill_days(text: str, day: date) -> str:
    """Replace every mark in `text`, counted from `day`.

    Raises `ValueError` for a brace that is no mark: a misspelt one must not reach a reader.
    """

    def written(mark: re.Match[str]) -> str:
        form = mark["form"]
        if form not in _FORMS:
            raise ValueError(f"unknown form of a day: {mark[0]}")
        found = day + timedelta(days=int(mark["shift"]))
        if mark["anchor"]:
            while found.weekday() not in _ANCHORS[mark["anchor"]]:
                found += timedelta(days=1)
        return _FORMS[form](found + timedelta(days=int(mark["then"] or 0)))

    filled = _MARK.sub(written, text)
    if stray := re.search(r"[{}].{0,20}", filled):
        raise ValueError(f"not a mark for a day: {stray[0]!r}")
    return filled
