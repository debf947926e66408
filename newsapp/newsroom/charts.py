"""The geometry of a column chart, for a template that draws it as SVG.

Across, everything is in per cent of the drawing's width, down in pixels: so the columns take
whatever room there is, and the words keep their size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 184
_TOP, _FOOT = 18, 160
_LABELS = 5
_ALL_LABELLED = 7
_GAPS_UP_TO = 92


@dataclass(frozen=True)
class Column:
    """One day. ``x`` and ``width`` are per cent, ``y`` and ``height`` pixels."""

    day: date
    value: int
    x: float
    width: float
    y: float
    height: float

    @property
    def is_sunday(self) -> bool:
        return self.day.weekday() == 6


@dataclass(frozen=True)
class Tick:
    """A line across at ``y`` and the value that it stands for."""

    y: float
    value: int


@dataclass(frozen=True)
class Label:
    """A day's name under the columns; ``anchor`` is SVG's text-anchor."""

    x: float
    anchor: str
    day: date


@dataclass(frozen=True)
class Chart:
    """A drawing ``HEIGHT`` pixels high; ``total`` and ``highest`` are for its description."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    total: int
    highest: Column
    foot: float = _FOOT
    height: int = HEIGHT


def chart(days: Sequence[tuple[date, int]]) -> Chart:
    """One column for each day and its value (not negative). Raises ValueError without a day."""
    if not days:
        raise ValueError("a chart needs a day")
    top = scale(max(value for _, value in days))
    slot = 100 / len(days)
    width = slot * (0.8 if len(days) <= _GAPS_UP_TO else 1)
    columns = tuple(
        _column(day, value, place * slot + (slot - width) / 2, width, top)
        for place, (day, value) in enumerate(days)
    )
    return Chart(
        columns=columns,
        ticks=tuple(Tick(_y(value, top), value) for value in (0, top // 2, top)),
        labels=tuple(_label(columns[place], columns) for place in _places(len(days))),
        total=sum(value for _, value in days),
        highest=max(columns, key=lambda column: column.value),
    )


def scale(highest: int) -> int:
    """The least even round number (2, 4, 6, 8 or 10 times a power of ten) not under ``highest``."""
    power: int = 10 ** (len(str(highest)) - 1)
    return next(step * power for step in (2, 4, 6, 8, 10) if step * power >= highest)


def _y(value: int, top: int) -> float:
    return round(_FOOT - (_FOOT - _TOP) * value / top, 2)


def _column(day: date, value: int, x: float, width: float, top: int) -> Column:
    y = _y(value, top)
    return Column(day, value, round(x, 3), round(width, 3), y, round(_FOOT - y, 2))


def _places(count: int) -> list[int]:
    """All of a week's places; of more, five from first to last, evenly apart."""
    if count <= _ALL_LABELLED:
        return list(range(count))
    steps = _LABELS - 1
    return [round(step * (count - 1) / steps) for step in range(_LABELS)]


def _label(column: Column, columns: Sequence[Column]) -> Label:
    if len(columns) > 1 and column is columns[0]:
        return Label(column.x, "start", column.day)
    if len(columns) > 1 and column is columns[-1]:
        return Label(round(column.x + column.width, 3), "end", column.day)
    return Label(round(column.x + column.width / 2, 3), "middle", column.day)
