"""Vietnamese writing: every letter in both Unicode forms, dates there and back, order."""

# ruff: noqa: SIM905 - a long list of words reads better as one string

import unicodedata
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.text import vietnamese as vi

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
VOWELS = dict(zip("aăâeêioôơuưy", "aaaeeiooouuy", strict=True))
LETTERS = [
    (unicodedata.normalize("NFC", vowel + tone), base)
    for vowel, base in VOWELS.items()
    for tone in TONES
] + [("đ", "d")]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(("letter", "base"), LETTERS)
def test_every_letter_folds_to_its_base_in_one_place(letter: str, base: str, form: Any) -> None:
    for case in (letter, letter.upper()):
        given_text = unicodedata.normalize(form, f"x{case}z")
        assert vi.fold(given_text) == f"x{base}z"


def test_fold_keeps_the_length_of_every_character() -> None:
    for code in range(0x110000):
        if not 0xD800 <= code <= 0xDFFF:
            composed = unicodedata.normalize("NFC", chr(code))
            assert len(vi.fold(chr(code))) == len(composed), hex(code)


@given(st.text())
def test_fold_maps_positions_back(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    folded = vi.fold(text)
    assert len(folded) == len(composed)
    assert vi.fold(composed) == folded


def test_fold_knows_letters_that_grow_and_the_wrong_eth() -> None:
    assert vi.fold("İx") == "ix"
    assert vi.fold("ÐƯỜNG ðường") == "duong duong"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("Ð ð", "Đ đ"),
        ("to\u0301an", "tóan"),
        ("a\u200bb\ufeffc\xadd\u2060e", "abcde"),
        ("a\u200b\u0301", "á"),
        ("a\x00\x07b\x1b\x93c", "abc"),
        ("một\r\nhai\rba\u2028bốn\x0bnăm", "một\nhai\nba\nbốn\nnăm"),
        ("a\xa0b\tc\n", "a\xa0b\tc\n"),
        ("a\ud800b\uffff", "ab"),
    ],
)
def test_normalize(text: str, stored: str) -> None:
    assert vi.normalize(text) == stored


@given(st.text())
def test_normalize_is_done_once(text: str) -> None:
    assert vi.normalize(vi.normalize(text)) == vi.normalize(text)


def test_one_line() -> None:
    assert vi.one_line("\xa0 Lịch \n\ttiếp\xa0\xa0dân\u200b ") == "Lịch tiếp dân"


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Đường phố Bạc Liêu", "duong-pho-bac-lieu"),
        (unicodedata.normalize("NFD", "Đường phố Bạc Liêu"), "duong-pho-bac-lieu"),
        ("Ðề án 06: “chuyển đổi số”!", "de-an-06-chuyen-doi-so"),
        ("x\u0302y", "xy"),
        ("***", "tin"),
        ("", "tin"),
    ],
)
def test_slug(title: str, slug: str) -> None:
    assert vi.slugify(title) == slug


def test_slug_is_cut_between_words() -> None:
    assert vi.slugify("Một hai ba", max_length=7) == "mot-hai"
    assert vi.slugify("Một hai ba", max_length=9) == "mot-hai"
    assert vi.slugify("Một hai ba", max_length=10) == "mot-hai-ba"
    assert vi.slugify("x" * 200, max_length=80) == "x" * 80


def test_order_of_letters_and_tones() -> None:
    in_order = (
        "2 an, ăn, ân, ba, bà, bả, bã, bá, bạ, ba ba, bác, cá, da, đa, em, êm, ga, ha, im, kẻ, la,"
        " má, na, ong, ông, ơn, pha, quả, ra, sa, ta, u, ưa, va, xa, y"
    ).split(", ")
    backwards = in_order[::-1]
    assert sorted(backwards, key=vi.sort_key) == in_order
    assert sorted(["Ấp Đông", "ấp Dơi", "Ấp đình"], key=vi.sort_key) == [
        "ấp Dơi",
        "Ấp đình",
        "Ấp Đông",
    ]


def test_tone_placement_case_and_form_do_not_change_the_order() -> None:
    assert vi.sort_key("hòa") == vi.sort_key("hoà") == vi.sort_key("Hoà")
    assert vi.sort_key("thủy") == vi.sort_key(unicodedata.normalize("NFD", "thuỷ"))
    assert vi.sort_key("hòa") != vi.sort_key("hóa")


def test_dateline_there_and_back() -> None:
    moment = datetime(2017, 4, 15, 3, 0, tzinfo=UTC)
    line = vi.format_dateline(moment, ZONE)
    assert line == "Thứ Bảy, 15/04/2017, 10:00"
    assert vi.parse_dateline(line, ZONE) == moment


def test_dateline_refuses_a_naive_moment() -> None:
    with pytest.raises(ValueError, match="time zone"):
        vi.format_dateline(datetime(2017, 4, 15), ZONE)  # noqa: DTZ001 - naive on purpose


@given(st.integers(min_value=4_000_000, max_value=100_000_000))
def test_every_minute_survives_the_dateline(minutes_since_1970: int) -> None:
    moment = datetime.fromtimestamp(minutes_since_1970 * 60, UTC)
    assert vi.parse_dateline(vi.format_dateline(moment, ZONE), ZONE) == moment


@pytest.mark.parametrize(
    "text",
    [
        "Thứ Bảy, 15/04/2017, 10:00",
        "thứ 7, 15/4/2017 10h00",
        "THU BAY 15-04-2017 10:00:00",
        "\xa0 Thứ\xa07,\xa0\xa015.4.2017, 10h ",
        "15/04/2017 - 10:00",
        "Chủ nhật, 15/04/2017, 10:00",
        "CN, 15/04/2017, 10h00",
        unicodedata.normalize("NFD", "Thứ bảy, 15/04/2017, 10:00"),
        "2017-04-15 10:00",
    ],
)
def test_datelines_as_people_write_them(text: str) -> None:
    assert vi.parse_dateline(text, ZONE) == datetime(2017, 4, 15, 10, 0, tzinfo=ZONE)


def test_dateline_without_a_time_is_midnight_in_the_zone() -> None:
    read = vi.parse_dateline("Thứ Bảy, 15/04/2017", ZONE)
    assert read == datetime(2017, 4, 14, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "hôm qua", "31/02/2017", "15/13/2017", "15/04/17", "15/04/2017, 25:00"),
        *("15/04/2017x", "15/04/2017, 10:61", "0/4/2017", "15/04-2017", "١٥/٠٤/٢٠١٧"),
        "15/04/0000",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert vi.parse_dateline(text, ZONE) is None
    assert vi.parse_date(text) is None


@pytest.mark.parametrize(
    "text", ["5/4/2017", "05-04-2017", "2017-04-05", "5.4.2017", " 05/04/2017\xa0"]
)
def test_days_as_people_write_them(text: str) -> None:
    assert vi.parse_date(text) == date(2017, 4, 5)


def test_names_of_days_and_numbers() -> None:
    week = [vi.weekday_name(date(2017, 4, day)) for day in range(10, 17)]
    assert ", ".join(week) == "Thứ Hai, Thứ Ba, Thứ Tư, Thứ Năm, Thứ Sáu, Thứ Bảy, Chủ Nhật"
    assert vi.format_date(date(2017, 4, 5)) == "Thứ Tư, 05/04/2017"
    assert [vi.format_number(n) for n in (0, 786, 5164377)] == ["0", "786", "5.164.377"]
