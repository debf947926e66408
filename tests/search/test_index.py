"""The index and the articles agree, whatever happens to either."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update

from newsapp import create_app
from newsapp.extensions import db
from newsapp.models import Article, SearchEntry, Section, State
from newsapp.publishing import articles, sections
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.search import index, queries, sqlite, terms
from newsapp.search.engine import Bounds
from newsapp.search.index import Finding
from newsapp.search.query import parse
from tests.conftest import Databases, close, make_config
from tests.live import ROOT

MakeArticle = Callable[..., Article]
WORDS = [
    "đường",
    "phố",
    "hòa",
    "bình",
    "chợ",
    "hoa",
    "tuyên",
    "truyền",
    "nước",
    "sạch",
    "36/KH-UBND",
    "cầu",
    "mới",
]


def findings() -> list[Finding]:
    return [said for said in index.check() if isinstance(said, Finding)]


def found(words: str) -> list[int]:
    return queries.find(parse(f"{words} "), Bounds(datetime.now(UTC)))


def random_deed(chosen: random.Random, section_ids: list[int]) -> None:
    """One save, withdrawal, deletion or recovery of some article."""
    ids = list(db.session.scalars(select(Article.id)))
    title = " ".join(chosen.choices(WORDS, k=4))
    content = Content(
        title,
        " ".join(chosen.choices(WORDS, k=5)),
        f"<p>{' '.join(chosen.choices(WORDS, k=20))}</p>",
        section_id=chosen.choice(section_ids),
    )
    when = datetime.now(UTC) + timedelta(hours=chosen.randint(-1000, 100))
    deed = chosen.random()
    if not ids or deed < 0.3:
        step = chosen.choice((Step.PUBLISH, Step.PUBLISH, Step.KEEP))
        articles.create(content, by=COMMAND_LINE, step=step, publish_at=when)
        return
    article = db.session.get_one(Article, chosen.choice(ids))
    if article.deleted_at is not None:
        articles.undelete(article.id, by=COMMAND_LINE)
    elif deed < 0.4:
        articles.delete(article.id, by=COMMAND_LINE)
    else:
        step = chosen.choice((Step.KEEP, Step.PUBLISH, Step.PUBLISH, Step.WITHDRAW))
        articles.save(
            article.id,
            content,
            version=article.version,
            by=COMMAND_LINE,
            step=step,
            publish_at=when,
        )


def test_they_agree_after_many_deeds(app: Flask, section: Section) -> None:
    chosen = random.Random(4)
    other = sections_made()
    for _ in range(300):
        random_deed(chosen, [section.id, other])
    assert findings() == []
    public = {
        row.id: f"{row.title} {row.lead} {row.body_text}".lower()
        for row in db.session.execute(
            select(Article.id, Article.title, Article.lead, Article.body_text).where(
                Article.visible(datetime.now(UTC))
            )
        )
    }
    for word in ("đường", "chợ", "cầu mới"):
        wanted = {key for key, words in public.items() if all(w in words for w in word.split())}
        assert set(found(word)) == wanted


def sections_made() -> int:
    return sections.add_section("Mục thứ hai", by=COMMAND_LINE).id


KILLED = """
import random, sys
from newsapp import create_app
from newsapp.extensions import db
from newsapp.models import Section
from sqlalchemy import select
from tests.conftest import make_config
from tests.search.test_index import random_deed
from pathlib import Path
from sqlalchemy.engine import make_url
app = create_app(make_config(Path(sys.argv[1]), make_url(sys.argv[2])))
with app.app_context():
    chosen = random.Random(int(sys.argv[3]))
    ids = list(db.session.scalars(select(Section.id)))
    for number in range(1000):
        random_deed(chosen, ids)
        print(number, flush=True)
