"""Passwords: which ones are taken, how they are kept and compared.

Length counts and nothing else is prescribed; what guessers try first is refused. The estimate and
its word lists are zxcvbn's (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", 2016).
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from newsapp.accounts.errors import AccountError
from newsapp.text.vietnamese import fold

PASSWORD_MIN = 12
PASSWORD_MAX = 256
# A password that holds out against this many guesses is safe behind a slowed-down sign-in.
GUESSES_MIN = 10**8
# The estimate takes seconds on long texts full of substitutions; a strong beginning is enough.
ESTIMATED_CHARACTERS = 32
# What people of this office would try and an English list does not know.
LOCAL_WORDS = ("mật khẩu", "anh yêu em", "em yêu anh", "việt nam", "phường", "quản trị", "biên tập")
ONE_TIME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"

_hasher = PasswordHasher()
# zxcvbn keeps the caller's words in a table of its module.
_one_estimate_at_a_time = threading.Lock()


def check(password: str, names: Iterable[str] = ()) -> None:
    """Raise AccountError (``length`` or ``common``) for a password that is not taken.

    ``names`` are words that anybody would try here: the user name, the person's, the site's.
    """
    if not PASSWORD_MIN <= len(_normal(password)) <= PASSWORD_MAX:
        raise AccountError(
            f"a password has {PASSWORD_MIN} to {PASSWORD_MAX} characters", code="length"
        )
    if _guesses(password, names) < GUESSES_MIN:
        raise AccountError("this password is one of the first that guessers try", code="common")


def hashed(password: str) -> str:
    """The Argon2id hash to keep. Letters typed with combining marks are the same letters."""
    return _hasher.hash(_bytes(password))


def matches(password_hash: str, password: str) -> bool:
    """Whether the hash was made from ``password``."""
    try:
        return _hasher.verify(password_hash, _bytes(password))
    except VerificationError:
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def of_nobody() -> str:
    """A hash to compare with when the name is unknown, so that both answers take as long."""
    return _hasher.hash(secrets.token_urlsafe(16))


def one_time() -> str:
    """A random password for somebody else, easy to read aloud: 79 bits in four groups."""
    groups = ("".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _normal(password: str) -> str:
    # Four code points are enough for any letter; nothing longer needs to be looked at.
    return unicodedata.normalize("NFC", password[: 4 * PASSWORD_MAX + 1])


def _bytes(password: str) -> bytes:
    return _normal(password)[: PASSWORD_MAX + 1].encode("utf-8", "surrogatepass")


def _guesses(password: str, names: Iterable[str]) -> float:
    # Reading the word lists takes 70 ms and 14 MB, which only changing a password should cost.
    from zxcvbn import zxcvbn

    words = [form for word in (*names, *LOCAL_WORDS) for form in _forms(word)]
    with _one_estimate_at_a_time:
        result = zxcvbn(fold(_normal(password))[:ESTIMATED_CHARACTERS], user_inputs=words)
    return float(result["guesses"])


def _forms(word: str) -> tuple[str, ...]:
    plain = fold(word)
    return (plain, "".join(plain.split()), *plain.split())
