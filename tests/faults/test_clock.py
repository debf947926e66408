"""A clock that jumps a year ahead or an hour back locks nobody out and loses nothing for good."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from bench.kills import NEW, Editor
from newsapp.accounts import second_factor, throttle
from newsapp.accounts.errors import TooManyAttempts
from newsapp.accounts.service import actor as as_actor
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.feeds import queries as feeds
from newsapp.keeping import checking
from newsapp.models import Account, Article, Audit
from newsapp.pages import config, ledger
from newsapp.publishing import articles as publishing
from newsapp.publishing import autosave
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.visits import cookie
from tests.clocks import AHEAD, BACK, COMPILER, RIGHT, Clock
from tests.live import ADMIN_PASSWORD, FIREFOX, Server, serve

YEAR, HOUR = timedelta(days=365), timedelta(hours=1)
MakeArticle = Callable[..., Article]
MakeAccount = Callable[..., Account]


@pytest.mark.parametrize("ahead", [YEAR, HOUR])
def test_failures_of_the_future_make_nobody_wait(app: object, ahead: timedelta) -> None:
    now = clock_now()
    key = throttle.key("lan", "192.0.2.1")
    for _ in range(throttle.FREE_FAILURES + 4):
        throttle.count_failure(key, now + ahead)
    with pytest.raises(TooManyAttempts):
        throttle.wait_if_needed(key, now + ahead)
    throttle.wait_if_needed(key, now)
    # Whoever guesses goes on to wait in the present.
    throttle.count_failure(key, now)
    with pytest.raises(TooManyAttempts):
        throttle.wait_if_needed(key, now)


def test_a_code_of_the_future_shuts_nobody_out(make_account: MakeAccount) -> None:
    lan = make_account()
    lan.totp_secret = second_factor.new_secret()
    db.session.commit()
    now = clock_now()

    def accepts(moment: object) -> bool:
        return second_factor.accept(lan, pyotp.TOTP(lan.totp_secret or "").at(moment), moment)  # type: ignore[arg-type]  # pyotp says Any

    assert accepts(now + YEAR)
    assert accepts(now)
    assert not accepts(now)


def test_who_wrote_in_the_future_does_not_seem_to_write_for_a_year(
    make_account: MakeAccount, make_article: MakeArticle
) -> None:
    one, other, article, now = make_account(), make_account(), make_article(), clock_now()
    autosave.note_open(article.id, by=as_actor(one), now=now + YEAR)
    assert autosave.others(article.id, by=as_actor(other), now=now + YEAR)
    assert not autosave.others(article.id, by=as_actor(other), now=now)


def test_a_clock_set_ahead_does_not_empty_the_trash(
    make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = make_article("Xóa nhầm")
    publishing.delete(kept.id, by=COMMAND_LINE)
    ahead = clock_now() + YEAR
    with monkeypatch.context() as wrong:
        for module in ("publishing.articles", "publishing.audit"):
            wrong.setattr(f"newsapp.{module}.clock_now", lambda: ahead)
        make_article("Bài của năm sau")
        make_article("Bài nữa của năm sau")
    make_article("Bài của hôm nay")
    publishing.undelete(kept.id, by=COMMAND_LINE)


def test_feeds_do_not_speak_of_the_future(make_article: MakeArticle) -> None:
    make_article()
    now = clock_now()
    db.session.add(Audit(at=now + YEAR, actor="x", action="x", subject="x"))
    db.session.flush()
    assert feeds.changed_at(now) == now


def test_check_names_what_the_clock_hides(make_article: MakeArticle) -> None:
    hidden, scheduled = make_article("Ẩn"), make_article("Hẹn giờ")
    hidden.published_at = hidden.updated_at = clock_now() + YEAR
    scheduled.published_at = clock_now() + YEAR
    db.session.commit()
    found = [one for one in checking.check(config(), ledger()) if one.what == "clock"]
    assert [(one.ok, one.said.split()[1]) for one in found] == [(False, str(hidden.id))]


def code(server: Server, path: str, header: str = "") -> tuple[int, str]:
    """Status and cookie of one page for a reader."""
    asked = urllib.request.Request(server.address + path)
    asked.add_header("User-Agent", FIREFOX)
    asked.add_header("Cookie", header)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            answer.read()
            return answer.status, str(answer.headers.get("Set-Cookie", "")).partition(";")[0]
    except urllib.error.HTTPError as error:
        return error.code, ""


def attempt(server: Server, password: str) -> int:
    """The status of an attempt to sign in; 200 where it led into the newsroom."""
    try:
        editor = Editor(server, password)
    except urllib.error.HTTPError as error:
        return error.code
    return 200 if editor.save(f"Bài {time.monotonic_ns()}") else 0


@pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")
@pytest.mark.parametrize("apart", [AHEAD, BACK])
def test_the_running_site_lives_through_a_jump(tmp_path: Path, apart: int) -> None:
    clock = Clock(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    with serve(data, **clock.variables()) as server:
        editor = Editor(server)
        assert editor.save("Trước")
        status, carried = code(server, "/")
        assert (status, carried.partition("=")[0]) == (200, cookie.NAME)

        clock.set(apart)
        # The session is not of this time: the text comes back with the sign-in page.
        with pytest.raises(urllib.error.HTTPError) as refused:
            editor.send(NEW, {"title": "T", "body": "<p>chữ đã gõ</p>", "csrf_token": editor.token})
        assert refused.value.code == 401
        assert "chữ đã gõ" in refused.value.read().decode()
        assert [code(server, path, carried)[0] for path in ("/", "/lien-ket", "/readyz")] == [
            200
        ] * 3
        assert attempt(server, ADMIN_PASSWORD) == 200
        assert {attempt(server, "đoán bừa thôi") for _ in range(9)} == {401, 429}
        assert attempt(server, ADMIN_PASSWORD) == 429

        clock.set(RIGHT)
        assert [code(server, path, carried)[0] for path in ("/", "/lien-ket", "/readyz")] == [
            200
        ] * 3
        assert attempt(server, ADMIN_PASSWORD) == 200
        assert "problem" not in server.newsapp("check")
