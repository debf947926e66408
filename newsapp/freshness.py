"""How a change of what readers see becomes known to every process of every host.

Each transaction that may change a public page moves the number in ``content_version`` on. One
thread of each process looks at it while there are readers; what was rendered under an older number
is stale. A process knows of its own changes at once, of everybody else's within a second. Writes
count that go through ``db.session``, as objects or as statements about tables; a text of SQL that
changes what readers see would have to say so itself.
"""

from __future__ import annotations

import threading
import time

from flask import current_app, has_app_context
from sqlalchemy import Engine, event, insert, select, update
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from newsapp import models
from newsapp.extensions import db
from newsapp.models import ContentVersion
from newsapp.visits.complaints import Complaints
from newsapp.visits.fork import in_child

LOOK_SECONDS = 0.25
"""Between two looks."""
FRESH_SECONDS = 0.75
"""How old a look may be: with the time of rendering, an edit is seen within a second."""
STAND_IN_SECONDS = 0.75
"""How long ago a version must have been in force for its pages to stand in for new ones that are
being made: an edit is still seen within a second."""
# Whoever waits in vain gets a page that is made for them alone. Until a look has ended nobody else
# waits.
WAIT_SECONDS = 1.0
# So long after the last reader nobody looks any more; the next reader waits for a look.
IDLE_SECONDS = 10.0

_CHANGED = "newsapp.content_changed"
# No reader ever sees these. A table that is new counts as seen until it stands here.
_UNSEEN = frozenset(
    model.__tablename__
    for model in (
        models.Account,
        models.AccountSession,
        models.Audit,
        models.Autosave,
        models.Presence,
        models.RecoveryCode,
        models.Revision,
        models.SearchEntry,
        models.SearchMiss,
        models.SearchWord,
        models.SignInFailures,
    )
)


@event.listens_for(db.session, "after_flush")
def _note_objects(session: Session, _context: object) -> None:
    if any(
        row.__tablename__ not in _UNSEEN
        for rows in (session.new, session.dirty, session.deleted)
        for row in rows
    ):
        session.info[_CHANGED] = True


@event.listens_for(db.session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(state.statement, "table", None)
    if getattr(table, "name", "") not in _UNSEEN:
        state.session.info[_CHANGED] = True


@event.listens_for(db.session, "before_commit")
def _move_on(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    if not session.info.get(_CHANGED):
        return
    # Last of all, so that two who save wait for each other's commit alone.
    connection = session.connection()
    moved = connection.execute(update(ContentVersion).values(number=ContentVersion.number + 1))
    if not moved.rowcount:
        connection.execute(insert(ContentVersion).values(id=1, number=1))


@event.listens_for(db.session, "after_commit")
def _tell_this_process(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if session.info.pop(_CHANGED, None) and has_app_context():
        here: Freshness = current_app.extensions["newsapp.freshness"]
        here.doubt()


@event.listens_for(db.session, "after_transaction_end")
def _forget_changes(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_CHANGED, None)


class Freshness:
    """The version as this process knows it. Its methods never raise."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._complaints = Complaints()
        self._forget()
        in_child(self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._seen = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._doubts = 0
        self._settled = -1
        self._version = self._previous = 0
        self._looked_at = self._asked_at = self._previous_until = float("-inf")
        self._away = self._late = False

    def version(self) -> int | None:
        """The number that is in force, as seen less than a second ago; None while it cannot be
        known. Waits for a look where the last one is too old."""
        self._asked_at = now = time.monotonic()
        if self._settled != self._doubts or now - self._looked_at > LOOK_SECONDS * 2:
            self._look_soon()
            if not self._is_certain():
                return None
        return self._version

    def was_in_force(self, version: int) -> bool:
        """Whether that number was the last but one, and still seen a moment ago."""
        return (
            version == self._previous and time.monotonic() - self._previous_until < STAND_IN_SECONDS
        )

    @property
    def is_away(self) -> bool:
        """Whether the database did not answer when it was last asked: nobody can have changed
        anything since."""
        return self._away

    def doubt(self) -> None:
        """Whoever asks next waits for a new look."""
        with self._lock:
            self._doubts += 1

    def close(self) -> None:
        """End the thread; the next question starts another."""
        with self._lock:
            self._closed = True
            thread = self._thread
        self._wake.set()
        if thread is not None:
            thread.join(WAIT_SECONDS * 5)  # a look may be under way

    def _is_certain(self) -> bool:
        fresh = time.monotonic() - self._looked_at < FRESH_SECONDS
        return fresh and self._settled == self._doubts

    def _look_soon(self) -> None:
        with self._lock:
            self._start()
            seen = self._seen
        self._wake.set()
        if not (self._away or self._late):
            self._late = not seen.wait(WAIT_SECONDS)

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        self._closed = False
        thread = threading.Thread(target=self._run, name="newsapp-freshness", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError as error:
            self._complaints.say("no thread that looks for changes; no page is kept", error)

    def _run(self) -> None:
        while True:
            self._wake.clear()
            with self._lock:
                if self._closed:
                    self._thread = None
                    return
                doubts, seen = self._doubts, self._seen
                self._seen = threading.Event()
            try:
                self._look(doubts)
                self._away = False
            except Exception as error:  # whatever it is, the thread must outlive it
                self._away = True
                self._complaints.say("only kept pages can be read, no database", error)
            self._late = False
            seen.set()
            idle = time.monotonic() - self._asked_at > IDLE_SECONDS
            self._wake.wait(None if idle else LOOK_SECONDS)

    def _look(self, doubts: int) -> None:
        begun = time.monotonic()
        with self._engine.connect() as connection:
            version = connection.scalars(select(ContentVersion.number)).one()
        if version != self._version:
            self._previous, self._previous_until = self._version, self._looked_at
            self._version = version
        self._settled, self._looked_at = doubts, begun
