"""Failed attempts, and how long the next one has to wait.

Failures count twice: for one name from one network, and for the network whatever the name. The
second keeps somebody from trying a few passwords on each of many names. Its wait is short, and
whoever signed in from there lately does not wait for it: one guesser does not lock out an office
that shares the address.
"""

from __future__ import annotations

import hmac
import ipaddress
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, update

from newsapp.accounts.errors import TooManyAttempts
from newsapp.extensions import db
from newsapp.models import SignInFailures

FREE_FAILURES = 5
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 900
NETWORK_FREE_FAILURES = 30
NETWORK_LONGEST_WAIT_SECONDS = 60
FAMILIAR_FOR = timedelta(days=30)
# The clocks of two hosts differ by less. A failure from further ahead was counted by a clock that
# was wrong; whoever waited for it to pass might wait for a year.
CLOCKS_APART = timedelta(minutes=1)


def key(what: str, address: str = "") -> str:
    """The keyed hash under which failures of ``what`` from a network are counted.

    ``address`` is the client's network address; it is not kept. Without one, failures count
    wherever they come from.
    """
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, f"{what}\n{_network(address)}".encode(), "sha256").hexdigest()


def wait_if_needed(
    key: str, now: datetime, free: int = FREE_FAILURES, longest: int = LONGEST_WAIT_SECONDS
) -> None:
    """Raise TooManyAttempts while the wait after the last failure is not over.

    ``free`` failures cost no wait; then it doubles up to ``longest`` seconds. What failed at a
    time that has not come yet costs none: the next failure brings it to the present.
    """
    row = db.session.get(SignInFailures, key)
    if row is None or row.failures < free or row.last_at > now + CLOCKS_APART:
        return
    wait = min(FIRST_WAIT_SECONDS * 2 ** min(row.failures - free, 10), longest)
    left = wait - (now - row.last_at).total_seconds()
    if left > 0:
        raise TooManyAttempts(int(left) + 1)


def wait_for_network(name: str, address: str, now: datetime) -> None:
    """Raise TooManyAttempts while this network guesses too much, unless ``name`` signed in from
    there within ``FAMILIAR_FOR``."""
    familiar = db.session.get(SignInFailures, key(f"familiar\n{name}", address))
    if familiar is None or familiar.last_at < now - FAMILIAR_FOR:
        wait_if_needed(
            key("network", address), now, NETWORK_FREE_FAILURES, NETWORK_LONGEST_WAIT_SECONDS
        )


def remember(name: str, address: str, now: datetime) -> None:
    """Remember that ``name`` signed in from this network; the caller commits."""
    row = SignInFailures(key=key(f"familiar\n{name}", address), failures=0, last_at=now)
    db.session.merge(row)


def count_failure(key: str, now: datetime) -> None:
    """Count one more failure; the caller commits."""
    forgotten = now - timedelta(seconds=2 * LONGEST_WAIT_SECONDS)
    db.session.execute(
        delete(SignInFailures).where(
            SignInFailures.last_at < forgotten,
            (SignInFailures.failures > 0) | (SignInFailures.last_at < now - FAMILIAR_FOR),
        )
    )
    counted = db.session.execute(
        update(SignInFailures)
        .where(SignInFailures.key == key)
        .values(failures=SignInFailures.failures + 1, last_at=now)
        .returning(SignInFailures.key)
    ).first()
    if counted is None:
        db.session.merge(SignInFailures(key=key, failures=1, last_at=now))


def forget(*keys: str) -> None:
    """Start counting anew after a success; the caller commits."""
    db.session.execute(delete(SignInFailures).where(SignInFailures.key.in_(keys)))


def _network(address: str) -> str:
    """The IPv4 address or the IPv6 /64: what one attacker holds at least."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
