"""The statistics page: what it shows is what the counters' books hold; and who may see numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask

from newsapp.models import Section
from newsapp.newsroom.charts import HEIGHT, chart, scale
from newsapp.newsroom.statistics import statistics
from newsapp.publishing import articles as publishing
from newsapp.publishing import site
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.visits.journal import Record
from newsapp.visits.ledger import Ledger
from newsapp.visits.rules import Reason
from tests.newsroom.counted import PRINT, REPORT, STATISTICS, VIEW, VISIT, Maker, count, maker
from tests.pages import CheckingClient, text_of


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    found: Ledger = app.extensions["newsapp.ledger"]
    return found


@pytest.fixture
def publish(section: Section) -> Maker:
    return maker(section)


def test_who_may_see_what(
    client: CheckingClient,
    contributor: CheckingClient,
    editor: CheckingClient,
    administrator: CheckingClient,
) -> None:
    for file in ("", "&dang=csv", "&dang=xlsx"):
        address = f"{REPORT}?ky=2024-03{file}"
        assert client.get(address, expect=302).location.startswith("/dang-nhap")
        contributor.get(address, expect=403)
        editor.get(address, expect=200)
        administrator.get(address, expect=200)
    assert client.get(STATISTICS, expect=302).location.startswith("/dang-nhap")
    for browser in (contributor, editor, administrator):
        browser.get(STATISTICS, expect=200)
    assert REPORT not in contributor.get(STATISTICS).text
    assert f'href="{REPORT}"' in editor.get(STATISTICS).text


def table_after(browser: CheckingClient, address: str, heading: str) -> list[list[str]]:
    """The rows of the first table under a heading."""
    for part in browser.page(address).iter("section"):
        if text_of(next(part.iter("h2"))) == heading:
            return rows_of(part)
    raise AssertionError(heading)


def rows_of(part: ET.Element) -> list[list[str]]:
    return [[text_of(cell) for cell in line] for line in next(part.iter("table")).iter("tr")]


def test_statistics_show_each_day_of_the_range(
    editor: CheckingClient, publish: Maker, ledger: Ledger
) -> None:
    today = ledger.today()
    item = publish(None)
    count(ledger, today, VISIT, 1234)
    count(ledger, today - timedelta(days=29), VISIT, 7)
    count(ledger, today - timedelta(days=29), VIEW, 3, item.id)
    count(ledger, today - timedelta(days=30), VIEW, 100, item.id)
    details = next(editor.page(STATISTICS).iter("details"))
    rows = rows_of(details)
    assert len(rows) == 1 + 30 + 1
    assert [row[1:] for row in rows[1:] if row[1:] != ["0", "0"]] == [
        ["7", "3"],
        ["1.234", "0"],
        ["1.241", "3"],
    ]
    for days in (7, 90, 365):
        root = editor.page(f"{STATISTICS}?ngay={days}")
        assert len(rows_of(next(root.iter("details")))) == days + 2
    asked = f"{STATISTICS}?tu={today - timedelta(days=30)}&den={today - timedelta(days=29)}"
    days_shown = rows_of(next(editor.page(asked).iter("details")))
    assert [row[2] for row in days_shown[1:]] == ["100", "3", "103"]


def test_totals_are_kept_apart(editor: CheckingClient, make_article: Maker, ledger: Ledger) -> None:
    item = make_article(view_baseline=786)
    ledger.set_baseline(5_164_000)
    ledger.correct("site", None, -23, "Đếm hai lần", "Lan")
    ledger.correct("article", item.id, 5, "Sót một ngày", "Lan")
    count(ledger, date(2020, 1, 1), VISIT, 400)
    count(ledger, date(2020, 1, 1), VIEW, 2, item.id)
    assert [row[1:] for row in table_after(editor, STATISTICS, "Từ trước đến nay")[1:]] == [
        ["5.164.000", "786"],
        ["400", "2"],
        ["−23", "5"],
        ["5.164.377", "793"],
    ]


def test_what_was_read_printed_and_left_out(
    contributor: CheckingClient, publish: Maker, ledger: Ledger
) -> None:
    today = ledger.today()
    other = site.add_section("Kinh tế", by=COMMAND_LINE)
    first = publish(None, title="Mở lớp bơi")
    second = publish(None, title="Giá lúa", section_id=other.id)
    hidden = publish(None, title="Đã rút xuống")
    publishing.delete(hidden.id, by=COMMAND_LINE)
    for item, times in ((first, 5), (second, 8), (hidden, 30)):
        count(ledger, today, VIEW, times, item.id)
    count(ledger, today, PRINT, 2, first.id)
    count(ledger, today, PRINT, 1, hidden.id)
    ledger.append([Record(today.toordinal(), None, reason=reason) for reason in Reason])
    ledger.append([Record(today.toordinal(), None, reason=Reason.BOT)] * 1999)
    ledger.fold_now()
    page = contributor.get(STATISTICS).text
    assert "Đã rút xuống" not in page
    read = table_after(contributor, STATISTICS, "Xem nhiều nhất")
    assert read[1:] == [["Giá lúa Kinh tế", "8"], ["Mở lớp bơi Tin hoạt động", "5"]]
    assert table_after(contributor, STATISTICS, "Theo chuyên mục")[1:] == [
        ["Kinh tế", "8"],
        ["Tin hoạt động", "5"],
        ["Không còn công khai", "30"],
        ["Tổng cộng", "43"],
    ]
    printed = table_after(contributor, STATISTICS, "In nhiều nhất")
    assert printed[1:] == [["Mở lớp bơi Tin hoạt động", "2"]]
    excluded = table_after(contributor, STATISTICS, "Không tính, và vì sao")
    assert excluded[1] == ["Máy tìm kiếm và các chương trình tự động đã biết", "2.000"]
    assert excluded[-1] == ["Tổng cộng", "2.005"]
    reasons = {row[0] for row in excluded[1:-1]}
    assert len(reasons) == len(Reason)
    assert not reasons & set(Reason), "a reason without its words"


def test_statistics_agree_with_the_books(publish: Maker, ledger: Ledger) -> None:
    items = [publish(None, title=f"Tin {n}") for n in range(25)]
    chance = random.Random(7)
    start = date(2024, 2, 20)
    for item in items:
        for _ in range(3):
            day = start + timedelta(days=chance.randrange(20))
            count(ledger, day, VIEW, chance.randrange(1, 9), item.id)
    first, last = start + timedelta(days=5), start + timedelta(days=14)
    made = statistics(ledger, first, last, last, datetime.now(UTC))
    books = ledger.views_between(first, last)
    assert made.views == sum(day.views for day in made.days) == sum(books.values()) > 0
    assert [day.day for day in made.days] == [first + timedelta(days=n) for n in range(10)]
    best = sorted(books.items(), key=lambda pair: (-pair[1], -pair[0]))[:20]
    assert [(read.id, read.count) for read in made.top] == best
    assert made.sections == (("Tin hoạt động", made.views),)


BAD_RANGES = (
    ("tu=31/02/2026", "tu"),
    ("den=hôm+qua&tu=2026-01-01", "den"),
    ("tu=2024-03-05&den=2024-03-01", "tu"),
    ("tu=2020-01-01&den=2024-01-01", "tu"),
    ("den=2199-01-01", "den"),
    ("tu=<b>", "tu"),
)


def test_a_bad_range_stays_in_its_field(editor: CheckingClient) -> None:
    for asked, field in BAD_RANGES:
        bad_range_stays(editor, asked, field)


def bad_range_stays(editor: CheckingClient, asked: str, field: str) -> None:
    root = editor.page(f"{STATISTICS}?{asked}", expect=400)
    wrong = [e for e in root.iter("input") if e.get("aria-invalid") == "true"]
    assert [e.get("name") for e in wrong] == [field]
    typed = dict(pair.split("=") for pair in asked.split("&"))
    assert wrong[0].get("value") == typed[field].replace("+", " ")
    said = next(e for e in root.iter("p") if e.get("id") == wrong[0].get("aria-describedby"))
    assert text_of(said)
    assert not list(root.iter("svg"))


def test_ranges_have_their_limits(editor: CheckingClient) -> None:
    editor.get(f"{STATISTICS}?tu=2023-01-01&den=2024-01-01", expect=200)
    editor.get(f"{STATISTICS}?tu=2022-12-31&den=2024-01-01", expect=400)
    # An unknown shortcut is the usual range.
    root = editor.page(f"{STATISTICS}?ngay=31")
    assert len(rows_of(next(root.iter("details")))) == 32


def drawings(page: str) -> Iterator[ET.Element]:
    for source in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        yield ET.fromstring(source)


def test_drawings_are_well_formed_and_say_what_they_show(
    editor: CheckingClient, ledger: Ledger, publish: Maker
) -> None:
    today = ledger.today()
    item = publish(None)
    count(ledger, today, VISIT, 40)
    count(ledger, today - timedelta(days=1), VISIT, 20)
    count(ledger, today, VIEW, 1, item.id)
    made = list(drawings(editor.get(f"{STATISTICS}?ngay=7").text))
    assert len(made) == 2
    for drawing in made:
        assert drawing.get("role") == "img"
        ids = {e.get("id"): e for e in drawing.iter() if e.get("id")}
        names = (drawing.get("aria-labelledby") or "").split()
        assert [ids[name].tag.partition("}")[2] for name in names] == ["title", "desc"]
        assert all(text_of(ids[name]) for name in names)
    rects = [e for e in made[0].iter() if e.tag.endswith("rect")]
    low, high = (float(rect.get("height", "0")) for rect in rects)
    assert high == pytest.approx(2 * low)
    assert "60; nhiều nhất" in text_of(made[0])


def test_columns_stay_in_the_drawing_and_in_proportion() -> None:
    start = date(2024, 1, 1)
    for days, highest in ((1, 0), (7, 1), (30, 999), (366, 5_164_377)):
        values = [(start + timedelta(days=n), highest * (n + 1) // days) for n in range(days)]
        made = chart(values)
        assert [(column.day, column.value) for column in made.columns] == values
        top = made.ticks[-1].value
        assert [tick.value for tick in made.ticks] == [0, top // 2, top]
        assert top >= highest
        assert made.foot - made.ticks[-1].y > HEIGHT * 0.7
        assert made.total == sum(value for _, value in values)
        right = 0.0
        for column in made.columns:
            assert column.x >= right - 0.01
            right = column.x + column.width
            assert right <= 100.01
            assert 0 <= column.y <= column.y + column.height <= HEIGHT
            drawn = column.height / (made.foot - made.ticks[-1].y)
            assert drawn == pytest.approx(column.value / top, abs=0.001)
        assert (made.labels[0].day, made.labels[-1].day) == (start, values[-1][0])
        assert len(made.labels) <= 7
    with pytest.raises(ValueError):
        chart([])


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 2), (1, 2), (2, 2), (3, 4), (10, 20), (11, 20), (99, 100), (801, 1000)]
)
def test_scale(highest: int, top: int) -> None:
    assert scale(highest) == top


@pytest.mark.parametrize("backend", ["sqlite"])
def test_counters_that_do_not_answer_are_a_page(app: Flask, editor: CheckingClient) -> None:
    config = app.extensions["newsapp.config"]
    app.extensions["newsapp.ledger"].close()
    (config.data_dir / "counters.db").write_bytes(b"no database" * 1000)
    for address in (STATISTICS, REPORT, f"{REPORT}?dang=xlsx"):
        answer = editor.get(address, expect=503)
        assert "Bộ đếm không trả lời" in answer.text


def test_searches_in_vain_are_listed(client: CheckingClient, editor: CheckingClient) -> None:
    assert "bạn đọc tìm gì cũng thấy" in editor.get(STATISTICS).text
    for typed in ("giá đất", "giá đất", "lịch cúp điện"):
        client.get("/tim-kiem", query_string={"q": typed})
    rows = [
        text_of(row) for row in editor.page(STATISTICS).iter("tr") if row.find("th/a") is not None
    ]
    assert [row.rpartition(" ")[0] for row in rows] == ["giá đất 2", "lịch cúp điện 1"]
