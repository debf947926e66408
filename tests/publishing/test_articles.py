"""Saving, publishing, withdrawing: one door, one transaction, nobody overwritten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from newsapp.accounts.service import actor
from newsapp.extensions import db
from newsapp.models import Account, Article, Audit, Revision, Role, Section, State
from newsapp.publishing import articles
from newsapp.publishing.articles import Content, Invalid, NotAllowed, NotFound, Stale, Step
from newsapp.publishing.audit import COMMAND_LINE

MakeArticle = Callable[..., Article]
MakeAccount = Callable[..., Account]


def revisions(article_id: int) -> list[int]:
    rows = db.session.scalars(
        select(Revision.version).where(Revision.article_id == article_id).order_by(Revision.version)
    )
    return list(rows)


def test_a_save_writes_article_revision_and_audit_together(make_article: MakeArticle) -> None:
    article = make_article("Tin đầu")
    changed = articles.save(
        article.id, Content("Tin sau", section_id=article.section_id), version=1, by=COMMAND_LINE
    )
    assert (changed.title, changed.slug, changed.version) == ("Tin sau", "tin-sau", 2)
    assert revisions(article.id) == [1, 2]
    actions = db.session.scalars(
        select(Audit.action).where(Audit.subject == "article").order_by(Audit.id)
    )
    assert list(actions) == ["article.create", "article.save"]


def test_a_save_that_changes_nothing_writes_nothing(make_article: MakeArticle) -> None:
    article = make_article("Tin", lead="Tóm tắt")
    same = Content("Tin", lead="Tóm  tắt ", body=article.body, section_id=article.section_id)
    assert articles.save(article.id, same, version=1, by=COMMAND_LINE).version == 1
    assert revisions(article.id) == [1]


def test_the_second_saver_of_the_same_version_is_stopped(make_article: MakeArticle) -> None:
    article = make_article()
    articles.save(article.id, Content("Của Lan", section_id=1), version=1, by=COMMAND_LINE)
    with pytest.raises(Stale):
        articles.save(article.id, Content("Của Minh", section_id=1), version=1, by=COMMAND_LINE)
    assert db.session.get_one(Article, article.id).title == "Của Lan"


def test_of_two_savers_at_the_same_moment_one_wins(app: Flask, make_article: MakeArticle) -> None:
    article_id = make_article().id
    db.session.commit()
    barrier = threading.Barrier(8)
    outcomes: list[str] = []

    def save(number: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                articles.save(
                    article_id, Content(f"Bản {number}", section_id=1), version=1, by=COMMAND_LINE
                )
                outcomes.append("saved")
            except Stale:
                outcomes.append("stale")

    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["saved", *["stale"] * 7]
    assert revisions(article_id) == [1, 2]


def test_publishing_now_later_and_withdrawing(section: Section) -> None:
    content = Content("Tin", section_id=section.id)
    draft = articles.create(content, by=COMMAND_LINE)
    assert (draft.state, draft.published_at) == (State.DRAFT, None)
    published = articles.save(draft.id, content, version=1, by=COMMAND_LINE, step=Step.PUBLISH)
    assert published.published_at is not None
    assert datetime.now(UTC) - published.published_at < timedelta(seconds=10)
    withdrawn = articles.save(draft.id, content, version=2, by=COMMAND_LINE, step=Step.WITHDRAW)
    assert withdrawn.state is State.WITHDRAWN
    later = datetime.now(UTC) + timedelta(days=2)
    scheduled = articles.save(
        draft.id, content, version=3, by=COMMAND_LINE, step=Step.PUBLISH, publish_at=later
    )
    assert (scheduled.state, scheduled.published_at) == (State.PUBLISHED, later)


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (Content(""), {"title": "missing"}),
        (Content(" \u00a0\n"), {"title": "missing"}),
        (Content("x" * 301), {"title": "too_long"}),
        (
            Content("x", lead="y" * 2001, byline="z" * 121),
            {"lead": "too_long", "byline": "too_long"},
        ),
        (Content("x", body="y" * 1_000_001), {"body": "too_long"}),
        (Content("x", body="<blockquote>" * 5_000), {"body": "too_deep"}),
        (Content("x", section_id=4711), {"section_id": "unknown"}),
        (Content("x", cover_id=4711), {"cover_id": "unknown"}),
    ],
)
def test_bad_content_is_named_field_by_field(
    app: Flask, content: Content, problems: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        articles.create(content, by=COMMAND_LINE)
    assert caught.value.problems == problems
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Article)) == 0


def test_publishing_needs_a_section(app: Flask) -> None:
    with pytest.raises(Invalid) as caught:
        articles.create(Content("Tin"), by=COMMAND_LINE, step=Step.PUBLISH)
    assert caught.value.problems == {"section_id": "missing"}


def test_text_is_stored_clean_and_composed(section: Section) -> None:
    article = articles.create(
        Content(
            "Ða\u0303 co\u0301  tin",
            body='<p onclick="x()">Mo\u0323i ngu\u031bo\u031b\u0300i</p><script>alert(1)</script>',
            section_id=section.id,
        ),
        by=COMMAND_LINE,
    )
    assert article.title == "Đã có tin"
    assert article.body == "<p>Mọi người</p>"
    assert article.body_text == "Mọi người"


def test_a_contributor_writes_own_drafts_only(
    make_account: MakeAccount, make_article: MakeArticle, section: Section
) -> None:
    lan, minh = (actor(make_account(Role.CONTRIBUTOR)) for _ in range(2))
    own = articles.create(Content("Bài của Lan"), by=lan)
    articles.save(own.id, Content("Bài của Lan, sửa"), version=1, by=lan, step=Step.SUBMIT)
    with pytest.raises(NotAllowed):
        articles.save(own.id, Content("Minh sửa"), version=2, by=minh)
    for step in (Step.PUBLISH, Step.WITHDRAW, Step.RETURN):
        with pytest.raises(NotAllowed):
            articles.save(own.id, Content("x", section_id=section.id), version=2, by=lan, step=step)
    articles.save(
        own.id,
        Content("Xong", section_id=section.id),
        version=2,
        by=COMMAND_LINE,
        step=Step.PUBLISH,
    )
    with pytest.raises(NotAllowed):
        articles.save(own.id, Content("Sửa bài đã đăng"), version=3, by=lan)
    with pytest.raises(NotAllowed):
        articles.delete(make_article().id, by=lan)


def test_the_trash_hides_and_keeps(make_article: MakeArticle) -> None:
    article = make_article()
    articles.delete(article.id, by=COMMAND_LINE)
    kept = db.session.get_one(Article, article.id)
    assert (kept.state, kept.deleted_at is not None) == (State.WITHDRAWN, True)
    with pytest.raises(NotFound):
        articles.save(article.id, Content("Sống lại"), version=2, by=COMMAND_LINE)


def test_what_a_person_saves_is_no_longer_demo(section: Section) -> None:
    origin = articles.Origin(demo=True)
    demo = articles.create(Content("Mẫu"), by=COMMAND_LINE, origin=origin)
    assert articles.save(demo.id, Content("Của tôi"), version=1, by=COMMAND_LINE).demo is False
