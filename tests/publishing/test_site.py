"""Site furniture as publishing writes it: who may, what is refused, what is remembered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import select, update

from newsapp.extensions import db
from newsapp.furniture import link_groups, site_settings
from newsapp.models import Article, Audit, Language, Link, Page, Pick, Redirect, Role, Section
from newsapp.news import queries as news
from newsapp.publishing import articles, links, order, pages, picks, redirects, sections, settings
from newsapp.publishing.articles import Invalid, NotAllowed, NotFound, Stale, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from newsapp.publishing.links import LinkEntry

BY = COMMAND_LINE
MakeArticle = Callable[..., Article]
WRITER = Actor(None, "Người viết", Role.CONTRIBUTOR)
EDITOR = Actor(None, "Biên tập", Role.EDITOR)


def deeds() -> list[str]:
    return list(db.session.scalars(select(Audit.action).order_by(Audit.id)))


def problems(deed: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        deed()
    db.session.rollback()
    return refused.value.problems


def section(name: str, parent: Section | None = None) -> Section:
    return sections.add_section(name, by=BY, parent_id=parent.id if parent else None)


def names() -> list[str]:
    db.session.expire_all()
    return [ref.name for ref in news.sections()]


# Who may

DEEDS: dict[str, Callable[[Actor], object]] = {
    "add section": lambda by: sections.add_section("Mới", by=by),
    "change section": lambda by: sections.change_section(1, name="Mới", slug="", by=by),
    "order sections": lambda by: sections.order_sections([1], by=by),
    "move section": lambda by: sections.move_section(1, up=True, by=by),
    "delete section": lambda by: sections.delete_section(1, by=by),
    "add link": lambda by: links.add_links([LinkEntry("", "A", "https://a.example/")], by=by),
    "change link": lambda by: links.change_link(1, LinkEntry("", "A", "https://a/"), by=by),
    "delete link": lambda by: links.delete_link(1, by=by),
    "order links": lambda by: links.order_links([1], by=by),
    "move link": lambda by: links.move_link(1, up=True, by=by),
    "move group": lambda by: links.move_group(1, up=True, by=by),
    "add page": lambda by: pages.add_page("", "A", "", by=by),
    "change page": lambda by: pages.change_page(
        1,
        by=by,
        seen=datetime.now(UTC),
        slug="",
        title="A",
        body="",
        language=Language.VIETNAMESE,
    ),
    "delete page": lambda by: pages.delete_page(1, by=by),
    "order pages": lambda by: pages.order_pages([1], by=by),
    "move page": lambda by: pages.move_page(1, up=True, by=by),
    "set lead": lambda by: picks.set_lead(1, by=by),
    "pin": lambda by: picks.pin(1, by=by),
    "unpick": lambda by: picks.unpick(1, by=by),
    "order picks": lambda by: picks.order_picks([1], by=by),
    "move pick": lambda by: picks.move_pick(1, up=True, by=by),
    "redirect": lambda by: redirects.add_redirect("/cu", target="/lien-ket", by=by),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_a_contributor_may_do_none_of_it(app: Flask, deed: Callable[[Actor], object]) -> None:
    with pytest.raises(NotAllowed):
        deed(WRITER)
    assert deeds() == []


@pytest.mark.parametrize("by", [WRITER, EDITOR], ids=["contributor", "editor"])
def test_settings_are_for_administrators(app: Flask, by: Actor) -> None:
    with pytest.raises(NotAllowed):
        settings.change_settings({"site_name": "Lén"}, by=by)
    assert site_settings().site_name != "Lén"


# Sections


def test_each_deed_on_a_section_is_one_row_in_the_log(app: Flask) -> None:
    one, two = section("Một"), section("Hai")
    sections.change_section(one.id, name="Một mới", slug=one.slug, by=BY)
    sections.order_sections([two.id, one.id], by=BY)
    sections.order_sections([two.id, one.id], by=BY)
    sections.delete_section(two.id, by=BY)
    assert deeds() == [
        "section.add",
        "section.add",
        "section.change",
        "section.order",
        "section.delete",
    ]


def test_a_new_name_leaves_the_address_alone_until_asked(app: Flask) -> None:
    one = section("Tin hoạt động")
    sections.change_section(one.id, name="Hoạt động", slug="tin-hoat-dong", by=BY)
    assert (one.name, one.slug) == ("Hoạt động", "tin-hoat-dong")
    assert db.session.query(Redirect).count() == 0
    sections.change_section(one.id, name="Hoạt động", slug="", by=BY)
    assert one.slug == "hoat-dong"
    sections.change_section(one.id, name="Hoạt động", slug=" Tin Phường Ta! ", by=BY)
    assert one.slug == "tin-phuong-ta"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"name": " \u200b "}, {"name": "missing"}),
        ({"name": "x" * 121}, {"name": "too_long"}),
        ({"name": "Hai", "slug": ""}, {"name": "taken"}),
        ({"slug": "hai"}, {"slug": "taken"}),
        ({"description": "x" * 501}, {"description": "too_long"}),
        ({"parent_id": 99}, {"parent_id": "unknown"}),
        ({"parent_id": 1}, {"parent_id": "unknown"}),
        ({"parent_id": 3}, {"parent_id": "too_deep"}),
        (
            {"name": "", "description": "x" * 501},
            {"name": "missing", "description": "too_long"},
        ),
    ],
)
def test_a_section_that_cannot_be(app: Flask, said: dict[str, Any], found: dict[str, str]) -> None:
    one, two = section("Một"), section("Hai")
    section("Hai con", two)
    values = {"name": "Một", "slug": "mot"} | said
    assert problems(lambda: sections.change_section(one.id, by=BY, **values)) == found
    db.session.refresh(one)
    assert (one.name, one.slug, one.parent_id) == ("Một", "mot", None)


def test_sections_stand_one_level_deep(app: Flask) -> None:
    one, two = section("Một"), section("Hai")
    section("Con của một", one)
    change = sections.change_section
    assert problems(lambda: change(one.id, name="Một", slug="", parent_id=two.id, by=BY)) == {
        "parent_id": "has_children"
    }


def test_order_of_sections(app: Flask) -> None:
    one, two, three = section("1"), section("2"), section("3")
    a, b = section("2a", two), section("2b", two)
    assert names() == ["1", "2", "2a", "2b", "3"]
    sections.order_sections([three.id, two.id, b.id, a.id, one.id], by=BY)
    assert names() == ["3", "2", "2b", "2a", "1"]
    sections.move_section(one.id, up=True, by=BY)
    assert names() == ["3", "1", "2", "2b", "2a"]
    sections.move_section(a.id, up=True, by=BY)
    assert names() == ["3", "1", "2", "2a", "2b"]
    for up, item in ((True, three), (False, two), (True, a), (False, b)):
        sections.move_section(item.id, up=up, by=BY)
    assert names() == ["3", "1", "2", "2a", "2b"]


def test_an_order_from_an_old_page_loses_nothing(app: Flask) -> None:
    one, two, three, four = (section(name) for name in "1234")
    sections.delete_section(two.id, by=BY)
    new = section("5")
    sections.order_sections([four.id, two.id, three.id, one.id, 999, four.id], by=BY)
    assert names() == ["4", "3", "1", "5"]
    sections.order_sections([], by=BY)
    sections.order_sections([new.id], by=BY)
    assert names() == ["4", "3", "1", "5"]


def test_a_section_with_articles_is_not_deleted_without_a_word(make_article: MakeArticle) -> None:
    full, other = section("Đầy"), section("Khác")
    kept = make_article("Đã đăng", section_id=full.id)
    trashed = make_article("Đã xóa", section_id=full.id)
    articles.delete(trashed.id, by=BY)
    codes = [
        problems(partial(sections.delete_section, full.id, move_to=to, by=BY))["move_to"]
        for to in (None, 999, full.id)
    ]
    assert codes == ["in_use", "unknown", "unknown"]
    version = kept.version
    assert sections.delete_section(full.id, move_to=other.id, by=BY) == 2
    db.session.expire_all()
    assert {kept.section_id, trashed.section_id} == {other.id}
    # Not a word of them changed: whoever has one open can still save it.
    assert kept.version == version
    assert db.session.query(Section).filter_by(slug="day").count() == 0
    row = db.session.query(Redirect).filter_by(address="/muc/day").one()
    assert row.target == "/muc/khac"


def test_a_section_over_others_is_not_deleted(app: Flask) -> None:
    one = section("Một")
    section("Con", one)
    other = section("Hai")
    assert problems(lambda: sections.delete_section(one.id, by=BY)) == {"move_to": "has_children"}
    assert problems(lambda: sections.delete_section(one.id, move_to=other.id, by=BY)) == {
        "move_to": "has_children"
    }


def test_nothing_is_done_to_a_section_that_is_gone(app: Flask) -> None:
    for deed in ("change section", "move section", "delete section"):
        with pytest.raises(NotFound):
            DEEDS[deed](BY)


def test_what_a_person_changed_is_no_longer_demo(app: Flask) -> None:
    one = sections.add_section("Mẫu", by=BY, demo=True)
    (link,) = links.add_links([LinkEntry("", "A", "https://a.example/")], by=BY, demo=True)
    page = pages.add_page("p", "P", "<p>x</p>", by=BY, demo=True)
    sections.change_section(one.id, name="Thật", slug="", by=BY)
    links.change_link(link.id, LinkEntry("", "B", "https://a.example/"), by=BY)
    change_page(page, title="Thật")
    db.session.expire_all()
    assert (one.demo, link.demo, page.demo) == (False, False, False)


# Links


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://a.example/",
        "www.example.vn",
        "//example.vn",
        "/lien-ket",
        "https://",
        "https:///duong-dan",
        "https:example.vn",
        "https://a b.example/",
        "https://a.example/\x00\n/b c",
        "https://bank.example@evil.example/",
        "https://[",
        "https://a.example:99999/",
        "https://a.example:x/",
        'https://a.example/"><b>',
        "data:text/html,x",
        " java\tscript:x",
    ],
)
def test_only_web_addresses(app: Flask, url: str) -> None:
    entry = LinkEntry("", "Trang", url)
    assert problems(lambda: links.add_links([entry], by=BY)) == {"url": "not_web"}
    assert db.session.query(Link).count() == 0


def test_an_address_is_tidied(app: Flask) -> None:
    (link,) = links.add_links([LinkEntry(" Nhóm ", " Tên ", " HTTPS://A.example/Đường ")], by=BY)
    assert (link.group_name, link.name, link.url) == ("Nhóm", "Tên", "https://A.example/Đường")


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        (LinkEntry("", "", ""), {"name": "missing", "url": "missing"}),
        (
            LinkEntry("x" * 121, "x" * 201, "https://a.example/"),
            {"group": "too_long", "name": "too_long"},
        ),
        (LinkEntry("", "A", "https://a.example/" + "x" * 1000), {"url": "too_long"}),
    ],
)
def test_a_link_that_cannot_be(app: Flask, entry: LinkEntry, found: dict[str, str]) -> None:
    good = LinkEntry("", "A", "https://a.example/")
    assert problems(lambda: links.add_links([good, entry], by=BY)) == found
    assert db.session.query(Link).count() == 0


def test_the_same_address_is_noticed(app: Flask) -> None:
    one, two, three = links.add_links(
        [
            LinkEntry("", "A", "https://Office.example/tin/"),
            LinkEntry("", "B", "http://www.office.example/tin"),
            LinkEntry("", "C", "https://office.example/Tin"),
        ],
        by=BY,
    )
    assert links.same_address(two) is one
    assert links.same_address(three) is None


def test_order_of_links_and_groups(app: Flask) -> None:
    made = links.add_links(
        [LinkEntry(name[0], name, f"https://{name}.example/") for name in ("x1", "y1", "x2", "y2")],
        by=BY,
    )
    x1, y1, x2, y2 = (link.id for link in made)

    def shown() -> list[str]:
        db.session.expire_all()
        return [link.name for group in link_groups() for link in group.links]

    assert shown() == ["x1", "x2", "y1", "y2"]
    links.move_link(x2, up=True, by=BY)
    assert shown() == ["x2", "x1", "y1", "y2"]
    links.move_link(x2, up=True, by=BY)
    links.move_link(y1, up=True, by=BY)
    assert shown() == ["x2", "x1", "y1", "y2"]
    # A group's own list names its own links; the groups keep their places.
    links.order_links([y2, y1], by=BY)
    assert shown() == ["x2", "x1", "y2", "y1"]
    links.move_group(y1, up=True, by=BY)
    assert shown() == ["y2", "y1", "x2", "x1"]
    links.move_group(x1, up=False, by=BY)
    assert shown() == ["y2", "y1", "x2", "x1"]


# Standing pages


def change_page(page: Page, *, seen: datetime | None = None, **said: Any) -> Page:
    values = {"title": page.title, "slug": page.slug, "body": page.body, "language": page.language}
    return pages.change_page(page.id, by=BY, seen=seen or page.updated_at, **(values | said))


def test_a_page_is_cleaned_and_changed(app: Flask) -> None:
    page = pages.add_page("", "Giới thiệu", "<p onclick=x>Chào<script>x</script></p>", by=BY)
    assert (page.slug, page.body) == ("gioi-thieu", "<p>Chào</p>")
    change_page(page, body="<h2>Mục</h2><iframe></iframe>", language=Language.ENGLISH)
    db.session.expire_all()
    assert (page.body, page.language) == ("<h2>Mục</h2>", Language.ENGLISH)


def test_an_older_page_is_stale_and_nothing_is_written(app: Flask) -> None:
    page = pages.add_page("a", "A", "<p>1</p>", by=BY)
    seen = page.updated_at
    change_page(page, body="<p>2</p>")
    with pytest.raises(Stale):
        change_page(page, seen=seen, body="<p>3</p>")
    db.session.expire_all()
    assert page.body == "<p>2</p>"
    assert page.updated_at > seen


def test_a_save_between_reading_and_writing_is_noticed(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second guard is in the statement itself, for two saves within one moment."""
    page = pages.add_page("a", "A", "<p>1</p>", by=BY)
    seen, number = page.updated_at, page.id
    checked = pages._checked

    def somebody_is_faster(*said: Any) -> dict[str, object]:
        with db.engine.begin() as connection:
            later = seen + timedelta(seconds=1)
            connection.execute(update(Page).values(body="<p>2</p>", updated_at=later))
        return checked(*said)

    db.session.commit()
    monkeypatch.setattr(pages, "_checked", somebody_is_faster)
    with pytest.raises(Stale):
        pages.change_page(
            number,
            by=BY,
            seen=seen,
            slug="a",
            title="A",
            body="<p>3</p>",
            language=Language.VIETNAMESE,
        )
    db.session.expire_all()
    assert page.body == "<p>2</p>"


