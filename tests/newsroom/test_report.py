"""The period report: what the page, the paper and the files say is what the databases hold."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import text

from newsapp.extensions import db
from newsapp.models import Account, Article, Role, Section
from newsapp.newsroom.report import MONTH, QUARTER, YEAR, Compared, Line, Period, offered, report
from newsapp.publishing import articles as publishing
from newsapp.publishing import site
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.visits.ledger import Ledger
from tests.conftest import ZONE
from tests.newsroom.counted import PRINT, REPORT, VIEW, VISIT, Maker, as_actor, count, local, maker
from tests.pages import CheckingClient, fields_of, text_of

HOSTILE = ('=HYPERLINK("https://bad.example";"x")', "+84 mười chín", "-5 độ", "@lan")


@pytest.fixture
def ledger(app: Flask) -> Ledger:
    found: Ledger = app.extensions["newsapp.ledger"]
    return found


@pytest.fixture
def publish(section: Section) -> Maker:
    return maker(section)


@pytest.fixture
def generated(people: dict[Role, Account], publish: Maker, section: Section) -> list[Article]:
    """Items all over 2023 to 2025, at the edges of periods, and some that no reader can see."""
    chance = random.Random(20240301)
    other = site.add_section("Kinh tế", by=COMMAND_LINE)
    writers = [as_actor(people[Role.EDITOR]), as_actor(people[Role.ADMINISTRATOR]), COMMAND_LINE]
    # SQLite's own arithmetic rounds to thousandths; the last microsecond has a test of its own.
    instant = timedelta(seconds=1)
    starts = [local(2024, 1, 1), local(2024, 3, 1), local(2024, 4, 1), local(2025, 1, 1)]
    moments = [moment for start in starts for moment in (start - instant, start)]
    first = local(2023, 11, 1)
    moments += [first + timedelta(minutes=chance.randrange(15 * 30 * 24 * 60)) for _ in range(40)]
    made = []
    for moment in moments:
        step = chance.choice([Step.PUBLISH] * 5 + [Step.WITHDRAW, Step.KEEP])
        item = publish(
            moment,
            chance.choice(writers),
            step,
            section_id=chance.choice([section.id, other.id]),
            byline=chance.choice(["", "Hoa Sen", "Bút Tre"]),
            source=chance.choice(["", "Đài truyền thanh"]),
        )
        if chance.random() < 0.1:
            publishing.delete(item.id, by=COMMAND_LINE)
        made.append(item)
    return made


# The month of publication in the site's zone, in each database's own arithmetic.
LOCAL_MONTH = {
    "sqlite": "strftime('%Y-%m', a.published_at, '+7 hours')",
    "postgresql": "to_char(a.published_at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM')",
}
NAMES = {
    "by_section": "s.name",
    "by_writer": "coalesce(c.display_name, '')",
    "by_byline": "a.byline",
    "by_source": "a.source",
}


def counted_by_sql(backend: str, grouping: str, months: set[str]) -> Counter[str]:
    rows = db.session.execute(
        text(
            f"SELECT {LOCAL_MONTH[backend]}, {NAMES[grouping]}, count(*) FROM article a"
            " JOIN section s ON s.id = a.section_id LEFT JOIN account c ON c.id = a.created_by"
            " WHERE a.state = 'published' AND a.deleted_at IS NULL"
            " AND a.published_at <= CURRENT_TIMESTAMP GROUP BY 1, 2"
        )
    )
    found: Counter[str] = Counter()
    for month, name, number in rows:
        if month in months:
            found[name] += number
    return found


def months_of(period: Period) -> set[str]:
    return {f"{period.year}-{period.first_month + n:02}" for n in range(period.months)}


@pytest.mark.usefixtures("generated")
def test_a_report_counts_what_sql_counts(backend: str, ledger: Ledger) -> None:
    for key in ("2024-02", "2024-03", "2024-Q1", "2024-Q2", "2024", "2023"):
        sql_counts_the_same(backend, ledger, Period.parse(key))


def sql_counts_the_same(backend: str, ledger: Ledger, period: Period) -> None:
    made = report(period, ledger, datetime.now(UTC), ZONE)
    for grouping in NAMES:
        now = counted_by_sql(backend, grouping, months_of(period))
        before = counted_by_sql(backend, grouping, months_of(period.before))
        lines: tuple[Line, ...] = getattr(made, grouping)
        assert {line.name: line.items.now for line in lines if line.items.now} == now
        assert {line.name: line.items.before for line in lines if line.items.before} == before
        assert made.published == Compared(now.total(), before.total())
    assert made.published.now == len(made.items) > 0


def test_only_what_readers_see_now_and_only_within_the_edges(
    publish: Maker, ledger: Ledger, people: dict[Role, Account]
) -> None:
    instant = timedelta(microseconds=1)
    inside = [publish(local(2024, 3, 1)), publish(local(2024, 4, 1) - instant)]
    publish(local(2024, 3, 1) - instant)
    publish(local(2024, 4, 1))
    publish(local(2024, 3, 5), step=Step.KEEP)
    publish(local(2024, 3, 5), step=Step.SUBMIT)
    withdrawn, deleted = publish(local(2024, 3, 6)), publish(local(2024, 3, 7))
    publishing.save(
        withdrawn.id,
        Content(title="Đã rút", section_id=withdrawn.section_id),
        version=withdrawn.version,
        by=COMMAND_LINE,
        step=Step.WITHDRAW,
    )
    publishing.delete(deleted.id, by=COMMAND_LINE)
    made = report(Period.parse("2024-03"), ledger, datetime.now(UTC), ZONE)
    assert [item.id for item in made.items] == [item.id for item in inside]
    # A schedule is in no report until its time has come.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    publish(tomorrow)
    period = Period.holding(tomorrow.astimezone(ZONE).date(), YEAR)
    assert report(period, ledger, datetime.now(UTC), ZONE).published.now == 0
    assert report(period, ledger, tomorrow, ZONE).published.now == 1


def test_views_of_the_period_and_of_the_one_before(publish: Maker, ledger: Ledger) -> None:
    old, new = publish(local(2024, 2, 10)), publish(local(2024, 3, 10), source="Đài")
    for day, times, article in (
        (date(2024, 2, 29), 5, old),
        (date(2024, 3, 1), 7, old),
        (date(2024, 3, 1), 2, new),
        (date(2024, 3, 31), 9, new),
        (date(2024, 4, 1), 100, new),
        (date(2024, 1, 31), 100, old),
    ):
        count(ledger, day, VIEW, times, article.id)
    count(ledger, date(2024, 3, 31), VISIT, 4)
    count(ledger, date(2024, 2, 1), VISIT, 8)
    count(ledger, date(2024, 3, 1), PRINT, 3, old.id)
    made = report(Period.parse("2024-03"), ledger, datetime.now(UTC), ZONE)
    assert [(item.id, item.views) for item in made.items] == [(new.id, 11)]
    assert made.views == Compared(11, 5)
    assert made.all_views == Compared(18, 5)
    assert made.visits == Compared(4, 8)
    assert made.prints == Compared(3, 0)
    assert made.by_source == (
        Line("Đài", Compared(1, 0), Compared(11, 0)),
        Line("", Compared(0, 1), Compared(0, 5)),
    )


@pytest.mark.parametrize(
    ("now", "before", "change", "percent"),
    [
        (12, 9, 3, "33.3"),
        (1, 3, -2, "-66.7"),
        (0, 4, -4, "-100.0"),
        (5, 5, 0, "0.0"),
        (2005, 2000, 5, "0.3"),  # a quarter of a per cent is rounded up
        (1995, 2000, -5, "-0.3"),  # and down on the other side
        (7, 0, 7, None),
        (0, 0, 0, None),
    ],
)
def test_against_the_period_before(now: int, before: int, change: int, percent: str | None) -> None:
    figure = Compared(now, before)
    assert figure.change == change
    assert figure.percent == (Decimal(percent) if percent else None)


def test_periods_know_their_days_names_and_neighbours() -> None:
    known = {
        "2024-02": (date(2024, 2, 1), date(2024, 2, 29), "2024-01", "2024-03"),
        "2024-12": (date(2024, 12, 1), date(2024, 12, 31), "2024-11", "2025-01"),
        "2024-Q1": (date(2024, 1, 1), date(2024, 3, 31), "2023-Q4", "2024-Q2"),
        "2024-Q4": (date(2024, 10, 1), date(2024, 12, 31), "2024-Q3", "2025-Q1"),
        "2024": (date(2024, 1, 1), date(2024, 12, 31), "2023", "2025"),
    }
    for key, expected in known.items():
        period = Period.parse(key)
        assert period.key == key
        assert (period.first, period.last, period.before.key, period.after.key) == expected
        assert Period.holding(period.first, period.months) == period
        assert Period.holding(period.last, period.months) == period
    assert Period.parse("2024-q3") == Period.parse("2024-Q3")
    assert Period.parse("2024-3") == Period.parse("2024-03")


BAD_PERIODS = ["2026-13", "2026-00", "2026-Q5", "2026-Q0", "26", "1899", "2201", "0000", "9999-12"]
BAD_PERIODS += ["2026-10-01", "tháng mười", "٢٠٢٦", "2026-", "-1", "<b>2026</b>", "2026-10\n"]


@pytest.mark.parametrize("typed", BAD_PERIODS)
def test_what_is_no_period(typed: str) -> None:
    with pytest.raises(ValueError):
        Period.parse(typed)


def test_periods_are_offered_from_the_first_item_to_today() -> None:
    years = offered(date(2023, 11, 30), date(2024, 2, 1))
    assert [(year, [period.key for period in periods]) for year, periods in years] == [
        (2024, ["2024", "2024-Q1", "2024-02", "2024-01"]),
        (2023, ["2023", "2023-Q4", "2023-12", "2023-11"]),
    ]


# The page and the two files


def number(shown: str) -> str:
    """A figure as the page writes it, as the files do."""
    if re.fullmatch(r"[+−]?[0-9.]+(,[0-9])?%?", shown):
        return shown.replace(".", "").replace(",", ".").replace("−", "-").strip("+%")
    return shown


def on_screen(browser: CheckingClient, key: str) -> dict[str, list[list[str]]]:
    """The tables of the page by name: heads, rows, total."""
    tables = {}
    for part in browser.page(f"{REPORT}?ky={key}").iter("section"):
        name = text_of(next(part.iter("h2")))
        lines = [list(line) for line in part.iter("tr")]
        tables[name] = [[number(text_of(cell)) for cell in line] for line in lines]
    return tables


def in_csv(data: bytes) -> dict[str, list[list[str]]]:
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    tables: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for before, line in zip([["-"], *lines], lines, strict=False):
        if line and not before:
            rows = tables.setdefault(line[0], [])
        elif line:
            rows.append(line)
    return tables


SHEET = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def in_xlsx(data: bytes) -> dict[str, list[list[str]]]:
    """Every sheet's cells as text, read as the format's standard says, without a library."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    shared = [
        "".join(words.text or "" for words in entry.iter(f"{{{SHEET['m']}}}t"))
        for entry in ET.fromstring(parts["xl/sharedStrings.xml"]).findall("m:si", SHEET)
    ]
    names = ET.fromstring(parts["xl/workbook.xml"]).findall("m:sheets/m:sheet", SHEET)
    sheets = {}
    for place, sheet in enumerate(names, 1):
        root = ET.fromstring(parts[f"xl/worksheets/sheet{place}.xml"])
        assert not list(root.iter(f"{{{SHEET['m']}}}f")), "a formula"
        sheets[sheet.get("name") or ""] = [
            [cell_text(cell, shared) for cell in row.findall("m:c", SHEET)]
            for row in root.findall("m:sheetData/m:row", SHEET)
        ]
    return sheets


