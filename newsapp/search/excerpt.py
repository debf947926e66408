"""Where words stand in a text: titles and excerpts in pieces, some of them marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsapp.search.query import Group
from newsapp.text import vietnamese

LENGTH = 240
_BEFORE = 60
# In a text of a thousand pages, the words stand somewhere in the first fifty.
_READ_MAX = 200_000
_SPANS_MAX = 200
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and whether it is what was looked for."""

    text: str
    marked: bool = False


@lru_cache(256)
def pattern(group: Group) -> re.Pattern[str]:
    """What finds the first word of the group in a folded text; the others are group 1.

    It begins with that word, not with what must not stand before it: so ``re`` looks for the word
    instead of trying each place.
    """
    first, *others = (re.escape(word.folded) for word in group.words)
    after = "".join(rf"[\W_]+{word}" for word in others)
    return re.compile(rf"{first}(?<![^\W_]{first})(?=({after})(?![^\W_]))")


def folded(text: str) -> str:
    """``text`` folded, each character at its place."""
    return vietnamese.fold(text)


def spans(text: str, groups: Sequence[Group]) -> list[tuple[int, int]]:
    """Where the groups stand in ``text`` (NFC), in order and without overlaps.

    A group that stands somewhere just as it was typed is marked only there.
    """
    plain = folded(text)
    if len(plain) != len(text):
        return []
    found: list[tuple[int, int]] = []
    for group in groups:
        here = [(match.start(), match.end(1)) for match in pattern(group).finditer(plain)]
        exact = [(start, end) for start, end in here if _is_written(text[start:end], group)]
        found += exact or here
    tidy: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not tidy or start >= tidy[-1][1]:
            tidy.append((start, end))
    return tidy[:_SPANS_MAX]


def _is_written(text: str, group: Group) -> bool:
    words = _BETWEEN.split(vietnamese.retone(text.lower()))
    return words == [word.written for word in group.words]


def marked(text: str, groups: Sequence[Group]) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    return _pieces(text, spans(text, groups), 0, len(text))


def best(texts: Sequence[str], groups: Sequence[Group]) -> tuple[Piece, ...]:
    """An excerpt of about ``LENGTH`` characters from the text that has most of the groups.

    Ties go to the earlier text; the beginning of the first one that is not empty where none has
    any.
    """
    chosen, where, most = next((text for text in texts if text), ""), [], 0
    for text in texts:
        here = spans(text[:_READ_MAX], groups)
        kinds = len({vietnamese.fold(text[start:end]) for start, end in here})
        if kinds > most:
            chosen, where, most = text, here, kinds
    start, end = _window(chosen, where)
    pieces = _pieces(chosen, where, start, end)
    if start > 0:
        pieces = (Piece("… "), *pieces)
    if end < len(chosen):
        pieces = (*pieces, Piece(" …"))
    return pieces


def _window(text: str, where: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the excerpt begins and ends: between words, around as many spans as fit."""
    if len(text) <= LENGTH:
        return 0, len(text)
    starts = [start for start, _end in where]
    fitting = [
        sum(begin <= other < begin + LENGTH - _BEFORE for other in starts) for begin in starts
    ]
    first = starts[fitting.index(max(fitting))] if starts else 0
    start = max(0, min(first - _BEFORE, len(text) - LENGTH))
    if start > 0:
        start = next((at + 1 for at in range(start, first) if text[at].isspace()), first)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = next((at for at in range(end, start + LENGTH // 2, -1) if text[at].isspace()), end)
    return start, end


def _pieces(text: str, where: Sequence[tuple[int, int]], start: int, end: int) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    place = start
    for left, right in where:
        if left < place or right > end:
            continue
        pieces.append(Piece(text[place:left]))
        pieces.append(Piece(text[left:right], True))
        place = right
    pieces.append(Piece(text[place:end]))
    return tuple(piece for piece in pieces if piece.text)
