"""What finds what, and in which order: one table, held against both engines."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Literal

import pytest
from flask import Flask

from newsapp.models import Section
from newsapp.publishing import articles
from newsapp.publishing.articles import Content, Step
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.search import queries
from newsapp.search.engine import Bounds
from newsapp.search.query import parse

NOW = datetime.now(UTC)

# Name, title, lead, body; the later in the list the newer.
TEXTS = (
    ("duong-pho", "Đặt tên đường phố mới", "Sáu con đường.", "Đường Trần Phú kéo dài."),
    ("duong-an", "Giá dương mai tăng", "Chợ bán dương mai.", "Dương mai Trung Quốc."),
    ("duong-sua", "Sữa đường", "Bánh kẹo.", "Nhà máy làm sữa."),
    ("hoa-binh", "Lễ hội hòa bình", "Ngày hội.", "Thanh niên vì hòa bình."),
    ("hoa-binh-moi", "Câu lạc bộ", "Viết hoà bình theo lối mới.", "Hoà bình, thuỷ lợi, khoẻ mạnh."),
    ("hoa-hong", "Hội hoa xuân", "Hoa hồng và hoa cúc.", "Vườn hoa mở cửa."),
    ("ke-hoach", "Kế hoạch thi đua", "Ban hành Kế hoạch 36/KH-UBND.", "Số 36/KH-UBND ngày 5/4."),
    ("ke-hoach-2", "Kế hoạch khác", "Kế hoạch 36/KH-STC.", "Theo văn bản 12/KH-UBND."),
    ("nghi-dinh", "Nghị định mới", "Về đơn thư.", "Nghị định 20/2008/NĐ-CP có hiệu lực."),
    ("thuong", "Khen thưởng", "Tặng thưởng 12 người.", "Thương người như thể thương thân."),
    ("tuyen-truyen", "Đẩy mạnh tuyên truyền", "Loa phường.", "Cán bộ tuyên truyền đến từng nhà."),
    ("truyen", "Kể truyện", "Thi kể truyện.", "Tuyên dương các em. Truyền thống hiếu học."),
    ("moi-truong", "Ngày chủ nhật xanh", "Dọn kênh.", "Bảo vệ môi trường là việc của mọi nhà."),
    ("moi-truong-2", "Cuộc họp", "Họp dân.", "Môi giới ở trường học. Bảo mẫu, vệ sinh."),
    ("email", "Liên hệ", "Thư điện tử.", "Gửi về phuong.benlua@example.vn hoặc gọi 0291 38 22."),
    ("mixed", "Wi-Fi miễn phí ở công viên", "", "Mật khẩu Wifi-2017 cho khách."),
    ("old", "Ngập úng", "Mưa lớn.", "Khắc phục ngập úng."),
    ("new", "Ngập úng", "Mưa lớn.", "Khắc phục ngập úng."),
    ("lead-only", "Sau cơn bão", "Ngập úng ở chợ.", "Dọn dẹp."),
    ("body-only", "Trời tạnh", "Nước rút.", "Hết ngập úng từ trưa."),
    ("folded-title", "Ngáp ung", "", "Chữ lạ."),
)

# Query, and the names that it finds, in this order.
TABLE: tuple[tuple[str, str], ...] = (
    ("đường", "duong-sua duong-pho duong-an truyen"),
    ("duong", "duong-sua duong-an duong-pho truyen"),
    ("DUONG", "duong-sua duong-an duong-pho truyen"),
    ("Đường", "duong-sua duong-pho duong-an truyen"),
    ("đuong", "duong-sua duong-an duong-pho truyen"),
    ("dương", "duong-an truyen duong-sua duong-pho"),
    ("ĐƯỜNG PHỐ", "duong-pho"),
    ("duong pho", "duong-pho"),
    ("đường pho", "duong-pho"),
    ("phố đường", "duong-pho"),
    ('"phố đường"', ""),
    ('"đường phố"', "duong-pho"),
    ('"duong pho"', "duong-pho"),
    ("“đường phố”", "duong-pho"),
    ("«duong pho»", "duong-pho"),
    ('"đường phố', "duong-pho"),
    ("đường trần phú", "duong-pho"),
    ("hòa bình", "hoa-binh hoa-binh-moi"),
    ("hoà bình", "hoa-binh hoa-binh-moi"),
    ("hoa binh", "hoa-binh hoa-binh-moi"),
    ("hoa ", "hoa-hong hoa-binh hoa-binh-moi"),
    ("hoa", "hoa-hong hoa-binh hoa-binh-moi ke-hoach-2 ke-hoach email"),
    ("hòa ", "hoa-binh hoa-binh-moi hoa-hong"),
    ("thủy lợi", "hoa-binh-moi"),
    ("thuỷ lợi", "hoa-binh-moi"),
    ("thuy loi", "hoa-binh-moi"),
    ("khỏe", "hoa-binh-moi"),
    ("khoẻ", "hoa-binh-moi"),
    ("36/KH-UBND", "ke-hoach"),
    ("36/kh-ubnd", "ke-hoach"),
    ("số 36/KH-UBND", "ke-hoach"),
    ('"36/KH-UBND"', "ke-hoach"),
    ("36 KH UBND", "ke-hoach ke-hoach-2"),
    ("36/KH", "ke-hoach-2 ke-hoach"),
    ("36/KH-UB", "ke-hoach"),
    ("KH-UBND", "ke-hoach ke-hoach-2"),
    ("20/2008/NĐ-CP", "nghi-dinh"),
    ("20/2008/ND-CP", "nghi-dinh"),
    ("2008/nđ-cp", "nghi-dinh"),
    ("nghị định 20/2008/NĐ-CP", "nghi-dinh"),
    ("20/2008/NĐ-CX", ""),
    ("5/4", "ke-hoach"),
    ("thưởng", "thuong"),
    ("thương", "thuong"),
    ("khen thưởng", "thuong"),
    ("tuyên tru", "tuyen-truyen truyen"),
    ("tuyên truyền", "tuyen-truyen truyen"),
    ('"tuyên truyền"', "tuyen-truyen"),
    ("tuyên truyền ", "tuyen-truyen truyen"),
    ("tuyên tru ", ""),
    ("ngh", "nghi-dinh"),
    ("ng", ""),
    ("bảo vệ môi trường", "moi-truong moi-truong-2"),
    ('"bảo vệ môi trường"', "moi-truong"),
    ('"bao ve moi truong"', "moi-truong"),
    ('"môi trường" kênh', "moi-truong"),
    ("phuong.benlua@example.vn", "email"),
    ("benlua", "email"),
    ("0291 38 22", "email"),
    ("wi-fi", "mixed"),
    ("wifi", "mixed"),
    ("wifi-2017", "mixed"),
    ("ngập úng", "new old lead-only body-only folded-title"),
    ("ngap ung", "folded-title new old lead-only body-only"),
    ("ngáp ung", "folded-title new old lead-only body-only"),
    ('"ngập úng"', "new old lead-only body-only folded-title"),
    ("ngập không-có", ""),
    ("", ""),
    ("   ", ""),
    ("!?…", ""),
    ('""', ""),
)


@pytest.fixture
def names(app: Flask, section: Section) -> dict[int, str]:
    """The articles of the table: id and name."""
    made = {}
    for number, (name, title, lead, body) in enumerate(TEXTS):
        article = articles.create(
            Content(title=title, lead=lead, body=f"<p>{body}</p>", section_id=section.id),
            by=COMMAND_LINE,
            step=Step.PUBLISH,
            publish_at=NOW - timedelta(days=100 - number),
        )
        made[article.id] = name
    return made


def found(names: dict[int, str], text: str) -> list[str]:
    return [names[key] for key in queries.find(parse(text), Bounds(datetime.now(UTC)))]


def test_the_table(names: dict[int, str]) -> None:
    wrong = {}
    for text, expected in TABLE:
        for written in dict.fromkeys((text, unicodedata.normalize("NFD", text))):
            if (got := found(names, written)) != expected.split():
                wrong[written] = got
    assert not wrong, "\n".join(f"{text!r}: {got}" for text, got in wrong.items())
    assert len(TABLE) >= 60


VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LETTERS = (
    *(unicodedata.normalize("NFC", vowel + tone) for vowel, tone in product(VOWELS, TONES)),
    "đ",
    "d",
)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_every_letter_with_every_tone(
    app: Flask, section: Section, form: Literal["NFC", "NFD"]
) -> None:
    """One article a letter; each is found first by its own letter, and by the bare one."""
    made: dict[int, str] = {}
    for number, letter in enumerate(LETTERS):
        article = articles.create(
            Content(
                title=unicodedata.normalize(form, f"B{letter}nz"),
                body="<p>x</p>",
                section_id=section.id,
            ),
            by=COMMAND_LINE,
            step=Step.PUBLISH,
            publish_at=NOW - timedelta(minutes=500 - number),
        )
        made[article.id] = letter
    for letter in LETTERS:
        for typed in (f"b{letter}nz ", f"B{letter.upper()}NZ "):
            got = found(made, unicodedata.normalize(form, typed))
            assert got[0] == letter
            bare = unicodedata.normalize("NFD", letter)[0].replace("đ", "d")
            family = {
                other
                for other in LETTERS
                if unicodedata.normalize("NFD", other)[0].replace("đ", "d") == bare
            }
            assert set(got) == family
            newest_first = [other for other in reversed(LETTERS) if other in family - {letter}]
            assert got[1:] == newest_first
    assert len(LETTERS) == 74
