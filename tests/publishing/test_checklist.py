"""The checklist: each kind of finding has a text that it must see and a near one that it must not."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsapp.publishing.articles import Content
from newsapp.publishing.checklist import MESSAGES, Finding, Place, Severity, check
from newsapp.text import blocks, richtext
from newsapp.transfer import demo_content

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
GOOD = Content(
    title="Phường Bến Lụa mở thêm quầy tiếp dân",
    lead="Quầy mới phục vụ cả sáng thứ Bảy.",
    body="<p>Từ hôm nay, bà con đến quầy số ba.</p>",
    byline="Lúa Vàng",
    section_id=1,
)


def look(body: str = GOOD.body, **changes: Any) -> list[Finding]:
    """What is found in a good article once `changes` (of Content or of the call) are made."""
    call: dict[str, Any] = {"publish_at": NOW, "now": NOW, "known_domains": ["gov.vn"]}
    call |= {name: changes.pop(name) for name in (*call, *CALL) if name in changes}
    values = {name: getattr(GOOD, name) for name in Content.__dataclass_fields__}
    return list(check(Content(**{**values, "body": body, **changes}), **call))


CALL = ("image_alts", "cover_alt", "is_new")


def codes(*args: Any, **changes: Any) -> list[str]:
    return [finding.code for finding in look(*args, **changes)]


def words(*args: Any, **changes: Any) -> list[tuple[str, str]]:
    return [(found.code, found.values.get("words", "")) for found in look(*args, **changes)]


def test_a_good_article_has_nothing_to_look_at() -> None:
    assert look() == []


def test_an_empty_article() -> None:
    found = check(Content(), publish_at=None, now=NOW)
    assert {(one.code, one.field, one.severity.value) for one in found} == {
        ("title_missing", "title", "must"),
        ("lead_missing", "lead", "should"),
        ("section_missing", "section_id", "must"),
        ("byline_missing", "byline", "may"),
        ("body_missing", "body", "must"),
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Một tin " + "rất dài " * 20, ["title_long"]),
        ("PHƯỜNG BẾN LỤA MỞ QUẦY", ["title_capitals"]),
        ("UBND", []),
        ("Phường mở quầy.", ["title_full_stop"]),
        ("Phường mở quầy…", []),
        ("Phường mở quầy...", []),
        ("Kế hoạch của của phường", ["word_doubled"]),
        ("Phường  mở   quầy ", []),
    ],
)
def test_titles(title: str, expected: list[str]) -> None:
    found = look(title=title)
    assert [one.code for one in found] == expected
    assert all(one.field == "title" and one.place is None for one in found)


def test_source_stands_for_a_byline() -> None:
    assert codes(byline="", source="Công an phường") == []
    assert codes(byline=" ", source="") == ["byline_missing"]


def test_cover() -> None:
    assert codes(cover_id=3) == ["cover_alt_missing"]
    assert codes(cover_id=3, cover_alt="Quầy một cửa") == []


@pytest.mark.parametrize(
    ("days", "is_new", "expected"),
    [
        (-29, True, []),
        (-31, True, ["publish_at_past"]),
        (-31, False, []),
        (364, True, []),
        (366, False, ["publish_at_far"]),
    ],
)
def test_time_of_publication(days: int, is_new: bool, expected: list[str]) -> None:
    assert codes(publish_at=NOW + timedelta(days=days), is_new=is_new) == expected


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        look(publish_at=datetime(2026, 3, 10))  # noqa: DTZ001 - refused for want of a zone


# -- places -----------------------------------------------------------------------------------


def test_places_count_blocks_as_a_browser_does() -> None:
    body = richtext.clean(
        "<h2>Một</h2><ul><li>Hai<ul><li>ba của của</li></ul></li></ul><table><tr><th>a</th></tr>"
        "<tr><td>và và</td></tr></table><blockquote><p>nếu nếu</p></blockquote>"
    )
    names = [block.name for block in blocks.read(body).blocks]
    assert names == ["h2", "li", "li", "table", "th", "td", "blockquote", "p"]
    assert [one.place for one in look(body)] == [
        Place(2, "của của"),
        Place(5, "và và"),
        Place(7, "nếu nếu"),
    ]


def test_words_across_inline_elements_and_line_ends() -> None:
    assert codes("<p>Kế hoạch <b>của</b> <i>của</i> phường</p>") == ["word_doubled"]
    assert codes("<p>Kế hoạch của<br>của phường</p>") == []
    assert codes("<p>Kế hoạch của</p><p>của phường</p>") == []
    assert codes("<p>Kế hoạch\n    của phường</p>") == []
    assert codes("<p>Trồng cam,<br>quýt</p>") == []
    assert codes("<ul><li>Trồng cam,<ul><li>ổi</li></ul>quýt</li></ul>") == []


@pytest.mark.parametrize(
    "body", ["của của", "<div>của của</div>", "</p></td><p>của của", "<td>của của"]
)
def test_any_html_is_read(body: str) -> None:
    assert [one.place for one in look(body)] == [Place(0, "của của")]


# -- images, headings, links, tables ----------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ('<img src="/media/a.jpg" alt="Quầy một cửa">', []),
        ('<img src="/media/a.jpg">', ["image_alt_missing"]),
        ('<img src="/media/a.jpg" alt=" ">', ["image_alt_missing"]),
        ('<img src="/media/known.jpg" alt="">', ["image_alt_known"]),
        ('<img src="/media/a.jpg" alt="" role="presentation">', []),
    ],
)
def test_images(image: str, expected: list[str]) -> None:
    found = look(f"<p>Tin.</p><figure>{image}</figure>", image_alts={"/media/known.jpg": "Bến đò"})
    assert [one.code for one in found] == expected
    assert all(one.place == Place(1) for one in found)


def test_a_body_of_one_described_image_is_not_empty() -> None:
    assert codes('<figure><img src="/media/a.jpg" alt="Bến đò"></figure>') == []
    assert codes("<p> </p><p>&nbsp;</p>") == ["body_missing"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h2>A</h2><p>x</p><h3>B</h3><p>x</p><h2>C</h2><p>x</p>", []),
        ("<h2>A</h2><p>x</p><h4>B</h4><p>x</p>", [("heading_jump", "B")]),
        ("<h3>A</h3><p>x</p>", [("heading_jump", "A")]),
        ("<h2> </h2><p>x</p>", [("heading_empty", "")]),
        ("<p><strong>Ai được miễn</strong></p><p>x</p>", [("heading_bold", "Ai được miễn")]),
        ("<p>y<p><b>Ai được miễn</b><p>x", [("heading_bold", "Ai được miễn")]),
        ("<p><strong>Ai được</strong> miễn</p><p>x</p>", []),
        ("<p><strong>Nộp ngay hôm nay.</strong></p><p>x</p>", []),
        ("<p>x</p><p><strong>Chủ tịch</strong></p><p><strong>Trần Bông Lau</strong></p>", []),
        ("<ul><li><p><strong>Một</strong></p></li><li>hai</li></ul>", []),
    ],
)
def test_headings(body: str, expected: list[tuple[str, str]]) -> None:
    assert words(body) == expected


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://dichvucong.gov.vn/p", None),
        ("https://GOV.VN./p", None),
        ("/tin/1-abc", None),
        ("#muc", None),
        ("mailto:a@b.vn", None),
        ("tel:0200355", None),
        ("https://nhacai.example/", "nhacai.example"),
        ("https://gov.vn.nhacai.example/", "gov.vn.nhacai.example"),
        ("https://xgov.vn/", "xgov.vn"),
        ("https://gov.vn@nhacai.example/", "nhacai.example"),
        ("//nhacai.example/", "nhacai.example"),
        ("https://[nhacai/", "[nhacai/"),
    ],
)
def test_links_outside(href: str, host: str | None) -> None:
    found = look(f'<p>Nộp hồ sơ ở <a href="{href}">cổng dịch vụ</a>.</p>')
    assert [one.values for one in found] == (
        [{"words": "cổng dịch vụ", "host": host}] if host else []
    )


def test_vague_links() -> None:
    assert words('<p>Xem <a href="/a"><em>tại</em> Đây.</a></p>') == [("link_vague", "tại Đây.")]
    assert words('<p><a href="/a">Xem bảng giá tại đây</a></p>') == []


def test_tables() -> None:
    rows = "<tr><td>1</td><td>2</td></tr>" * 2
    assert [one.place for one in look(f"<p>x</p><table>{rows}</table>")] == [Place(1)]
    assert codes(f"<table><tr><th>a</th><th>b</th></tr>{rows}</table>") == []
    assert codes(f"<table>{rows[: len(rows) // 2]}</table>") == []
    assert codes("<table><tr><td>1</td></tr><tr><td>2</td></tr></table>") == []


def test_long_paragraphs() -> None:
    assert codes(f"<p>{'Một câu. ' * 120}</p>") == []
    assert codes(f"<p>{'Một câu. ' * 140}</p>") == ["paragraph_long"]


# -- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kế hoạch của của phường", [("word_doubled", "của của")]),
        ("Và và nếu nếu", [("word_doubled", "Và và"), ("word_doubled", "nếu nếu")]),
        ("Xa xa, luôn luôn, ngày ngày, người người, nhà nhà, đời đời, chuồn chuồn, từ từ", []),
        ("Hiện tại tại phường, thiết bị bị hỏng, lý do do trời mưa, nhà ở ở quê", []),
        ("Kế hoạch của Của", []),
        ("Mua được, được mùa", []),
        ("Tên\xa0\xa0\xa0Lúa Vàng", [("space_run", "Tên Lúa Vàng")]),
        ("Năm\xa0nay được mùa", []),
        ("Thông báo : nghỉ", [("space_before", "Thông báo : nghỉ")]),
        ("Thông báo\xa0; nghỉ ,mai làm", [("space_before", "Thông báo ; nghỉ ,mai làm")] * 2),
        ("Bản đồ tỷ lệ 1 : 500, còn 17:30", []),
        ("Cam,quýt 1/2", [("comma_no_space", "Cam,quýt 1/2")]),
        ("Rộng 3,5 m; trang https://a.gov.vn/b,c", []),
        ("Hồ sơ (bản chính", [("sign_lonely", "Hồ sơ (bản chính")]),
        ("Hồ sơ bản chính) nộp", [("sign_lonely", "Hồ sơ bản chính) nộp")]),
        ("a) nộp đơn; b) chờ; 12) nhận", []),
        ("Gọi là “nhà mở", [("sign_lonely", "Gọi là “nhà mở")]),
        ('Gọi là "nhà mở', [("sign_lonely", 'Gọi là "nhà mở')]),
        ('Màn hình 24" và "nhà mở" (mới)', []),
        ("Ngày 31/02/2026 họp", [("date_impossible", "31/02/2026")]),
        ("Ngày 29/02/2024 và 29/2 năm sau", []),
        ("ngày 30/2 họp", [("date_impossible", "30/2")]),
        ("ngày 31 tháng 4 năm 2026", [("date_impossible", "31 tháng 4 năm 2026")]),
        ("Từ 28-30/6/2026, theo 20/2008/NĐ-CP, IP 10.20.30.2000.1", []),
        ("Thứ Hai, 16/6/2026", [("date_weekday", "Thứ Hai, 16/6/2026")]),
        ("Thứ Ba, ngày 16/6/2026; 16/6/2026 (thứ ba)", []),
        ("chủ nhật 16 tháng 6 năm 2026", [("date_weekday", "chủ nhật 16 tháng 6 năm 2026")]),
        ("họp lần thứ hai, ngày 16/6/2026", []),
    ],
)
def test_running_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert words(f"<p>{text}</p>") == expected
    assert all(one.place == Place(0, one.values["words"]) for one in look(f"<p>{text}</p>"))


def test_the_right_weekday_is_told() -> None:
    (found,) = look("<p>Thứ Hai, 16/6/2026</p>")
    assert found.values["weekday"] == "Thứ Ba"


def test_a_quotation_may_run_over_paragraphs_and_a_bracket_may_not() -> None:
    assert codes("<p>“Một.</p><p>Hai.”</p>") == []
    assert codes("<p>(Một.</p><p>Hai.)</p>") == ["sign_lonely", "sign_lonely"]


def test_slips_are_found_across_lead_and_body() -> None:
    body = "<p>Tổ đi tuyên truyền.</p>" * 4
    (found,) = look(body, lead="Tổ tuyên tuyền đi các hẻm.")
    assert (found.code, found.field, found.place) == ("slip", "lead", None)
    assert found.values == {"words": "tuyên tuyền", "likely": "tuyên truyền", "count": "4"}


def test_many_of_a_kind_are_counted_not_listed() -> None:
    found = look("<p>Kế hoạch của của phường</p>" * 30 + "<h4>x</h4>")
    assert [one.code for one in found] == ["word_doubled"] * 20 + ["heading_jump", "more"]
    assert found[-1].values == {"kind": "word_doubled", "count": "10"}


# -- everything -------------------------------------------------------------------------------


def demo_articles() -> Iterator[Content]:
    for article in demo_content.load(NOW).articles:
        yield Content(
            title=article.title,
            lead=article.lead,
            body=richtext.clean(article.body.replace('src="demo:', 'src="/media/')),
            byline=article.byline,
            section_id=1,
        )


def test_clean_articles_have_nothing_to_look_at() -> None:
    found = [
        (content.title, finding)
        for content in demo_articles()
        for finding in check(content, publish_at=NOW, now=NOW, known_domains=["gov.vn"])
    ]
    assert found == []


def test_every_message_is_filled_by_its_values() -> None:
    bodies = (
        '<h4>x</h4><h2></h2><p><b>Ai</b></p><p>x <a href="http://a.b">tại đây</a></p><img src="/a">'
        '<img src="/b"><table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>'
        f"<p>{'Một câu. ' * 140}</p><p>của của x , y a,b ( 31/02/2026 Thứ Hai, 16/6/2026</p>"
        "<p>a\xa0\xa0b</p><p>Tổ tuyên truyền. tuyên truyền. tuyên truyền. tuyên truyền, tuyên tuyền</p>"
        + "<p>và và</p>"
        * 30,
        "",
    )
    found = [
        one
        for body in bodies
        for title in ("", "A B C " * 30, "Một.")
        for days in (-99, 999)
        for one in check(
            Content(title=title, body=body, cover_id=1),
            publish_at=NOW + timedelta(days=days),
            now=NOW,
            image_alts={"/b": "Bến đò"},
        )
    ]
    assert {one.code for one in found} == set(MESSAGES)
    for one in found:
        assert "%(" not in MESSAGES[one.code] % one.values
        assert isinstance(one.severity, Severity)


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("<p>Tổ đi tuyên truyền ở khu phố, bà con hưởng ứng.</p>", 3.0),
        ("<p>" + "của của a ,b,c " * 500 + "</p>", 5.0),
        ("(“«", 5.0),
        (" \xa0", 3.0),
        ("1/", 3.0),
    ],
)
def test_a_million_characters(body: str, seconds: float) -> None:
    long = (body * (1_000_000 // len(body) + 1))[:1_000_000]
    started = time.thread_time()
    look(long)
    assert time.thread_time() - started < seconds


def test_an_article_of_a_thousand_words_is_quick() -> None:
    body = "".join(content.body for content in demo_articles())
    body = body[: body.index("</p>", 6_500) + 4]
    assert len(richtext.plain_text(body).split()) > 1_000
    look(body)
    times = []
    for _ in range(5):
        started = time.thread_time()
        look(body)
        times.append(time.thread_time() - started)
    assert min(times) < 0.03