def cell_text(cell: ET.Element, shared: list[str]) -> str:
    value = cell.findtext("m:v", "", SHEET)
    return shared[int(value)] if cell.get("t") == "s" else value


def same(cell: str, other: str) -> bool:
    """Whether two cells say the same; 33.3 and 33.299999999999997 do, and so does a guard."""
    try:
        return abs(float(cell) - float(other)) < 1e-9
    except ValueError:
        return cell.removeprefix("'") == other.removeprefix("'")


@pytest.fixture
def read_and_written(generated: list[Article], ledger: Ledger) -> None:
    """The generated items, read by thousands."""
    chance = random.Random(5)
    for item in generated[::2]:
        day = date(2024, 1, 1) + timedelta(days=chance.randrange(150))
        count(ledger, day, VIEW, chance.randrange(900, 1900), item.id)
        count(ledger, day, VISIT, 3)


@pytest.mark.usefixtures("read_and_written")
def test_the_page_and_both_files_say_the_same(editor: CheckingClient) -> None:
    for key in ("2024-03", "2024-Q2", "2024"):
        page_and_files_say_the_same(editor, key)
    totals_are_sums(in_xlsx(editor.get(f"{REPORT}?ky=2024&dang=xlsx").data))


def page_and_files_say_the_same(editor: CheckingClient, key: str) -> None:
    page = on_screen(editor, key)
    table = in_csv(editor.get(f"{REPORT}?ky={key}&dang=csv").data)
    workbook = in_xlsx(editor.get(f"{REPORT}?ky={key}&dang=xlsx").data)
    assert list(page) == list(table) == list(workbook)
    assert len(page) == 6
    for name, rows in page.items():
        written = workbook[name][-len(rows) :]
        for shown, typed, stored in zip(rows, table[name], written, strict=True):
            for place, cell in enumerate(shown):
                if re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", cell):
                    moment = datetime.strptime(cell, "%d/%m/%Y %H:%M")  # noqa: DTZ007 - as a sheet has it
                    assert typed[place] == f"{moment:%Y-%m-%d %H:%M}"
                    days = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001 - as above
                    assert abs(float(stored[place]) - days) < 1 / 1440 + 1e-6
                else:
                    assert same(cell, typed[place]), (name, shown, typed)
                    assert same(cell, stored[place]), (name, shown, stored)


