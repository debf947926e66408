"""The archive: days of the site's zone, counts that agree, no way into empty months."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.archive.calendar import Month, bounds, table
from newsapp.models import Article
from tests.conftest import ZONE
from tests.pages import CheckingClient, text_of

MakeArticle = Callable[..., Article]


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def hrefs(root: Element, pattern: str = "/luu-tru") -> set[str]:
    found = {str(a.get("href")) for a in root.iter("a")}
    return {href for href in found if href.startswith(pattern)}


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_month_is_whole_weeks_from_monday_to_sunday(day: date) -> None:
    made = table(Month.of(day), {day: 3}, day)
    cells = [cell for week in made.weeks for cell in week]
    assert all(len(week) == 7 for week in made.weeks)
    days = [cell.day for cell in cells if cell]
    first, last = Month.of(day).first, Month.of(day).last
    assert days == [first + timedelta(n) for n in range((last - first).days + 1)]
    assert all(cell.day.weekday() == place % 7 for place, cell in enumerate(cells) if cell)
    assert made.count == 3
    assert [cell.day for cell in cells if cell and cell.is_today] == [day]


def test_a_day_begins_at_midnight_of_the_site() -> None:
    first, last = bounds(date(2017, 4, 15), date(2017, 4, 15), ZONE)
    assert first == datetime(2017, 4, 14, 17, tzinfo=UTC)
    assert last - first == timedelta(days=1)


@pytest.fixture
def archive(make_article: MakeArticle) -> None:
    make_article("Trước nửa đêm", at=local(2017, 4, 15, 23, 59))
    make_article("Sau nửa đêm", at=local(2017, 4, 16, 0, 0))
    make_article("Cùng ngày", at=local(2017, 4, 16, 8))
    make_article("Năm sau", at=local(2018, 2, 28, 9))


@pytest.mark.usefixtures("archive")
def test_articles_stand_on_the_local_day(client: CheckingClient) -> None:
    first, second = (client.get(f"/luu-tru/2017/04/{day}").text for day in (15, 16))
    assert "Trước nửa đêm" in first
    assert "Sau nửa đêm" not in first
    assert "Sau nửa đêm" in second
    assert "Cùng ngày" in second


def test_the_calendar_counts_what_was_published_since(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    for number in (1, 2):
        make_article(f"Tin {number}", at=local(2017, 5, 20, number))
        for address in ("/luu-tru/2017/05", "/luu-tru/2017/05/20", "/luu-tru/2017/05/21"):
            links = client.page(address).iter("a")
            days = [a for a in links if a.get("href") == "/luu-tru/2017/05/20"]
            assert any(f"{number} tin" in text_of(day) for day in days), address


@pytest.mark.usefixtures("archive")
def test_the_calendar_is_a_real_table(client: CheckingClient) -> None:
    root = client.page("/luu-tru/2017/04")
    main = root.find("body//main")
    assert main is not None
    tables = [t for t in main.iter("table") if t.find("caption") is not None]
    assert len(tables) == 1
    heads = [th for th in tables[0].iter("th") if th.get("scope") == "col"]
    assert [text_of(th)[:2] for th in heads] == ["T2", "T3", "T4", "T5", "T6", "T7", "CN"]
    days = {href for href in hrefs(tables[0]) if href.count("/") == 4}
    assert days == {"/luu-tru/2017/04/15", "/luu-tru/2017/04/16"}


@pytest.mark.usefixtures("archive")
def test_previous_and_next_skip_what_is_empty(client: CheckingClient) -> None:
    april, february = client.page("/luu-tru/2017/04"), client.page("/luu-tru/2018/02")
    assert "/luu-tru/2018/02" in hrefs(april)
    assert "/luu-tru/2017/05" not in hrefs(april)
    assert "/luu-tru/2017/04" in hrefs(february)
    empty = client.page("/luu-tru/2017/09")
    assert {"/luu-tru/2017/04", "/luu-tru/2018/02"} <= hrefs(empty)
    assert not {"/luu-tru/2017/08", "/luu-tru/2017/10"} & hrefs(empty)


@pytest.mark.usefixtures("archive")
def test_a_day_without_news_offers_the_nearest(client: CheckingClient) -> None:
    root = client.page("/luu-tru/2017/09/02")
    main = root.find("body//main")
    assert main is not None
    assert {"/luu-tru/2017/04/16", "/luu-tru/2018/02/28"} <= hrefs(main)


@pytest.mark.usefixtures("archive")
def test_counts_agree_from_year_to_day(client: CheckingClient) -> None:
    years = client.get("/luu-tru").text
    assert re.search(r"2017.{0,200}?\b3\b", years, re.DOTALL)
    assert "3 tin" in client.get("/luu-tru/2017").text


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize(
    ("asked", "status", "where"),
    [
        ("2017-04-15", 302, "/luu-tru/2017/04/15"),
        ("15/4/2017", 302, "/luu-tru/2017/04/15"),
        ("2017-02-31", 400, None),
        ("hôm qua", 400, None),
        ("%00", 200, None),
        ("2016-01-01", 404, None),
        ("9999-12-31", 400, None),
        ("2200-12-31", 404, None),
        ("2090-01-01", 404, None),
    ],
)
def test_view_by_day(client: CheckingClient, asked: str, status: int, where: str | None) -> None:
    answer = client.open(f"/luu-tru?ngay={asked}", expect=status)
    assert answer.location == where
    assert where or (status == 200) != ('role="alert"' in answer.text)


@pytest.mark.usefixtures("archive")
@pytest.mark.parametrize("years", ["0000", "0001", "9998", "9999"])
def test_the_ends_of_the_calendar_are_not_found(client: CheckingClient, years: str) -> None:
    """A day there has no beginning, or no end, in UTC."""
    for rest in ("", "/01", "/12", "/01/01", "/12/31"):
        client.open(f"/luu-tru/{years}{rest}", expect=404)


@pytest.mark.usefixtures("archive")
def test_no_page_links_into_endless_empty_months(client: CheckingClient) -> None:
    """Following every archive link ends, and each month linked to is within the range."""
    seen: set[str] = set()
    waiting = {"/luu-tru"}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        assert len(seen) < 60, "the archive has no end"
        waiting |= {h for h in hrefs(client.page(page)) if "?" not in h and "#" not in h} - seen
    months = {page for page in seen if page.count("/") == 3}
    today = datetime.now(ZONE)
    assert months <= {"/luu-tru/2017/04", "/luu-tru/2018/02", f"/luu-tru/{today:%Y/%m}"}


@pytest.mark.usefixtures("archive")
def test_the_month_of_the_page_is_the_one_chosen(client: CheckingClient) -> None:
    def months(path: str) -> tuple[list[str | None], list[str | None]]:
        options = [o for o in client.page(path).iter("option") if len(o.get("value") or "") == 7]
        return (
            [o.get("value") for o in options],
            [o.get("value") for o in options if o.get("selected") is not None],
        )

    offered, chosen = months("/luu-tru/2018/02")
    assert offered[-1] == "2017-04"
    assert "2018-02" in offered
    assert chosen == ["2018-02"]
    assert months("/luu-tru/2017/04") == (offered, ["2017-04"])
    assert months("/luu-tru") == (offered, [])
