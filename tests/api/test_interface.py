"""The interface's behaviour: nothing hidden, nothing skipped, no answer that is not JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from newsapp.extensions import db
from newsapp.models import Account, Article, Section
from newsapp.pages import ledger
from newsapp.publishing import articles, sections
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from tests.api.conftest import MIDNIGHT, Seeded
from tests.pages import CheckingClient

MakeArticle = Callable[..., Article]
API = "/api/v1"
ADDRESSES = (
    "/articles",
    "/articles?section=tin-hoat-dong&from=2017-04-01&to=2017-04-30&limit=5",
    "/articles/1",
    "/sections",
    "/archive",
    "/archive/2017",
    "/archive/2017/04",
    "/openapi.json",
)
STATEMENTS_MAX = 3


def asked(client: CheckingClient, address: str, expect: int = 200) -> Any:
    """The content of an answer."""
    answer = client.get(f"{API}{address}", expect=expect)
    assert answer.mimetype == "application/json"
    return answer.json


def ids(content: Any) -> list[int]:
    return [item["id"] for item in content["items"]]


def walk(client: CheckingClient, query: str) -> list[int]:
    """All articles of a list, part by part."""
    seen: list[int] = []
    content = asked(client, f"/articles?{query}")
    seen += ids(content)
    while content["next"]:
        content = asked(client, f"/articles?{query}&cursor={content['next']}")
        assert content["items"], "a cursor that leads to nothing"
        seen += ids(content)
    return seen


def test_what_readers_do_not_see_is_nowhere(
    client: CheckingClient, seeded: Seeded, hidden: list[Article]
) -> None:
    assert ids(asked(client, "/articles")) == [seeded.plain.id, seeded.rich.id]
    assert ids(asked(client, "/articles?from=2020-01-01")) == []
    for article in hidden:
        asked(client, f"/articles/{article.id}", expect=404)
    years = asked(client, "/archive")["years"]
    assert years == [{"year": 2017, "count": 2}]
    assert asked(client, "/archive/2020")["count"] == 0
    assert asked(client, "/archive/2020/03")["count"] == 0
    for address in ADDRESSES:
        assert "Bí mật" not in client.get(API + address).text


def test_a_withdrawn_article_is_gone_at_once(client: CheckingClient, seeded: Seeded) -> None:
    address = f"{API}/articles/{seeded.plain.id}"
    tag = client.get(address).headers["ETag"]
    articles.save(
        seeded.plain.id,
        Content(title="Bài chỉ có chữ", section_id=seeded.plain.section_id),
        by=COMMAND_LINE,
        version=seeded.plain.version,
        step=Step.WITHDRAW,
    )
    client.get(address, headers={"If-None-Match": tag}, expect=404)
    assert ids(asked(client, "/articles")) == [seeded.rich.id]


def test_a_walk_over_equal_times_meets_each_article_once(
    client: CheckingClient, make_article: MakeArticle, seeded: Seeded
) -> None:
    tied = [make_article(f"Tin {n}", at=MIDNIGHT + timedelta(days=n // 6)) for n in range(12)]
    expected = [a.id for a in reversed(tied[1:])]
    # Made first, at the very time of the first six.
    expected += [tied[0].id, seeded.rich.id]
    for limit in (1, 3, 4, 100):
        assert walk(client, f"limit={limit}&to=2017-04-17") == expected
        everything = walk(client, f"limit={limit}")
        assert everything == [seeded.plain.id, *expected]
        assert walk(client, f"limit={limit}&section=thong-bao") == [seeded.rich.id]


def test_a_section_brings_its_children(client: CheckingClient, seeded: Seeded) -> None:
    assert walk(client, "section=tin-hoat-dong") == [seeded.plain.id, seeded.rich.id]
    sections.add_section("Khác", by=COMMAND_LINE)
    assert walk(client, "section=khac") == []
    listed = asked(client, "/sections")["items"]
    assert [(s["slug"], s["parent"]) for s in listed] == [
        ("tin-hoat-dong", None),
        ("thong-bao", "tin-hoat-dong"),
        ("khac", None),
    ]
    assert listed[1]["url"] == "http://localhost/muc/thong-bao"


def test_days_are_those_of_the_site(client: CheckingClient, seeded: Seeded) -> None:
    # 00:30 on the 15th here is still the 14th in UTC.
    for query, found in (
        ("from=2017-04-15&to=2017-04-15", True),
        ("to=2017-04-15", True),
        ("to=2017-04-14", False),
        ("from=2017-04-16&to=2017-04-30", False),
        ("from=0001-01-01&to=9999-12-31", True),
        ("to=0001-01-01", False),
        ("from=9999-12-31", False),
    ):
        assert (seeded.rich.id in ids(asked(client, f"/articles?{query}"))) is found, query
    item = asked(client, f"/articles/{seeded.rich.id}")
    assert item["published_at"] == "2017-04-15T00:30:00+07:00"
    assert datetime.fromisoformat(item["updated_at"]) <= datetime.now(UTC)
    days = {day["date"]: day["count"] for day in asked(client, "/archive/2017/04")["days"]}
    assert len(days) == 30
    assert [day for day, count in days.items() if count] == ["2017-04-15"]


def test_a_time_of_long_ago_has_an_offset_in_minutes(
    client: CheckingClient, make_article: MakeArticle
) -> None:
    article = make_article("Chuyện xưa", at=datetime(1017, 4, 15, tzinfo=UTC))
    told = asked(client, f"/articles/{article.id}")["published_at"]
    assert told == "1017-04-15T07:06:00+07:06"


def test_an_article_can_stand_on_another_site(
    app: Flask, client: CheckingClient, seeded: Seeded
) -> None:
    item = asked(client, f"/articles/{seeded.rich.id}")
    assert item["title"] == 'Bài có "đủ" <mọi thứ> & hơn nữa'
    for address in (item["image"]["url"], item["attachments"][0]["url"], item["url"]):
        client.get(address.removeprefix("http://localhost")).close()
        assert address.startswith("http://localhost/")
    assert item["attachments"][0]["type"] == "application/pdf"
    assert item["attachments"][0]["title"] == "Công văn 36/KH-UBND"
    links = re.findall(r'(?:href|src)="([^"]*)"', item["body"])
    assert links[:2] == ["http://localhost/tin/1", "https://vi.du/x"]
    assert links[2] == item["image"]["url"]
    assert 'alt="src=&quot;/media/x"' in item["body"], "words were taken for an address"
    assert item["text"].startswith("Tin ngoài")
    assert (item["byline"], item["source"]) == ("Hương Tràm", "Báo Ví Dụ")
    assert item["former_office"] == "Phường Cũ"
    assert item["section"] == {"slug": "thong-bao", "name": "Thông báo"}


BAD_PARAMETERS = [
    ("limit=0", "limit"),
    ("limit=101", "limit"),
    ("limit=-1", "limit"),
    ("limit=1.5", "limit"),
    ("limit=", "limit"),
    ("limit=%D9%A3", "limit"),
    ("limit=" + "9" * 5000, "limit"),
    ("limit=5&limit=6", "limit"),
    ("from=2026-02-30", "from"),
    ("from=0000-01-01", "from"),
    ("from=2026-W01-1", "from"),
    ("from=20260101", "from"),
    ("from=+2026-01-1", "from"),
    ("from=%D9%A2026-01-01", "from"),
    ("from=2026-03-02&to=2026-03-01", "from"),
    ("to=hom+nay", "to"),
    ("to=10000-01-01", "to"),
    ("to=2026-01-01%00", "to"),
    ("cursor=", "cursor"),
    ("cursor=1", "cursor"),
    ("cursor=1-99999999999", "cursor"),
    ("cursor=99999999999999999999999999-1", "cursor"),
    ("cursor=%C2%B2-1", "cursor"),
    ("section=khong-co", "section"),
    ("section=", "section"),
    ("section=%00", "section"),
    ("section=%ff%fe", "section"),
    ("section=tin-hoat-dong&section=khac", "section"),
    ("sectoin=tin-hoat-dong", "sectoin"),
]


def test_a_bad_parameter_is_named(client: CheckingClient, seeded: Seeded) -> None:
    for query, name in BAD_PARAMETERS:
        error = asked(client, f"/articles?{query}", expect=400)["error"]
        assert error["code"] == 400
        assert error["message"].startswith(f"{name} is "), query


NOTHING_THERE = [
    "",
    "/",
    "/khong-co",
    "//articles",
    "/articles/",
    "/articles/0",
    "/articles/01",
    "/articles/-1",
    "/articles/1.0",
    "/articles/%D9%A1",
    "/articles/2147483648",
    "/articles/" + "9" * 5000,
    "/articles/%00",
    "/articles/%ff",
    "/articles/1/x",
    "/archive/0000",
    "/archive/9999",
    "/archive/99999",
    "/archive/2017/00",
    "/archive/2017/13",
    "/archive/9999/12",
    "/archive/0000/01",
    "/archive/2016/13",
    "/archive/2017/4",
    "/archive/2017/04/15",
]


def test_an_address_with_nothing_behind_it_says_so_in_json(
    client: CheckingClient, seeded: Seeded
) -> None:
    for path in NOTHING_THERE:
        answer = client.get(API + path, expect=404)
        assert answer.json is not None, path
        assert answer.json["error"]["code"] == 404
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_empty_site_has_an_empty_archive(client: CheckingClient) -> None:
    assert asked(client, "/articles") == {"items": [], "next": None}
    assert asked(client, "/sections") == {"items": []}
    assert asked(client, "/archive") == {"years": []}
    asked(client, "/archive/2017", expect=404)


def test_broken_bytes_and_foreign_hosts_are_refused_in_json(client: CheckingClient) -> None:
    for answer in (
        client.get(f"{API}/articles", environ_overrides={"QUERY_STRING": "a=\xff"}, expect=400),
        client.get(f"{API}/articles", headers={"Host": "xa.la"}, expect=400),
    ):
        assert answer.json is not None
        assert answer.json["error"]["code"] == 400
        assert "xa.la" not in answer.text


def test_nothing_but_reading(client: CheckingClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"):
        answer = client.open(f"{API}/articles", method=method, expect=405)
        assert answer.json is not None
        assert answer.json["error"]["code"] == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_database_that_fails_fails_in_json(client: CheckingClient, backend: str) -> None:
    db.session.execute(text("ALTER TABLE section RENAME TO elsewhere"))
    db.session.commit()
    status = 503 if backend == "sqlite" else 500  # the one calls it operational, the other not
    assert asked(client, "/sections", expect=status)["error"]["code"] == status


def test_every_origin_may_read(client: CheckingClient, seeded: Seeded) -> None:
    for address in ADDRESSES:
        asking = {"Origin": "https://ubnd.vi.du"}
        for answer in (
            client.get(API + address, headers=asking),
            client.head(API + address, headers=asking),
        ):
            assert answer.status_code == 200
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers
        preflight = client.options(
            API + address,
            headers={
                **asking,
                "Access-Control-Request-Method": "GET",
                "Access-Control-Request-Headers": "if-none-match",
            },
        )
        assert preflight.status_code == 204
        assert preflight.headers["Access-Control-Allow-Origin"] == "*"
        assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
        assert preflight.headers["Access-Control-Allow-Headers"] == "*"
        assert "Content-Type" not in preflight.headers
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_who_has_the_answer_gets_no_second_one(client: CheckingClient, seeded: Seeded) -> None:
    def again(header: str, value: str) -> TestResponse:
        return client.get(address, headers={header: value})

    for path in ADDRESSES:
        address = API + path
        first = client.get(address)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        kept = again("If-None-Match", first.headers["ETag"])
        assert (kept.status_code, kept.data) == (304, b"")
        assert kept.headers["Access-Control-Allow-Origin"] == "*"
        assert again("If-None-Match", '"other"').data == first.data
        client.get(address, headers={"If-Match": '"other"'}, expect=412)
        assert ("Last-Modified" in first.headers) is ("/articles/" in path), path
    address = f"{API}/articles/{seeded.rich.id}"
    first = client.get(address)
    assert again("If-Modified-Since", first.headers["Last-Modified"]).status_code == 304
    assert again("If-Modified-Since", "Sat, 01 Apr 2017 00:00:00 GMT").status_code == 200
    sections.change_section(
        seeded.child.id,
        name="Tên khác",
        slug="thong-bao",
        description="",
        parent_id=seeded.child.parent_id,
        by=COMMAND_LINE,
    )
    changed = again("If-None-Match", first.headers["ETag"])
    assert changed.status_code == 200
    assert "Tên khác" in changed.text


def test_a_cookie_changes_nothing_and_none_is_set(
    client: CheckingClient,
    make_account: Callable[..., Account],
    sign_in: Callable[[Account], CheckingClient],
    seeded: Seeded,
    hidden: list[Article],
    count_queries: Callable[[], int],
) -> None:
    staff = sign_in(make_account())
    for address in ADDRESSES:
        plain = client.get(API + address)
        count_queries()
        seen = staff.get(API + address)
        assert count_queries() <= STATEMENTS_MAX
        assert seen.data == plain.data
        for answer in (plain, seen):
            assert "Set-Cookie" not in answer.headers
            assert "Cookie" not in answer.headers.get("Vary", "")
    staff.get(f"{API}/articles/{hidden[0].id}", expect=404)


def test_it_is_no_visit(app: Flask, client: CheckingClient, seeded: Seeded) -> None:
    for address in ADDRESSES:
        client.get(API + address)
    assert ledger().fold_now() == 0
    client.get("/")
    assert ledger().fold_now() == 1


def test_few_statements(
    client: CheckingClient,
    make_article: MakeArticle,
    section: Section,
    seeded: Seeded,
    count_queries: Callable[[], int],
) -> None:
    for number in range(30):
        make_article(f"Tin {number}", cover_id=seeded.rich.cover_id, at=MIDNIGHT)
    for address in (*ADDRESSES, "/articles?limit=100&section=tin-hoat-dong"):
        count_queries()
        client.get(API + address)
        sent = count_queries()
        assert sent <= STATEMENTS_MAX, f"{address}: {sent} statements"
