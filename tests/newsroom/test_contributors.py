"""What a contributor may do with a text, from the first draft to its publication."""

from __future__ import annotations

from collections.abc import Callable

from newsapp.extensions import db
from newsapp.models import Account, Article, Role, Section, State
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import Actor
from tests.newsroom.conftest import NEW, opened
from tests.pages import CheckingClient

C, E = Role.CONTRIBUTOR, Role.EDITOR


def as_actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name, account.role)


def test_a_contributor_writes_own_drafts_and_nothing_more(
    contributor: CheckingClient,
    people: dict[Role, Account],
    make_article: Callable[..., Article],
    section: Section,
) -> None:
    mine = publishing.create(
        Content(title="Nháp của tôi", section_id=section.id), by=as_actor(people[C])
    )
    others = make_article("Bài của người khác", step=Step.KEEP)
    page = contributor.get("/bien-tap/").text
    assert "Nháp của tôi" in page
    assert "Bài của người khác" not in page
    address = f"/bien-tap/bai-viet/{mine.id}"
    form = contributor.get(address).text
    assert "Gửi duyệt" in form
    assert 'value="publish"' not in form
    assert 'name="publish_at"' not in form

    # A hand-made press is refused, and the text comes back.
    for step in ("publish", "now", "withdraw", "return"):
        sent = {**opened(contributor, address), "lead": "Chữ còn nguyên", "step": step}
        answer = contributor.post(address, data=sent, expect=403)
        assert "Chữ còn nguyên" in answer.text
    db.session.expire_all()
    assert (mine.state, mine.lead) == (State.DRAFT, "")

    # A time of publication sent by hand means nothing.
    sent = {**opened(contributor, address), "publish_at": "2020-01-01T00:00", "step": "submit"}
    contributor.post(address, data=sent, expect=303)
    db.session.expire_all()
    assert (mine.state, mine.published_at) == (State.REVIEW, None)

    # Once published it is the editors'.
    publishing.save(
        mine.id,
        Content(title="Nháp của tôi", section_id=section.id),
        version=mine.version,
        by=as_actor(people[E]),
        step=Step.PUBLISH,
    )
    contributor.get(address, expect=403)
    page = contributor.get("/bien-tap/").text
    assert f'href="{address}"' not in page
    assert "Nháp của tôi" in page
    assert others.state is State.DRAFT


def test_a_refused_save_never_shows_the_stored_text(
    contributor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article(body="<p>Chuyện nội bộ.</p>", step=Step.KEEP)
    token = opened(contributor)["csrf_token"]
    sent = {"csrf_token": token, "title": "Chữ của tôi", "version": "1"}
    answer = contributor.post(f"/bien-tap/bai-viet/{article.id}", data=sent, expect=403)
    assert "Chuyện nội bộ" not in answer.text
    assert "Chữ của tôi" in answer.text


def test_unknown_numbers_are_404(editor: CheckingClient) -> None:
    for number in ("1", "0", "2147483647", "2147483648", "99999999999999999999"):
        editor.get(f"/bien-tap/bai-viet/{number}", expect=404)
        editor.get(f"/bien-tap/bai-viet/{number}/xem-truoc", expect=404)
        token = opened(editor, NEW)["csrf_token"]
        editor.post(f"/bien-tap/bai-viet/{number}/xoa", data={"csrf_token": token}, expect=404)
