"""The audit log: what is noted, in plain words, found again, and never changed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from newsapp.accounts import service
from newsapp.extensions import db
from newsapp.models import Account, Article, Audit, Language, Role
from newsapp.newsroom.deeds import PAGE_SIZE, words_of
from newsapp.publishing.articles import Step
from newsapp.publishing.audit import COMMAND_LINE, record
from tests.conftest import PASSWORD
from tests.newsroom.audit_watch import touches_the_log
from tests.newsroom.conftest import write
from tests.pages import CheckingClient, parse, text_of

LOG = "/bien-tap/nhat-ky"
ROOT = Path(__file__).resolve().parents[2] / "newsapp"


def entries(browser: CheckingClient, **asked: str) -> list[str]:
    """The rows of the log's page, without their times."""
    root = parse(browser.get(LOG, query_string=asked).text)
    lists = [e for e in root.iter("ol") if "log" in (e.get("class") or "").split()]
    return [text_of(row.findall("p")[1]) for found in lists for row in found.iter("li")]


def test_deeds_are_told_in_plain_words(
    editor: CheckingClient, administrator: CheckingClient
) -> None:
    write(editor, title="Khai trương tủ sách", step="keep")
    article = db.session.scalars(select(Article)).one()
    rows = entries(administrator)
    assert rows[0] == f"Người editor viết bài viết: Khai trương tủ sách (số {article.id})"
    assert any(row.startswith("Người administrator đăng nhập: Firefox, Linux") for row in rows)
    assert any(row.startswith("dòng lệnh thêm tài khoản: editor (biên tập viên)") for row in rows)
    times = parse(administrator.get(LOG).text).iter("time")
    assert all(datetime.fromisoformat(t.get("datetime") or "").utcoffset() for t in times)


def test_signing_in_and_out_is_noted_without_what_was_typed(
    app: Flask, people: dict[Role, Account], administrator: CheckingClient
) -> None:
    stranger = app.test_client()
    assert isinstance(stranger, CheckingClient)
    token = stranger.form("/dang-nhap")["csrf_token"]

    def attempt(username: str, password: str) -> None:
        sent = {"csrf_token": token, "username": username, "password": password}
        stranger.post("/dang-nhap", data=sent, expect=401)

    attempt("editor", "mật khẩu gõ sai")
    # Many a password ends up in the field for the name.
    attempt("mat-khau-go-nham-o", "")
    rows = entries(administrator)
    number = people[Role.EDITOR].id
    assert f"người không rõ đăng nhập không thành công: editor (số {number})" in rows
    assert "người không rõ đăng nhập không thành công" in rows
    page = administrator.get(LOG).text
    assert "mật khẩu gõ sai" not in page
    assert "mat-khau-go-nham-o" not in page
    for _ in range(3):
        attempt("editor", "lại sai")
    assert entries(administrator) == rows, "guessing must not fill the log"

    forms = parse(administrator.get("/bien-tap/").text).iter("form")
    last = list(forms)[-1]
    sent = {field.get("name"): field.get("value") for field in last.iter("input")}
    administrator.post("/dang-xuat", data=sent, expect=303)
    latest = db.session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert latest is not None
    assert (latest.action, latest.account_id) == (
        "account.sign_out",
        people[Role.ADMINISTRATOR].id,
    )


def note(action: str, at: datetime, detail: str = "", by: Account | None = None) -> None:
    who = service.actor(by) if by else COMMAND_LINE
    db.session.add(
        Audit(
            at=at,
            account_id=who.account_id,
            actor=who.name,
            action=action,
            subject="article",
            subject_id="7",
            detail=detail,
        )
    )
    db.session.commit()


def test_the_log_is_filtered(administrator: CheckingClient, people: dict[Role, Account]) -> None:
    lan = people[Role.CONTRIBUTOR]
    # 20 April in the office, still 19 April in UTC; and the last moment of that day.
    note("article.publish", datetime(2021, 4, 19, 17, 0, tzinfo=UTC), "Sớm nhất", lan)
    note("article.withdraw", datetime(2021, 4, 20, 16, 59, 59, tzinfo=UTC), "Trễ 100%")
    note("article.publish", datetime(2021, 4, 20, 17, 0, tzinfo=UTC), "Hôm sau")

    def found(**asked: str) -> list[str]:
        return [
            row.rsplit(": ", 1)[-1].removesuffix(" (số 7)")
            for row in entries(administrator, **asked)
        ]

    day = {"tu": "2021-04-20", "den": "20/04/2021"}
    assert found(**day) == ["Trễ 100%", "Sớm nhất"]
    assert found(**day, nguoi=str(lan.id)) == ["Sớm nhất"]
    assert found(**day, nguoi="newsapp") == ["Trễ 100%"]
    assert found(**day, viec="article.withdraw") == ["Trễ 100%"]
    assert found(q="0%") == ["Trễ 100%"]
    assert found(q="NGƯỜI CONTRIBUTOR", **day) == ["Sớm nhất"]
    assert found(**day, nguoi="-") == []
    assert found(viec="khong-co") == []
    assert found(den="2021-04-21", tu="2021-04-21") == ["Hôm sau"]


