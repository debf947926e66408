"""What the tests of the office's numbers share: items with a time, and readers who were counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from newsapp.models import Account, Article, Section
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Hit
from tests.conftest import ZONE

STATISTICS, REPORT = "/bien-tap/thong-ke", "/bien-tap/bao-cao"
VISIT = Hit(visit=True, view=False, printed=False)
VIEW = Hit(visit=False, view=True, printed=False)
PRINT = Hit(visit=False, view=False, printed=True)
Maker = Callable[..., Article]


def count(ledger: Ledger, day: date, hit: Hit, times: int = 1, article: int | None = None) -> None:
    """Book what readers did, as the counter would."""
    ledger.append([Record(day.toordinal(), article, hit)] * times)
    ledger.fold_now()


def local(year: int, month: int, day: int) -> datetime:
    """The moment at which a day begins in the site's zone."""
    return datetime(year, month, day, tzinfo=ZONE)


def as_actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name, account.role)


def maker(section: Section) -> Maker:
    """``make(at, by=…, title=…)``: an item with that time, published unless ``step`` says so."""

    def make(
        at: datetime | None,
        by: Actor = COMMAND_LINE,
        step: Step = Step.PUBLISH,
        **content: str | int,
    ) -> Article:
        content = {"title": "Phường phát cây giống", "section_id": section.id, **content}
        return publishing.create(
            Content(**content),  # type: ignore[arg-type]  # fields are str, ids int
            by=by,
            step=step,
            publish_at=at,
        )

    return make
