"""The order that people give to things by hand."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from newsapp.extensions import db
from newsapp.models import Link, Page, Section
from newsapp.publishing.audit import Actor, record

Ordered = type[Section] | type[Link] | type[Page]


def arranged(present: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """``present`` with those that ``wanted`` names in its order, on the places that they hold.

    What ``wanted`` does not name stays where it is, what is not there any more is left out: the
    page of a person who did not see the latest change loses nothing.
    """
    known = set(present)
    named = dict.fromkeys(item for item in wanted if item in known)
    turn = iter(named)
    return [next(turn) if item in named else item for item in present]


def stepped(row: Sequence[int], item: int, *, up: bool) -> list[int]:
    """``row`` with ``item`` one place further up or down; at the end it stays."""
    place = row.index(item)
    other = place + (-1 if up else 1)
    moved = list(row)
    if 0 <= other < len(row):
        moved[place], moved[other] = moved[other], moved[place]
    return moved


def write(model: Ordered, ids: Sequence[int], *, by: Actor) -> bool:
    """Number the rows from 1 in the order of ``ids``, record the deed and commit.

    Writes nothing where the order is that one already; whether it wrote.
    """
    before = {row.id: row.position for row in db.session.execute(select(model.id, model.position))}
    after = dict(zip(ids, range(1, len(ids) + 1), strict=True))
    changed = [
        {"id": number, "position": place}
        for number, place in after.items()
        if before[number] != place
    ]
    if not changed:
        return False
    db.session.execute(update(model), changed)
    name = model.__tablename__
    record(by, f"{name}.order", name, "", ", ".join(str(number) for number in ids))
    db.session.commit()
    return True
