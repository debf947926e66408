"""Accounts: making and changing them, signing in. Sessions and the second factor have own files."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from sqlalchemy import select, update

from newsapp.accounts import passwords, second_factor, sessions, throttle
from newsapp.accounts.errors import (
    AccountError,
    SecondFactorNeeded,
    SignInExpired,
    SignInRefused,
    TooManyAttempts,
)
from newsapp.accounts.passwords import PASSWORD_MAX, PASSWORD_MIN
from newsapp.accounts.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT, actor, renew, sign_out, signed_in
from newsapp.accounts.throttle import FIRST_WAIT_SECONDS, FREE_FAILURES
from newsapp.clock import now as clock_now
from newsapp.extensions import db
from newsapp.furniture import site_settings
from newsapp.models import Account, Audit, Language, Role
from newsapp.models.account import DISPLAY_NAME_MAX, USERNAME_MAX
from newsapp.publishing.audit import Actor, record
from newsapp.text.vietnamese import one_line

__all__ = [
    "ABSOLUTE_LIMIT",
    "FIRST_WAIT_SECONDS",
    "FREE_FAILURES",
    "IDLE_LIMIT",
    "PASSWORD_MAX",
    "PASSWORD_MIN",
    "AccountError",
    "SecondFactorNeeded",
    "SignInExpired",
    "SignInRefused",
    "TooManyAttempts",
    "actor",
    "renew",
    "sign_out",
    "signed_in",
]

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
# Failed sign-ins of one account, or of unknown names together, are noted no more often than this,
# so that guessing cannot fill the log.
NOTED_EVERY = timedelta(minutes=1)
# Whoever tried to sign in is not known to be anybody.
STRANGER = Actor(None, "", Role.CONTRIBUTOR)


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
    """Make an account. Raises AccountError for a taken or impossible name, or a password that is
    short or common.

    ``initial`` marks a password that somebody else chose; the person has to change it.
    """
    name = username.strip().lower()
    shown = _shown_name(display_name, name)
    if len(name) > USERNAME_MAX or not USERNAME.fullmatch(name):
        raise AccountError(
            f"username {username!r}: only a-z, 0-9, dot, dash and underscore", code="username"
        )
    if db.session.scalar(select(Account.id).where(Account.username == name)):
        raise AccountError(f"username {name!r} is taken", code="taken")
    if demand_length:
        passwords.check(password, (name, shown, site_settings().site_name))
    account = Account(
        username=name,
        display_name=shown,
        role=role,
        password_hash=passwords.hashed(password),
        password_is_initial=initial,
        created_at=clock_now(),
    )
    db.session.add(account)
    db.session.flush()
    record(by, "account.add", "account", account.id, f"{name} ({role.value})")
    db.session.commit()
    return account


def find(username: str) -> Account:
    """The account of that name. Raises AccountError when there is none."""
    account = db.session.scalar(select(Account).where(Account.username == username.strip().lower()))
    if account is None:
        raise AccountError(f"there is no account {username!r}", code="unknown")
    return account


def numbered(account_id: int) -> Account | None:
    """The account of that number."""
    return db.session.get(Account, account_id)


def everyone() -> list[Account]:
    """All accounts by name."""
    return list(db.session.scalars(select(Account).order_by(Account.username)))


def change(account: Account, display_name: str, role: Role, *, by: Actor) -> None:
    """Change the shown name and the role. Raises AccountError (``name`` or ``last``)."""
    shown = _shown_name(display_name, account.username)
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(account)
    before = f"{account.display_name} ({account.role.value})"
    after = f"{shown} ({role.value})"
    if before == after:
        return
    account.display_name, account.role = shown, role
    record(by, "account.change", "account", account.id, f"{account.username}: {before} → {after}")
    db.session.commit()


def rename(account: Account, display_name: str, *, by: Actor) -> None:
    """Change the shown name. Raises AccountError (``name``)."""
    change(account, display_name, account.role, by=by)


def set_password(account: Account, password: str, *, by: Actor, initial: bool = False) -> None:
    """Change the password and end the account's other sessions. Raises AccountError."""
    passwords.check(password, names_of(account))
    account.password_hash = passwords.hashed(password)
    account.password_is_initial = initial
    sessions.drop(account, keep_present=True)
    deed = "account.one_time_password" if initial else "account.password"
    record(by, deed, "account", account.id, account.username)
    db.session.commit()


def set_one_time_password(account: Account, *, by: Actor) -> str:
    """Make a random password that the person has to change; it is returned and kept nowhere."""
    password = passwords.one_time()
    set_password(account, password, by=by, initial=True)
    return password


def disable(account: Account, *, by: Actor) -> None:
    """Switch the account off and end its sessions. Raises AccountError (``last``) for the last
    active administrator."""
    _keep_an_administrator(account)
    account.active = False
    sessions.drop(account)
    record(by, "account.disable", "account", account.id, account.username)
    db.session.commit()


