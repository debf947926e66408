"""The media library: sending, describing, cutting, replacing, deleting; and what readers get."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.media import images
from newsapp.media.names import renditions
from newsapp.media.storage import Folder
from newsapp.models import Account, Article, Audit, Autosave, Media, Revision, Role, Setting
from newsapp.publishing import attachments, site
from newsapp.publishing import media as publishing
from newsapp.publishing.articles import NotAllowed, NotFound, Step
from newsapp.publishing.audit import COMMAND_LINE, Actor
from newsapp.publishing.media import InUse
from newsapp.publishing.uses import UseKind, uses
from tests.newsroom.conftest import png
from tests.pages import CheckingClient, fields_of, parse, text_of

LIBRARY = "/bien-tap/thu-vien"
PDF = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"


def photo(width: int = 1200, height: int = 800, colour: str = "teal") -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (width, height), colour)
    picture.paste("orange", (width // 2, 0, width, height))
    picture.save(out, "JPEG")
    return out.getvalue()


def send(
    browser: CheckingClient, *given: tuple[bytes, str], expect: int = 303, **options: Any
) -> TestResponse:
    data = {
        "csrf_token": browser.form(LIBRARY)["csrf_token"],
        "files": [(io.BytesIO(content), name) for content, name in given],
    }
    return browser.post(LIBRARY, data=data, expect=expect, **options)


def stored(name: str = "") -> Media:
    db.session.expire_all()
    found = db.session.query(Media)
    return (found.filter_by(file_name=name) if name else found).one()


def sent(browser: CheckingClient, data: bytes, name: str = "cầu.jpg") -> Media:
    send(browser, (data, name))
    return stored(name)


def post(browser: CheckingClient, address: str, expect: int = 303, **typed: Any) -> TestResponse:
    """Send the first form of the library with that address."""
    token = browser.form(LIBRARY)["csrf_token"]
    return browser.post(address, data={"csrf_token": token, **typed}, expect=expect)


def one(media: Media) -> str:
    return f"{LIBRARY}/{media.id}"


def fetched(browser: CheckingClient, path: str) -> TestResponse:
    """The file at that path of the media folder, read and closed."""
    answer = browser.get(f"/media/{path}")
    assert answer.data
    answer.close()
    return answer


def as_actor(account: Account) -> Actor:
    return Actor(account.id, account.display_name, account.role)


def test_a_file_is_not_called_an_article(editor: CheckingClient, tmp_path: Path) -> None:
    stored = images.store(png(30), Folder(tmp_path / "media"))
    media = site.add_image(stored, by=COMMAND_LINE, file_name="a.png", alt="")
    assert "Xóa bài" not in editor.get(f"/bien-tap/thu-vien/{media.id}").text


def test_many_files_at_once_each_with_its_own_answer(
    contributor: CheckingClient, tmp_path: Path
) -> None:
    answer = send(
        contributor,
        (photo(), "Cầu mới.jpg"),
        (PDF, "Kế hoạch 36.pdf"),
        (b"MZ\x90\x00", "trò chơi.exe"),
        (b"<svg/>", "a.svg"),
        (PDF, "giả.docx"),
        (b"", "trống.pdf"),
        expect=422,
    )
    said = text_of(next(e for e in parse(answer.text).iter() if e.get("role") == "alert"))
    for words in (
        "Cầu mới.jpg: đã lưu",
        "Kế hoạch 36.pdf: đã lưu",
        "trò chơi.exe: Thư viện không nhận loại tệp này",
        "a.svg: Thư viện không nhận loại tệp này",
        "giả.docx: Nội dung tệp không đúng với tên của nó",
        "trống.pdf: Tệp rỗng",
    ):
        assert words in said
    names = {media.file_name for media in db.session.query(Media)}
    assert names == {"Cầu mới.jpg", "Kế hoạch 36.pdf"}
    picture = stored("Cầu mới.jpg")
    assert picture.renditions == "480,960"
    for rendition in renditions(picture.path):
        assert (tmp_path / "media" / rendition.path).exists()
    page = text_of(contributor.page(LIBRARY))
    assert "Cầu mới.jpg" in page
    assert "PDF, 1 KB" in page


def test_a_script_is_told_in_json(contributor: CheckingClient) -> None:
    as_json = {"headers": {"Accept": "application/json"}}
    good = send(contributor, (photo(), "a.jpg"), expect=200, **as_json).get_json()
    media = stored()
    assert good == {
        "id": media.id,
        "name": "a.jpg",
        "page": one(media),
        "location": f"/media/{media.path}",
        "picture": True,
    }
    bad = send(contributor, (b"MZ", "a.exe"), expect=415, **as_json).get_json()
    assert "không nhận" in bad["error"]["message"]
    none = contributor.post(
        LIBRARY,
        data={"csrf_token": contributor.form(LIBRARY)["csrf_token"]},
        headers={"Accept": "application/json"},
        expect=400,
    )
    assert none.get_json()["error"]["message"]


def test_more_files_than_allowed_are_refused_before_any_is_stored(editor: CheckingClient) -> None:
    answer = send(editor, *[(png(20 + n), f"{n}.png") for n in range(21)], expect=413)
    assert "20" in text_of(next(e for e in parse(answer.text).iter() if e.get("role") == "alert"))
    assert db.session.query(Media).count() == 0
    send(editor, *[(png(20 + n), f"{n}.png") for n in range(20)])
    assert db.session.query(Media).count() == 20


def test_a_name_of_a_thousand_characters_is_cut_and_markup_in_it_is_text(
    editor: CheckingClient,
) -> None:
    name = "<script>alert(1)</script>" + "ê" * 1000 + ".pdf"
    send(editor, (PDF, name))
    media = stored()
    assert len(media.file_name) == 200
    assert media.file_name.endswith("ê.pdf")
    send(editor, (b"x\0y", name), expect=422)
    editor.get(one(media))


def test_the_same_file_is_one_row(editor: CheckingClient) -> None:
    send(editor, (PDF, "a.pdf"), (PDF, "b.pdf"))
    assert stored().file_name == "a.pdf"


def test_the_library_is_searched_without_marks_and_narrowed(editor: CheckingClient) -> None:
    send(editor, (png(30), "duong-pho.png"), (PDF, "Đường dây nóng.pdf"), (png(31), "cau.png"))
    post(editor, one(stored("cau.png")), caption="Ảnh ĐƯỜNG làng")

    def names(query: str) -> set[str]:
        root = editor.page(f"{LIBRARY}?{query}")
        return {text_of(e) for e in root.iter("span") if e.get("class") == "shelf-name"}

    assert names("q=duong") == {"duong-pho.png", "Đường dây nóng.pdf", "cau.png"}
    assert names("q=đường+lang") == {"cau.png"}
    assert names("q=duong&loai=tep") == {"Đường dây nóng.pdf"}
    assert names("loai=anh") == {"duong-pho.png", "cau.png"}
    assert names("loai=lạ") == {"duong-pho.png", "Đường dây nóng.pdf", "cau.png"}
    assert names("q=khong-co-gi") == set()
    assert names("q=%25") == set()


def test_pages_of_the_library(editor: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from newsapp.newsroom import library

    monkeypatch.setattr(library, "PAGE_SIZE", 2)
    for number in range(5):
        send(editor, (png(30 + number), f"anh-{number}.png"))
    seen: list[str] = []
    for query in ("", "q=anh&"):
        for page in (1, 2, 3):
            root = editor.page(f"{LIBRARY}?{query}trang={page}")
            seen += [text_of(e) for e in root.iter("span") if e.get("class") == "shelf-name"]
            assert any(a.get("rel") == "next" for a in root.iter("a")) == (page < 3)
    assert seen == [f"anh-{n}.png" for n in (4, 3, 2, 1, 0)] * 2
    for wrong in ("4", "0", "-1", "99999999999999999999"):
        editor.get(f"{LIBRARY}?trang={wrong}", expect=404)


def test_a_picture_is_described(editor: CheckingClient, client: CheckingClient) -> None:
    media = sent(editor, photo())
    form = editor.form(one(media))
    assert form["focus"] == "1-1"
    assert "Chưa mô tả" in editor.get(LIBRARY).text
    typed = {"alt": " Cầu  mới ", "caption": "Cầu Bến Lụa", "credit": "Hòa", "focus": "0-2"}
    editor.post(one(media), data={**form, **typed}, expect=303)
    media = stored()
    assert (media.alt, media.caption, media.credit) == ("Cầu mới", "Cầu Bến Lụa", "Hòa")
    assert (media.focal_x, media.focal_y, media.decorative) == (167, 833, False)
    # The form's token carries the second it was made in.
    shown = editor.form(one(media)) | {"csrf_token": form["csrf_token"]}
    assert shown == {**form, **typed, "alt": "Cầu mới"}
    assert "Chưa mô tả" not in editor.get(LIBRARY).text
    actions = [
        row.action for row in db.session.query(Audit).filter_by(subject="media").order_by(Audit.id)
    ]
    assert actions == ["media.add", "media.describe"]


def test_a_decorative_picture_has_no_alternative_text(editor: CheckingClient) -> None:
    media = sent(editor, photo())
    post(editor, one(media), alt="Hoa văn", decorative="y")
    assert (stored().alt, stored().decorative) == ("", True)
    assert "Chưa mô tả" not in editor.get(LIBRARY).text
    post(editor, one(media), alt="Hoa văn trống đồng")
    assert (stored().alt, stored().decorative) == ("Hoa văn trống đồng", False)


def test_a_description_that_is_too_long_comes_back(editor: CheckingClient) -> None:
    media = sent(editor, photo())
    answer = post(editor, one(media), expect=422, alt="ê" * 501, caption="Giữ lại")
    assert "Giữ lại" in answer.text
    assert "ê" * 501 in answer.text
    assert stored().alt == ""


@pytest.mark.parametrize("focus", ["", "9-9", "x", "1-", "-1-1", "²-1"])
def test_a_focus_that_is_none_is_the_middle(editor: CheckingClient, focus: str) -> None:
    media = sent(editor, photo())
    post(editor, one(media), focus=focus)
    assert (stored().focal_x, stored().focal_y) == (500, 500)


def test_cutting_makes_a_new_picture_and_leaves_the_old_one(
    editor: CheckingClient, client: CheckingClient
) -> None:
    whole = sent(editor, photo())
    post(editor, one(whole), alt="Cầu mới", credit="Hòa")
    before = fetched(client, whole.path).data
    answer = post(editor, f"{one(whole)}/cat", x="600", y="0", width="500", height="400")
    part = db.session.query(Media).order_by(Media.id.desc()).first()
    assert part is not None
    assert answer.location == one(part)
    assert (part.width, part.height, part.alt, part.credit) == (500, 400, "Cầu mới", "Hòa")
    assert part.renditions == "480"
    with Image.open(io.BytesIO(fetched(client, part.path).data)) as picture:
        assert picture.convert("RGB").getpixel((9, 9)) == pytest.approx((255, 165, 0), abs=9)
    assert fetched(client, whole.path).data == before


@pytest.mark.parametrize(
    "numbers",
    [
        ("0", "0", "1201", "800"),
        ("0", "0", "9", "9"),
        ("a", "0", "50", "50"),
        ("-1", "0", "50", "50"),
        ("", "", "", ""),
        ("1e2", "0", "50", "50"),
        ("0", "0", "999999999999", "1"),
    ],
)
def test_a_part_that_is_none_is_said_beside_its_form(
    editor: CheckingClient, numbers: tuple[str, ...]
) -> None:
    whole = sent(editor, photo())
    typed = dict(zip(("x", "y", "width", "height"), numbers, strict=True))
    page = parse(post(editor, f"{one(whole)}/cat", expect=422, **typed).text)
    assert any(e.get("id") == "crop-error" for e in page.iter())
    assert db.session.query(Media).count() == 1


def replace(
    browser: CheckingClient, media: Media, data: bytes, name: str, expect: int = 303
) -> TestResponse:
    return post(browser, f"{one(media)}/thay", expect, file=(io.BytesIO(data), name))


def test_replacing_changes_texts_with_a_revision_and_keeps_the_old_address(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    media = sent(editor, photo())
    old = media.path
    body = f'<p>Cầu.</p><figure><img src="/media/{old}" alt="Cầu"></figure>'
    article = make_article(body=body, cover_id=media.id)
    page = site.add_page("gioi-thieu", "Giới thiệu", body, by=COMMAND_LINE)
    other = make_article("Bài khác")
    replace(editor, media, photo(900, 600, "navy"), "cầu mới.jpg")
    media = stored()
    assert media.path != old
    assert (media.width, media.file_name, media.renditions) == (900, "cầu mới.jpg", "480")
    db.session.expire_all()
    assert f'src="/media/{media.path}"' in article.body
    assert old not in article.body
    assert old not in page.body
    assert (article.version, other.version) == (2, 1)
    revision = db.session.query(Revision).filter_by(article_id=article.id, version=2).one()
    assert (revision.body, revision.action) == (article.body, "media.replace")
    assert fetched(client, old).mimetype == "image/jpeg"
    assert media.path in client.get(f"/tin/{article.id}-{article.slug}").text


def test_what_cannot_take_the_place(editor: CheckingClient) -> None:
    media = sent(editor, photo())
    document = sent(editor, PDF, "a.pdf")
    other = sent(editor, photo(colour="red"), "b.jpg")
    path = media.path
    replace(editor, media, PDF + b"\n%%EOF", "c.pdf", expect=422)
    replace(editor, document, photo(colour="blue"), "c.jpg", expect=422)
    replace(editor, media, photo(colour="red"), "c.jpg", expect=422)
    replace(editor, media, b"MZ", "c.jpg", expect=422)
    post(editor, f"{one(media)}/thay", 422)
    assert stored("cầu.jpg").path == path
    assert stored("b.jpg").path == other.path


def test_every_use_is_found_and_keeps_the_picture(
    editor: CheckingClient,
    people: dict[Role, Account],
    make_article: Callable[..., Article],
    tmp_path: Path,
) -> None:
    media = sent(editor, photo())
    body = f'<p><img src="/media/{media.path}" alt="Cầu"></p>'
    cover = make_article("Bìa", cover_id=media.id)
    text = make_article("Trong bài", body=body, step=Step.KEEP)
    attached = make_article("Đính kèm")
    attachments.attach(attached.id, media.id, "Ảnh lớn", by=COMMAND_LINE)
    album = site.add_album("Lễ hội", "", [(media, "")], by=COMMAND_LINE)
    page = site.add_page("gioi-thieu", "Giới thiệu", body, by=COMMAND_LINE)
    db.session.add(Setting(key="logo_id", value=str(media.id)))
    fields = '{"body": "<img src=\\"\\/media\\/' + media.path.replace("/", "\\/") + '\\">"}'
    db.session.add(
        Autosave(account_id=people[Role.EDITOR].id, fields=fields, saved_at=media.created_at)
    )
    db.session.commit()
    found = {(use.kind, use.id, use.title) for use in uses(media.id)}
    assert found == {
        (UseKind.COVER, cover.id, "Bìa"),
        (UseKind.BODY, text.id, "Trong bài"),
        (UseKind.ATTACHMENT, attached.id, "Đính kèm"),
        (UseKind.ALBUM, album.id, "Lễ hội"),
        (UseKind.PAGE, page.id, "Giới thiệu"),
        (UseKind.LOGO, 0, ""),
        (UseKind.UNSAVED, 0, ""),
    }
    shown = text_of(editor.page(one(media)))
    for title in ("Bìa", "Trong bài", "Đính kèm", "Lễ hội", "Giới thiệu", "Logo"):
        assert title in shown
    post(editor, f"{one(media)}/xoa", expect=409)
    assert (tmp_path / "media" / media.path).exists()
    assert stored().id == media.id


def test_a_picture_that_only_a_text_shows_is_kept(
    editor: CheckingClient, make_article: Callable[..., Article], tmp_path: Path
) -> None:
    media = sent(editor, photo())
    article = make_article(body=f'<p><img src="/media/{media.path}" alt="Cầu"></p>')
    post(editor, f"{one(media)}/xoa", expect=409)
    db.session.delete(article)
    db.session.commit()
    post(editor, f"{one(media)}/xoa")
    assert db.session.query(Media).count() == 0


def test_an_unused_picture_is_deleted_with_its_files(
    editor: CheckingClient, client: CheckingClient, tmp_path: Path
) -> None:
    media = sent(editor, photo())
    path, small = media.path, renditions(media.path)[0].path
    assert fetched(client, small).mimetype == "image/webp"
    post(editor, f"{one(media)}/xoa")
    assert db.session.query(Media).count() == 0
    assert not [p for p in (tmp_path / "media").rglob("*") if p.is_file()]
    client.get(f"/media/{path}", expect=404)
    client.get(f"/media/{small}", expect=404)
    post(editor, f"{one(media)}/xoa", expect=404)


def test_files_go_only_after_the_row_is_gone_for_good(
    editor: CheckingClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = sent(editor, photo())
    kept = tmp_path / "media" / media.path

    def broken() -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(db.session, "commit", broken)
    with pytest.raises(RuntimeError, match="went away"):
        publishing.remove(media.id, Folder(tmp_path / "media"), by=COMMAND_LINE)
    assert kept.exists()


def test_a_contributor_changes_own_pictures_only(
    contributor: CheckingClient,
    editor: CheckingClient,
    administrator: CheckingClient,
    make_article: Callable[..., Article],
) -> None:
    theirs = sent(editor, photo(colour="red"), "của biên tập.jpg")
    page = contributor.get(one(theirs)).text
    assert f'action="{one(theirs)}"' not in page
    for deed in ("", "/cat", "/thay", "/xoa"):
        post(contributor, one(theirs) + deed, expect=403)
    mine = sent(contributor, photo(), "của tôi.jpg")
    post(contributor, one(mine), alt="Của tôi")
    assert stored("của tôi.jpg").alt == "Của tôi"
    # What the site shows is the editors' to exchange.
    article = make_article("Tin mật", cover_id=mine.id, step=Step.KEEP)
    replace(contributor, mine, photo(colour="navy"), "khác.jpg", expect=403)
    post(contributor, f"{one(mine)}/xoa", expect=409)
    assert "Tin mật" not in contributor.get(one(mine)).text
    assert "Tin mật" in editor.get(one(mine)).text
    db.session.delete(article)
    db.session.commit()
    replace(contributor, mine, photo(colour="navy"), "khác.jpg")
    post(contributor, f"{one(mine)}/xoa")
    post(editor, one(theirs), alt="Của biên tập")
    post(administrator, one(theirs), alt="Của quản trị")
    post(administrator, f"{one(theirs)}/xoa")
    assert db.session.query(Media).count() == 0


def test_the_services_ask_who_it_is(people: dict[Role, Account], tmp_path: Path) -> None:
    image = images.store(photo(), Folder(tmp_path / "media"))
    media = site.add_image(image, by=as_actor(people[Role.EDITOR]))
    somebody = as_actor(people[Role.CONTRIBUTOR])
    with pytest.raises(NotAllowed):
        publishing.describe(media.id, publishing.Description(alt="x"), by=somebody)
    with pytest.raises(NotAllowed):
        publishing.remove(media.id, Folder(tmp_path / "media"), by=somebody)
    with pytest.raises(NotAllowed):
        publishing.replace(media.id, image, by=somebody, file_name="")
    with pytest.raises(NotFound):
        publishing.remove(media.id + 1, Folder(tmp_path / "media"), by=COMMAND_LINE)
    site.add_album("Album", "", [(media, "")], by=COMMAND_LINE)
    with pytest.raises(InUse) as caught:
        publishing.remove(media.id, Folder(tmp_path / "media"), by=COMMAND_LINE)
    assert [use.kind for use in caught.value.uses] == [UseKind.ALBUM]


def test_readers_get_sizes_and_the_focal_point(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    media = sent(editor, photo())
    post(editor, one(media), alt="Cầu mới", focus="2-0")
    body = f'<p>Đầu.</p><figure><img src="/media/{media.path}" alt="Giữa bài"></figure>'
    make_article("Bài có bìa", cover_id=media.id)
    article = make_article("Bài có ảnh", body=body)
    home = client.page("/")
    picture = next(home.iter("picture"))
    source, image = picture.find("source"), picture.find("img")
    assert source is not None
    assert image is not None
    expected = ", ".join(f"/media/{r.path} {r.width}w" for r in renditions(media.path))
    assert (source.get("type"), source.get("srcset")) == ("image/webp", expected)
    assert source.get("sizes")
    assert (image.get("width"), image.get("height")) == ("1200", "800")
    assert image.get("class") == "focus-right-top"
    css = (Path(__file__).parents[2] / "static/css/site.css").read_text(encoding="utf-8")
    assert ".focus-right-top { object-position: right top; }" in css
    shown = client.page(f"/tin/{article.id}-{article.slug}")
    inside = next(e for e in shown.iter("div") if e.get("class") == "body")
    assert [e.get("srcset") for e in inside.iter("source")] == [expected]
    # Print page and stored text.
    client.get(f"/tin/{article.id}-{article.slug}/ban-in")
    db.session.expire_all()
    assert "srcset" not in article.body
    assert "<picture" not in article.body


def test_a_document_is_kept_by_the_browser_under_its_own_name(
    editor: CheckingClient, client: CheckingClient
) -> None:
    media = sent(editor, PDF, "Kế hoạch 36; bản 2.pdf")
    answer = fetched(client, media.path)
    assert answer.data == PDF
    assert answer.mimetype == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    disposition = answer.headers["Content-Disposition"]
    assert (
        disposition
        == "attachment; filename*=UTF-8''K%E1%BA%BF%20ho%E1%BA%A1ch%2036%3B%20b%E1%BA%A3n%202.pdf"
    )
    picture = sent(editor, photo())
    answer = fetched(client, picture.path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline;")


def test_nothing_else_in_the_folder_is_served(
    editor: CheckingClient, client: CheckingClient, tmp_path: Path
) -> None:
    sent(editor, photo())
    for name in (".upload-abc", "a.html", "a.svg", "a.js", "a"):
        (tmp_path / "media" / name).write_text("<script>", encoding="utf-8")
        client.get(f"/media/{name}", expect=404)
    for odd in ("%00.pdf", "..%2fsite.db", "../site.db", "ab/%00.jpg", "x" * 300 + ".pdf"):
        client.get(f"/media/{odd}", expect=404)


def test_a_form_that_lost_its_session_comes_back_filled(
    editor: CheckingClient, client: CheckingClient
) -> None:
    media = sent(editor, photo())
    editor.post(one(media), data={"alt": "Đã gõ rồi"}, expect=400)
    assert stored().alt == ""
    page = editor.post(one(media), data={"alt": "Đã gõ rồi"}, expect=400).text
    assert "Đã gõ rồi" in page
    assert fields_of(parse(page).find(".//form") or parse(page))["alt"] == "Đã gõ rồi"


def test_a_full_disk_is_said_in_words(editor: CheckingClient, tmp_path: Path) -> None:
    (tmp_path / "media").rmdir()
    (tmp_path / "media").write_bytes(b"")
    for data, name in ((photo(), "a.jpg"), (PDF, "a.pdf")):
        assert "không ghi được tệp" in send(editor, (data, name), expect=507).text
