"""Accounts and their sessions.

A session lives in the database; the browser's signed cookie holds only its token, so signing out
really ends it. The cookie's own age is the idle limit, the row's ``expires_at`` the absolute one;
reading a page therefore writes nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app, g, has_request_context, request, session
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.models import Account, AccountSession, Language, Role, SignInFailures
from newsapp.models.account import USERNAME_MAX
from newsapp.publishing.audit import Actor, record
from newsapp.text.vietnamese import one_line

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(days=7)
PASSWORD_MIN = 12
PASSWORD_MAX = 256
FREE_FAILURES = 5
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 900
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]*")

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to verify against when the name is unknown, so that both answers take as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


class AccountError(ValueError):
    """An account cannot be made or changed so; the message says why, in one sentence."""


class SignInRefused(Exception):
    """Wrong name or password, or an account that is switched off."""


class TooManyAttempts(SignInRefused):
    """The next attempt is allowed after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def add(
    username: str,
    display_name: str,
    role: Role,
    password: str,
    *,
    by: Actor,
    initial: bool = False,
    demand_length: bool = True,
) -> Account:
    """Make an account. Raises AccountError for a taken or impossible name or a short password.

    ``initial`` marks a password that somebody else chose; the person is asked to change it.
    """
    name = username.strip().lower()
    if len(name) > USERNAME_MAX or not USERNAME.fullmatch(name):
        raise AccountError(f"username {username!r}: only a-z, 0-9, dot, dash and underscore")
    if db.session.scalar(select(Account.id).where(Account.username == name)):
        raise AccountError(f"username {name!r} is taken")
    if demand_length:
        check_password(password)
    account = Account(
        username=name,
        display_name=one_line(display_name) or name,
        role=role,
        password_hash=_hasher.hash(password),
        password_is_initial=initial,
        created_at=clock_now(),
    )
    db.session.add(account)
    db.session.flush()
    record(by, "account.add", "account", account.id, f"{name} ({role.value})")
    db.session.commit()
    return account


def check_password(password: str) -> None:
    """Raise AccountError unless the length is between ``PASSWORD_MIN`` and ``PASSWORD_MAX``."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise AccountError(f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters")


def find(username: str) -> Account:
    """The account of that name. Raises AccountError when there is none."""
    account = db.session.scalar(select(Account).where(Account.username == username.strip().lower()))
    if account is None:
        raise AccountError(f"there is no account {username!r}")
    return account


def everyone() -> list[Account]:
    """All accounts by name."""
    return list(db.session.scalars(select(Account).order_by(Account.username)))


def set_password(account: Account, password: str, *, by: Actor, initial: bool = False) -> None:
    """Change the password and end the account's other sessions."""
    check_password(password)
    account.password_hash = _hasher.hash(password)
    account.password_is_initial = initial
    keep = _token_hash(session["token"]) if has_request_context() and "token" in session else ""
    db.session.execute(
        delete(AccountSession).where(
            AccountSession.account_id == account.id, AccountSession.token_hash != keep
        )
    )
    record(by, "account.password", "account", account.id, account.username)
    db.session.commit()


def disable(account: Account, *, by: Actor) -> None:
    """Switch the account off and end its sessions. Raises AccountError for the last
    active administrator."""
    others = select(Account.id).where(
        Account.role == Role.ADMINISTRATOR, Account.active, Account.id != account.id
    )
    if account.role is Role.ADMINISTRATOR and db.session.scalar(others.limit(1)) is None:
        raise AccountError("the last administrator cannot be disabled")
    account.active = False
    db.session.execute(delete(AccountSession).where(AccountSession.account_id == account.id))
    record(by, "account.disable", "account", account.id, account.username)
    db.session.commit()


def set_language(account: Account, language: Language, *, by: Actor) -> None:
    """Choose the language in which the newsroom speaks to this person."""
    account.language = language
    record(by, "account.language", "account", account.id, language.value)
    db.session.commit()


def password_matches(account: Account, password: str) -> bool:
    """Whether ``password`` is the account's."""
    return _verify(account.password_hash, password)


def sign_in(username: str, password: str, address: str, now: datetime) -> Account:
    """Check the password and open a session in the current request.

    ``address`` is the client's network address, used only as a keyed hash. Failures are counted
    per account and network together, so nobody can lock out somebody elsewhere. Raises
    TooManyAttempts or SignInRefused.
    """
    name = one_line(username).lower()
    key = _throttle_key(name, address)
    _wait_if_needed(key, now)
    account = db.session.scalar(select(Account).where(Account.username == name))
    fits = _verify(account.password_hash if account else _nobody(), password)
    if account is None or not fits or not account.active:
        _count_failure(key, now)
        raise SignInRefused
    db.session.execute(delete(SignInFailures).where(SignInFailures.key == key))
    if _hasher.check_needs_rehash(account.password_hash):
        account.password_hash = _hasher.hash(password)
    token = secrets.token_urlsafe(32)
    db.session.execute(delete(AccountSession).where(AccountSession.expires_at < now))
    db.session.add(
        AccountSession(
            token_hash=_token_hash(token),
            account_id=account.id,
            created_at=now,
            expires_at=now + ABSOLUTE_LIMIT,
        )
    )
    db.session.commit()
    # A new session cookie, so that nothing planted before signing in stays.
    session.clear()
    session["token"] = token
    session.permanent = True
    g.account = account
    return account


def sign_out() -> None:
    """End the session of the current request here and in the database."""
    token = session.get("token")
    session.clear()
    g.account = None
    if token:
        db.session.execute(
            delete(AccountSession).where(AccountSession.token_hash == _token_hash(token))
        )
        db.session.commit()


def signed_in() -> Account | None:
    """The account of the current request; asks the database once a request at most."""
    if "account" not in g:
        g.account = _account_of_request()
    account: Account | None = g.account
    return account


def actor(account: Account) -> Actor:
    """The account as the author of deeds."""
    return Actor(account.id, account.display_name, account.role)


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


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password[: PASSWORD_MAX + 1])
    except VerificationError:
        return False


def _throttle_key(name: str, address: str) -> str:
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"{name}\n{_network(address)}".encode(), "sha256").hexdigest()


def _network(address: str) -> str:
    """The IPv4 address or the IPv6 /64: what one attacker holds at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _wait_if_needed(key: str, now: datetime) -> None:
    row = db.session.get(SignInFailures, key)
    if row is None or row.failures < FREE_FAILURES:
        return
    wait = min(
        FIRST_WAIT_SECONDS * 2 ** min(row.failures - FREE_FAILURES, 10), LONGEST_WAIT_SECONDS
    )
    left = wait - (now - row.last_at).total_seconds()
    if left > 0:
        raise TooManyAttempts(int(left) + 1)


def _count_failure(key: str, now: datetime) -> None:
    forgotten = now - timedelta(seconds=2 * LONGEST_WAIT_SECONDS)
    db.session.execute(delete(SignInFailures).where(SignInFailures.last_at < forgotten))
    counted = db.session.execute(
        update(SignInFailures)
        .where(SignInFailures.key == key)
        .values(failures=SignInFailures.failures + 1, last_at=now)
        .returning(SignInFailures.key)
    ).first()
    if counted is None:
        db.session.merge(SignInFailures(key=key, failures=1, last_at=now))
    db.session.commit()
