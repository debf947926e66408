"""Albums in the newsroom and in public; files under an article."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.media import images
from newsapp.media.storage import Folder
from newsapp.models import Account, Album, AlbumImage, Article, Attachment, Media, Role
from newsapp.publishing import albums as publishing
from newsapp.publishing import articles, attachments, site
from newsapp.publishing.articles import Content, Invalid, NotAllowed, NotFound, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from newsapp.templating import file_size
from tests.conftest import ZONE
from tests.newsroom.conftest import png
from tests.pages import CheckingClient, parse, text_of

ALBUMS = "/bien-tap/album"
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"


def as_actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name, account.role)


@pytest.fixture
def pictures(tmp_path: Path, app: object) -> list[Media]:
    return [
        site.add_image(
            images.store(png(40 + n), Folder(tmp_path / "media")),
            by=COMMAND_LINE,
            file_name=f"{n}.png",
            alt=f"Ảnh {n}",
            caption=f"Chú thích {n}",
        )
        for n in range(4)
    ]


@pytest.fixture
def album(pictures: list[Media]) -> Album:
    return site.add_album(
        "Lễ hội đua ghe",
        "Ngày hội",
        [(media, "") for media in pictures[:3]],
        by=COMMAND_LINE,
        published_at=datetime.now(UTC) - timedelta(days=1),
    )


def post(browser: CheckingClient, address: str, expect: int = 303, **typed: Any) -> TestResponse:
    token = browser.form("/bien-tap/tai-khoan")["csrf_token"]
    return browser.post(address, data={"csrf_token": token, **typed}, expect=expect)


def one(album: Album) -> str:
    return f"{ALBUMS}/{album.id}"


def order(album: Album) -> list[int]:
    db.session.expire_all()
    rows = db.session.query(AlbumImage).filter_by(album_id=album.id)
    return [row.media_id for row in rows.order_by(AlbumImage.position)]


def public(album: Album) -> str:
    return f"/hinh-anh/{album.id}-{album.slug}"


def only_album() -> Album:
    db.session.expire_all()
    return db.session.query(Album).one()


def test_an_album_is_made_hidden_published_scheduled_and_hidden_again(
    editor: CheckingClient, client: CheckingClient
) -> None:
    answer = post(editor, f"{ALBUMS}/moi", title=" Lễ  hội ", intro="Ngày hội", step="keep")
    album = only_album()
    assert answer.location == one(album)
    assert (album.title, album.slug, album.published_at) == ("Lễ hội", "le-hoi", None)
    client.get(public(album), expect=404)
    assert "Lễ hội" in text_of(editor.page(ALBUMS))

    form = editor.form(one(album))
    editor.post(one(album), data={**form, "step": "now"}, expect=303)
    assert only_album().published_at is not None
    assert "Lễ hội" in client.get(public(album)).text

    later = (datetime.now(UTC) + timedelta(days=2)).replace(second=0, microsecond=0)
    form = editor.form(one(album))
    typed = {"publish_at": later.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M"), "step": "keep"}
    editor.post(one(album), data={**form, **typed}, expect=303)
    assert only_album().published_at == later
    client.get(public(album), expect=404)
    assert "Đã hẹn giờ" in text_of(editor.page(ALBUMS))

    form = editor.form(one(album))
    editor.post(one(album), data={**form, "step": "hide"}, expect=303)
    assert only_album().published_at is None


def test_saving_keeps_the_second_of_publication(editor: CheckingClient, album: Album) -> None:
    before = album.published_at
    form = editor.form(one(album))
    editor.post(one(album), data={**form, "intro": "Khác", "step": "keep"}, expect=303)
    assert (only_album().published_at, only_album().intro) == (before, "Khác")


def test_a_new_address_leads_on_from_the_old_one(
    editor: CheckingClient, client: CheckingClient, album: Album
) -> None:
    old = public(album)
    form = editor.form(one(album))
    editor.post(one(album), data={**form, "slug": "Đua Ghe 2026"}, expect=303)
    assert only_album().slug == "dua-ghe-2026"
    assert client.get(old).location == public(only_album())


@pytest.mark.parametrize(
    "typed",
    [
        {"title": " "},
        {"title": "ê" * 301},
        {"title": "Tên", "intro": "ê" * 2001},
        {"title": "Tên", "publish_at": "hôm kia"},
    ],
)
def test_what_cannot_be_saved_comes_back(
    editor: CheckingClient, album: Album, typed: dict[str, str]
) -> None:
    for address in (f"{ALBUMS}/moi", one(album)):
        answer = post(editor, address, 422, step="keep", **typed)
        assert 'aria-invalid="true"' in answer.text
        assert next(iter(typed.values())).strip() in answer.text
    assert only_album().title == "Lễ hội đua ghe"


def arrange(
    browser: CheckingClient, album: Album, ids: Sequence[int], **typed: Any
) -> TestResponse:
    return post(browser, f"{one(album)}/hinh", order=[str(n) for n in ids], **typed)


def test_buttons_move_pictures_and_keep_what_was_typed(
    editor: CheckingClient, client: CheckingClient, album: Album
) -> None:
    a, b, c = order(album)
    arrange(editor, album, [a, b, c], move=f"down-{a}", **{f"caption-{c}": "Về  đích"})
    assert order(album) == [b, a, c]
    arrange(editor, album, [b, a, c], move=f"up-{c}", **{f"caption-{c}": "Về đích"})
    assert order(album) == [b, c, a]
    arrange(editor, album, [b, c, a], move=f"up-{b}", **{f"caption-{c}": "Về đích"})
    assert order(album) == [b, c, a]
    page = client.page(public(album))
    captions = [text_of(e) for e in page.iter("figcaption")]
    assert captions == ["Chú thích 1", "Về đích", "Chú thích 0"]


def test_dragging_sends_an_order_and_a_stranger_in_it_does_nothing(
    editor: CheckingClient, album: Album
) -> None:
    a, b, c = order(album)
    arrange(editor, album, [c, a, b])
    assert order(album) == [c, a, b]
    # What a page does not know stays where it is; numbers of others mean nothing.
    arrange(editor, album, [b, 999, b, a])
    assert order(album) == [c, b, a]
    arrange(editor, album, [a, b, c], move="up-999")
    assert order(album) == [a, b, c]
    arrange(editor, album, [a, b, c], move="lên-x", remove="999")
    assert order(album) == [a, b, c]


def test_a_picture_is_taken_out_and_stays_in_the_library(
    editor: CheckingClient, album: Album, pictures: list[Media]
) -> None:
    a, b, c = order(album)
    arrange(editor, album, [a, b, c], remove=str(b))
    assert order(album) == [a, c]
    assert db.session.query(Media).count() == len(pictures)


def test_a_caption_that_is_too_long_changes_nothing(editor: CheckingClient, album: Album) -> None:
    a, b, c = order(album)
    typed = {f"caption-{a}": "ê" * 1001, f"caption-{b}": "Chèo <mũi>", f"caption-{c}": "Về đích"}
    answer = arrange(editor, album, [c, b, a], expect=422, **typed)
    assert order(album) == [a, b, c]
    # What was typed and the order it was typed in are still there.
    page = parse(answer.text)
    boxes = {e.get("name"): (e.text or "").strip() for e in page.iter("textarea")}
    assert typed.items() <= boxes.items()
    shown = [e.get("value") for e in page.iter("input") if e.get("name") == "order"]
    assert shown == [str(c), str(b), str(a)]


def test_pictures_are_added_from_the_library_and_by_sending(
    editor: CheckingClient, album: Album, pictures: list[Media]
) -> None:
    page = editor.page(f"{one(album)}/them")
    boxes = {e.get("value"): e for e in page.iter("input") if e.get("name") == "media"}
    assert set(boxes) == {str(media.id) for media in pictures}
    assert [v for v, e in boxes.items() if e.get("disabled") is None] == [str(pictures[3].id)]
    chosen = [str(pictures[3].id), str(pictures[0].id), "999", "x"]
    post(editor, f"{one(album)}/them", media=chosen)
    assert order(album) == [media.id for media in pictures]
    files = [
        (io.BytesIO(png(90)), "mới.png"),
        (io.BytesIO(b"MZ"), "hỏng.png"),
        (io.BytesIO(PDF), "a.pdf"),
    ]
    answer = post(editor, f"{one(album)}/them", 422, files=files)
    said = text_of(next(e for e in parse(answer.text).iter() if e.get("role") == "alert"))
    assert "hỏng.png" in said
    assert "a.pdf" in said
    assert len(order(album)) == 5


def test_an_album_is_deleted_after_a_question(
    editor: CheckingClient, client: CheckingClient, album: Album, pictures: list[Media]
) -> None:
    address = public(album)
    assert "Lễ hội đua ghe" in editor.get(f"{one(album)}/xoa").text
    assert db.session.query(Album).count() == 1
    post(editor, f"{one(album)}/xoa")
    assert db.session.query(Album).count() == db.session.query(AlbumImage).count() == 0
    assert db.session.query(Media).count() == len(pictures)
    client.get(address, expect=404)
    post(editor, f"{one(album)}/xoa", 404)


def test_albums_are_the_editors(
    contributor: CheckingClient,
    administrator: CheckingClient,
    album: Album,
    people: dict[Role, Account],
) -> None:
    for address in (ALBUMS, f"{ALBUMS}/moi", one(album), f"{one(album)}/them", f"{one(album)}/xoa"):
        contributor.get(address, expect=403)
        administrator.get(address)
    for address in (
        "moi",
        f"{album.id}",
        f"{album.id}/hinh",
        f"{album.id}/them",
        f"{album.id}/xoa",
    ):
        post(contributor, f"{ALBUMS}/{address}", 403, title="Lén")
    assert ALBUMS not in contributor.get("/bien-tap/").text
    somebody = as_actor(people[Role.CONTRIBUTOR])
    deeds: list[Callable[[], object]] = [
        lambda: publishing.add_album("x", "", [], by=somebody),
        lambda: publishing.save_album(album.id, publishing.AlbumWords("x"), by=somebody),
        lambda: publishing.add_album_images(album.id, [], by=somebody),
        lambda: publishing.arrange_album(album.id, [], by=somebody),
        lambda: publishing.remove_album(album.id, by=somebody),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()
    assert only_album().title == "Lễ hội đua ghe"
    with pytest.raises(NotFound):
        publishing.remove_album(album.id + 1, by=COMMAND_LINE)


# Files under an article


def files(article: Article) -> str:
    return f"/bien-tap/bai-viet/{article.id}/tep"


def attached(article: Article) -> list[tuple[int, str]]:
    db.session.expire_all()
    rows = db.session.query(Attachment).filter_by(article_id=article.id)
    return [(row.media_id, row.title) for row in rows.order_by(Attachment.position)]


def test_files_are_attached_ordered_and_detached(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    post(editor, files(article), file=(io.BytesIO(PDF), "kh36.pdf"), title="Kế hoạch 36/KH-UBND")
    text = b"a,b\n" * 89_000
    post(editor, files(article), file=(io.BytesIO(text), "Danh sách.csv"))
    (first, _), (second, _) = attached(article)
    assert attached(article) == [(first, "Kế hoạch 36/KH-UBND"), (second, "Danh sách.csv")]
    page = client.page(f"/tin/{article.id}-{article.slug}")
    block = next(e for e in page.iter("section") if e.get("class") == "attached")
    assert text_of(block) == "Tệp đính kèm Kế hoạch 36/KH-UBND PDF, 1 KB Danh sách.csv CSV, 348 KB"
    links = list(block.iter("a"))
    assert [a.get("download") for a in links] == ["Kế hoạch 36/KH-UBND.pdf", "Danh sách.csv"]
    with client.get(str(links[1].get("href"))) as served:
        assert served.data == text

    post(editor, f"{files(article)}/sap-xep", move=f"up-{second}")
    assert [number for number, _ in attached(article)] == [second, first]
    post(editor, f"{files(article)}/sap-xep", move=f"up-{second}")
    post(editor, f"{files(article)}/sap-xep", move="up-999")
    assert [number for number, _ in attached(article)] == [second, first]
    post(editor, f"{files(article)}/sap-xep", remove=str(second))
    assert attached(article) == [(first, "Kế hoạch 36/KH-UBND")]
    # It is still in the library, and can be chosen there.
    post(editor, files(article), media=str(second), title="Danh sách mới")
    post(editor, files(article), media=str(first), title="Đổi tên")
    assert attached(article) == [(first, "Đổi tên"), (second, "Danh sách mới")]
    assert article.version == 1
    assert files(article) in editor.get(f"/bien-tap/bai-viet/{article.id}").text


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (1, "1 KB"),
        (1025, "2 KB"),
        (348 * 1024, "348 KB"),
        (1024**2, "1,0 MB"),
        (31_000_000, "29,6 MB"),
    ],
)
def test_sizes_are_written_as_people_here_do(app: Flask, size: int, written: str) -> None:
    with app.test_request_context():
        assert file_size(size) == written


def test_what_cannot_be_attached(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    for typed in (
        {},
        {"media": "999"},
        {"media": "x"},
        {"file": (io.BytesIO(PDF), "a.pdf"), "title": "ê" * 301},
    ):
        answer = post(editor, files(article), 422, **typed)
        assert any(e.get("role") == "alert" for e in parse(answer.text).iter())
    post(editor, files(article), 415, file=(io.BytesIO(b"MZ"), "a.exe"))
    assert attached(article) == []
    editor.get("/bien-tap/bai-viet/999/tep", expect=404)


def test_an_article_without_files_shows_no_list(
    client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    assert "Tệp đính kèm" not in client.get(f"/tin/{article.id}-{article.slug}").text


def test_a_contributor_attaches_to_own_drafts_only(
    contributor: CheckingClient,
    people: dict[Role, Account],
    make_article: Callable[..., Article],
) -> None:
    somebody = as_actor(people[Role.CONTRIBUTOR])
    others = make_article("Bài người khác", step=Step.KEEP)
    mine = articles.create(Content(title="Bài của tôi"), by=somebody)
    post(contributor, files(mine), file=(io.BytesIO(PDF), "a.pdf"))
    ((media_id, _),) = attached(mine)
    contributor.get(files(others), expect=403)
    post(contributor, files(others), 403, media=str(media_id))
    post(contributor, f"{files(others)}/sap-xep", 403, remove=str(media_id))
    deeds: list[Callable[[], object]] = [
        lambda: attachments.attach(others.id, media_id, "x", by=somebody),
        lambda: attachments.detach(others.id, media_id, by=somebody),
        lambda: attachments.reorder(others.id, [media_id], by=somebody),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()
    assert attached(others) == []
    with pytest.raises(NotFound):
        attachments.attach(9999, media_id, "x", by=somebody)
    with pytest.raises(Invalid):
        attachments.attach(mine.id, 9999, "x", by=somebody)


def test_a_deleted_article_lets_its_files_go_and_a_trashed_one_keeps_them(
    make_article: Callable[..., Article], tmp_path: Path
) -> None:
    article = make_article()
    stored = images.store(png(77), Folder(tmp_path / "media"))
    media = site.add_image(stored, by=COMMAND_LINE)
    attachments.attach(article.id, media.id, "Ảnh", by=COMMAND_LINE)
    articles.delete(article.id, by=COMMAND_LINE)
    assert attached(article) == [(media.id, "Ảnh")]
    with pytest.raises(NotFound):
        attachments.detach(article.id, media.id, by=COMMAND_LINE)
    db.session.delete(article)
    db.session.commit()
    assert db.session.query(Attachment).count() == 0
