"""Words of a text as an index keeps them: one set of plain ASCII terms per article.

Both engines index the same set, so that both find the same. The first character of a term says
what it is:

=====  ==============================================================================
``0``  a folded word anywhere in the article: ``0duong``
``1``  a run of two folded words: ``1duong.pho``; a number such as ``36/KH-UBND`` as a
       whole too: ``136.kh.ubnd``
``2``  a word as it is written, anywhere: ``2đường`` (marks spelt in ASCII)
``3``  a word as it is written, in the title; ``4`` a folded one
``5``  a word as it is written, in the lead; ``6`` a folded one
=====  ==============================================================================

Folding, and why `hoà` and `hòa` are one word: see ``newsapp.text.vietnamese``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice, pairwise

from newsapp.text import vietnamese

FOLDED, RUN, WRITTEN = "0", "1", "2"
TITLE_WRITTEN, TITLE_FOLDED = "3", "4"
LEAD_WRITTEN, LEAD_FOLDED = "5", "6"

# A text longer than a hundred pages is found by its first hundred; PostgreSQL takes one megabyte
# of terms in a row.
WORDS_MAX = 40_000
WORD_LENGTH_MAX = 60
# How many parts of a document number are kept as one term.
NUMBER_PARTS_MAX = 5

_WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_\u0300-\u036f]*)*")
_MARK = re.compile("[\u0300-\u036f]+")
_JOINTS = frozenset("/-.–")


@dataclass(frozen=True, slots=True)
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


def of_article(title: str, lead: str, text: str) -> frozenset[str]:
    """All terms of an article."""
    found: set[str] = set()
    room = WORDS_MAX
    for part, written, folded in (
        (title, TITLE_WRITTEN, TITLE_FOLDED),
        (lead, LEAD_WRITTEN, LEAD_FOLDED),
        (text, "", ""),
    ):
        row = list(islice(words(part), room))
        room -= len(row)
        for word in row:
            found.add(FOLDED + _ascii(word.folded))
            found.add(WRITTEN + _ascii(word.written))
            if written:
                found.add(written + _ascii(word.written))
                found.add(folded + _ascii(word.folded))
        found.update(run(pair) for pair in pairwise(row))
        found.update(_numbers(row))
    return frozenset(found)


def run(row: Iterable[Word]) -> str:
    """The term for a run of words."""
    return RUN + ".".join(_ascii(word.folded) for word in row)


def term(kind: str, word: Word) -> str:
    """The term of a word; ``kind`` is one of the module's."""
    writing = word.written if kind in {WRITTEN, TITLE_WRITTEN, LEAD_WRITTEN} else word.folded
    return kind + _ascii(writing)


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
            if end - place > 2:
                yield run(row[place:end])


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
