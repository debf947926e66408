"""The audit log only grows: while this fixture is in use, any other statement about it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from newsapp.extensions import db

FORBIDDEN = re.compile(r"\s*(update|delete\s+from|truncate|drop\s+table|replace\s+into)\b", re.I)
THE_LOG = re.compile(r'(?<![\w.])"?audit"?(?![\w])', re.I)


def touches_the_log(statement: str) -> bool:
    """Whether the statement changes or takes away rows of the log."""
    begun = FORBIDDEN.match(statement)
    return bool(begun and THE_LOG.match(statement[begun.end() :].lstrip()))


@pytest.fixture(autouse=True)
def audit_only_grows(app: Flask) -> Iterator[None]:
    """Watches every statement of a test on the main database."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if touches_the_log(statement):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield
    event.remove(db.engine, "before_cursor_execute", note)
    assert seen == [], "the audit log is append-only"
