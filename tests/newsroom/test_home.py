"""The home page: the lead story and the pinned articles, as editors choose them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from newsapp.models import Article
from newsapp.publishing import articles, picks
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.newsroom.keeping import forms, press, shown
from tests.pages import CheckingClient, text_of

PICKS = "/bien-tap/trang-chu"


def test_the_home_page_is_chosen(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    old = make_article("Lịch cắt điện", at=datetime.now(UTC) - timedelta(days=40))
    for n in range(14):
        make_article(f"Tin số {n}")
    assert "Bài mới nhất tự đứng đầu" in editor.get(PICKS).text
    assert "Lịch cắt điện" not in editor.get(PICKS).text
    page = editor.get(f"{PICKS}?q=lich+cat").text
    assert "Lịch cắt điện" in page
    assert "Tin số 3" not in page
    form = forms(page)[PICKS]
    editor.post(PICKS, data={**form, "lead": str(old.id)}, expect=303)
    main = client.page("/").find("body//main")
    assert main is not None
    assert text_of(next(main.iter("h2"))) == "Lịch cắt điện"
    # What is set already is not offered again.
    assert "Không có bài nào" in editor.get(f"{PICKS}?q=lich+cat").text
    editor.post(f"{PICKS}/bo", data={**form, "article_id": str(old.id)}, expect=303)
    assert "Bài mới nhất tự đứng đầu" in editor.get(PICKS).text


def test_pins_are_ordered_and_taken_off(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    a, b, c = (make_article(name).id for name in ("Tin a", "Tin b", "Tin c"))
    token = editor.form(PICKS)["csrf_token"]
    for article_id in (a, b, c):
        editor.post(PICKS, data={"csrf_token": token, "pin": article_id}, expect=303)
    press(editor, PICKS, up=c)
    assert shown(editor, PICKS)[:3] == ["Tin a", "Tin c", "Tin b"]
    press(editor, PICKS, order=[b, c, a])
    assert shown(editor, PICKS)[:3] == ["Tin b", "Tin c", "Tin a"]
    editor.post(f"{PICKS}/bo", data={"csrf_token": token, "article_id": c}, expect=303)
    assert shown(editor, PICKS)[:2] == ["Tin b", "Tin a"]
    answer = editor.post(f"{PICKS}/bo", data={"csrf_token": token, "article_id": c}, expect=409)
    assert "Vừa có người thay đổi" in answer.text


@pytest.mark.parametrize(
    "sent", [{}, {"lead": ""}, {"pin": "abc"}, {"lead": "-1"}, {"pin": "9" * 40}]
)
def test_a_pick_of_nothing_is_refused(editor: CheckingClient, sent: dict[str, str]) -> None:
    token = editor.form("/bien-tap/tai-khoan")["csrf_token"]
    answer = editor.post(PICKS, data={"csrf_token": token, **sent}, expect=422)
    assert "chưa đăng hoặc không còn đăng" in answer.text


def test_a_pick_that_readers_do_not_see_says_so(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article("Tin sẽ gỡ")
    gone = make_article("Tin sẽ xóa")
    picks.set_lead(article.id, by=COMMAND_LINE)
    picks.pin(gone.id, by=COMMAND_LINE)
    content = Content(article.title, body=article.body, section_id=article.section_id)
    articles.save(article.id, content, version=article.version, by=COMMAND_LINE, step=Step.WITHDRAW)
    articles.delete(gone.id, by=COMMAND_LINE)
    page = text_of(editor.page(PICKS))
    assert "Hiện bạn đọc không thấy bài này." in page
    assert "Trong thùng rác: bạn đọc không thấy bài này." in page
