"""The history: every revision told, any two compared, each brought back as a new one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from newsapp.extensions import db
from newsapp.models import Account, Article, Audit, Revision, Role, State
from newsapp.publishing import articles as publishing
from newsapp.publishing import site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from tests.newsroom.conftest import opened, write
from tests.pages import CheckingClient, parse, text_of

MakeArticle = Callable[..., Article]


def history_of(article: Article) -> str:
    return f"/bien-tap/bai-viet/{article.id}/lich-su"


def restore(browser: CheckingClient, article: Article, version: int, expect: int = 303) -> str:
    page = parse(browser.get(history_of(article)).text)
    token = next(e.get("value") for e in page.iter("input") if e.get("name") == "csrf_token")
    sent = {"csrf_token": token, "version": article.version}
    answer = browser.post(f"{history_of(article)}/{version}", data=sent, expect=expect)
    db.session.expire_all()
    return str(answer.location)


def test_every_deed_is_told_with_who_and_how_much(
    editor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    article = make_article(step=Step.KEEP, body="<p>Ngắn</p>")
    address = f"/bien-tap/bai-viet/{article.id}"
    write(editor, address, body="<p>Ngắn, thêm mười chữ</p>", step="publish")
    write(editor, address, step="withdraw")
    rows = [text_of(e) for e in parse(editor.get(history_of(article)).text).iter("li")]
    assert len(rows) == 3
    assert "Phiên bản 3: đã gỡ" in rows[0]
    assert "Phiên bản 2: xuất bản" in rows[1]
    assert "+15 ký tự" in rows[1]
    assert people[Role.EDITOR].display_name in rows[1]
    assert "Phiên bản 1: đã viết" in rows[2]


def test_two_versions_are_compared_readably(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    other = site.add_section("Thông báo", by=COMMAND_LINE)
    article = make_article("Tên cũ", body="<p>Lớp mở thứ Hai.</p><p>Giữ nguyên.</p>")
    publishing.save(
        article.id,
        Content(
            "Tên mới",
            body="<p>Lớp mở thứ Ba.</p><p>Giữ nguyên.</p>",
            section_id=other.id,
        ),
        version=1,
        by=COMMAND_LINE,
        step=Step.WITHDRAW,
    )
    root = parse(editor.get(f"{history_of(article)}?tu=1&den=2").text)
    assert [text_of(e) for e in root.iter("del")] == ["cũ", "Tin hoạt động", "Hai"]
    assert [text_of(e) for e in root.iter("ins")] == ["mới", "Thông báo", "Ba"]
    assert "Đã xuất bản → Đã gỡ" in text_of(root)
    assert "Giữ nguyên." in text_of(root)
    # The other way round, and the same twice.
    root = parse(editor.get(f"{history_of(article)}?tu=2&den=1").text)
    assert [text_of(e) for e in root.iter("ins")] == ["cũ", "Tin hoạt động", "Hai"]
    assert "<ins>" not in editor.get(f"{history_of(article)}?tu=2&den=2").text
    for wrong in ("tu=1&den=9", "tu=0&den=1", "tu=x&den=1", "tu=1", "tu=99999999999&den=1"):
        editor.get(f"{history_of(article)}?{wrong}", expect=404)


def test_restoring_is_a_new_revision_and_leaves_the_state(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Bản một")
    publishing.save(
        article.id,
        Content("Bản hai", section_id=article.section_id),
        version=1,
        by=COMMAND_LINE,
    )
    assert restore(editor, article, 1) == f"/bien-tap/bai-viet/{article.id}"
    assert (article.title, article.version, article.state) == ("Bản một", 3, State.PUBLISHED)
    assert db.session.query(Revision).count() == 3
    last = db.session.query(Audit).order_by(Audit.id.desc()).first()
    assert last is not None
    assert last.action == "article.restore"
    restore(editor, article, 77, expect=404)


def test_restoring_over_a_newer_save_is_stopped(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Bản một")
    token = opened(editor)["csrf_token"]
    publishing.save(
        article.id, Content("Bản hai", section_id=article.section_id), version=1, by=COMMAND_LINE
    )
    sent = {"csrf_token": token, "version": "1"}
    editor.post(f"{history_of(article)}/1", data=sent, expect=303)
    db.session.expire_all()
    assert article.title == "Bản hai"
    assert "Vừa có người lưu bài này" in editor.get(history_of(article)).text


def test_a_section_that_is_gone_does_not_come_back(
    editor: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Bản một")
    revision = db.session.query(Revision).one()
    revision.section_id, revision.cover_id = 4242, 4343
    db.session.commit()
    publishing.save(
        article.id, Content("Bản hai", section_id=article.section_id), version=1, by=COMMAND_LINE
    )
    editor.get(f"{history_of(article)}?tu=1&den=2")
    kept = article.section_id
    restore(editor, article, 1)
    assert (article.title, article.section_id, article.cover_id) == ("Bản một", kept, None)


def test_a_contributor_sees_the_history_of_own_drafts(
    contributor: CheckingClient, people: dict[Role, Account], make_article: MakeArticle
) -> None:
    lan = people[Role.CONTRIBUTOR]
    mine = publishing.create(Content("Nháp một"), by=Actor(lan.id, lan.display_name, lan.role))
    write(contributor, f"/bien-tap/bai-viet/{mine.id}", title="Nháp hai", step="keep")
    restore(contributor, mine, 1)
    assert mine.title == "Nháp một"
    theirs = make_article(step=Step.KEEP)
    contributor.get(history_of(theirs), expect=403)


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script><p onclick=alert(2)>x</p>",
        '<a href="javascript:alert(3)">x</a><img src=x onerror=alert(4)>',
        "<p>&lt;script&gt;alert(5)&lt;/script&gt;</p></div></main>",
        '<ins onclick="alert(6)">x</ins><svg><script>alert(7)</script></svg>',
    ],
)
def test_a_hostile_revision_is_shown_as_text(
    editor: CheckingClient, make_article: MakeArticle, body: str
) -> None:
    """A revision that got past the cleaner (an old one, a restored database) does nothing."""
    article = make_article()
    revision = db.session.query(Revision).one()
    revision.body = body
    db.session.commit()
    write(editor, f"/bien-tap/bai-viet/{article.id}", lead="Khác", step="keep")
    page = editor.get(f"{history_of(article)}?tu=1&den=2").text
    root = parse(page)
    shown = next(e for e in root.iter("main"))
    for element in shown.iter():
        assert element.tag not in {"script", "svg", "img", "iframe"}
        assert not str(element.get("href", "")).startswith("javascript:")