def enable(account: Account, *, by: Actor) -> None:
    """Let the person sign in again."""
    if account.active:
        return
    account.active = True
    record(by, "account.enable", "account", account.id, account.username)
    db.session.commit()


def set_language(account: Account, language: Language, *, by: Actor) -> None:
    """Choose the language in which the newsroom speaks to this person."""
    account.language = language
    record(by, "account.language", "account", account.id, language.value)
    db.session.commit()


def password_matches(account: Account, password: str) -> bool:
    """Whether ``password`` is the account's."""
    return passwords.matches(account.password_hash, password)


def names_of(account: Account) -> tuple[str, ...]:
    """Words that make a poor password for this person."""
    return (account.username, account.display_name, site_settings().site_name)


def sign_in(username: str, password: str, address: str, now: datetime) -> Account:
    """Check the password and open a session in the current request.

    ``address`` is the client's network address, used only as a keyed hash. Failures are counted
    per account and network together, and per network (see ``throttle``), so nobody can lock out
    somebody elsewhere. Raises TooManyAttempts or SignInRefused, or SecondFactorNeeded: then ``finish_sign_in`` has to follow
    within ``sessions.HALFWAY_LIMIT``.
    """
    name = one_line(username).lower()
    key = throttle.key(name, address)
    throttle.wait_if_needed(key, now)
    throttle.wait_for_network(name, address, now)
    account = db.session.scalar(select(Account).where(Account.username == name))
    fits = passwords.matches(account.password_hash if account else passwords.of_nobody(), password)
    if account is None or not fits or not account.active:
        throttle.count_failure(key, now)
        throttle.count_failure(throttle.key("network", address), now)
        _note_failure(account, "account.sign_in_failed", now)
        db.session.commit()
        raise SignInRefused
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hashed(password)
    if second_factor.is_asked_of(account):
        db.session.commit()
        sessions.begin_halfway(account, now)
        raise SecondFactorNeeded
    throttle.forget(key)
    throttle.remember(name, address, now)
    sessions.begin(account, now)
    return account


def finish_sign_in(code: str, address: str, now: datetime) -> Account:
    """Check the second factor of whom ``sign_in`` left half-way, and open the session.

    Codes are counted per account wherever they come from: the sender already has the password.
    Raises TooManyAttempts, SignInRefused or SignInExpired.
    """
    account = sessions.halfway(now)
    if account is None:
        raise SignInExpired
    _accept_code(account, code, now)
    throttle.forget(throttle.key(account.username, address))
    throttle.remember(account.username, address, now)
    sessions.begin(account, now)
    return account


def confirm(account: Account, password: str, now: datetime, code: str | None = None) -> None:
    """Make sure that the person at the keyboard is the account's: by the password, and by a code
    of the second factor unless ``code`` is None. Raises TooManyAttempts or SignInRefused."""
    key = throttle.key(f"confirm\n{account.id}")
    throttle.wait_if_needed(key, now)
    if not password_matches(account, password):
        throttle.count_failure(key, now)
        db.session.commit()
        raise SignInRefused("password")
    if code is not None:
        _accept_code(account, code, now)
    throttle.forget(key)
    db.session.commit()


def _accept_code(account: Account, code: str, now: datetime) -> None:
    key = throttle.key(f"code\n{account.id}")
    throttle.wait_if_needed(key, now)
    if not second_factor.accept(account, code, now):
        throttle.count_failure(key, now)
        _note_failure(account, "account.code_failed", now)
        db.session.commit()
        raise SignInRefused("code")
    throttle.forget(key)


def _note_failure(account: Account | None, deed: str, now: datetime) -> None:
    """Note a failed sign-in without what was typed: people type passwords into the wrong field."""
    subject_id = str(account.id) if account else ""
    latest = db.session.scalar(
        select(Audit.at)
        .where(
            Audit.subject == "account",
            Audit.subject_id == subject_id,
            Audit.action == deed,
        )
        .order_by(Audit.id.desc())
        .limit(1)
    )
    # A clock that ran ahead must not keep the log silent until its time has come.
    if latest is None or abs(now - latest) >= NOTED_EVERY:
        record(STRANGER, deed, "account", subject_id, account.username if account else "")


def _shown_name(display_name: str, username: str) -> str:
    shown = one_line(display_name) or username
    if len(shown) > DISPLAY_NAME_MAX:
        raise AccountError(f"a name has at most {DISPLAY_NAME_MAX} characters", code="name")
    return shown


def _keep_an_administrator(account: Account) -> None:
    """Raise AccountError (``last``) when nobody else could administer the site.

    The statement changes nothing and locks the rows, in SQLite too: of two administrators who
    switch each other off, one comes second.
    """
    active = db.session.scalars(
        update(Account)
        .where(Account.role == Role.ADMINISTRATOR, Account.active)
        .values(active=Account.active)
        .returning(Account.id)
        .execution_options(synchronize_session=False)
    ).all()
    if list(active) == [account.id]:
        db.session.rollback()
        raise AccountError("the last administrator cannot be disabled or demoted", code="last")