def test_saving_a_page_unchanged_writes_nothing(app: Flask) -> None:
    page = pages.add_page("a", "A", "<p>1</p>", by=BY)
    before = page.updated_at
    change_page(page)
    assert (page.updated_at, deeds()) == (before, ["page.add"])


def test_order_keeps_the_moment_of_the_last_save(app: Flask) -> None:
    made = [pages.add_page(slug, slug, "<p>1</p>", by=BY) for slug in "abc"]
    before = [page.updated_at for page in made]
    pages.order_pages([made[2].id, made[0].id, made[1].id], by=BY)
    pages.move_page(made[1].id, up=True, by=BY)
    db.session.expire_all()
    assert [page.position for page in made] == [3, 2, 1]
    assert [page.updated_at for page in made] == before


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"title": ""}, {"title": "missing"}),
        ({"title": "x" * 301}, {"title": "too_long"}),
        ({"slug": "co-roi"}, {"slug": "taken"}),
        ({"body": "<blockquote>" * 2000}, {"body": "too_deep"}),
        ({"body": "x" * 1_000_001}, {"body": "too_long"}),
        ({"body": "&" * 400_000}, {"body": "too_long"}),
    ],
)
def test_a_page_that_cannot_be(app: Flask, said: dict[str, Any], found: dict[str, str]) -> None:
    pages.add_page("co-roi", "Có rồi", "", by=BY)
    page = pages.add_page("a", "A", "<p>1</p>", by=BY)
    assert problems(lambda: change_page(page, **said)) == found
    values = {"title": "B", "slug": "b", "body": ""} | said
    assert problems(lambda: pages.add_page(by=BY, **values)) == found


