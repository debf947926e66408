"""Which passwords are taken, and that the same letters are the same password."""

from __future__ import annotations

import time
import unicodedata

import pytest

from newsapp.accounts import passwords
from newsapp.accounts.browsers import browser_name
from newsapp.accounts.errors import AccountError

NAMES = ("lan.nguyen", "Lan Nguyễn", "Trang tin phường Thử")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("mười một chữ"[:11], "length"),
        ("a" * 257, "length"),
        ("", "length"),
        ("password1234", "common"),
        ("123456789012", "common"),
        ("qwertyuiop12", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("Mật khẩu 123", "common"),
        ("matkhau123456", "common"),
        ("anhyeuem12345", "common"),
        ("lan.nguyen123", "common"),
        ("Lan Nguyễn 123", "common"),
        ("TRANG TIN PHƯỜNG THỬ", "common"),
        ("trangtinphuongthu", "common"),
    ],
)
def test_refused(password: str, code: str) -> None:
    with pytest.raises(AccountError) as refused:
        passwords.check(password, NAMES)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "password",
    [
        "bốn từ dễ nhớ",
        "ghe xuồng chở nắng sớm mai",
        "correct horse battery",
        "   sáu dấu cách   ",
        "đ" * 4 + " một hai ba " + "🦊" * 20,
        "mưa rào tháng sáu ngồi nghe " * 9,
        "tR4$x9!qLm2@",
    ],
)
def test_taken(password: str) -> None:
    passwords.check(password, NAMES)


def test_decomposed_letters_count_and_match_as_composed_ones() -> None:
    composed = unicodedata.normalize("NFC", "bốn từ dễ nhớ lắm")
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    kept = passwords.hashed(decomposed)
    assert passwords.matches(kept, composed)
    assert passwords.matches(passwords.hashed(composed), decomposed)
    # Eleven letters stay eleven, however they are typed.
    with pytest.raises(AccountError, match="12"):
        passwords.check(unicodedata.normalize("NFD", "ếếếếếếếếếếế"))


def test_spaces_at_the_end_belong_to_the_password() -> None:
    kept = passwords.hashed("câu dài dễ nhớ ")
    assert passwords.matches(kept, "câu dài dễ nhớ ")
    assert not passwords.matches(kept, "câu dài dễ nhớ")


def test_a_longer_password_never_matches_its_beginning() -> None:
    longest = "x y" * 85 + "z"
    assert len(longest) == passwords.PASSWORD_MAX
    kept = passwords.hashed(longest)
    assert passwords.matches(kept, longest)
    assert not passwords.matches(kept, longest + "!")
    assert not passwords.matches(kept, longest + "!" * 1_000_000)


def test_odd_characters_are_characters() -> None:
    for odd in ("có \x00 ở giữa đây", "nửa \ud83d chữ thôi"):
        assert passwords.matches(passwords.hashed(odd), odd)


def test_the_estimate_takes_no_long_time() -> None:
    hostile = "4@8({[</369&#!1/\\|0$5+7%2" * 10
    begun = time.monotonic()
    passwords.check(hostile, NAMES)
    assert time.monotonic() - begun < 20


def test_one_time_passwords_are_taken_and_differ() -> None:
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    for password in list(made)[:5]:
        passwords.check(password, NAMES)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/130.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) coc_coc_browser/100.0 Chrome/100", "Cốc Cốc, Linux"),
        ("curl/8.5", ""),
        ("", ""),
        ("\x00" * 100_000, ""),
    ],
)
def test_browsers_are_named_in_plain_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name
