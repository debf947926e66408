"""Answers to readers' searches: found, ranked, marked, one page of them. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain, islice, pairwise

from sqlalchemy import select

from newsapp.extensions import db
from newsapp.models import Article, SearchWord
from newsapp.news.lists import teasers, to_teaser
from newsapp.news.values import Teaser
from newsapp.search import excerpt, index, terms
from newsapp.search.engine import Bounds, Searcher
from newsapp.search.excerpt import Piece
from newsapp.search.query import Match, Query, Term, parse
from newsapp.search.terms import Word

PAGE_SIZE = 20
# More hits than this are not counted, and nobody turns that many pages.
HITS_MAX = 1_000
# Up to so many texts are read to see whether a phrase stands in them in one piece.
READ_MAX = 200
RELATED = 4
_RELATED_EACH = 15
_RELATED_PAIRS = 10
# Words that join others and tell nothing of what an article is about.
_JOINING = frozenset(
    "bị các cho có của do được đến khi là một những ở tại theo trong từ và về với".split()  # noqa: SIM905 - twenty lines otherwise
)
_SUGGESTIONS_TRIED = 4
_LIKENESS_MIN = 0.6


@dataclass(frozen=True)
class Hit:
    """An article that was found, with its title and an excerpt in pieces, some of them marked."""

    teaser: Teaser
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True)
class Results:
    """One page of what was found. ``more_than_counted``: there are more than ``total`` hits."""

    hits: tuple[Hit, ...]
    total: int
    more_than_counted: bool
    page: int
    pages: int


def search(query: Query, bounds: Bounds, page: int) -> Results:
    """Page ``page`` (from 1) of the articles that match; an empty query finds nothing."""
    found = find(query, bounds, page * PAGE_SIZE)
    more = len(found) > HITS_MAX
    found = found[:HITS_MAX]
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return Results(
        _hits(query, shown, bounds.last),
        len(found),
        more,
        page,
        -(-len(found) // PAGE_SIZE),
    )


def find(query: Query, bounds: Bounds, ranked: int = HITS_MAX) -> list[int]:
    """Ids of the articles that match, at most ``HITS_MAX + 1``.

    At least the first ``ranked`` of them stand best first; who looks at one page needs no more.
    """
    if not query.groups:
        return []
    searcher = index.searcher(bounds)
    # The widest question first: with no answer, or with one, there is nothing to rank.
    newest = searcher.find(query.widest, HITS_MAX + 1)
    if query.phrases and len(newest) <= READ_MAX:
        newest = _read(query, newest)
    found: dict[int, None] = {}
    for tier in _ranked(query, newest, searcher) if len(newest) > 1 else ():
        found.update(dict.fromkeys(tier))
        if len(found) >= min(ranked, len(newest)):
            break
    found.update(dict.fromkeys(newest))
    # Only where whole words do not fill a page: so many words begin alike.
    for match in query.beginnings():
        if len(found) < PAGE_SIZE:
            found.update(dict.fromkeys(searcher.find(match, HITS_MAX + 1)))
    return list(found)[: HITS_MAX + 1]


def _ranked(query: Query, newest: Sequence[int], searcher: Searcher) -> Iterator[Iterable[int]]:
    """What each tier of ``query`` finds; ``newest`` is what the last of them does."""
    answers = {query.widest: newest}
    for tier in query.tiers():
        if len(newest) > HITS_MAX:
            # There is more than is known: two answers in part say nothing about both.
            match = tuple(chain.from_iterable(tier))
            yield newest if match == query.widest else searcher.find(match, HITS_MAX + 1)
            continue
        for match in tier:
            if match not in answers:
                answers[match] = searcher.find(match, HITS_MAX + 1)
        both = set.intersection(*(set(answers[match]) for match in tier))
        yield (article_id for article_id in newest if article_id in both)


def _read(query: Query, found: Sequence[int]) -> list[int]:
    """Those of ``found`` in which each phrase stands in one piece."""
    patterns = [excerpt.pattern(group) for group in query.phrases]
    rows = db.session.execute(
        select(Article.id, Article.title, Article.lead, Article.body_text).where(
            Article.id.in_(found)
        )
    )
    kept = {
        row.id
        for row in rows
        if all(
            any(pattern.search(excerpt.folded(part)) for part in row[1:]) for pattern in patterns
        )
    }
    return [article_id for article_id in found if article_id in kept]


def _hits(query: Query, article_ids: Sequence[int], now: datetime) -> tuple[Hit, ...]:
    rows = db.session.execute(
        teasers(now).add_columns(Article.body_text).where(Article.id.in_(article_ids))
    ).all()
    by_id = {
        row.id: Hit(
            to_teaser(row),
            excerpt.marked(row.title, query.groups),
            excerpt.best((row.lead, row.body_text), query.groups),
        )
        for row in rows
    }
    return tuple(by_id[article_id] for article_id in article_ids if article_id in by_id)


def suggestion(query: Query, bounds: Bounds) -> str:
    """The nearest words of titles for a query that found nothing, if those find something."""
    known: dict[str, list[str]] = {}
    for written, folded in db.session.execute(select(SearchWord.written, SearchWord.folded)):
        known.setdefault(folded, []).append(written)
    choices: list[list[tuple[float, str]]] = []
    for word in query.words:
        if spelt := known.get(word.folded):
            # Marks that were left out are added where there is one way to.
            choices.append([(1.0, spelt[0] if len(spelt) == 1 else word.written)])
        elif not word.folded.isalpha():
            choices.append([(1.0, word.written)])
        elif near := _near(word, known):
            choices.append(near)
        else:
            return ""
    if all(choice[0][0] == 1.0 for choice in choices):
        return ""
    searcher = index.searcher(bounds)
    for offered in islice(_combinations(choices), _SUGGESTIONS_TRIED):
        better = parse(offered)
        if searcher.find(better.widest, 1):
            return offered
    return ""


def _near(word: Word, known: dict[str, list[str]]) -> list[tuple[float, str]]:
    """The likest words of titles, the likest first."""
    matcher: SequenceMatcher[str] = SequenceMatcher(b=word.folded)
    found: list[tuple[float, str]] = []
    for folded, writings in known.items():
        if abs(len(folded) - len(word.folded)) > 2:
            continue
        matcher.set_seq1(folded)
        if matcher.quick_ratio() < _LIKENESS_MIN or (ratio := matcher.ratio()) < _LIKENESS_MIN:
            continue
        for written in writings:
            marks = SequenceMatcher(None, written, word.written).ratio()
            found.append((ratio + marks / 10, written))
    return sorted(found, key=lambda pair: (-pair[0], pair[1]))[:_SUGGESTIONS_TRIED]


def _combinations(choices: list[list[tuple[float, str]]]) -> Iterable[str]:
    """Whole queries: the best of each, then one word after the other exchanged for its next."""
    best = [choice[0][1] for choice in choices]
    yield " ".join(best)
    for place, choice in enumerate(choices):
        for _likeness, word in choice[1:]:
            yield " ".join((*best[:place], word, *best[place + 1 :]))


def related(article_id: int, title: str, section_id: int, now: datetime) -> tuple[int, ...]:
    """Ids of public articles of the same section that share most with a title, rare words before common
    ones; ties to the newest.

    Two syllables are a word in Vietnamese more often than one, so pairs are what is shared.
    """
    searcher = index.searcher(Bounds(now, sections=(section_id,)))
    shared = searcher.share(_telling(title), _RELATED_EACH)
    having = Counter(place for place, _article in shared)
    scores: Counter[int] = Counter()
    for place, other in shared:
        # A pair that fills its list is anywhere; one that few others have says something.
        if other != article_id and having[place] < _RELATED_EACH:
            scores[other] += 60 // having[place]
    return tuple(sorted(scores, key=lambda key: (-scores[key], -key))[:RELATED])


@lru_cache(128)
def _telling(title: str) -> tuple[Match, ...]:
    """Its pairs that say something, one term each. A page that is read is made anew after each save."""
    telling = (
        terms.pair(two)
        for two in pairwise(terms.words(title))
        if not any(word.written in _JOINING for word in two)
    )
    return tuple((Term(pair),) for pair in dict.fromkeys(islice(telling, _RELATED_PAIRS)))
