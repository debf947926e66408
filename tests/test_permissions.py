"""Who may call what: one table for the whole site, and each of its lines is tried out.

A new route needs one line in ``DECISIONS``; if its address holds a number or a name of a new kind,
``things`` makes one of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from newsapp.accounts import service, sessions
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Article, Link, Media, Role, Section
from newsapp.publishing import articles, pages, redirects, sections, site
from newsapp.publishing.articles import Content
from newsapp.publishing.audit import COMMAND_LINE, Actor
from newsapp.publishing.site import LinkEntry
from tests.newsroom.audit_watch import audit_only_grows as audit_only_grows
from tests.newsroom.conftest import nothing_left_over as nothing_left_over
from tests.pages import CheckingClient

PUBLIC, OWN = "public", "own"
CONTRIBUTOR, EDITOR, ADMINISTRATOR = Role
# Endpoint -> who may: PUBLIC for everybody, else the least role. OWN: a contributor for what is
# their own, an editor for everything.
DECISIONS: dict[str, str | Role] = {
    "static": PUBLIC,
    "health.alive": PUBLIC,
    "health.ready": PUBLIC,
    "news.home": PUBLIC,
    "news.section": PUBLIC,
    "news.article": PUBLIC,
    "news.albums": PUBLIC,
    "news.album": PUBLIC,
    "news.links": PUBLIC,
    "news.media": PUBLIC,
    "news.site_map": PUBLIC,
    "news.standing_page": PUBLIC,
    "feeds.site_rss": PUBLIC,
    "feeds.section_rss": PUBLIC,
    "feeds.sitemap": PUBLIC,
    "feeds.sitemap_page": PUBLIC,
    "feeds.robots": PUBLIC,
    "feeds.security_txt": PUBLIC,
    "printing.print_page": PUBLIC,
    "printing.saved_file": PUBLIC,
    "search.search": PUBLIC,
    "archive.index": PUBLIC,
    "archive.year": PUBLIC,
    "archive.month": PUBLIC,
    "archive.day": PUBLIC,
    "appearance.sheet": PUBLIC,
    "api.articles": PUBLIC,
    "api.article": PUBLIC,
    "api.sections": PUBLIC,
    "api.archive_years": PUBLIC,
    "api.archive_year": PUBLIC,
    "api.archive_month": PUBLIC,
    "api.openapi": PUBLIC,
    # The steps of signing in: open to all, and each looks for itself at who has come how far.
    "accounts.sign_in_form": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.code_form": PUBLIC,
    "accounts.check_code": PUBLIC,
    "accounts.choose_password_form": PUBLIC,
    "accounts.choose_password": PUBLIC,
    "accounts.second_factor_form": PUBLIC,
    "accounts.set_up_second_factor": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.remind_later": PUBLIC,
    # Articles
    "newsroom.articles": CONTRIBUTOR,
    "newsroom.new_article": CONTRIBUTOR,
    "newsroom.create_article": CONTRIBUTOR,
    "newsroom.preview_typed": CONTRIBUTOR,
    "newsroom.upload": CONTRIBUTOR,
    "newsroom.check_typed": CONTRIBUTOR,
    "newsroom.paste": CONTRIBUTOR,
    "newsroom.word_file": CONTRIBUTOR,
    "newsroom.trash": CONTRIBUTOR,
    "newsroom.still_here": CONTRIBUTOR,
    "newsroom.keep_typed": CONTRIBUTOR,
    "newsroom.throw_away_typed": CONTRIBUTOR,
    "newsroom.article": OWN,
    "newsroom.save_article": OWN,
    "newsroom.preview": OWN,
    "newsroom.delete_article": OWN,
    "newsroom.undelete_article": OWN,
    "newsroom.still_open": OWN,
    "newsroom.merge_article": OWN,
    "newsroom.history": OWN,
    "newsroom.restore_revision": OWN,
    "newsroom.article_files": OWN,
    "newsroom.attach_file": OWN,
    "newsroom.arrange_files": OWN,
    "newsroom.many_articles": EDITOR,
    # Pictures and files
    "newsroom.media_library": CONTRIBUTOR,
    "newsroom.send_files": CONTRIBUTOR,
    "newsroom.media_item": CONTRIBUTOR,
    "newsroom.describe_item": OWN,
    "newsroom.crop_item": OWN,
    "newsroom.replace_item": OWN,
    "newsroom.remove_item": OWN,
    "newsroom.albums": EDITOR,
    "newsroom.album": EDITOR,
    "newsroom.new_album": EDITOR,
    "newsroom.create_album": EDITOR,
    "newsroom.save_album": EDITOR,
    "newsroom.arrange_album": EDITOR,
    "newsroom.choose_images": EDITOR,
    "newsroom.add_images": EDITOR,
    "newsroom.confirm_album_removal": EDITOR,
    "newsroom.remove_album": EDITOR,
    # The house
    "newsroom.sections": EDITOR,
    "newsroom.section": EDITOR,
    "newsroom.add_section": EDITOR,
    "newsroom.change_section": EDITOR,
    "newsroom.delete_section": EDITOR,
    "newsroom.order_sections": EDITOR,
    "newsroom.links": EDITOR,
    "newsroom.link": EDITOR,
    "newsroom.add_link": EDITOR,
    "newsroom.change_link": EDITOR,
    "newsroom.delete_link": EDITOR,
    "newsroom.order_links": EDITOR,
    "newsroom.old_addresses": EDITOR,
    "newsroom.old_address": EDITOR,
    "newsroom.add_old_address": EDITOR,
    "newsroom.send_old_addresses": EDITOR,
    "newsroom.change_old_address": EDITOR,
    "newsroom.delete_old_address": EDITOR,
    "newsroom.standing_pages": EDITOR,
    "newsroom.page": EDITOR,
    "newsroom.new_page": EDITOR,
    "newsroom.add_page": EDITOR,
    "newsroom.change_page": EDITOR,
    "newsroom.delete_page": EDITOR,
    "newsroom.order_pages": EDITOR,
    "newsroom.picks": EDITOR,
    "newsroom.pick": EDITOR,
    "newsroom.unpick": EDITOR,
    "newsroom.order_picks": EDITOR,
    "newsroom.settings": ADMINISTRATOR,
    "newsroom.change_settings": ADMINISTRATOR,
    # Figures
    "newsroom.statistics": CONTRIBUTOR,
    "newsroom.report": EDITOR,
    # People
    "newsroom.people": ADMINISTRATOR,
    "newsroom.add_person": ADMINISTRATOR,
    "newsroom.person": ADMINISTRATOR,
    "newsroom.change_person": ADMINISTRATOR,
    "newsroom.make_one_time_password": ADMINISTRATOR,
    "newsroom.remove_second_factor": ADMINISTRATOR,
    "newsroom.disable_person": ADMINISTRATOR,
    "newsroom.enable_person": ADMINISTRATOR,
    "newsroom.change_second_factor_rule": ADMINISTRATOR,
    "newsroom.audit_log": ADMINISTRATOR,
    "newsroom.account": CONTRIBUTOR,
    "newsroom.change_password": CONTRIBUTOR,
    "newsroom.change_own_name": CONTRIBUTOR,
    "newsroom.change_language": CONTRIBUTOR,
    "newsroom.end_session": CONTRIBUTOR,
    "newsroom.end_other_sessions": CONTRIBUTOR,
    "newsroom.renew_recovery_codes": CONTRIBUTOR,
    "newsroom.switch_second_factor_off": CONTRIBUTOR,
}
# Allowed, and yet there is nothing: who has no second factor has no codes to renew either.
NOTHING_THERE = {"newsroom.renew_recovery_codes"}


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each rule with each method that it takes."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


@pytest.fixture
def people(make_account: Callable[..., Account]) -> dict[Role, Account]:
    return {role: make_account(role, role.value) for role in Role}


@pytest.fixture
def things(
    section: Section, people: dict[Role, Account]
) -> Callable[[Rule, Actor], dict[str, Any]]:
    """``things(rule, owner)``: fresh ones for what the rule's address names."""
    numbers = iter(range(1, 10_000))

    def article(owner: Actor, rule: Rule) -> int:
        made = articles.create(Content(title="Bài", section_id=section.id), by=owner)
        if rule.endpoint == "newsroom.undelete_article":
            articles.delete(made.id, by=owner)
        return made.id

    def media(owner: Actor) -> int:
        row = Media(
            path=f"{next(numbers):02}/a.png",
            mime_type="image/png",
            size=1,
            width=1,
            height=1,
            created_by=owner.account_id,
            created_at=clock_now(),
        )
        db.session.add(row)
        db.session.commit()
        return row.id

    def link() -> int:
        site.add_links(
            [LinkEntry("Nhóm", "Tên", f"https://vi.du/{next(numbers)}")], by=COMMAND_LINE
        )
        return db.session.query(Link).order_by(Link.id.desc()).limit(1).one().id

    def session_of(owner: Actor) -> int:
        account = service.numbered(owner.account_id or 0)
        assert account is not None
        row = AccountSession(
            token_hash=f"{next(numbers)}",
            account_id=account.id,
            created_at=clock_now(),
            expires_at=clock_now() + sessions.ABSOLUTE_LIMIT,
        )
        db.session.add(row)
        db.session.commit()
        return row.id

    def person() -> int:
        return service.add(
            f"nguoi{next(numbers)}", "", Role.EDITOR, "", by=COMMAND_LINE, demand_length=False
        ).id

    def made(rule: Rule, owner: Actor) -> dict[str, Any]:
        makers: dict[str, Callable[[], Any]] = {
            "article_id": lambda: article(owner, rule),
            "media_id": lambda: media(owner),
            "album_id": lambda: site.add_album("Tập ảnh", "", [], by=COMMAND_LINE).id,
            "section_id": lambda: sections.add_section(f"Mục {next(numbers)}", by=COMMAND_LINE).id,
            "link_id": link,
            "redirect_id": lambda: (
                redirects.add_redirect(
                    f"/cu/{next(numbers)}", target="/lien-ket", by=COMMAND_LINE
                ).id
            ),
            "page_id": lambda: (
                pages.add_page(f"trang-{next(numbers)}", "Trang", "<p>Chữ</p>", by=COMMAND_LINE).id
            ),
            "account_id": person,
            "version": lambda: 1,
            "session_id": lambda: session_of(owner),
            "digest": lambda: "0",
            "ref": lambda: (1, "khong-co"),
            "slug": lambda: "khong-co",
            "year": lambda: 2020,
            "month": lambda: 1,
            "number": lambda: 1,
            "day": lambda: 1,
            "path": lambda: "khong-co.png",
            "filename": lambda: "css/site.css",
        }
        unknown = rule.arguments - makers.keys()
        assert not unknown, f"{rule.endpoint}: teach things() to make {sorted(unknown)}"
        return {name: makers[name]() for name in rule.arguments}

    return made


