"""Who is signed in where.

A session lives in the database; the browser's signed cookie holds only its token, so signing out
really ends it. The cookie's own age is the idle limit, the row's ``expires_at`` the absolute one;
reading a page therefore writes nothing.

Between password and second factor somebody is half signed in: the signed cookie says for whom and
since when, there is no row, and no page but the one that asks for the code looks at it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app, g, has_request_context, request, session
from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from newsapp.accounts.browsers import browser_name
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Account, AccountSession
from newsapp.publishing.audit import Actor, record

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=7)
HALFWAY_LIMIT = timedelta(minutes=5)


@dataclass(frozen=True)
class OpenSession:
    """A browser in which somebody is signed in. ``since`` is UTC; ``browser`` may be empty."""

    id: int
    browser: str
    since: datetime
    present: bool


def signed_in() -> Account | None:
    """The account of the current request; asks the database once a request at most."""
    if "account" not in g:
        g.account = _account_of_request()
    account: Account | None = g.account
    return account


def actor(account: Account) -> Actor:
    """The account as the author of deeds."""
    return Actor(account.id, account.display_name, account.role)


def begin(account: Account, now: datetime) -> None:
    """Sign the account in in the present request, and commit."""
    token = secrets.token_urlsafe(32)
    browser = browser_name(request.user_agent.string)
    db.session.execute(delete(AccountSession).where(AccountSession.expires_at < now))
    db.session.add(
        AccountSession(
            token_hash=_token_hash(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + ABSOLUTE_LIMIT,
            agent=browser,
        )
    )
    record(actor(account), "account.sign_in", "account", account.id, browser)
    db.session.commit()
    # A new session cookie, so that nothing planted before signing in stays.
    session.clear()
    session["token"] = token
    session.permanent = True
    g.account = account


def begin_halfway(account: Account, now: datetime) -> None:
    """Remember in the cookie that the password of this account was right at ``now``."""
    session.clear()
    session["halfway"] = {
        "account": account.id,
        "since": int(now.timestamp()),
        "proof": _proof(account),
    }
    g.account = None


def halfway(now: datetime) -> Account | None:
    """The account whose password was given here within ``HALFWAY_LIMIT``; it has no rights yet."""
    state = session.get("halfway")
    if not isinstance(state, dict):
        return None
    since = datetime.fromtimestamp(state["since"], UTC)
    if not timedelta(seconds=-1) <= now - since <= HALFWAY_LIMIT:
        return None
    account = db.session.get(Account, state["account"])
    if account is None or not account.active or state["proof"] != _proof(account):
        return None
    return account


def sign_out() -> None:
    """End the session of the current request here and in the database."""
    account = signed_in()
    token = session.get("token")
    session.clear()
    g.account = None
    if token:
        db.session.execute(
            delete(AccountSession).where(AccountSession.token_hash == _token_hash(token))
        )
        if account:
            record(actor(account), "account.sign_out", "account", account.id)
        db.session.commit()


def renew() -> None:
    """Start the idle limit of the present request's session afresh."""
    session.modified = True


def opened(account: Account, now: datetime) -> tuple[OpenSession, ...]:
    """The account's sessions, the latest first."""
    here = _present_hash()
    rows = db.session.scalars(
        select(AccountSession)
        .where(AccountSession.account_id == account.id, AccountSession.expires_at > now)
        .order_by(AccountSession.created_at.desc(), AccountSession.id.desc())
    )
    return tuple(
        OpenSession(row.id, row.agent, row.created_at, row.token_hash == here) for row in rows
    )


def end(account: Account, session_id: int, *, by: Actor) -> bool:
    """End one session of the account; False when it has none of that number."""
    ended = db.session.execute(
        delete(AccountSession)
        .where(AccountSession.account_id == account.id, AccountSession.id == session_id)
        .returning(AccountSession.agent)
    ).first()
    if ended is None:
        return False
    record(by, "account.end_session", "account", account.id, ended.agent)
    db.session.commit()
    return True


def end_others(account: Account, *, by: Actor) -> None:
    """End all sessions of the account but the present one."""
    drop(account, keep_present=True)
    record(by, "account.end_sessions", "account", account.id)
    db.session.commit()


def drop(account: Account, *, keep_present: bool = False) -> None:
    """Take away the account's sessions; the caller records the reason and commits."""
    ending = delete(AccountSession).where(AccountSession.account_id == account.id)
    if keep_present:
        ending = ending.where(AccountSession.token_hash != _present_hash())
    db.session.execute(ending)


def _account_of_request() -> Account | None:
    # Looking at the session marks the answer as varying by cookie; readers have none.
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    token = session.get("token")
    if not isinstance(token, str):
        return None
    found = db.session.scalar(
        select(AccountSession)
        .options(joinedload(AccountSession.account))
        .where(
            AccountSession.token_hash == _token_hash(token),
            AccountSession.expires_at > clock_now(),
        )
    )
    return found.account if found and found.account.active else None


def _present_hash() -> str:
    token = session.get("token") if has_request_context() else None
    return _token_hash(token) if isinstance(token, str) else ""


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _proof(account: Account) -> str:
    # Ends a half-finished sign-in when the password or the second factor changes meanwhile.
    return _token_hash(f"{account.password_hash} {account.totp_secret}")[:16]
