"""`newsapp init` of several hosts at the same moment on one new PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import POSTGRESQL, administer, why_no_postgresql
from tests.live import ADMIN_PASSWORD, BIN, ROOT

HOSTS = 3


def test_hosts_that_start_at_once_make_one_site(tmp_path: Path) -> None:
    if reason := why_no_postgresql():
        pytest.skip(reason)
    name = f"newsapp_init_{uuid.uuid4().hex[:8]}"
    administer(f"CREATE DATABASE {name}")
    url = POSTGRESQL.set(database=name)
    hosts = []
    try:
        for number in range(HOSTS):
            folder = tmp_path / str(number)
            folder.mkdir()
            variables = {
                **os.environ,
                "NEWSAPP_DATA_DIR": str(folder),
                "NEWSAPP_DATABASE_URL": url.render_as_string(hide_password=False),
                "NEWSAPP_ADMIN_PASSWORD": ADMIN_PASSWORD,
            }
            hosts.append(
                subprocess.Popen(
                    [BIN / "newsapp", "init"],
                    env=variables,
                    cwd=ROOT,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        said = [host.communicate(timeout=120) for host in hosts]
        assert [host.returncode for host in hosts] == [0] * HOSTS, said
        told = "".join(out for out, _complaints in said)
        assert told.count("database created") == 1
        assert told.count("first administrator") == 1
        engine = create_engine(url)
        with engine.connect() as connection:
            people = connection.execute(text("SELECT count(*) FROM account")).scalar()
        engine.dispose()
        assert people == 1
    finally:
        for host in hosts:
            host.kill()
        administer(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
