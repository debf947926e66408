"""Databases for the counters: SQLite in a file, and PostgreSQL where one answers."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from newsapp.visits.ledger import Ledger
from newsapp.visits.middleware import VisitCounter
from tests.visits.visiting import Browser, Clock, new_ledger, site_behind_counter, sqlite_url

SERVER = os.environ.get("NEWSAPP_TEST_POSTGRESQL", "postgresql+psycopg://root@127.0.0.1:5432/")


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A database of its own, gone after the test."""
    name = f"newsapp_visits_{secrets.token_hex(6)}"
    server = create_engine(f"{SERVER}postgres", isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL at {SERVER}: {error.orig}")
    try:
        yield f"{SERVER}{name}"
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The counters' database, each kind in turn."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path)
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def clock() -> Clock:
    # 15 April 2017, 10:00 in Vietnam, a Saturday
    return Clock(1_492_225_200.0)


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = new_ledger(sqlite_url(tmp_path), tmp_path, clock)
    yield ledger
    ledger.close()


@pytest.fixture(params=["asked", "kept"])
def keeps(request: pytest.FixtureRequest) -> bool:
    """Whether pages are kept: they are counted by the same rules on a way of their own."""
    return bool(request.param == "kept")


@pytest.fixture
def counter(ledger: Ledger, clock: Clock, keeps: bool) -> Iterator[VisitCounter]:
    counter = site_behind_counter(ledger, clock, keeps=keeps)
    yield counter
    counter.close()


@pytest.fixture
def browser(counter: VisitCounter, clock: Clock) -> Browser:
    return Browser(counter, clock)
