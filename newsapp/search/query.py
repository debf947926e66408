"""What a reader typed, taken apart: nothing of it reaches an index but terms made here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
    def runs(self) -> tuple[Term, ...]:
        """The terms that say so: a document number's own, else each pair's."""
        if self.is_number:
            return (Term(terms.number(self.words)),)
        return tuple(Term(terms.pair(two)) for two in pairwise(self.words))

    @property
    def is_number(self) -> bool:
        """Whether this is a number of a document, such as 36/KH-UBND."""
        first, *rest = self.words
        joined = 0 < len(rest) < terms.NUMBER_PARTS_MAX and all(word.joined for word in rest)
        return joined and any(character.isdigit() for character in first.folded)


@dataclass(frozen=True, slots=True)
class Term:
    """A term to look for, or the beginning of one."""

    text: str
    begins: bool = False


# One question to an index: all of these.
Match = tuple[Term, ...]


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
    def phrases(self) -> tuple[Group, ...]:
        """Groups that the terms find by pairs alone: a text must be read to be sure."""
        return tuple(g for g in self.groups if len(g.words) > 1 and not g.is_number)

    def tiers(self) -> Iterator[tuple[Match, ...]]:
        """What to ask for, best first: as written before folded, title before lead before the
        rest, words that follow each other as typed before words anywhere. Each is one question or
        two, both of which an article has to answer; the last is the widest, and holds all others.
        """
        runs = _runs(self.groups)
        close = tuple(Term(terms.pair(two)) for two in pairwise(self.words))
        as_typed = len(self.groups) > 1
        for form in (_as_written, _in_any_form):
            for kind in (terms.TITLE, terms.LEAD):
                yield ((*(form(kind, word) for word in self.words), *runs),)
            anywhere = (*(form(terms.WRITTEN, word) for word in self.words), *runs)
            if as_typed:
                yield anywhere, close
            yield (anywhere,)

    @property
    def widest(self) -> Match:
        """The question that all of what is found answers."""
        *_, (widest,) = self.tiers()
        return widest

    def beginnings(self) -> Iterator[Match]:
        """The same in any form with a last word that is still being typed."""
        if not self.unfinished:
            return
        *before, last = self.groups
        *start, typed = last.words
        words = (*(word for group in before for word in group.words), *start)
        runs = _runs(before)
        if start:
            kept = (_in_any_form(terms.WRITTEN, word) for word in words)
            if last.is_number:
                yield (*kept, *runs, Term(terms.number(last.words), begins=True))
        elif len(typed.folded) >= BEGINNING_MIN:
            for kind in (terms.TITLE, terms.WRITTEN):
                kept = (_in_any_form(kind, word) for word in words)
                yield (*kept, *runs, Term(terms.folded(kind, typed.folded), begins=True))


def _runs(groups: Iterable[Group]) -> tuple[Term, ...]:
    return tuple(run for group in groups for run in group.runs)


def _as_written(kind: str, word: Word) -> Term:
    return Term(terms.written(kind, word.written))


def _in_any_form(kind: str, word: Word) -> Term:
    return Term(terms.folded(kind, word.folded))


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