def visit(
    app: Flask,
    browser: CheckingClient,
    rule: Rule,
    method: str,
    values: dict[str, Any],
    token: str | None,
) -> TestResponse:
    """Send the route a request that carries a token and nothing else."""
    with app.test_request_context():
        address = app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
    data = {"csrf_token": token} if token and method == "POST" else None
    # Flask's own client: which status is right is this test's business.
    answer = FlaskClient.open(browser, address, method=method, data=data, buffered=True)
    assert answer.status_code < 500, f"{rule.endpoint}: {answer.text[:2000]}"
    return answer


def at_the_door(answer: TestResponse) -> bool:
    return answer.status_code == 401 or (answer.location or "").startswith("/dang-nhap")


def test_every_route_has_a_decision(app: Flask) -> None:
    missing = {
        f'"{rule.endpoint}": …,  # {method} {rule.rule}'
        for rule, method in routes(app)
        if rule.endpoint not in DECISIONS
    }
    assert not missing, (
        "say who may call these, in DECISIONS of tests/test_permissions.py:\n"
        + "\n".join(sorted(missing))
    )
    gone = DECISIONS.keys() - {rule.endpoint for rule, _method in routes(app)}
    assert not gone, f"no such routes any more, take their lines out of DECISIONS: {sorted(gone)}"