def totals_are_sums(workbook: dict[str, list[list[str]]]) -> None:
    summary = {row[0]: row[1:] for row in workbook["Tổng hợp"] if len(row) == 5}
    for name in ("Theo chuyên mục", "Theo người viết (tài khoản)", "Theo bút danh"):
        rows = [row for row in workbook[name] if len(row) == 9][1:]
        for column in (1, 2, 3, 5, 6, 7):
            figures = [int(row[column]) for row in rows]
            assert sum(figures[:-1]) == figures[-1]
        assert rows[-1][1:5] == summary["Tin, bài đã đăng"]
        assert rows[-1][5:] == summary["Lượt xem các tin, bài này"]
    items = [row for row in workbook["Danh sách tin, bài"] if len(row) == 8][1:]
    assert sum(int(row[7]) for row in items[:-1]) == int(items[-1][7]) > 1000
    assert len(items) - 1 == int(items[-1][0]) == int(summary["Tin, bài đã đăng"][0])


def test_nobodys_words_become_a_formula(
    publish: Maker, people: dict[Role, Account], editor: CheckingClient
) -> None:
    for words in HOSTILE:
        publish(local(2024, 3, 5), title=words, byline=words, source=words)
    writer = people[Role.ADMINISTRATOR]
    writer.display_name = HOSTILE[0]
    db.session.commit()
    publish(local(2024, 3, 5), as_actor(writer))
    data = editor.get(f"{REPORT}?ky=2024-03&dang=csv").data.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(data, newline="")) for cell in line]
    for cell in cells:
        # A number may begin with its sign; nothing else may.
        assert re.fullmatch(r"-?[0-9.]+", cell) or not cell.startswith(("=", "+", "-", "@")), cell
    workbook = in_xlsx(editor.get(f"{REPORT}?ky=2024-03&dang=xlsx").data)
    stored = {cell for sheet in workbook.values() for row in sheet for cell in row}
    for words in HOSTILE:
        assert cells.count(f"'{words}") >= 3
        assert words in stored


