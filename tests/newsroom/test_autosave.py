"""Kept without being saved: slots, offers, who else is here, and the session asked in between."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from newsapp.accounts import service as accounts
from newsapp.extensions import db
from newsapp.models import Account, Article, Autosave, Presence, Revision, Role
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.newsroom.conftest import NEW, article_fields, opened
from tests.pages import CheckingClient, parse, text_of

KEEP = "/bien-tap/tu-luu"
MakeArticle = Callable[..., Article]


def keep(
    browser: CheckingClient,
    article: Article | None,
    key: str = "khoa-1",
    expect: int = 200,
    **typed: Any,
) -> Any:
    address = f"/bien-tap/bai-viet/{article.id}" if article else NEW
    sent = {**opened(browser, address), **typed, "article": article.id if article else ""}
    return browser.post(KEEP, data={**sent, "slot": key}, expect=expect)


def slots() -> list[Autosave]:
    db.session.expire_all()
    return list(db.session.scalars(select(Autosave).order_by(Autosave.id)))


def offer(browser: CheckingClient, address: str) -> str:
    root = parse(browser.get(address).text)
    return next((text_of(e) for e in root.iter() if e.get("id") == "site-offer"), "")


@pytest.mark.parametrize("new", [True, False])
def test_kept_text_is_offered_restored_and_saved(
    editor: CheckingClient, make_article: MakeArticle, new: bool
) -> None:
    article = None if new else make_article("Bài đã có")
    address = f"/bien-tap/bai-viet/{article.id}" if article else NEW
    revisions = db.session.query(Revision).count()
    keep(
        editor, article, title="Chữ dở dang", body="<p>Đang viết</p>", publish_at="2031-01-02T03:04"
    )
    assert db.session.query(Revision).count() == revisions
    form = opened(editor, address)
    assert form["title"] == ("" if new else "Bài đã có")
    assert "“Chữ dở dang”" in offer(editor, address)

    page = editor.get(f"{address}?ban-luu=1").text
    assert "data-unsaved" in page
    again = article_fields(page)
    assert (again["title"], again["body"]) == ("Chữ dở dang", "<p>Đang viết</p>")
    assert (again["publish_at"], again["slot"]) == ("2031-01-02T03:04", "khoa-1")
    assert len(slots()) == 1
    editor.post(address, data={**again, "step": "keep"}, expect=303)
    assert slots() == []
    assert db.session.query(Article).filter_by(title="Chữ dở dang").count() == 1


def test_one_slot_for_each_person_and_article(
    editor: CheckingClient, contributor: CheckingClient, make_article: MakeArticle
) -> None:
    one, two = make_article("Một"), make_article("Hai")
    for article in (one, two, None):
        for title in ("Lần đầu", "Lần sau"):
            keep(editor, article, title=title)
    keep(contributor, None, title="Của cộng tác viên")
    assert [json.loads(slot.fields)["title"] for slot in slots()] == ["Lần sau"] * 3 + [
        "Của cộng tác viên"
    ]
    assert "Của cộng tác viên" not in offer(editor, NEW)


def test_another_window_never_writes_over_a_slot(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article()
    keep(editor, article, "cua-so-1", title="Chữ ở cửa sổ một")
    refused = keep(editor, article, "cua-so-2", expect=409, title="Chữ ở cửa sổ hai")
    assert refused.json["error"]["reason"] == "taken"
    assert json.loads(slots()[0].fields)["title"] == "Chữ ở cửa sổ một"
    # Nor does a save from the other window throw it away.
    address = f"/bien-tap/bai-viet/{article.id}"
    sent = {**opened(editor, address), "slot": "cua-so-2", "lead": "Thêm", "step": "keep"}
    editor.post(address, data=sent, expect=303)
    assert len(slots()) == 1
    assert "Bài đã được lưu sau lúc đó." in offer(editor, address)


def test_a_save_that_changes_nothing_empties_the_slot_too(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article()
    keep(editor, article, title="Đổi rồi đổi lại")
    address = f"/bien-tap/bai-viet/{article.id}"
    editor.post(address, data={**opened(editor, address), "slot": "khoa-1", "step": "keep"})
    assert slots() == []


def test_text_that_is_stored_already_is_not_offered(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article(body="<p>Một</p><p>Hai</p>")
    keep(editor, article, body="<p>Một</p>\n<p>Hai</p>\n")
    assert offer(editor, f"/bien-tap/bai-viet/{article.id}") == ""
    keep(editor, article, body="<p>Một</p>\n<p><strong>Hai</strong></p>")
    assert offer(editor, f"/bien-tap/bai-viet/{article.id}") != ""


def test_restoring_an_old_text_meets_the_conflict(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Cũ")
    keep(editor, article, title="Tôi gõ dở")
    publishing.save(
        article.id,
        Content("Người kia lưu", section_id=article.section_id),
        version=1,
        by=COMMAND_LINE,
    )
    address = f"/bien-tap/bai-viet/{article.id}"
    again = article_fields(editor.get(f"{address}?ban-luu=1").text)
    assert (again["title"], again["version"]) == ("Tôi gõ dở", "1")
    editor.post(address, data={**again, "step": "keep"}, expect=409)
    db.session.expire_all()
    assert article.title == "Người kia lưu"


def test_throwing_away(editor: CheckingClient, make_article: MakeArticle) -> None:
    article = make_article()
    keep(editor, article, title="Bỏ đi")
    keep(editor, None, title="Giữ lại")
    token = opened(editor)["csrf_token"]
    sent = {"article": article.id, "csrf_token": token}
    answer = editor.post(f"{KEEP}/bo", data=sent, expect=303)
    assert answer.location == f"/bien-tap/bai-viet/{article.id}"
    assert [json.loads(slot.fields)["title"] for slot in slots()] == ["Giữ lại"]


def test_hostile_text_is_kept_raw_and_shown_clean(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article()
    keep(
        editor,
        article,
        title='"><script>1</script>',
        body="<p onclick=x()>Chữ</p><script>2</script>",
    )
    page = editor.get(f"/bien-tap/bai-viet/{article.id}?ban-luu=1").text
    assert article_fields(page)["body"] == "<p>Chữ</p>"
    assert "<script>1" not in page + editor.get(f"/bien-tap/bai-viet/{article.id}").text


def test_who_may_keep_what(
    editor: CheckingClient, contributor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article(step=Step.KEEP)
    token = opened(contributor)["csrf_token"]
    sent = {"title": "Lén", "slot": "k", "csrf_token": token}
    contributor.post(KEEP, data={**sent, "article": article.id}, expect=403)
    contributor.post(KEEP, data={**sent, "article": "999999"}, expect=404)
    contributor.post(KEEP, data={**sent, "article": "x"}, expect=404)
    contributor.post(KEEP, data={**sent, "slot": ""}, expect=400)
    contributor.post(KEEP, data={**sent, "slot": "k" * 65}, expect=400)
    contributor.post(KEEP, data={**sent, "csrf_token": "sai"}, expect=400)
    assert slots() == []
    publishing.delete(article.id, by=COMMAND_LINE)
    token = opened(editor)["csrf_token"]
    editor.post(KEEP, data={**sent, "csrf_token": token, "article": article.id}, expect=404)


def test_a_text_too_long_for_a_slot(editor: CheckingClient) -> None:
    keep(editor, None, expect=413, body='\x01"' * 2_100_000)
    assert slots() == []


def test_old_text_of_a_disabled_person_goes_with_a_later_save(
    editor: CheckingClient, contributor: CheckingClient, people: dict[Role, Account]
) -> None:
    keep(contributor, None, title="Của người đã nghỉ")
    keep(editor, None, title="Của biên tập viên")
    old = datetime.now(UTC) - timedelta(days=61)
    for slot in slots():
        slot.saved_at = old
    db.session.commit()
    keep(editor, None, title="Của biên tập viên")
    assert len(slots()) == 2
    accounts.disable(people[Role.CONTRIBUTOR], by=COMMAND_LINE)
    keep(editor, None, title="Của biên tập viên")
    assert [slot.account_id for slot in slots()] == [people[Role.EDITOR].id]


def test_who_else_has_it_open(
    editor: CheckingClient,
    administrator: CheckingClient,
    people: dict[Role, Account],
    make_article: MakeArticle,
) -> None:
    article = make_article()
    address = f"/bien-tap/bai-viet/{article.id}"

    def beat(browser: CheckingClient) -> Any:
        sent = {"csrf_token": opened(browser, address)["csrf_token"]}
        return browser.post(f"{address}/dang-mo", data=sent, expect=200).json

    boss = people[Role.ADMINISTRATOR].display_name
    assert beat(administrator)["others"] == []
    assert beat(editor) == {"others": [boss], "version": 1, "updated_by": ""}
    assert beat(editor)["others"] == [boss]
    root = parse(editor.get(address).text)
    assert boss in text_of(next(e for e in root.iter() if e.get("id") == "others"))
    gone = db.session.query(Presence).filter_by(account_id=people[Role.ADMINISTRATOR].id).one()
    gone.seen_at -= timedelta(minutes=3)
    db.session.commit()
    assert beat(editor)["others"] == []


def test_the_session_is_asked_for(app: Any, editor: CheckingClient, client: CheckingClient) -> None:
    said: Any = editor.get("/bien-tap/con-day").json
    assert said["name"] == "Người editor"
    sent = {"title": "x", "slot": "k", "article": "", "csrf_token": said["csrf_token"]}
    editor.post(KEEP, data=sent, expect=200)
    assert client.get("/bien-tap/con-day").status_code == 302
    client.post(KEEP, data=sent, expect=401)