# Settings


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("site_name", "x" * 4001, "too_long"),
        ("home_items", "0", "out_of_range"),
        ("home_items", "21", "out_of_range"),
        ("home_items", "-1", "out_of_range"),
        ("home_items", "²", "out_of_range"),
        ("home_items", "9" * 30, "out_of_range"),
        ("logo_id", "7", "unknown"),
        ("logo_id", "abc", "unknown"),
        ("logo_id", "9" * 30, "unknown"),
    ],
)
def test_a_setting_that_cannot_be(app: Flask, key: str, value: str, code: str) -> None:
    deed = settings.change_settings
    assert problems(lambda: deed({"tagline": "Mới", key: value}, by=BY)) == {key: code}
    assert site_settings().tagline == ""


def test_only_what_changed_is_written_and_recorded(app: Flask) -> None:
    settings.change_settings({"phone": "01", "tagline": "A"}, by=BY, demo=True)
    settings.change_settings({"phone": "02", "tagline": "A", "email": ""}, by=BY)
    settings.change_settings({"phone": "02"}, by=BY)
    rows = db.session.execute(select(Audit.action, Audit.detail)).all()
    assert [tuple(row) for row in rows] == [
        ("setting.change", "phone, tagline"),
        ("setting.change", "phone"),
    ]