def test_files_have_plain_names_and_are_kept_nowhere(editor: CheckingClient) -> None:
    for file, kind in (("csv", "text/csv"), ("xlsx", "application/vnd.openxmlformats")):
        answer = editor.get(f"{REPORT}?ky=2024-Q3&dang={file}")
        named = f"attachment; filename=bao-cao-2024-q3.{file}"
        assert answer.headers["Content-Disposition"] == named
        assert answer.content_type.startswith(kind)
        assert answer.headers["Cache-Control"] == "no-store"
    editor.get(f"{REPORT}?dang=exe", expect=404)


def test_an_empty_period_is_a_report_too(editor: CheckingClient, ledger: Ledger) -> None:
    tables = on_screen(editor, "1999-Q2")
    assert tables["Tổng hợp"][1:] == [
        [name, "0", "0", "0", "–"]
        for name in (
            "Tin, bài đã đăng",
            "Lượt xem các tin, bài này",
            "Lượt xem tất cả tin, bài",
            "Lượt mở bản in",
            "Lượt truy cập trang",
        )
    ]
    assert tables["Danh sách tin, bài"] == []
    workbook = in_xlsx(editor.get(f"{REPORT}?ky=1999-Q2&dang=xlsx").data)
    assert workbook["Danh sách tin, bài"][-1] == ["0", "", "Tổng cộng", "", "", "", "", "0"]
    assert in_csv(editor.get(f"{REPORT}?ky=1999-Q2&dang=csv").data)["Theo nguồn tin"][-1][1] == "0"


def test_a_bad_period_stays_in_the_field(editor: CheckingClient) -> None:
    for typed in ("2026-13", "<script>", "x" * 5000):
        for file in ("", "xlsx"):
            answer = editor.get(REPORT, query_string={"ky": typed, "dang": file}, expect=400)
            assert answer.mimetype == "text/html"
        root = editor.page(f"{REPORT}?ky={typed}", expect=400)
        field = next(field for field in root.iter("input") if field.get("id") == "ky")
        assert field.get("value") == typed[:40]
        assert field.get("aria-invalid") == "true"
        said = next(e for e in root.iter("p") if e.get("id") == field.get("aria-describedby"))
        assert typed[:40] in text_of(said)


def test_the_report_opens_on_this_month_and_is_a_document(
    editor: CheckingClient, ledger: Ledger
) -> None:
    site.change_settings({"office_name": "Phường Tân Lập"}, by=COMMAND_LINE)
    root = editor.page(REPORT)
    form = next(f for f in root.iter("form") if f.get("action") == REPORT)
    assert fields_of(form)["ky"] == Period.holding(ledger.today(), MONTH).key
    page = text_of(root)
    for words in ("Phường Tân Lập", "Báo cáo tin, bài đã đăng", "NGƯỜI LẬP BÁO CÁO"):
        assert words in page
    quarter = Period.holding(ledger.today(), QUARTER).key
    assert editor.page(f"{REPORT}?ky={quarter}") is not None
