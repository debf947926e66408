"""The one cookie of a reader: short-lived, signed, first-party, and it names nobody.

It holds the time of the browser's last counted page and the pages read in this visit, no more.
Its payload is hexadecimal numbers joined by `-`, the time in milliseconds first.
"""

from __future__ import annotations

import hmac
import re
from hashlib import blake2b

from itsdangerous import BadSignature, Signer
from itsdangerous.signer import SigningAlgorithm

from newsapp.visits.rules import WINDOW_SECONDS, Visit

NAME = "newsapp_visit"
MOST_SEEN = 200
MOST_BYTES = 1900
"""Bound on the cookie's value; browsers keep some 4 KB, and every request sends it."""

CLOCK_LEEWAY_MS = 5_000
"""How far ahead another host's clock may be before its cookies are held to be forged."""

_PAYLOAD = re.compile(r"[0-9a-f]{1,16}(?:-[0-9a-f]{1,16})*", re.ASCII)


class _Blake2(SigningAlgorithm):
    """Keyed BLAKE2 (RFC 7693): each counted page is signed, and HMAC takes three times as long."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return blake2b(value, key=key, digest_size=24).digest()


class VisitCookie:
    """Reads and writes the cookie. Several hosts that share the secret key share its visits."""

    def __init__(self, secret_key: bytes | str) -> None:
        secret = secret_key.encode() if isinstance(secret_key, str) else secret_key
        # Derived here once: the signer would do it again for every cookie.
        key = hmac.digest(secret, b"newsapp.visits.cookie.2", "sha256")
        self._signer = Signer(key, key_derivation="none", algorithm=_Blake2())

    def read(self, header: str, now_ms: int) -> Visit | None:
        """The visit in a Cookie header, None if there is none that this site wrote.

        Garbage, another site's or a tampered value and one from the future are all the same as no
        cookie; so is one whose window has closed, for a browser would have dropped it. Never
        raises.
        """
        value = _value(header)
        if value is None or len(value) > MOST_BYTES:
            return None
        try:
            payload = self._signer.unsign(value).decode("ascii")
        except (BadSignature, UnicodeError):
            return None
        if not _PAYLOAD.fullmatch(payload):
            return None
        last_ms, *seen = (int(number, 16) for number in payload.split("-"))
        if not now_ms - WINDOW_SECONDS * 1000 < last_ms <= now_ms + CLOCK_LEEWAY_MS:
            return None
        return Visit(last_ms, tuple(seen[-MOST_SEEN:]))

    def value(self, visit: Visit) -> str:
        """The signed value; the oldest pages are left out where it would grow too long."""
        seen = [f"{key:x}" for key in visit.seen[-MOST_SEEN:]]
        while True:
            payload = "-".join((f"{visit.last_ms:x}", *seen))
            value = self._signer.sign(payload).decode("ascii")
            if len(value) <= MOST_BYTES:
                return value
            del seen[0]

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
