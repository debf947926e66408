"""Who may call what: every route of the newsroom has a line here, or the test fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from newsapp.extensions import db
from newsapp.models import Account, Article, Media, Role, Section, Setting, State
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import Actor
from tests.newsroom.conftest import NEW, opened
from tests.pages import CheckingClient

C, E, A = Role.CONTRIBUTOR, Role.EDITOR, Role.ADMINISTRATOR
# Route and method -> who may, and what they are answered. The others get 403, strangers the door.
OWN, OTHERS = "own draft", "others' article"
TABLE: dict[tuple[str, str], dict[Role, int]] = {
    ("GET", "/bien-tap/"): {C: 200, E: 200, A: 200},
    ("GET", "/bien-tap/bai-viet/moi"): {C: 200, E: 200, A: 200},
    ("POST", "/bien-tap/bai-viet/moi"): {C: 422, E: 422, A: 422},
    ("GET", "/bien-tap/bai-viet/<id>"): {C: 403, E: 200, A: 200},
    ("POST", "/bien-tap/bai-viet/<id>"): {C: 403, E: 409, A: 409},
    ("GET", "/bien-tap/bai-viet/<id>/xem-truoc"): {C: 403, E: 200, A: 200},
    ("POST", "/bien-tap/bai-viet/<id>/xoa"): {C: 403, E: 303, A: 303},
    ("POST", "/bien-tap/xem-truoc"): {C: 422, E: 422, A: 422},
    ("POST", "/bien-tap/hang-loat"): {C: 403, E: 303, A: 303},
    ("GET", "/bien-tap/thung-rac"): {C: 200, E: 200, A: 200},
    ("POST", "/bien-tap/thung-rac/<id>"): {C: 404, E: 404, A: 404},
    ("POST", "/bien-tap/hinh-anh"): {C: 400, E: 400, A: 400},
    ("GET", "/bien-tap/chuyen-muc"): {C: 403, E: 200, A: 200},
    ("POST", "/bien-tap/chuyen-muc"): {C: 403, E: 422, A: 422},
    ("GET", "/bien-tap/cai-dat"): {C: 403, E: 403, A: 200},
    ("POST", "/bien-tap/cai-dat"): {C: 403, E: 403, A: 303},
    ("GET", "/bien-tap/tai-khoan"): {C: 200, E: 200, A: 200},
    ("POST", "/bien-tap/tai-khoan"): {C: 422, E: 422, A: 422},
    ("POST", "/bien-tap/tai-khoan/ngon-ngu"): {C: 422, E: 422, A: 422},
}


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("newsroom."):
            path = "<id>".join(part.split("<")[0] for part in rule.rule.split(">"))
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                yield method, path


def test_every_route_has_a_line(app: Flask) -> None:
    assert set(routes(app)) == set(TABLE)


@pytest.mark.parametrize(("route", "answers"), TABLE.items(), ids=lambda value: str(value)[:60])
def test_each_role_is_answered_as_the_table_says(
    route: tuple[str, str],
    answers: dict[Role, int],
    make_article: Callable[..., Article],
    people: dict[Role, Account],
    sign_in: Callable[[Account], CheckingClient],
) -> None:
    method, path = route
    for role, status in answers.items():
        # POSTs carry a token and nothing else: whoever gets past the door is told what is missing.
        address = path.replace("<id>", str(make_article(step=Step.KEEP).id))
        browser = sign_in(people[role])
        token = browser.form("/bien-tap/tai-khoan")["csrf_token"]
        data = {"csrf_token": token} if method == "POST" else None
        browser.open(address, method=method, data=data, expect=status)


@pytest.mark.parametrize(("route", "answers"), TABLE.items(), ids=lambda value: str(value)[:60])
def test_strangers_meet_the_door(
    app: Flask,
    client: CheckingClient,
    make_article: Callable[..., Article],
    route: tuple[str, str],
    answers: dict[Role, int],
) -> None:
    method, path = route
    article = make_article(step=Step.KEEP)
    address = path.replace("<id>", str(article.id))
    status = 302 if method == "GET" else 401
    answer = client.open(address, method=method, expect=status)
    assert answer.headers["Cache-Control"] == "no-store"
    if method == "GET":
        assert answer.location.startswith("/dang-nhap?next=%2Fbien-tap%2F") or (
            answer.location.startswith("/dang-nhap?next=/bien-tap/")
        )
    db.session.expire_all()
    assert article.deleted_at is None
    assert db.session.query(Article).count() == 1
    assert db.session.query(Media).count() == db.session.query(Setting).count() == 0


@pytest.mark.parametrize("route", [r for r in TABLE if r[0] == "POST"], ids=str)
def test_no_deed_without_its_token(
    make_article: Callable[..., Article], administrator: CheckingClient, route: tuple[str, str]
) -> None:
    article = make_article()
    sections = db.session.query(Section).count()
    sent = {"title": "Lén", "name": "Lén", "site_name": "Lén", "step": "publish"}
    administrator.post(route[1].replace("<id>", str(article.id)), data=sent, expect=400)
    db.session.expire_all()
    assert db.session.query(Article).filter_by(title="Lén").count() == 0
    assert db.session.query(Section).count() == sections
    assert db.session.query(Setting).count() == 0
    assert (article.state, article.deleted_at) == (State.PUBLISHED, None)


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
