"""The one form: drafts, publishing, schedules, withdrawing, deleting, previews, the list."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from newsapp.extensions import db
from newsapp.models import Article, Media, Section, State
from newsapp.publishing import articles as publishing
from newsapp.publishing.articles import Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.conftest import ZONE
from tests.newsroom.conftest import NEW, article_fields, opened, png, write
from tests.pages import CheckingClient, fields_of, parse, text_of

TITLE = "Khai giảng lớp học chữ buổi tối"


def only_article() -> Article:
    db.session.expire_all()
    return db.session.query(Article).one()


def address(article: Article) -> str:
    return f"/bien-tap/bai-viet/{article.id}"


def minute(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def test_a_draft_is_saved_and_seen_by_nobody_else(
    editor: CheckingClient, client: CheckingClient
) -> None:
    answer = write(editor, title=f"  {TITLE} ", body="<p>Lớp mở lúc 19 giờ.</p>", step="keep")
    article = only_article()
    assert answer.location == address(article)
    assert (article.title, article.state, article.published_at) == (TITLE, State.DRAFT, None)
    assert "Đã lưu nháp." in editor.get(answer.location).text
    client.get(f"/tin/{article.id}-{article.slug}", expect=404)


def test_publishing_leads_to_the_public_page(
    editor: CheckingClient, client: CheckingClient, section: Section
) -> None:
    answer = write(
        editor, title=TITLE, body="<p>Lớp mở.</p>", section_id=section.id, step="publish"
    )
    page = parse(editor.get(answer.location).text)
    said = next(e for e in page.iter() if e.get("class") == "said")
    link = next(said.iter("a"))
    assert "Đã xuất bản." in text_of(said)
    assert TITLE in client.get(str(link.get("href"))).text


def test_a_future_time_schedules_and_an_emptied_one_publishes_now(
    editor: CheckingClient, client: CheckingClient, section: Section
) -> None:
    moment = (datetime.now(UTC) + timedelta(days=2)).replace(second=0, microsecond=0)
    answer = write(
        editor, title=TITLE, section_id=section.id, publish_at=minute(moment), step="publish"
    )
    article = only_article()
    assert (article.state, article.published_at) == (State.PUBLISHED, moment)
    form = editor.get(answer.location).text
    assert "Sẽ tự hiện vào" in form
    assert f"{moment.astimezone(ZONE):%d/%m/%Y, %H:%M}" in form
    client.get(f"/tin/{article.id}", expect=404)
    write(editor, address(article), publish_at="", step="publish")
    assert client.get(f"/tin/{article.id}-{article.slug}").status_code == 200


def test_publish_now_wins_over_the_time_field(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article(at=datetime.now(UTC) + timedelta(days=3))
    write(editor, address(article), step="now")
    client.get(f"/tin/{article.id}-{article.slug}")


def test_saving_keeps_the_second_of_publication(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    moment = datetime(2026, 3, 1, 2, 3, 47, tzinfo=UTC)
    article = make_article(at=moment)
    write(editor, address(article), lead="Thêm một câu tóm tắt.", step="keep")
    saved = only_article()
    assert (saved.state, saved.published_at) == (State.PUBLISHED, moment)
    assert saved.lead == "Thêm một câu tóm tắt."
    write(editor, address(article), publish_at="01/03/2026 10:15", step="keep")
    assert only_article().published_at == datetime(2026, 3, 1, 3, 15, tzinfo=UTC)


def test_withdrawing_returning_and_deleting(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    public = f"/tin/{article.id}-{article.slug}"
    client.get(public)
    write(editor, address(article), step="withdraw")
    client.get(public, expect=410)
    assert "Đã gỡ" in editor.get(address(article)).text
    write(editor, address(article), step="publish")
    client.get(public)
    token = opened(editor, address(article))["csrf_token"]
    answer = editor.post(f"{address(article)}/xoa", data={"csrf_token": token}, expect=303)
    assert answer.location == "/bien-tap/"
    client.get(public, expect=404)
    editor.get(address(article), expect=404)
    assert only_article().deleted_at is not None


def test_a_contributor_sends_for_review_and_an_editor_returns_it(
    contributor: CheckingClient, editor: CheckingClient
) -> None:
    write(contributor, title=TITLE, step="submit")
    article = only_article()
    assert article.state is State.REVIEW
    assert "Chờ duyệt" in editor.get("/bien-tap/?trang-thai=review").text
    write(editor, address(article), step="return")
    assert only_article().state is State.DRAFT


def test_plain_text_becomes_paragraphs(editor: CheckingClient) -> None:
    write(editor, title=TITLE, body="Dòng một & hai < ba\r\ntiếp\r\n\r\nĐoạn sau", step="keep")
    assert only_article().body == "<p>Dòng một &amp; hai &lt; ba<br>tiếp</p><p>Đoạn sau</p>"


def test_hostile_markup_is_cleaned_and_lost_pictures_are_named(editor: CheckingClient) -> None:
    body = '<p onclick="x()">Chữ<script>alert(1)</script><img src="https://evil.example/a.png"></p>'
    answer = write(editor, title=TITLE, body=body, step="keep")
    assert only_article().body == "<p>Chữ</p>"
    assert "Đã bỏ 1 ảnh" in editor.get(answer.location).text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"title": " \u200b "}, "title", "Bài viết cần có tiêu đề."),
        ({"title": "a" * 301}, "title", "Dài quá mức"),
        ({"lead": "b" * 2001}, "lead", "Dài quá mức"),
        ({"body": "c" * 1_000_001}, "body", "Dài quá mức"),
        # Each bare & becomes five characters, so that the cleaned text is what is too long.
        ({"body": "<p>" + "a" * 980_000 + "&" * 14_000}, "body", "Dài quá mức"),
        ({"body": "<blockquote>" * 300 + "sâu"}, "body", "lồng nhau quá nhiều lớp"),
        ({"section_id": "99999"}, "section_id", "Mục này không có"),
        ({"section_id": "tin-tuc"}, "section_id", "Hãy chọn một trong các chuyên mục."),
        ({"step": "publish"}, "section_id", "Hãy chọn chuyên mục"),
        ({"cover_id": "424242"}, "cover_id", "Mục này không có"),
        ({"cover_alt": "d" * 501}, "cover_alt", "Dài quá mức"),
        ({"publish_at": "hôm nào đó"}, "publish_at", "“hôm nào đó” không phải là ngày giờ"),
        ({"publish_at": "2026-02-30T10:00"}, "publish_at", "không phải là ngày giờ"),
        ({"publish_at": "9999-12-31T23:59"}, "publish_at", "không phải là ngày giờ"),
    ],
)
def test_bad_input_loses_nothing(
    editor: CheckingClient, typed: dict[str, str], field: str, words: str
) -> None:
    kept = {
        "title": TITLE,
        "lead": "Một tóm tắt <b>giữ nguyên</b>.",
        "body": "<p>Nội dung đang viết.</p>",
        "byline": "Người ghi",
        "source": "Báo của phường",
        "former_office": "Xã cũ",
        **typed,
    }
    answer = write(editor, **kept, expect=422)
    root = parse(answer.text)
    form = next(e for e in root.iter("form") if e.get("id") == "article-form")
    shown = fields_of(form)
    for name in ("title", "lead", "body", "byline", "source", "former_office", "cover_alt"):
        assert shown[name].strip() == kept.get(name, "").replace("\u200b", "").strip(), name
    wrong = next(e for e in form.iter() if e.get("id") == field)
    assert wrong.get("aria-invalid") == "true"
    note = next(e for e in form.iter() if e.get("id") == f"{field}-error")
    assert words in text_of(note)
    assert note.get("id") in str(wrong.get("aria-describedby")).split()
    summary = next(e for e in root.iter("div") if "summary" in str(e.get("class")))
    assert f"#{field}" in {link.get("href") for link in summary.iter("a")}
    assert db.session.query(Article).count() == 0


def test_all_mistakes_are_told_at_once(editor: CheckingClient) -> None:
    answer = write(editor, title="", publish_at="??", lead="x" * 3000, expect=422)
    for field in ("title", "publish_at", "lead"):
        assert f'id="{field}-error"' in answer.text
    answer = write(editor, title="", section_id="", step="publish", expect=422)
    for field in ("title", "section_id"):
        assert f'id="{field}-error"' in answer.text


def test_a_text_whose_article_was_deleted_can_become_a_new_one(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    form = opened(editor, address(article))
    publishing.delete(article.id, by=COMMAND_LINE)
    answer = editor.post(address(article), data={**form, "lead": "Còn đây"}, expect=404)
    assert "có thể lưu thành bài mới" in answer.text
    form = article_fields(answer.text)
    assert form["lead"] == "Còn đây"
    editor.post(NEW, data={**form, "step": "keep"}, expect=303)
    assert db.session.query(Article).count() == 2


def test_a_cover_without_scripts(editor: CheckingClient) -> None:
    form = opened(editor)
    sent: dict[str, Any] = {
        **form,
        "title": TITLE,
        "cover_file": (io.BytesIO(png()), "ảnh lớp.png"),
        "cover_alt": "Lớp học buổi tối",
        "step": "keep",
    }
    editor.post(NEW, data=sent, content_type="multipart/form-data", expect=303)
    article = only_article()
    media = db.session.get(Media, article.cover_id)
    assert media is not None
    assert (media.alt, media.width, media.file_name) == ("Lớp học buổi tối", 8, "ảnh lớp.png")
    assert f"/media/{media.path}" in editor.get(address(article)).text


def test_a_broken_cover_comes_back_with_everything_typed(editor: CheckingClient) -> None:
    sent = {**opened(editor), "title": TITLE, "cover_file": (io.BytesIO(b"MZ..."), "a.png")}
    answer = editor.post(NEW, data=sent, content_type="multipart/form-data", expect=422)
    assert "không phải là ảnh" in answer.text
    assert TITLE in answer.text


def test_another_cover_does_not_inherit_the_description(editor: CheckingClient) -> None:
    for colour, alt in (("red", "Ảnh đỏ"), ("blue", "Ảnh xanh")):
        sent = {
            **opened(editor),
            "title": alt,
            "cover_file": (io.BytesIO(png(colour=colour)), "a.png"),
            "cover_alt": alt,
        }
        editor.post(NEW, data=sent, content_type="multipart/form-data", expect=303)
    red, blue = db.session.query(Media).order_by(Media.id).all()
    article = db.session.query(Article).filter_by(cover_id=red.id).one()
    # Without scripts the description field still says what the old cover shows.
    write(editor, address(article), cover_id=blue.id, step="keep")
    db.session.expire_all()
    assert (article.cover_id, blue.alt) == (blue.id, "Ảnh xanh")


def test_previews_show_and_count_nothing(editor: CheckingClient, client: CheckingClient) -> None:
    write(editor, title=TITLE, body="<p>Chữ của bản nháp.</p>", step="keep")
    article = only_article()
    preview = editor.get(f"{address(article)}/xem-truoc")
    assert "Bản xem trước" in preview.text
    assert "Chữ của bản nháp." in preview.text
    assert preview.headers["Cache-Control"] == "no-store"
    assert client.get(f"{address(article)}/xem-truoc").status_code == 302
    typed = {**opened(editor, address(article)), "body": "<p>Chưa lưu</p><script>x()</script>"}
    unsaved = editor.post("/bien-tap/xem-truoc", data=typed, expect=200)
    assert "<p>Chưa lưu</p>" in unsaved.text
    assert "x()" not in unsaved.text
    assert only_article().body == "<p>Chữ của bản nháp.</p>"
    empty = editor.post("/bien-tap/xem-truoc", data={**typed, "title": ""}, expect=422)
    assert "Bài viết cần có tiêu đề." in empty.text


def test_the_list_says_what_is_where(
    editor: CheckingClient, make_article: Callable[..., Article], section: Section
) -> None:
    empty = editor.get("/bien-tap/").text
    assert "Chưa có bài nào. Hãy viết bài đầu tiên" in empty
    make_article("Đường mới", at=datetime.now(UTC) - timedelta(days=1))
    make_article("Cầu mới", at=datetime.now(UTC) + timedelta(days=1))
    make_article("Nháp mới", step=Step.KEEP)
    page = editor.get("/bien-tap/")
    assert page.headers["Cache-Control"] == "no-store"
    titles = re.findall(r"(Đường|Cầu|Nháp) mới\s*</a>", page.text)
    assert titles == ["Nháp", "Cầu", "Đường"]
    for state, words in (("scheduled", "Cầu"), ("published", "Đường"), ("draft", "Nháp")):
        shown = editor.get(f"/bien-tap/?trang-thai={state}").text
        assert re.findall(r"(Đường|Cầu|Nháp) mới\s*</a>", shown) == [words]
    # Titles are found without their marks.
    assert re.findall(r"(Đường|Cầu|Nháp) mới\s*</a>", editor.get("/bien-tap/?q=duong").text) == [
        "Đường"
    ]
    nothing = editor.get("/bien-tap/", query_string={"q": "%\x00_'\"<"}).text
    assert "Không có bài nào như vậy." in nothing


def test_the_list_goes_on_after_thirty(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    for number in range(31):
        make_article(f"Bài số {number}", body="")
    first = editor.get("/bien-tap/").text
    second = editor.get("/bien-tap/?trang=2").text
    assert first.count("standing-published") == 30
    assert "Bài số 0" in second
    assert "Bài số 0<" not in first.replace(" ", "")
    for wrong in ("0", "3", "-1", "99999999999999999999"):
        editor.get(f"/bien-tap/?trang={wrong}", expect=404)
    editor.get("/bien-tap/?trang=x")


def test_no_get_writes(editor: CheckingClient, make_article: Callable[..., Article]) -> None:
    article = make_article()
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement.lstrip().split()[0].upper())

    event.listen(db.engine, "before_cursor_execute", note)
    for path in ("/bien-tap/", NEW, address(article), f"{address(article)}/xem-truoc"):
        editor.get(path)
    for path in ("/bien-tap/chuyen-muc", "/bien-tap/tai-khoan"):
        editor.get(path)
    event.remove(db.engine, "before_cursor_execute", note)
    assert set(sent) <= {"SELECT", "PRAGMA"}, sent
    assert "SELECT" in sent
