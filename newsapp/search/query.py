"""What a reader typed, taken apart: nothing of it reaches an index but terms made here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from newsapp.search import terms
from newsapp.search.terms import Word
from newsapp.text import vietnamese

TEXT_MAX = 200
WORDS_MAX = 12
# Fewer letters begin too many words to be worth their time.
BEGINNING_MIN = 3

_QUOTED = re.compile('["“”„«»]([^"“”„«»]*)(?:["“”„«»]|$)')


@dataclass(frozen=True, slots=True)
class Group:
    """Words that are wanted one after the other; a single word is a group of one."""

    words: tuple[Word, ...]

    @property
    def runs(self) -> tuple[str, ...]:
        """The terms that say so: a document number's own, else each pair's."""
        row = self.words
        if len(row) < 2:
            return ()
        whole = all(word.joined for word in row[1:]) and len(row) <= terms.NUMBER_PARTS_MAX
        if whole and any(character.isdigit() for character in row[0].folded):
            return (terms.run(row),)
        return tuple(terms.run(pair) for pair in pairwise(row))


@dataclass(frozen=True, slots=True)
class Match:
    """One question to an index: every term, and one that only has to begin so (empty: none)."""

    terms: tuple[str, ...]
    beginning: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """``text`` is what was typed, on one line and within ``TEXT_MAX`` characters.

    ``unfinished`` says that the last word may still be being typed. ``shortened`` says that some
    of what was typed is not looked for.
    """

    text: str
    groups: tuple[Group, ...]
    unfinished: bool
    shortened: bool

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for group in self.groups for word in group.words)

    @property
    def needs_reading(self) -> bool:
        """Whether the terms may find a text in which a phrase stands only piece by piece."""
        return any(len(group.runs) > 1 for group in self.groups)

    def matches(self) -> Iterator[Match]:
        """The questions to ask, best first: as written before folded, title before lead before
        the rest, words that follow each other as typed before words anywhere."""
        runs = tuple(run for group in self.groups for run in group.runs)
        close = tuple(terms.run(pair) for pair in pairwise(self.words))
        kinds = (
            (terms.TITLE_WRITTEN, terms.LEAD_WRITTEN, terms.WRITTEN),
            (terms.TITLE_FOLDED, terms.LEAD_FOLDED, terms.FOLDED),
        )
        for title, lead, anywhere in kinds:
            yield self._match(title, runs)
            yield self._match(lead, runs)
            if close and set(close) - set(runs):
                yield self._match(anywhere, (*runs, *close))
            yield self._match(anywhere, runs)

    def beginnings(self) -> Iterator[Match]:
        """The same, folded only, with a last word that is still being typed."""
        if not self.unfinished:
            return
        *before, last = self.groups
        *start, typed = last.words
        known = (*before, Group(tuple(start)))
        runs = tuple(run for group in known for run in group.runs)
        words = tuple(word for group in known for word in group.words)
        if start:
            folded = tuple(terms.term(terms.FOLDED, word) for word in words)
            yield Match((*folded, *runs), last.runs[-1])
        elif len(typed.folded) >= BEGINNING_MIN:
            for kind in (terms.TITLE_FOLDED, terms.FOLDED):
                kept = tuple(terms.term(kind, word) for word in words)
                yield Match((*kept, *runs), terms.term(kind, typed))

    def _match(self, kind: str, runs: tuple[str, ...]) -> Match:
        words = (terms.term(kind, word) for word in self.words)
        return Match(tuple(dict.fromkeys((*words, *runs))))


def parse(text: str) -> Query:
    """Take apart what was typed; whatever it is, the result can be asked for.

    Words between quotation marks are a phrase; so are words that ``/``, ``-`` or ``.`` join, such
    as 36/KH-UBND.
    """
    typed = vietnamese.one_line(text)
    kept = typed[:TEXT_MAX]
    groups: list[Group] = []
    place = 0
    for quoted in _QUOTED.finditer(kept):
        groups += _loose(kept[place : quoted.start()])
        if phrase := tuple(terms.words(quoted[1])):
            groups.append(Group(phrase))
        place = quoted.end()
    groups += _loose(kept[place:])
    groups = list(dict.fromkeys(groups))
    chosen: list[Group] = []
    room = WORDS_MAX
    for group in groups:
        if words := group.words[:room]:
            chosen.append(Group(words))
            room -= len(words)
    shortened = len(typed) > TEXT_MAX or sum(len(group.words) for group in groups) > WORDS_MAX
    unfinished = bool(chosen) and kept[-1:].isalnum() and not text[-1:].isspace()
    return Query(kept, tuple(chosen), unfinished, shortened)


def _loose(text: str) -> Iterator[Group]:
    """Words outside of quotation marks, each a group with those that are joined to it."""
    row: list[Word] = []
    for word in terms.words(text):
        if row and not word.joined:
            yield Group(tuple(row))
            row = []
        row.append(word)
    if row:
        yield Group(tuple(row))