# Picks


def places() -> dict[int, int]:
    db.session.expire_all()
    return {row.position: row.article_id for row in db.session.query(Pick)}


def test_picks_change_places(make_article: MakeArticle) -> None:
    a, b, c = (make_article(name).id for name in "abc")
    picks.set_lead(a, by=BY)
    picks.pin(b, by=BY)
    picks.pin(c, by=BY)
    picks.pin(c, by=BY)
    assert places() == {0: a, 1: b, 2: c}
    picks.set_lead(b, by=BY)
    assert places() == {0: b, 1: c}
    picks.pin(b, by=BY)
    assert places() == {1: c, 2: b}
    picks.order_picks([b, c], by=BY)
    assert places() == {1: b, 2: c}
    picks.move_pick(b, up=False, by=BY)
    assert places() == {1: c, 2: b}
    picks.unpick(c, by=BY)
    assert places() == {1: b}
    with pytest.raises(NotFound):
        picks.unpick(c, by=BY)
    with pytest.raises(NotFound):
        picks.move_pick(c, up=True, by=BY)
    picks.unpick(b, by=BY)
    assert places() == {}


def test_only_public_articles_are_picked(make_article: MakeArticle) -> None:
    draft = make_article("Nháp", step=Step.KEEP).id
    later = make_article("Hẹn giờ", at=datetime.now(UTC) + timedelta(hours=1)).id
    for article_id in (draft, later, 999, -1):
        for deed in (picks.set_lead, picks.pin):
            said = problems(partial(deed, article_id, by=BY))
            assert said == {"article_id": "unknown"}