@pytest.mark.parametrize(
    ("asked", "field", "shown"),
    [
        ({"tu": "31/02/2026"}, "first", "31/02/2026"),
        ({"den": "hôm qua\x00"}, "last", "hôm qua"),
        ({"tu": "x" * 5000}, "first", "x" * 200),
        ({"tu": "2026-02-02", "den": "2026-02-01"}, "first", "2026-02-02"),
        ({"nguoi": "99999999999"}, "person", "31/12/2025"),
        ({"nguoi": "ai đó"}, "person", "31/12/2025"),
    ],
)
def test_a_filter_that_cannot_be(
    administrator: CheckingClient, asked: dict[str, str], field: str, shown: str
) -> None:
    if field == "person":
        asked = {**asked, "q": shown}
    page = administrator.get(LOG, query_string=asked, expect=422).text
    ids = {e.get("id") for e in parse(page).iter()}
    assert f"{field}-error" in ids
    assert f'value="{shown}"' in page


@pytest.mark.parametrize("cursor", ["0", "-1", "x", "9" * 30, "²", "1\x00"])
def test_a_broken_cursor_is_404(administrator: CheckingClient, cursor: str) -> None:
    administrator.get(LOG, query_string={"truoc": cursor}, expect=404)


def test_every_row_stands_on_one_page(administrator: CheckingClient) -> None:
    for number in range(2 * PAGE_SIZE):
        record(COMMAND_LINE, "article.save", "article", number, f"Bài {number}")
    db.session.commit()
    total = db.session.scalar(select(func.count()).select_from(Audit))
    seen: list[str] = []
    address: str | None = LOG
    while address:
        root = parse(administrator.get(address).text)
        rows = next(e for e in root.iter("ol") if "log" in (e.get("class") or ""))
        seen += [text_of(row) for row in rows.iter("li")]
        # What is done meanwhile must not push a row onto the next page.
        record(COMMAND_LINE, "article.save", "article", 0, "Giữa chừng")
        db.session.commit()
        links = [a for a in root.iter("a") if a.get("rel") == "next"]
        address = links[0].get("href") if links else None
    assert len(seen) == total
    assert not any("Giữa chừng" in row for row in seen)


def recorded_actions() -> Iterator[tuple[str, str]]:
    """Every deed that the code writes as a literal, with its file."""
    for path in ROOT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call):
                for argument in call.args:
                    text = argument.value if isinstance(argument, ast.Constant) else None
                    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
                    if name in {"record", "_finish"} and isinstance(text, str) and "." in text:
                        yield text, str(path.relative_to(ROOT))


def test_every_deed_has_words(app: Flask) -> None:
    deeds = {*recorded_actions(), *((f"article.{step.value}", "Step") for step in Step)}
    assert len(deeds) > 20, "the search found hardly anything"
    # "keep" is recorded as "article.save".
    deeds -= {(f"article.{Step.KEEP.value}", "Step")}
    bare = sorted((action, where) for action, where in deeds if words_of(action) == action)
    assert not bare, "give these deeds words in newsapp/newsroom/deeds.py (NOUNS, VERBS, SENTENCES)"


@pytest.mark.parametrize(
    ("statement", "caught"),
    [
        ("UPDATE audit SET detail=? WHERE id=?", True),
        ('DELETE FROM "audit"', True),
        ("delete from audit where id = 1", True),
        ("TRUNCATE audit", True),
        ("INSERT INTO audit (at) VALUES (?)", False),
        ("SELECT audit.id FROM audit", False),
        ("UPDATE audit_settings SET x=1", False),
    ],
)
def test_the_watch_knows_what_it_looks_for(app: Flask, statement: str, caught: bool) -> None:
    assert touches_the_log(statement) is caught


def test_the_log_is_for_administrators(editor: CheckingClient) -> None:
    editor.get(LOG, expect=403)


def test_the_log_speaks_english_too(
    administrator: CheckingClient, people: dict[Role, Account], make_article: Callable[..., Article]
) -> None:
    make_article("Tin")
    service.set_language(
        people[Role.ADMINISTRATOR], Language.ENGLISH, by=service.actor(people[Role.ADMINISTRATOR])
    )
    assert any(
        row.startswith("the command line wrote an article: Tin") for row in entries(administrator)
    )
    assert PASSWORD not in administrator.get(LOG).text


def test_settings_go_by_the_names_of_their_fields(administrator: CheckingClient) -> None:
    note("setting.change", datetime.now(UTC), "site_name, legal_line, of_an_older_release")
    said = "Tên trang tin, Giấy phép và căn cứ pháp lý ở chân trang, of_an_older_release"
    assert said in entries(administrator)[0]