def test_strangers_see_what_is_public_and_meet_the_door(
    app: Flask, client: CheckingClient, people: dict[Role, Account], things: Callable[..., Any]
) -> None:
    wrong = []
    owner = service.actor(people[Role.CONTRIBUTOR])
    token = client.form("/dang-nhap")["csrf_token"]
    for rule, method in routes(app):
        values = things(rule, owner)
        answer = visit(app, client, rule, method, values, token)
        if DECISIONS[rule.endpoint] is PUBLIC:
            right = answer.status_code != 403 and (
                not at_the_door(answer) or rule.endpoint.startswith("accounts.")
            )
        else:
            right = at_the_door(answer) and answer.headers["Cache-Control"] == "no-store"
        if not right:
            wrong.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not wrong


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_the_table_says(
    app: Flask,
    people: dict[Role, Account],
    sign_in: Callable[[Account], CheckingClient],
    things: Callable[..., Any],
    role: Role,
) -> None:
    browser = sign_in(people[role])
    token = browser.form("/bien-tap/tai-khoan")["csrf_token"]
    others = people[EDITOR if role is ADMINISTRATOR else ADMINISTRATOR]
    wrong = []
    for rule, method in routes(app):
        least = DECISIONS[rule.endpoint]
        if least is PUBLIC:
            continue
        for owner in (people[role], others):
            own = owner is people[role]
            if not own and least is not OWN:
                continue
            needed = (CONTRIBUTOR if own else EDITOR) if least is OWN else Role(least)
            allowed = role.includes(needed)
            answer = visit(app, browser, rule, method, things(rule, service.actor(owner)), token)
            refused = answer.status_code == 403
            missed = answer.status_code == 404 and rule.endpoint not in NOTHING_THERE
            if at_the_door(answer) or refused is allowed or (allowed and missed):
                whose = "own" if own else "somebody else's"
                wrong.append(f"{rule.endpoint} ({method}, {whose}): {answer.status_code}")
    assert not wrong, f"not as DECISIONS says for the {role.value}"


def test_no_deed_without_its_token(
    app: Flask,
    people: dict[Role, Account],
    sign_in: Callable[[Account], CheckingClient],
    things: Callable[..., Any],
) -> None:
    me = people[Role.ADMINISTRATOR]
    browser = sign_in(me)
    written: list[str] = []
    wrong = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().split(" ", 1)[0].upper() in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    for rule, method in routes(app):
        if method != "POST":
            continue
        values = things(rule, service.actor(me))
        event.listen(db.engine, "before_cursor_execute", note)
        answer = visit(app, browser, rule, method, values, None)
        event.remove(db.engine, "before_cursor_execute", note)
        # Somebody who is signed in is sent on from the steps of signing in, and stays signed in.
        fine = {303} if rule.endpoint.startswith("accounts.") else {400}
        if answer.status_code not in fine:
            wrong.append(f"{rule.endpoint}: {answer.status_code}")
    assert not wrong
    assert not written
    assert browser.get("/bien-tap/").status_code == 200
    assert db.session.query(Article).filter(Article.title != "Bài").count() == 0
