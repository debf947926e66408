"""What can be refused about an account or a sign-in."""

from __future__ import annotations


class AccountError(ValueError):
    """An account cannot be made or changed so.

    The message says why in one English sentence, for the operator; ``code`` says it to a page:
    ``username``, ``taken``, ``name``, ``length``, ``common``, ``unknown``, ``last`` or ``code``.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class SignInRefused(Exception):
    """Wrong name, password or code, or an account that is switched off."""


class TooManyAttempts(SignInRefused):
    """The next attempt is allowed after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class SecondFactorNeeded(Exception):
    """The password was right, and a code of the second factor has to follow."""


class SignInExpired(Exception):
    """Nobody is half signed in here, or the code came too late."""
