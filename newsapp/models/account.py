"""Account: a person who may sign in, the sessions that person has open, failed attempts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsapp.extensions import Base
from newsapp.models.columns import Choice, UtcDateTime, at_most, not_blank, one_of

USERNAME_MAX = 64
DISPLAY_NAME_MAX = 120


class Role(StrEnum):
    """What an account may do; each role may do all that the one before it may."""

    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Whether this role may do what ``other`` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class Language(StrEnum):
    """Interface languages; Vietnamese is the default."""

    VIETNAMESE = "vi"
    ENGLISH = "en"


class Account(Base):
    """A person of the office. ``username`` is kept in lower case and is what one signs in with.

    ``totp_secret`` (base32, RFC 6238) is set once the second factor works; ``totp_last_step`` is
    the last 30-second step whose code was used, so that no code opens the door twice.
    """

    __tablename__ = "account"
    __table_args__ = (
        not_blank("username"),
        at_most("username", USERNAME_MAX),
        at_most("display_name", DISPLAY_NAME_MAX),
        CheckConstraint("username = lower(username)", name="username_lower_case"),
        one_of("role", Role),
        one_of("language", Language),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_MAX), unique=True)
    display_name: Mapped[str] = mapped_column(String(DISPLAY_NAME_MAX))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_is_initial: Mapped[bool] = mapped_column(default=False)
    role: Mapped[Role] = mapped_column(Choice(Role), default=Role.CONTRIBUTOR)
    language: Mapped[Language] = mapped_column(Choice(Language), default=Language.VIETNAMESE)
    active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountSession(Base):
    """A signed-in browser. The cookie holds the token, the table only its SHA-256.
    ``agent`` is the browser's own name, so that people recognise it in their list."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    agent: Mapped[str] = mapped_column(String(200), default="", server_default="")

    account: Mapped[Account] = relationship(lazy="raise")


class RecoveryCode(Base):
    """A code that stands in for the second factor once; only its SHA-256 is kept."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), index=True
    )


class SignInFailures(Base):
    """Failed sign-ins of one account from one network, by a keyed hash of both."""

    __tablename__ = "sign_in_failures"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures_not_negative"),)

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
