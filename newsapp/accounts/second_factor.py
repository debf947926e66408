"""The second factor: codes that an app on the phone shows (RFC 6238), and recovery codes.

Six digits, SHA-1, 30 seconds; the step before and the one after are taken too, because clocks
differ. No code is taken twice.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime
from enum import StrEnum

import pyotp
from sqlalchemy import delete, func, or_, select, update

from newsapp.accounts.errors import AccountError
from newsapp.accounts.passwords import ONE_TIME_ALPHABET
from newsapp.extensions import db
from newsapp.models import Account, RecoveryCode, Role, Setting
from newsapp.publishing.articles import NotAllowed
from newsapp.publishing.audit import Actor, record
from newsapp.text.qr import qr_svg

SETTING = "second_factor"
STEP_SECONDS = 30
DIGITS = 6
STEPS_APART = 1
RECOVERY_CODES = 10
ISSUER_MAX = 40


class Rule(StrEnum):
    """Whether people are asked for a second factor; a setting of the site."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


def rule() -> Rule:
    """The site's rule; optional as long as nobody has said otherwise."""
    said = db.session.scalar(select(Setting.value).where(Setting.key == SETTING))
    return Rule(said) if said in set(Rule) else Rule.OPTIONAL


def set_rule(chosen: Rule, *, by: Actor) -> None:
    """Change the site's rule. Raises NotAllowed for anybody but an administrator."""
    if not by.role.includes(Role.ADMINISTRATOR):
        raise NotAllowed
    db.session.merge(Setting(key=SETTING, value=chosen.value, demo=False))
    record(by, "account.second_factor_rule", "setting", SETTING, chosen.value)
    db.session.commit()


def is_asked_of(account: Account) -> bool:
    """Whether signing in takes a code after the password."""
    return account.totp_secret is not None and rule() is not Rule.OFF


def is_missing(account: Account) -> bool:
    """Whether the rule demands a second factor that the account has not."""
    return account.totp_secret is None and rule() is Rule.REQUIRED


def new_secret() -> str:
    """A random secret, base32, 160 bits."""
    return pyotp.random_base32()


def qr_code(secret: str, username: str, site_name: str) -> str:
    """An SVG element that an app reads; black on white in every colour scheme."""
    issuer = site_name.replace(":", " ")[:ISSUER_MAX]
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)
    return qr_svg(address, border=4, light="#fff", svgclass="qr", lineclass=None, omitsize=True)


def switch_on(account: Account, secret: str, code: str, now: datetime, *, by: Actor) -> list[str]:
    """Keep the secret once a code shows that the app has it; the recovery codes, to be shown once.

    Raises AccountError (``code``) when the code does not fit, or there is a secret already.
    """
    step = _step_of(secret, _bare(code), now)
    if step is None or account.totp_secret is not None:
        raise AccountError("the code does not fit", code="code")
    account.totp_secret, account.totp_last_step = secret, step
    codes = _fresh_codes(account)
    record(by, "account.second_factor_on", "account", account.id, account.username)
    db.session.commit()
    return codes


def switch_off(account: Account, *, by: Actor) -> None:
    """Take the secret and the recovery codes away."""
    account.totp_secret = None
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    record(by, "account.second_factor_off", "account", account.id, account.username)
    db.session.commit()


def renew_codes(account: Account, *, by: Actor) -> list[str]:
    """New recovery codes in place of the old ones, to be shown once."""
    codes = _fresh_codes(account)
    record(by, "account.recovery_codes", "account", account.id, account.username)
    db.session.commit()
    return codes


def codes_left(account: Account) -> int:
    """How many recovery codes are not used yet."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(RecoveryCode)
            .where(RecoveryCode.account_id == account.id)
        )
        or 0
    )


def accept(account: Account, code: str, now: datetime) -> bool:
    """Whether the code of the app, or a recovery code, fits; it is used up. The caller commits.

    Two requests with the same code cannot both succeed: the database decides. A step that has not
    come yet was used while the clock was wrong, and shuts nobody out until it comes.
    """
    if account.totp_secret is None:
        return False
    bare = _bare(code)
    if len(bare) != DIGITS:
        return _use_recovery_code(account, bare)
    step = _step_of(account.totp_secret, bare, now)
    if step is None:
        return False
    unused = or_(
        Account.totp_last_step < step,
        Account.totp_last_step > _present_step(now) + STEPS_APART,
    )
    taken = db.session.execute(
        update(Account)
        .where(Account.id == account.id, unused)
        .values(totp_last_step=step)
        .returning(Account.id)
    ).first()
    return taken is not None


def _bare(code: str) -> str:
    """The code without the spaces and dashes that people copy along."""
    return "".join(letter for letter in code[:100] if letter.isalnum()).lower()


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The newest step near ``now`` whose code this is."""
    totp = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    present = _present_step(now)
    steps = range(present + STEPS_APART, present - STEPS_APART - 1, -1)
    # All are compared, whichever fits, so that the answer always takes as long.
    fits = [s for s in steps if hmac.compare_digest(totp.generate_otp(s).encode(), code.encode())]
    return fits[0] if fits else None


def _present_step(now: datetime) -> int:
    return int(now.timestamp()) // STEP_SECONDS


def _use_recovery_code(account: Account, bare: str) -> bool:
    used = db.session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, RecoveryCode.code_hash == _hash(bare))
        .returning(RecoveryCode.code_hash)
    ).first()
    if used is None:
        return False
    by = Actor(account.id, account.display_name, account.role)
    record(by, "account.recovery_code", "account", account.id, account.username)
    return True


def _fresh_codes(account: Account) -> list[str]:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [
        "-".join("".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(3))
        for _ in range(RECOVERY_CODES)
    ]
    db.session.add_all(
        RecoveryCode(code_hash=_hash(_bare(code)), account_id=account.id) for code in codes
    )
    return codes


def _hash(bare: str) -> str:
    return hashlib.sha256(bare.encode()).hexdigest()
