"""Two people save one article: the second is stopped, sees both texts, and loses no word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from newsapp.extensions import db
from newsapp.models import Account, Article, Autosave, Revision, Role
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Content
from newsapp.publishing.audit import Actor
from tests.newsroom.conftest import article_fields, opened
from tests.pages import CheckingClient, parse, text_of

BASE = "<p>Đoạn một.</p><p>Đoạn hai.</p><p>Đoạn ba.</p>"


@pytest.fixture
def collide(
    editor: CheckingClient, make_article: Callable[..., Article], people: dict[Role, Account]
) -> Callable[..., tuple[Article, Any]]:
    """``collide(mine={…}, theirs={…})``: both change one article; the answer to the second."""

    def made(mine: dict[str, str], theirs: dict[str, str]) -> tuple[Article, Any]:
        article = make_article("Chung", body=BASE, lead="Tóm tắt.")
        address = f"/bien-tap/bai-viet/{article.id}"
        form = opened(editor, address)
        boss = people[Role.ADMINISTRATOR]
        content: dict[str, Any] = {"title": "Chung", "body": BASE, "lead": "Tóm tắt.", **theirs}
        publishing.save(
            article.id,
            Content(section_id=article.section_id, **content),
            version=1,
            by=Actor(boss.id, boss.display_name, boss.role),
        )
        answer = editor.post(address, data={**form, **mine, "step": "keep"}, expect=409)
        return article, answer

    return made


def stored(article: Article) -> Article:
    db.session.expire_all()
    return article


def side(root: Element, name: str) -> str:
    return " ".join(text_of(e) for e in root.iter("div") if name in str(e.get("class")).split())


def marked(root: Element, element: str) -> list[str]:
    return [text_of(e) for e in root.iter(element)]


def test_both_texts_stand_side_by_side_with_their_differences(
    collide: Callable[..., Any], people: dict[Role, Account]
) -> None:
    article, answer = collide(
        {"title": "Chung, tôi sửa", "body": BASE.replace("hai", "hai thêm")},
        {"lead": "Tóm tắt khác.", "body": BASE.replace("ba.", "bốn.")},
    )
    root = parse(answer.text)
    assert people[Role.ADMINISTRATOR].display_name in answer.text
    assert "Đoạn hai thêm." in side(root, "mine")
    assert "Đoạn ba." in side(root, "mine")
    assert "Đoạn bốn." in side(root, "saved")
    assert "Tóm tắt khác." in side(root, "saved")
    assert marked(root, "ins") == [", tôi sửa", "thêm", "ba"]
    assert marked(root, "del") == ["khác", "bốn"]
    assert (stored(article).title, article.version) == ("Chung", 2)


def test_taking_mine_keeps_theirs_in_the_history(
    editor: CheckingClient, collide: Callable[..., Any]
) -> None:
    article, answer = collide({"title": "Bản của tôi"}, {"title": "Bản của người kia"})
    again = article_fields(answer.text)
    assert (again["title"], again["version"]) == ("Bản của tôi", "2")
    editor.post(f"/bien-tap/bai-viet/{article.id}", data={**again, "step": "keep"}, expect=303)
    assert stored(article).title == "Bản của tôi"
    titles = db.session.scalars(select(Revision.title).order_by(Revision.version))
    assert list(titles) == ["Chung", "Bản của người kia", "Bản của tôi"]
    assert db.session.query(Autosave).count() == 0


def test_leaving_mine_offers_it_again(editor: CheckingClient, collide: Callable[..., Any]) -> None:
    article, _answer = collide({"title": "Bản của tôi"}, {"title": "Bản của người kia"})
    slot = db.session.query(Autosave).one()
    assert json.loads(slot.fields)["title"] == "Bản của tôi"
    page = editor.get(f"/bien-tap/bai-viet/{article.id}").text
    assert article_fields(page)["title"] == "Bản của người kia"
    assert "“Bản của tôi”" in page


def test_a_clean_merge_has_both_changes(
    editor: CheckingClient, collide: Callable[..., Any]
) -> None:
    article, answer = collide(
        {"title": "Tên mới", "body": BASE.replace("một", "một, tôi sửa")},
        {"lead": "Tóm tắt khác.", "body": BASE.replace("ba", "ba, họ sửa")},
    )
    again = article_fields(answer.text)
    address = f"/bien-tap/bai-viet/{article.id}"
    merged = editor.post(f"{address}/gop", data=again, expect=200)
    fields = article_fields(merged.text)
    assert fields["body"] == ("<p>Đoạn một, tôi sửa.</p><p>Đoạn hai.</p><p>Đoạn ba, họ sửa.</p>")
    assert (fields["title"], fields["lead"]) == ("Tên mới", "Tóm tắt khác.")
    assert "cả hai cùng viết" not in merged.text
    assert stored(article).version == 2
    editor.post(address, data={**fields, "step": "keep"}, expect=303)
    assert stored(article).version == 3


def test_where_both_changed_one_place_both_stand(
    editor: CheckingClient, collide: Callable[..., Any]
) -> None:
    article, answer = collide(
        {"title": "Tên của tôi", "body": BASE.replace("hai", "hai của tôi")},
        {"title": "Tên của họ", "body": BASE.replace("hai", "hai của họ")},
    )
    merged = editor.post(
        f"/bien-tap/bai-viet/{article.id}/gop", data=article_fields(answer.text), expect=200
    )
    fields = article_fields(merged.text)
    assert fields["body"] == (
        "<p>Đoạn một.</p><p>Đoạn hai của tôi.</p><p>Đoạn hai của họ.</p><p>Đoạn ba.</p>"
    )
    assert fields["title"] == "Tên của tôi"
    assert "“Tên của họ”" in merged.text
    assert "Có 1 chỗ cả hai cùng viết" in merged.text


def test_a_third_save_in_between_stops_again(
    editor: CheckingClient, collide: Callable[..., Any], people: dict[Role, Account]
) -> None:
    article, answer = collide({"title": "Bản của tôi"}, {"title": "Bản hai"})
    boss = people[Role.ADMINISTRATOR]
    publishing.save(
        article.id,
        Content("Bản ba", section_id=article.section_id),
        version=2,
        by=Actor(boss.id, boss.display_name, boss.role),
    )
    again = {**article_fields(answer.text), "step": "keep"}
    third = editor.post(f"/bien-tap/bai-viet/{article.id}", data=again, expect=409)
    assert article_fields(third.text)["version"] == "3"
    assert stored(article).title == "Bản ba"


@pytest.mark.parametrize("base", ["", "0", "77", "x", "9" * 30])
def test_a_merge_without_its_base_drops_nothing(
    editor: CheckingClient, collide: Callable[..., Any], base: str
) -> None:
    article, answer = collide({"body": "<p>Của tôi</p>"}, {"body": "<p>Của họ</p>"})
    sent = {**article_fields(answer.text), "base": base}
    merged = editor.post(f"/bien-tap/bai-viet/{article.id}/gop", data=sent, expect=200)
    assert article_fields(merged.text)["body"] == "<p>Của tôi</p><p>Của họ</p>"


def test_hostile_text_in_a_conflict_is_harmless(collide: Callable[..., Any]) -> None:
    _article, answer = collide(
        {
            "title": "<script>alert(1)</script>",
            "body": "<p onclick=x()>a</p><script>alert(2)</script>",
        },
        {"lead": "<img src=x onerror=alert(3)>"},
    )
    assert "<script>alert" not in answer.text
    assert "onerror=alert(3)>" not in answer.text
