"""The newsroom's page of old addresses: one by one, and many from a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.models import Article, Audit, Redirect
from newsapp.newsroom import old_address_forms, old_addresses
from newsapp.newsroom.old_address_forms import problem_words, refusal_words
from newsapp.publishing import redirects
from newsapp.publishing.articles import Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.transfer.redirects_csv import WORDS, CsvRefused
from tests.newsroom.conftest import multipart
from tests.newsroom.keeping import change, forms, note
from tests.newsroom.test_hostile_forms import VALUES
from tests.pages import CheckingClient, parse, text_of

LIST = "/bien-tap/dia-chi-cu"
FILE = f"{LIST}/tep"


def add(browser: CheckingClient, address: str, target: str, expect: int = 303) -> TestResponse:
    fields = forms(browser.get(LIST).text)[LIST] | {"address": address, "target": target}
    return browser.post(LIST, data=fields, expect=expect)


def send(browser: CheckingClient, data: bytes | None, expect: int) -> str:
    """Send a file; what the page then says about it."""
    fields = forms(browser.get(LIST).text)[FILE]
    answer = browser.post(FILE, **multipart(fields, data, "cu.csv"), expect=expect)
    said = (e for e in parse(answer.text).iter() if e.get("role") in {"alert", "status"})
    return text_of(next(said))


def listed(browser: CheckingClient, query: str = "") -> list[str]:
    """The old addresses in the list, from top to bottom."""
    return [
        e.text or ""
        for e in browser.page(LIST + query).iter("p")
        if e.get("class") == "old-address"
    ]


def rows(*addresses: str, hits: int = 0) -> None:
    for address in addresses:
        redirects.add_redirect(address, target="/lien-ket", by=COMMAND_LINE).hits = hits
    db.session.commit()


def test_added_followed_changed_and_deleted(
    editor: CheckingClient, client: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article()
    assert "Chưa có địa chỉ cũ nào" in editor.get(LIST).text
    add(editor, "http://cu.example.vn/Cu/Trang.aspx?id=12", f"http://localhost/tin/{article.id}-x")
    row = db.session.query(Redirect).one()
    assert (row.address, row.article_id) == ("/cu/trang.aspx?id=12", article.id)
    public = f"/tin/{article.id}-{article.slug}"
    assert client.get("/cu/trang.aspx?id=12", expect=301).location == public
    page = editor.get(LIST).text
    assert f'href="{public}"' in page
    assert "Lượt mở: 1" in page
    one = f"{LIST}/{row.id}"
    assert forms(editor.get(one).text)[one]["target"] == public
    change(editor, one, target="/lien-ket")
    assert client.get("/cu/trang.aspx?id=12", expect=301).location == "/lien-ket"
    token = editor.form(one)["csrf_token"]
    editor.post(f"{one}/xoa", data={"csrf_token": token}, expect=303)
    client.get("/cu/trang.aspx?id=12", expect=404)
    editor.get(one, expect=404)
    deeds = db.session.query(Audit.action).filter(Audit.subject == "redirect").order_by(Audit.id)
    assert [deed for (deed,) in deeds] == ["redirect.add", "redirect.change", "redirect.delete"]


@pytest.mark.parametrize(
    ("address", "target", "field", "words"),
    [
        (" ", "/lien-ket", "address", "Cần điền mục này."),
        ("cu/1", "/lien-ket", "address", "từ dấu / đầu tiên"),
        ("/tap", "/so-do-trang", "address", "đã có trong danh sách"),
        ("/cu/1", "https://khac.example.vn/a", "target", "trang khác"),
        ("/cu/1", "data:text/html,x", "target", "trang khác"),
        ("/cu/1", "999", "target", "Không có bài viết nào mang số này."),
        ("/cu/1", "/cu/1", "target", "dẫn về chính địa chỉ cũ"),
        ("/cu/\"'><b>", "http://[", "target", "không phải là địa chỉ"),
    ],
)
def test_a_refusal_stands_beside_its_field_and_keeps_the_text(
    editor: CheckingClient, address: str, target: str, field: str, words: str
) -> None:
    rows("/tap")
    answer = add(editor, address, target, expect=422)
    assert words in note(answer.text, field)
    typed = forms(answer.text)[LIST]
    assert (typed["address"], typed["target"]) == (address, target)
    assert [row.address for row in db.session.query(Redirect)] == ["/tap"]


def test_a_change_that_cannot_be(editor: CheckingClient) -> None:
    rows("/mot", "/hai")
    one = f"{LIST}/{db.session.query(Redirect.id).filter_by(address='/hai').scalar()}"
    answer = change(editor, one, 422, address="/mot")
    assert "đã có trong danh sách" in note(answer.text, "address")
    assert forms(answer.text)[one]["address"] == "/mot"
    assert listed(editor) == ["/hai", "/mot"]


def test_most_asked_for_first_and_found_by_any_part(
    editor: CheckingClient, make_article: Callable[..., Article]
) -> None:
    article = make_article(title="Đường phố Bạc Liêu")
    draft = make_article(title="Còn giấu", step=Step.KEEP)
    rows("/cu/a%_b?b=2&a=1", "/cu/tệp")
    rows("/nhieu", hits=1_234)
    redirects.add_redirect("/so/7", article_id=article.id, by=COMMAND_LINE)
    redirects.add_redirect("/so/8", article_id=draft.id, by=COMMAND_LINE)
    assert listed(editor) == ["/nhieu", "/so/8", "/so/7", "/cu/tệp", "/cu/a%_b?a=1&b=2"]
    page = editor.get(LIST).text
    assert "Lượt mở: 1.234" in page
    assert f'href="/bien-tap/bai-viet/{draft.id}"' in page
    for words, found in {
        "NHIEU": ["/nhieu"],
        "duong+pho": ["/so/7"],
        f"/tin/{article.id}": ["/so/7"],
        "https://cu.vn/cu/t%25E1%25BB%2587p": ["/cu/tệp"],
        "%25_": ["/cu/a%_b?a=1&b=2"],
        "http://cu.vn/cu/a%2525_b?b=2%26a=1": ["/cu/a%_b?a=1&b=2"],
        "http://[": [],
        "%00": ["/nhieu", "/so/8", "/so/7", "/cu/tệp", "/cu/a%_b?a=1&b=2"],
    }.items():
        assert listed(editor, f"?q={words}") == found, words
    assert "Không có địa chỉ cũ nào phù hợp." in editor.get(f"{LIST}?q=khong").text


def test_pages_have_an_end(editor: CheckingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_addresses, "PAGE_SIZE", 2)
    rows(*(f"/cu/{n}" for n in range(5)))
    assert listed(editor) == ["/cu/4", "/cu/3"]
    last = editor.get(f"{LIST}?trang=3&q=cu").text
    assert "Trang 3/3" in last
    assert 'rel="next"' not in last
    assert "trang=2&amp;q=cu" in last
    for page in ("0", "-1", "4", "9" * 30):
        editor.get(f"{LIST}?trang={page}", expect=404)


@pytest.mark.parametrize("field", ["address", "target"])
def test_a_strange_value_in_either_field(editor: CheckingClient, field: str) -> None:
    good = {"address": "/cu/1", "target": "/lien-ket"}
    token = editor.form(LIST)["csrf_token"]
    for value in VALUES.values():
        sent = {"csrf_token": token, **good, field: value}
        answer = editor.post(LIST, data=sent, content_type="multipart/form-data")
        assert answer.status_code in {303, 422}, value
    editor.get(LIST)
    for row in db.session.query(Redirect):
        assert not any(c in f"{row.address}{row.target}" for c in "\x00\x1b\u202e")


def test_a_file_is_reported_on(editor: CheckingClient) -> None:
    rows("/cu/3")
    good = "địa chỉ cũ;nơi tới\r\n/cu/1;/lien-ket\r\n/cu/2;/hinh-anh\r\n/cu/3;/hinh-anh\r\n"
    said = send(editor, good.encode("utf-16"), 200)
    assert "Thêm mới 2 Đã đổi 1 Giữ nguyên 0 Bị từ chối 0" in said
    assert "Dòng 4: Đã đổi /cu/3 → /hinh-anh" in said
    mixed = "/cu/1,/lien-ket\n/cu/4,https://khac.example.vn/\n<b>/cu/5,x\x1b\n/cu/6,/lien-ket\nlẻ\n"
    said = send(editor, mixed.encode(), 422)
    assert "Thêm mới 1 Đã đổi 0 Giữ nguyên 1 Bị từ chối 3" in said
    assert "Dòng 2: Đây là trang khác." in said
    assert "<b>/cu/5" in said
    assert "Dòng 5: Dòng không có đủ hai cột" in said
    assert len(listed(editor)) == 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "Hãy chọn một tệp."),
        (b"", "Không dòng nào"),
        (b"PK\x03\x04\x00\x00\xff", "CSV UTF-8"),
        (b"/a,/b\n" * 3, "hơn 1 dòng"),
        (b"x" * 5_000_001, "5 MB"),
    ],
)
def test_a_broken_file_is_told_and_enters_nothing(
    editor: CheckingClient, monkeypatch: pytest.MonkeyPatch, data: bytes | None, words: str
) -> None:
    monkeypatch.setattr(old_address_forms, "LINES_MAX", 1)
    assert words in send(editor, data, 422)
    assert db.session.query(Redirect).count() == 0


def test_a_long_report_is_cut_and_counted(
    editor: CheckingClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(old_address_forms, "TOLD_MAX", 2)
    said = send(editor, b"a,/b\n" * 5, 422)
    assert "Bị từ chối 5" in said
    assert said.endswith("Và 3 dòng khác bị từ chối hoặc đã đổi.")


def test_contributors_have_no_business_here(contributor: CheckingClient) -> None:
    rows("/cu/1")
    token = contributor.form("/bien-tap/bai-viet/moi")["csrf_token"]
    number = db.session.query(Redirect.id).scalar()
    contributor.get(LIST, expect=403)
    contributor.get(f"{LIST}/{number}", expect=403)
    for address in (LIST, FILE, f"{LIST}/{number}", f"{LIST}/{number}/xoa"):
        contributor.post(address, data={"csrf_token": token}, expect=403)
    file = multipart({"csrf_token": token}, b"/cu/2,/lien-ket\n", "cu.csv")
    contributor.post(FILE, **file, expect=403)
    assert LIST not in contributor.get("/bien-tap/").text
    assert db.session.query(Redirect).count() == 1


def test_every_reason_has_its_own_words(app: Any) -> None:
    with app.test_request_context(headers={"Accept-Language": "vi"}):
        too_long = problem_words("target", "too_long")
        for name, code in WORDS:
            assert (problem_words(name, code) == too_long) == (code == "too_long"), (name, code)
        for code in ("too_large", "too_many", "encoding", "empty"):
            assert refusal_words(CsvRefused(code, ""))