def test_pins_are_few(make_article: MakeArticle) -> None:
    for n in range(picks.PINNED_MAX):
        picks.pin(make_article(f"Tin {n}").id, by=BY)
    one_more = make_article("Thêm").id
    assert problems(lambda: picks.pin(one_more, by=BY)) == {"article_id": "too_many"}


# Redirects


def test_the_addresses_of_rooms_are_those_of_the_site(app: Flask) -> None:
    with app.test_request_context():
        assert redirects.section_addresses("a")[0] == url_for("news.section", slug="a")
        assert redirects.page_addresses("a")[0] == url_for("news.standing_page", slug="a")


def targets() -> dict[str, str | None]:
    db.session.expire_all()
    return {row.address: row.target for row in db.session.query(Redirect)}


def redirect(address: str, target: str) -> Redirect:
    return redirects.add_redirect(address, target=target, by=BY)


def test_chains_are_made_short(app: Flask) -> None:
    redirect("/b", "/c")
    redirect("/a", "/b")
    redirect("/c", "/lien-ket")
    assert targets() == {"/a": "/lien-ket", "/b": "/lien-ket", "/c": "/lien-ket"}


def test_a_chain_may_end_at_an_article(make_article: MakeArticle) -> None:
    article = make_article()
    redirect("/a", "/b")
    redirects.add_redirect("/b", article_id=article.id, by=BY)
    rows = db.session.query(Redirect).all()
    db.session.expire_all()
    assert {row.article_id for row in rows} == {article.id}
    redirect("/c", "/a")
    assert {row.article_id for row in db.session.query(Redirect)} == {article.id}