"""


def test_they_agree_after_a_thousand_deeds_and_a_kill(
    backend: str, databases: Databases, tmp_path: Path
) -> None:
    url = databases.fresh(backend, tmp_path)
    app = create_app(make_config(tmp_path, url))
    with app.app_context():
        sections.add_section("Một", by=COMMAND_LINE)
        sections.add_section("Hai", by=COMMAND_LINE)
    command = [
        sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path),
        url.render_as_string(hide_password=False),
    ]  # fmt: skip

    def deeds(seed: int, kill_after: int | None) -> None:
        process = subprocess.Popen(
            [*command, str(seed)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                if kill_after is not None and int(line) >= kill_after:
                    time.sleep(random.random() / 50)  # somewhere within the next deed
                    process.send_signal(signal.SIGKILL)
                    break
        assert process.wait() == (0 if kill_after is None else -signal.SIGKILL)

    deeds(1, kill_after=400)
    deeds(2, kill_after=None)
    with app.app_context():
        assert (db.session.scalar(select(func.count()).select_from(Article)) or 0) > 200
        assert findings() == []
    close(app)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (update(Article).values(body_text="Đã sửa sau lưng."), "outdated"),
        (update(Article).values(published_at=datetime(2020, 1, 1, tzinfo=UTC)), "outdated"),
        (update(Article).values(state=State.DRAFT), "superfluous"),
        (delete(SearchEntry), "missing"),
        (update(SearchEntry).values(section_id=99), "outdated"),
        ("terms", "unfindable"),
    ],
)
def test_the_check_sees_what_is_wrong_and_a_rebuild_mends_it(
    make_article: MakeArticle, damage: Any, problem: str
) -> None:
    article = make_article("Chợ hoa")
    assert findings() == []
    if damage == "terms":
        on_sqlite = db.engine.dialect.name == "sqlite"
        db.session.execute(
            text("INSERT INTO search_terms (search_terms) VALUES ('delete-all')")
            if on_sqlite
            else text("UPDATE search_terms SET terms = ''")
        )
    else:
        db.session.execute(damage)
    db.session.commit()
    assert findings() == [Finding(article.id, problem)]
    for _ in index.rebuild():
        pass
    assert findings() == []


def test_the_commands(app: Flask, make_article: MakeArticle) -> None:
    article = make_article("Chợ hoa")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["search", "check"])
    assert done.exit_code == 0
    assert "index and articles agree: 1 articles" in done.output
    db.session.execute(delete(SearchEntry))
    db.session.commit()
    done = runner.invoke(args=["search", "check"])
    assert done.exit_code == 1
    assert f"article {article.id}: missing" in done.output
    done = runner.invoke(args=["search", "rebuild"])
    assert done.exit_code == 0
    assert "search index rebuilt: 1 articles" in done.output
    assert runner.invoke(args=["search", "check"]).exit_code == 0


def test_init_brings_in_what_an_older_version_published(
    app: Flask, make_article: MakeArticle
) -> None:
    article_id = make_article("Chợ hoa").id
    db.session.execute(delete(SearchEntry))
    db.session.commit()
    assert found("chợ") == []
    done = app.test_cli_runner().invoke(args=["init"])
    assert done.exit_code == 0, done.output
    assert "1 articles brought in" in done.output
    assert found("chợ") == [article_id]


def test_old_rows_of_sqlite_are_dropped_by_a_rebuild(make_article: MakeArticle) -> None:
    article = make_article("Chợ hoa")
    content = Content("Chợ hoa xuân", section_id=article.section_id)
    articles.save(article.id, content, version=1, by=COMMAND_LINE)
    assert index.stray() == (1 if db.engine.dialect.name == "sqlite" else 0)
    for _ in index.rebuild():
        pass
    assert index.stray() == 0
    assert found("xuân") == [article.id]


PIECES = text("SELECT count(DISTINCT segid) FROM search_terms_idx")


def test_each_save_puts_some_pieces_of_sqlite_together(make_article: MakeArticle) -> None:
    for number in range(15):
        make_article(f"Chợ số {number}")
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(PIECES) <= 6
    assert findings() == []


def test_a_rebuild_puts_the_pieces_of_sqlite_together(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BATCH", 2)
    for number in range(9):
        make_article(f"Chợ số {number}")
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(PIECES) > 1
    for _ in index.rebuild():
        pass
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(PIECES) == 1
    assert findings() == []


def test_people_save_while_it_is_rebuilt(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BATCH", 2)
    made = [make_article(f"Chợ số {number}").id for number in range(9)]
    for step, _ in enumerate(index.rebuild()):
        if step == 0:
            made.append(make_article("Chợ mới mở").id)
            first = db.session.get_one(Article, made[0])
            content = Content("Chợ đổi tên", section_id=first.section_id)
            articles.save(first.id, content, version=first.version, by=COMMAND_LINE)
            articles.delete(made[-2], by=COMMAND_LINE)
            assert made[-1] in found("chợ mới")
    assert findings() == []
    assert set(found("chợ")) == set(made) - {made[-2]}
    assert found("đổi tên") == [made[0]]


def test_a_broken_rebuild_leaves_the_old_index(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "BATCH", 1)
    made = [make_article(f"Chợ số {number}").id for number in range(3)]
    next(iter(index.rebuild()))
    db.session.rollback()
    make_article("Chợ trong lúc dở dang")
    assert len(found("chợ")) == 4
    for _ in index.rebuild():
        pass
    assert findings() == []
    assert set(made) < set(found("chợ"))


def test_an_index_entry_is_written_with_the_article_or_not_at_all(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_article: Article) -> None:
        raise RuntimeError("the index is broken")

    monkeypatch.setattr(index, "put", broken)
    with pytest.raises(RuntimeError):
        make_article("Chợ hoa")
    db.session.rollback()
    assert db.session.scalar(select(Article.id)) is None


def test_a_section_that_goes_takes_its_entries_along(
    make_article: MakeArticle, section: Section
) -> None:
    other = sections_made()
    make_article("Chợ hoa")
    sections.delete_section(section.id, by=COMMAND_LINE, move_to=other)
    assert findings() == []


def test_a_very_long_article_is_indexed_by_its_beginning(make_article: MakeArticle) -> None:
    words = " ".join(f"từ{number}" for number in range(60_000))
    article = make_article("Dài", body=f"<p>{words}</p>")
    assert found("từ39000") == [article.id]
    assert found("từ59999") == []
    assert findings() == []


def test_pairs_are_spelt_as_in_every_index_on_disk() -> None:
    row = list(terms.words("Ủy ban nhân dân phường"))
    assert [terms.pair(two) for two in pairwise(row)] == ["32eys", "3xyu7", "3gf5u", "33ehq"]


def test_a_narrow_window_finds_the_same(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is looked through first decides how soon an answer is there, not what it is."""
    now = datetime.now(UTC)
    for number in range(12):
        word = ("chợ", "cầu", "chợ cầu")[number % 3]
        lead, body = word * (number % 2), f"<p>{word} mới</p>"
        make_article(f"Tin {number}", lead=lead, body=body, at=now - timedelta(hours=number))
    asked = ("chợ", "cầu mới", "cho cau", '"chợ cầu"', "tin", "không có")
    expected = [found(words) for words in asked]
    assert [len(ids) for ids in expected] == [8, 8, 4, 4, 12, 0]
    for size in (1, 5, 11, 12, 13):
        monkeypatch.setattr(sqlite, "WINDOW", size)
        assert [found(words) for words in asked] == expected
