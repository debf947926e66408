"""What readers looked for in vain, counted for the editors without a word about the readers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from newsapp import database
from newsapp.extensions import db
from newsapp.models import SearchMiss
from newsapp.models.search import MISS_MAX
from newsapp.search.query import Query
from newsapp.visits.store import insert_for

# The latest of so many different texts are kept.
KEPT = 2_000
# Mail addresses, telephone and identity numbers: somebody's own, and no subject for an article.
_PERSONAL = re.compile(r"@|\d(?:[ .-]?\d){7}")


@dataclass(frozen=True)
class Miss:
    """A text, how often it was looked for in vain, and when last (UTC)."""

    text: str
    number: int
    last_at: datetime


def note(query: Query, now: datetime) -> bool:
    """Count a search that found nothing; False where the database was busy. Nobody waits for it.

    What is too long or may be somebody's own is left out.
    """
    text = " ".join(query.text.lower().split())
    if not query.groups or len(text) > MISS_MAX or _PERSONAL.search(text):
        return True
    new = insert_for(db.engine)(SearchMiss)
    latest = select(SearchMiss.text).order_by(SearchMiss.last_at.desc(), SearchMiss.text)
    return database.write_at_once(
        new.values(text=text, number=1, last_at=now).on_conflict_do_update(
            index_elements=[SearchMiss.text],
            set_={"number": SearchMiss.number + 1, "last_at": now},
        ),
        delete(SearchMiss).where(SearchMiss.text.in_(latest.offset(KEPT).limit(KEPT))),
    )


def most(limit: int) -> tuple[Miss, ...]:
    """What was looked for in vain most often."""
    rows = db.session.execute(
        select(SearchMiss.text, SearchMiss.number, SearchMiss.last_at)
        .order_by(SearchMiss.number.desc(), SearchMiss.last_at.desc(), SearchMiss.text)
        .limit(limit)
    )
    return tuple(Miss(*row) for row in rows)