@pytest.mark.parametrize(
    "steps",
    [
        [("/a", "/a")],
        [("/a", "/A")],
        [("/a", "/%61")],
        [("/a", "/a?trang=2")],
        [("/a", "/b"), ("/b", "/a")],
        [("/a", "/b"), ("/b", "/c"), ("/c", "/a")],
        [("/x", "/y?q=1"), ("/y", "/x")],
        [("/y", "/x"), ("/x", "/y?q=1")],
        [("/x", "/%61"), ("/a", "/b"), ("/b", "/x")],
    ],
    ids=str,
)
def test_no_way_leads_back(app: Flask, steps: list[tuple[str, str]]) -> None:
    for step in steps[:-1]:
        redirect(*step)
    assert problems(lambda: redirect(*steps[-1])) == {"target": "loop"}


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:x",
        "lien-ket",
        "",
        "/a b",
        "/a\nb",
        "/\u200b/evil.example",
        "/" + "x" * 1000,
    ],
)
def test_redirects_stay_on_the_site(app: Flask, target: str) -> None:
    code = "too_long" if len(target) > 900 else "malformed"
    assert problems(lambda: redirect("/cu", target)) == {"target": code}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "malformed"),
        ("cu.html", "malformed"),
        ("mailto:a@b", "malformed"),
        ("https://[", "malformed"),
        ("/" + "x" * 1000, "too_long"),
        ("/", "live"),
        ("/MUC/tin", "live"),
        ("/trang/lien-he", "live"),
        ("/trang/lien-he?a=b", "live"),
    ],
)
def test_an_address_that_cannot_be_old(app: Flask, address: str, code: str) -> None:
    section("Tin")
    pages.add_page("lien-he", "Liên hệ", "", by=BY)
    assert problems(lambda: redirect(address, "/lien-ket")) == {"address": code}


def test_the_last_word_on_an_address_counts(app: Flask) -> None:
    redirect("/Cu", "/lien-ket")
    redirect("/cu", "/hinh-anh")
    assert targets() == {"/cu": "/hinh-anh"}
    with pytest.raises(ValueError, match="article or to a path"):
        redirects.add_redirect("/x", by=BY)
    assert problems(lambda: redirects.add_redirect("/x", article_id=99, by=BY)) == {
        "article_id": "unknown"
    }


def test_orders() -> None:
    assert order.arranged([1, 2, 3, 4], [4, 2]) == [1, 4, 3, 2]
    assert order.arranged([1, 2], [3, 2, 2, 1]) == [2, 1]
    assert order.stepped([1, 2, 3], 3, up=True) == [1, 3, 2]
    assert order.stepped([1, 2, 3], 3, up=False) == [1, 2, 3]
