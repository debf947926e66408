"""The operator's commands: what they say, what they do, how they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

import dev
from newsapp import cli, create_app
from newsapp.accounts import service as accounts
from newsapp.config import Config, ConfigError
from newsapp.extensions import db
from newsapp.models import Account, Article, Role
from newsapp.pages import ledger
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import Databases, close, make_config

ORDINARY = Path(__file__).parent / "transfer" / "portal_text" / "ordinary.txt"
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def invoke(*arguments: str, code: int = 0) -> Result:
        result = app.test_cli_runner().invoke(args=arguments)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


def test_init_makes_database_and_administrator_once(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    app = create_app(make_config(tmp_path, databases.empty(backend, tmp_path)))
    cli.install(app)
    runner = app.test_cli_runner()
    first = runner.invoke(args=["init"])
    assert first.exit_code == 0
    assert "database created" in first.output
    password = first.output.rsplit(": ", 1)[1].strip()
    second = runner.invoke(args=["init"])
    assert "password" not in second.output
    environment = {"NEWSAPP_DATA_DIR": str(tmp_path)}
    assert dev.is_initialised(environment) is (backend == "sqlite")
    assert not dev.is_initialised({**environment, "NEWSAPP_DATABASE_URL": "postgresql:///other"})
    (tmp_path / "site.db").unlink(missing_ok=True)
    assert not dev.is_initialised(environment)
    with app.app_context():
        admin = accounts.find("admin")
        assert accounts.password_matches(admin, password)
        assert (admin.role, admin.password_is_initial) == (Role.ADMINISTRATOR, True)
    close(app)


def test_a_database_that_is_not_ready_says_so(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    app = create_app(make_config(tmp_path, databases.empty(backend, tmp_path)))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (503, "migrations are pending: run newsapp init\n")
    close(app)


def test_accounts(run: Run) -> None:
    said = run("accounts", "add", "Lan.Nguyen", "--name", "Lan", "--role", "editor").output
    assert "lan.nguyen (editor) added, one-time password: " in said
    lan = accounts.find("lan.nguyen")
    assert accounts.password_matches(lan, said.rsplit(": ", 1)[1].strip())
    run("accounts", "password", "lan.nguyen", "--password", "một câu dài dễ nhớ")
    db.session.expire_all()
    assert accounts.password_matches(accounts.find("lan.nguyen"), "một câu dài dễ nhớ")
    assert "lan.nguyen\teditor\tactive\tLan" in run("accounts", "list").output
    run("accounts", "disable", "lan.nguyen")
    assert "disabled" in run("accounts", "list").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("accounts", "add", "tên có dấu"), "only a-z"),
        (("accounts", "add", "x" * 65), "only a-z"),
        (("accounts", "add", "ngan", "--password", "ngắn"), "12 to 256 characters"),
        (("accounts", "password", "khong-co"), "there is no account"),
        (("accounts", "disable", "khong-co"), "there is no account"),
        (("import", "text", "/khong/co/tep.txt"), "1 of 1 files"),
    ],
)
def test_errors_are_one_line_and_a_code(run: Run, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, code=1)
    errors = [line for line in result.output.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1
    assert said in errors[0]


def test_a_name_is_taken_once(run: Run) -> None:
    run("accounts", "add", "lan")
    assert "taken" in run("accounts", "add", "LAN", code=1).output


def test_the_last_administrator_stays(run: Run) -> None:
    run("accounts", "add", "admin", "--role", "administrator")
    assert "last administrator" in run("accounts", "disable", "admin", code=1).output
    assert db.session.scalar(select(Account.active).where(Account.username == "admin"))


def test_import_says_first_and_does_then(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff\xfe\x00")
    plan = run("import", "text", "--dry-run", "--site-counter", str(ORDINARY))
    assert "would import" in plan.output
    assert db.session.scalar(select(Article.id)) is None
    done = run("import", "text", "--site-counter", str(bad), str(ORDINARY), code=1)
    assert "1/2" in done.output
    assert "refused" in done.output
    assert "2/2" in done.output
    assert "imported as article" in done.output
    assert ledger().site_total() > 0
    assert "already here" in run("import", "text", str(ORDINARY)).output
    old = "http://cu.example/tintuc/post.aspx?ItemID=7"
    said = run("import", "text", "--old-address", old, str(ORDINARY)).output
    assert "old address /tintuc/post.aspx?itemid=7 leads to article 1" in said
    said = run("import", "text", "--old-address", "x", str(ORDINARY), code=1).output
    assert "old address not accepted" in said
    assert len(db.session.scalars(select(Article)).all()) == 1


def test_visits_baseline_and_corrections(run: Run) -> None:
    assert "total now 5164377" in run("visits", "baseline", "5164377").output
    run("visits", "correct", "--reason", "đếm trùng ngày chuyển máy chủ", "--", "-377")
    assert ledger().site_total() == 5164000
    assert ledger().corrections()[0].who == COMMAND_LINE.name


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"NEWSAPP_SECRET_KEY": ""}, "NEWSAPP_SECRET_KEY"),
        ({"NEWSAPP_SECRET_KEY": "short"}, "NEWSAPP_SECRET_KEY"),
        ({"NEWSAPP_DATABASE_URL": "mysql://x/y"}, "NEWSAPP_DATABASE_URL"),
        ({"NEWSAPP_DATABASE_URL": "rác"}, "NEWSAPP_DATABASE_URL"),
        ({"NEWSAPP_DATABASE_URL": "sqlite://"}, "NEWSAPP_DATABASE_URL"),
        ({"NEWSAPP_FLOOD_LIMIT": "-1"}, "NEWSAPP_FLOOD_LIMIT"),
        ({"NEWSAPP_FLOOD_LIMIT": "nhiều"}, "NEWSAPP_FLOOD_LIMIT"),
        ({"NEWSAPP_TRUSTED_PROXIES": "1.5"}, "NEWSAPP_TRUSTED_PROXIES"),
        ({"NEWSAPP_TIMEZONE": "Asia/Sai_Gon_Cu"}, "NEWSAPP_TIMEZONE"),
        ({"NEWSAPP_TIMEZONE": "../etc/passwd"}, "NEWSAPP_TIMEZONE"),
        ({"NEWSAPP_SITE_URL": "phuong.example"}, "NEWSAPP_SITE_URL"),
        ({"NEWSAPP_DATA_DIR": "/proc/khong/duoc"}, "NEWSAPP_DATA_DIR"),
    ],
)
def test_nonsense_in_the_environment_is_refused_by_name(
    tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        Config.from_environment({"NEWSAPP_DATA_DIR": str(tmp_path), **variables})


def test_the_secret_key_is_made_once_and_private(tmp_path: Path) -> None:
    first = Config.from_environment({"NEWSAPP_DATA_DIR": str(tmp_path)})
    second = Config.from_environment({"NEWSAPP_DATA_DIR": str(tmp_path)})
    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "secret_key").write_text("", encoding="ascii")
    with pytest.raises(ConfigError, match="secret_key"):
        Config.from_environment({"NEWSAPP_DATA_DIR": str(tmp_path)})
