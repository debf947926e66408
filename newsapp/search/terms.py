"""Words of a text as an index keeps them: one set of plain ASCII terms per article.

Both engines index the same set, so that both find the same. The first character of a term says
what it is:

=====  ==============================================================================
``0``  a word as it is written, anywhere in the article: ``0đường`` (marks spelt in ASCII)
``1``  the same in the title; ``2`` in the lead
``3``  two folded words that follow each other, as a short hash
``4``  a number of a document, folded, from each of its parts: ``436.kh.ubnd``
``5``  a folded word anywhere; ``6`` in the title; ``7`` in the lead
=====  ==============================================================================

Pairs of words serve phrases, at half the size of positions; a hash of twenty
bits keeps them small however many there are, and is wrong for one pair of words in two thousand.
Folding, and why `hoà` and `hòa` are one word: see ``newsapp.text.vietnamese``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice, pairwise, product

from newsapp.text import vietnamese

WRITTEN, TITLE, LEAD, PAIR, NUMBER = "01234"
_FOLDED = {WRITTEN: "5", TITLE: "6", LEAD: "7"}

# A text longer than a hundred pages is found by its first hundred; PostgreSQL takes one megabyte
# of terms in a row.
WORDS_MAX = 40_000
WORD_LENGTH_MAX = 60
# How many parts of a document number are kept as one term.
NUMBER_PARTS_MAX = 5

_WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_\u0300-\u036f]*)*")
_MARK = re.compile("[\u0300-\u036f]+")
_JOINTS = frozenset("/-.–")
# Base 32 (RFC 4648), in lower case: four digits for twenty bits.
_TWO_DIGITS = ["".join(two) for two in product("abcdefghijklmnopqrstuvwxyz234567", repeat=2)]


@dataclass(slots=True, unsafe_hash=True)
class Word:
    """One word: as written (lower case, one tone placement), folded, and where it stands.

    ``joined`` says that only ``/``, ``-`` or ``.`` parts it from the word before.
    """

    written: str
    folded: str
    start: int = field(compare=False)
    end: int = field(compare=False)
    joined: bool = field(compare=False)


def words(text: str) -> Iterator[Word]:
    """The words of ``text``; positions are those of ``vietnamese.normalize(text)``."""
    plain = vietnamese.retone(vietnamese.normalize(text).lower())
    folded = vietnamese.fold(plain)
    # Lower case can be longer than what it is of, in scripts that no office here writes.
    if len(folded) != len(plain):
        folded = plain
    end = -1
    for match in _WORD.finditer(plain):
        start = match.start()
        joined = start == end + 1 and plain[end] in _JOINTS
        end = match.end()
        yield Word(
            match[0][:WORD_LENGTH_MAX],
            _MARK.sub("", folded[start:end])[:WORD_LENGTH_MAX],
            start,
            end,
            joined,
        )


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index keeps of an article: its terms, and the words of its title as
    written -> folded."""

    terms: frozenset[str]
    title_words: dict[str, str]


def of_article(title: str, lead: str, text: str) -> Indexed:
    """All terms of an article, and its words."""
    found: set[str] = set()
    title_words: dict[str, str] = {}
    room = WORDS_MAX
    for part, kind in ((title, TITLE), (lead, LEAD), (text, WRITTEN)):
        row = list(islice(words(part), room))
        room -= len(row)
        if kind is TITLE:
            title_words = {word.written: word.folded for word in row if word.folded.isalpha()}
        for spelt, marks in (
            ({_ascii(word.written) for word in row}, (WRITTEN, kind)),
            ({_ascii(word.folded) for word in row}, (_FOLDED[WRITTEN], _FOLDED[kind])),
        ):
            found.update(mark + word for mark in marks for word in spelt)
        found.update(map(pair, pairwise(row)))
        found.update(_numbers(row))
    return Indexed(frozenset(found), title_words)


def written(kind: str, word: str) -> str:
    """The term of a word as it is written (see ``Word.written``)."""
    return kind + _ascii(word)


def folded(kind: str, word: str) -> str:
    """The term of a folded word, in ``WRITTEN`` (anywhere), ``TITLE`` or ``LEAD``."""
    return _FOLDED[kind] + _ascii(word)


def pair(two: tuple[Word, Word]) -> str:
    """The term for two words that follow each other."""
    text = f"{two[0].folded} {two[1].folded}".encode()
    number = int.from_bytes(blake2b(text, digest_size=5).digest()[:3]) >> 4
    return PAIR + _TWO_DIGITS[number >> 10] + _TWO_DIGITS[number & 1023]


def number(row: Sequence[Word]) -> str:
    """The term for a number of a document, or for a part of one."""
    return NUMBER + ".".join(_ascii(word.folded) for word in row)


def digest(terms: frozenset[str]) -> str:
    """A short hash that two equal sets share."""
    return blake2b(" ".join(sorted(terms)).encode("ascii"), digest_size=8).hexdigest()


def _numbers(row: list[Word]) -> Iterator[str]:
    """Numbers of documents, such as 20/2008/NĐ-CP, from each of their parts that has a digit."""
    for place, word in enumerate(row):
        if not any(character.isdigit() for character in word.folded):
            continue
        end = place + 1
        while end < len(row) and row[end].joined and end - place < NUMBER_PARTS_MAX:
            end += 1
            yield number(row[place:end])


class _Spelling(dict[int, str]):
    def __missing__(self, code: int) -> str:
        spelt = chr(code) if code < 128 else f"_{code:x}_"
        self[code] = spelt
        return spelt


_SPELLING = _Spelling()


def _ascii(word: str) -> str:
    """``word`` with each letter beyond ASCII spelt out, so that no tokenizer has an opinion on it
    and a beginning of the word stays a beginning of the term."""
    return word if word.isascii() else word.translate(_SPELLING)
