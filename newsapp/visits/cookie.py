"""The one cookie of a reader: short-lived, signed, first-party, and it names nobody.

It holds the time of the browser's last counted page and the pages read in this visit, no more.
Its payload is hexadecimal numbers joined by `-`, the time in milliseconds first, of a visit's first
page the end of its second; after a `.` follows its keyed BLAKE2 (RFC 7693), which is cheap: each
counted page is signed.
"""

from __future__ import annotations

import hmac
import re
from hashlib import blake2b

from newsapp.visits.rules import WINDOW_SECONDS, Visit

NAME = "newsapp_visit"
MOST_SEEN = 200
MOST_BYTES = 1900
"""Bound on the cookie's value; browsers keep some 4 KB, and every request sends it."""

CLOCK_LEEWAY_MS = 5_000
"""How far ahead another host's clock may be before its cookies are held to be forged."""

_VALUE = re.compile(r"([0-9a-f]{1,16}(?:-[0-9a-f]{1,16})*)\.[0-9a-f]{32}", re.ASCII)


class VisitCookie:
    """Reads and writes the cookie. Several hosts that share the secret key share its visits."""

    def __init__(self, secret_key: bytes | str) -> None:
        secret = secret_key.encode() if isinstance(secret_key, str) else secret_key
        key = hmac.digest(secret, b"newsapp.visits.cookie.2", "sha256")
        self._keyed = blake2b(key=key, digest_size=16)

    def read(self, header: str, now_ms: int) -> Visit | None:
        """The visit in a Cookie header, None if there is none that this site wrote.

        Garbage, another site's or a tampered value and one from the future are all the same as no
        cookie; so is one whose window has closed, for a browser would have dropped it. Never
        raises.
        """
        value = _value(header)
        if value is None or len(value) > MOST_BYTES:
            return None
        written = _VALUE.fullmatch(value)
        if not written or not hmac.compare_digest(self._signed(written[1]), value):
            return None
        last_ms, *seen = (int(number, 16) for number in written[1].split("-"))
        if not now_ms - WINDOW_SECONDS * 1000 < last_ms <= now_ms + CLOCK_LEEWAY_MS:
            return None
        return Visit(last_ms, tuple(seen[-MOST_SEEN:]))

    def value(self, visit: Visit) -> str:
        """The signed value; the oldest pages are left out where it would grow too long."""
        seen = [f"{key:x}" for key in visit.seen[-MOST_SEEN:]]
        while True:
            value = self._signed("-".join((f"{visit.last_ms:x}", *seen)))
            if len(value) <= MOST_BYTES:
                return value
            del seen[0]

    def _signed(self, payload: str) -> str:
        keyed = self._keyed.copy()
        keyed.update(payload.encode())
        return f"{payload}.{keyed.hexdigest()}"

    def header(self, visit: Visit, *, secure: bool) -> str:
        """The whole Set-Cookie header."""
        return (
            f"{NAME}={self.value(visit)}; Max-Age={WINDOW_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
            + ("; Secure" if secure else "")
        )


def _value(header: str) -> str | None:
    if NAME not in header:
        return None
    for pair in header.split(";"):
        name, _, value = pair.partition("=")
        if name.strip() == NAME:
            return value.strip().strip('"')
    return None
