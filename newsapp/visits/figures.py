"""The figures that stand in pages: at most a second old, and never worth a wait.

One thread of its own asks the database. A page whose figures are older than a second asks that
thread and waits for it 0.15 seconds at most, or a second where it has no figure to fall back on and
the database is known to be there; once an answer was late, or failed, no page waits until one has
come again, and pages show the last figures known.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple

from newsapp.visits.books import Books, SiteFigures
from newsapp.visits.complaints import Complaints
from newsapp.visits.fork import in_child
from newsapp.visits.ledger import Ledger

FRESH_SECONDS = 1.0
WAIT_SECONDS = 0.15
# The first page of a process would show zero: on a busy machine that is worth a longer wait, once.
FIRST_WAIT_SECONDS = 1.0
_MOST_ARTICLES = 4_000
_RETRY_SECONDS = 1.0
_IDLE_SECONDS = 30.0


class Known(NamedTuple):
    """Each article's days and corrections, the site's figures, and until when nobody need ask
    again (by the monotonic clock)."""

    views: dict[int, int]
    site: SiteFigures
    until: float


@dataclass(slots=True)
class _Question:
    """What several pages want to know at once; answered when `answered` is set."""

    articles: set[int] = field(default_factory=set)
    site: bool = False
    answered: threading.Event = field(default_factory=threading.Event)


class Figures:
    """A small cache in front of a `Ledger`, one per process. Its methods never raise."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._complaints = Complaints()
        self._forget()
        in_child(self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._next = _Question()
        self._late = False
        self._closed = False
        self._site = (0.0, SiteFigures())
        self._articles: dict[int, tuple[float, int]] = {}

    def get(self, articles: Collection[int], site: bool) -> Known:
        """What is known of these articles, and of the site if `site` is true.

        What was never known is zero.
        """
        old = time.monotonic() - FRESH_SECONDS
        stale = {key for key in articles if self._articles.get(key, (0.0, 0))[0] < old}
        stale_site = site and self._site[0] < old
        if stale or stale_site:
            unknown = (stale_site and not self._site[0]) or not stale <= self._articles.keys()
            self._ask(stale, stale_site, unknown)
        known = {key: self._articles.get(key, (0.0, 0)) for key in articles}
        asked_at = [at for at, _ in known.values()]
        if site:
            asked_at.append(self._site[0])
        return Known(
            {key: views for key, (_, views) in known.items()},
            self._site[1],
            min(asked_at, default=old + FRESH_SECONDS) + FRESH_SECONDS,
        )

    def close(self) -> None:
        """End the thread; the next question starts another."""
        with self._lock:
            self._closed = True
            thread = self._thread
            self._wake.set()
        if thread is not None:
            thread.join(_RETRY_SECONDS * 2)

    def _ask(self, articles: set[int], site: bool, unknown: bool) -> None:
        with self._lock:
            question = self._next
            question.articles |= articles
            question.site |= site
            self._start()
            self._wake.set()
        if self._late:
            return
        answered = question.answered.wait(WAIT_SECONDS)
        if not answered and unknown and self._ledger.reached:
            answered = question.answered.wait(FIRST_WAIT_SECONDS - WAIT_SECONDS)
        if not answered:
            self._late = True

    def _start(self) -> None:
        if self._thread is not None:
            return
        self._closed = False
        thread = threading.Thread(target=self._answer, name="newsapp-figures", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError as error:
            self._complaints.say("no thread for the figures", error)

    def _answer(self) -> None:
        while True:
            self._wake.wait(_IDLE_SECONDS)
            with self._lock:
                if self._closed or not self._wake.is_set():
                    self._thread = None
                    return
                self._wake.clear()
                question, self._next = self._next, _Question()
            try:
                self._look_up(self._ledger, question)
                self._late = False
            except Exception as error:  # whatever it is, the thread must outlive it
                self._late = True
                self._complaints.say("pages show the last figures known", error)
            question.answered.set()
            if self._late:
                self._try_again(question)

    def _look_up(self, books: Books, question: _Question) -> None:
        articles = books.views_of(question.articles) if question.articles else {}
        site = books.site_figures(self._ledger.today()) if question.site else None
        now = time.monotonic()
        if len(self._articles) + len(articles) > _MOST_ARTICLES:
            newest = sorted(self._articles.items(), key=lambda item: item[1][0])
            self._articles = dict(newest[_MOST_ARTICLES // 2 :])
        self._articles.update((key, (now, views)) for key, views in articles.items())
        if site is not None:
            self._site = (now, site)

    def _try_again(self, question: _Question) -> None:
        """Put a question that got no answer back, and give the database a moment."""
        time.sleep(_RETRY_SECONDS)
        with self._lock:
            self._next.articles |= question.articles
            self._next.site |= question.site
            self._wake.set()
