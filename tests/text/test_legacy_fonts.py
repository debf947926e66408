"""Legacy fonts: every letter there and back, old text found, everything else left alone."""

import re
import time
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import newsapp
from newsapp.text.legacy_fonts import Encoding, convert, convert_html, detect, suggest
from newsapp.text.richtext import plain_text
from newsapp.text.syllables import is_syllable
from newsapp.text.word import tidy

DEMO = Path(newsapp.__file__).parent / "transfer" / "demo_content"
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LOWER = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES} - set(
    "aeiouy"
) | {"đ"}

# The other direction, written down separately from the tables under test: the code of each
# letter in alphabetical order of its letters, as the standard and the VNI keyboard table list them.
TCVN3_ORDER = (
    "à\xb5ả\xb6ã\xb7á\xb8ạ\xb9ă\xa8ằ\xbbẳ\xbcẵ\xbdắ\xbeặ\xc6â\xa9ầ\xc7ẩ\xc8ẫ\xc9ấ\xcaậ\xcb"
    "đ\xaeè\xccẻ\xceẽ\xcfé\xd0ẹ\xd1ê\xaaề\xd2ể\xd3ễ\xd4ế\xd5ệ\xd6ì\xd7ỉ\xd8ĩ\xdcí\xddị\xde"
    "ò\xdfỏ\xe1õ\xe2ó\xe3ọ\xe4ô\xabồ\xe5ổ\xe6ỗ\xe7ố\xe8ộ\xe9ơ\xacờ\xeaở\xebỡ\xecớ\xedợ\xee"
    "ù\xefủ\xf1ũ\xf2ú\xf3ụ\xf4ư\xadừ\xf5ử\xf6ữ\xf7ứ\xf8ự\xf9ỳ\xfaỷ\xfbỹ\xfcý\xfdỵ\xfe"
)
TO_TCVN3 = dict(zip(TCVN3_ORDER[::2], TCVN3_ORDER[1::2], strict=True))
TO_TCVN3_UPPER = dict(zip("ĂÂÊÔƠƯĐ", "\xa1\xa2\xa3\xa4\xa5\xa6\xa7", strict=True))
VNI_TONES = dict(zip(TONES[1:], "\xf8\xfb\xf5\xf9\xef", strict=True))
VNI_CIRCUMFLEX = dict(zip(TONES, "\xe2\xe0\xe5\xe3\xe1\xe4", strict=True))
VNI_BREVE = dict(zip(TONES, "\xea\xe8\xfa\xfc\xe9\xeb", strict=True))
VNI_ALONE = dict(zip("đơưìỉĩíịỵ", "\xf1\xf4\xf6\xec\xe6\xf3\xed\xf2\xee", strict=True))


def to_vni_letter(letter: str) -> str:
    small = letter.lower()
    if small in VNI_ALONE:
        code = VNI_ALONE[small]
    else:
        base, *marks = list(unicodedata.normalize("NFD", small))
        tone = next((mark for mark in marks if mark in TONES), "")
        if "\u0302" in marks:
            code = base + VNI_CIRCUMFLEX[tone]
        elif "\u0306" in marks:
            code = base + VNI_BREVE[tone]
        elif "\u031b" in marks:
            code = VNI_ALONE[{"o": "ơ", "u": "ư"}[base]]
            code += VNI_TONES[tone] if tone else ""
        else:
            code = base + (VNI_TONES[tone] if tone else "")
    return code.upper() if letter.isupper() else code


def to_vni(text: str) -> str:
    return "".join(to_vni_letter(c) if c.lower() in LOWER else c for c in text)


def to_tcvn3(text: str) -> str:
    """Marked capitals with a tone have no code: they are typed small, in a capital font."""
    return "".join(TO_TCVN3_UPPER.get(c) or TO_TCVN3.get(c.lower(), c) for c in text)


def demo_texts() -> list[str]:
    found: list[str] = []

    def collect(value: Any) -> None:
        if isinstance(value, str):
            found.extend(plain_text(value).split("\n"))
        elif isinstance(value, dict):
            for part in value.values():
                collect(part)
        elif isinstance(value, list):
            for part in value:
                collect(part)

    for path in sorted(DEMO.glob("*.toml")):
        collect(tomllib.loads(path.read_text(encoding="utf-8")))
    return found


SENTENCES = [
    sentence
    for text in demo_texts()
    for sentence in re.split(r"(?<=[.!?;:])\s+", text)
    if sentence.strip()
]
WORDS = " ".join(SENTENCES).split()
THREES = [" ".join(WORDS[place : place + 3]) for place in range(0, len(WORDS), 3)]


# -- tables ---------------------------------------------------------------------------------


def test_alphabet_of_the_test_is_whole() -> None:
    assert len(LOWER) == 67
    assert set(TO_TCVN3) == LOWER
    assert len(set(TO_TCVN3.values()) | set(TO_TCVN3_UPPER.values())) == 74


@pytest.mark.parametrize("letter", sorted(LOWER))
def test_every_letter_comes_back(letter: str) -> None:
    upper = letter.upper()
    assert convert(TO_TCVN3[letter], Encoding.TCVN3) == letter
    assert convert(TO_TCVN3[letter], Encoding.TCVN3_CAPITALS) == upper
    if upper in TO_TCVN3_UPPER:
        assert convert(TO_TCVN3_UPPER[upper], Encoding.TCVN3) == upper
    assert convert(to_vni(letter), Encoding.VNI) == letter
    assert convert(to_vni(upper), Encoding.VNI) == upper


def test_capital_may_carry_a_small_mark_in_vni() -> None:
    assert convert("AÙo, Aùo, aùo", Encoding.VNI) == "Áo, Áo, áo"


def test_known_phrases() -> None:
    phrase = "Cộng hòa xã hội chủ nghĩa Việt Nam"
    assert convert("Céng hßa x· héi chñ nghÜa ViÖt Nam", Encoding.TCVN3) == phrase
    assert convert("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", Encoding.VNI) == phrase
    assert convert("céng hßa", Encoding.TCVN3_CAPITALS) == "CỘNG HÒA"
    assert convert("®­îc", Encoding.TCVN3) == "được"
    assert convert("Ñöôïc, ñöôøng", Encoding.VNI) == "Được, đường"


def test_signs_alone_stay() -> None:
    assert convert("3 × 4 cm, 2×3, 5 ÷ 2, 1 ½ kg, ng×n", Encoding.TCVN3) == (
        "3 × 4 cm, 2×3, 5 ÷ 2, 1 ½ kg, ngìn"
    )


def test_whole_texts_come_back() -> None:
    text = "\n".join(SENTENCES)
    assert convert(to_vni(text), Encoding.VNI) == text
    small = "".join(c.lower() if c.lower() in LOWER else c for c in text)
    assert convert(to_tcvn3(small), Encoding.TCVN3) == small


# -- telling --------------------------------------------------------------------------------


def test_unicode_is_never_taken_for_anything_else() -> None:
    assert len(WORDS) > 5_000
    for passage in (*SENTENCES, *THREES, *set(WORDS)):
        assert detect(passage) is None, passage


def test_unicode_html_is_never_changed() -> None:
    for path in sorted(DEMO.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        assert convert_html(text) == text
        assert suggest(text) is None
        for encoding in Encoding:
            assert convert_html(text, encoding) == text


@pytest.mark.parametrize(
    "text",
    [
        *("café", "naïve", "Größe", "mañana", "Loïc", "Thaï", "Noël", "Caïn", "où", "thé", "né"),
        *("déjà vu", "São Paulo", "Müller", "Straße", "garçon", "Señor Núñez", "Besançon", "œuvre"),
        "Le café était fermé, où étais-tu né?",
        "Les élèves français préfèrent le théâtre à Besançon.",
        "Die größte Straße führt über München nach Köln.",
        "Schöne Grüße aus Österreich",
        "La niña está en España, mañana vendrá él.",
        "¿Dónde está el baño? ¡Aquí!",
        "O coração não esquece a canção de São João.",
        "The naïve façade of a résumé costs £5, €6 or ¥7.",
        "Giá 25.000 đ/kg, giảm ½ so với tháng trước",
        "5 µm, 20 m², 30 °C ± 2, § 5, © 2024, ® 3×4",
        "«Sài Gòn» · bán 10 m³",
        "Då går vi på stan så får ni gå nå något",
        "på och med från då så till att har det gå",
        "Văn bản cũ ghi: Céng hßa x· héi chñ nghÜa ViÖt Nam",
        "Cô bé hát hay",
        "Ông là thầy tôi",
        "Bà Lê Thú, cô Tô Hoài",
        "hoà bình và có lý",
        *("·", "µ", "§", "½", "®", "", " ", "1.234", "UBND", "abc"),
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert detect(text) is None
    assert convert_html(f"<p>{text}</p>") == f"<p>{text}</p>"


def rate(passages: list[str], encoded: list[str], encodings: set[Encoding]) -> tuple[float, int]:
    """Share of the passages found, and the number taken for another encoding."""
    pairs = [code for text, code in zip(passages, encoded, strict=True) if text != code]
    answers = [detect(code) for code in pairs]
    found = sum(answer in encodings for answer in answers)
    wrong = sum(answer is not None and answer not in encodings for answer in answers)
    return found / len(pairs), wrong


@pytest.mark.parametrize(
    ("length", "passages", "least"),
    [("word", WORDS[::8], 0.6), ("three words", THREES[::3], 0.88), ("sentence", SENTENCES, 0.93)],
)
@pytest.mark.parametrize("name", ["TCVN3", "VNI"])
def test_detection_rate(name: str, length: str, passages: list[str], least: float) -> None:
    encode, encodings = {
        "TCVN3": (to_tcvn3, {Encoding.TCVN3, Encoding.TCVN3_CAPITALS}),
        "VNI": (to_vni, {Encoding.VNI}),
    }[name]
    found, wrong = rate(passages, [encode(text) for text in passages], encodings)
    print(f"{name}, {length}: {found:.1%} of {len(passages)} found, {wrong} taken for another")
    assert found >= least
    assert wrong <= len(passages) / 1_000


def test_capitals_typed_in_a_capital_font() -> None:
    assert detect("CéNG HßA X· HéI") is Encoding.TCVN3_CAPITALS
    assert convert("CéNG HßA X· HéI", Encoding.TCVN3_CAPITALS) == "CỘNG HÒA XÃ HỘI"


@pytest.mark.parametrize(
    ("word", "valid"),
    [
        *(("nghiêng", True), ("hoà", True), ("hòa", True), ("Việt", True), ("quỳnh", True)),
        *(("giếng", True), ("gì", True), ("ở", True), ("khuya", True), ("ƯƠNG", True)),
        *(
            ("cafe", False),
            ("đy", False),
            ("màt", False),
            ("ñôn", False),
            ("hộiã", False),
            ("strong", False),
        ),
        *(("", False), ("f", False), ("nghiênggg" * 9, False)),
    ],
)
def test_syllables(word: str, *, valid: bool) -> None:
    assert is_syllable(word) is valid


# -- HTML -----------------------------------------------------------------------------------


def test_fonts_decide_where_there_are_some() -> None:
    html = (
        '<style>p.MsoNormal {font-family:".VnTime"}</style>'
        "<p class=MsoNormal>bé, c« <b>giµ</b></p>"
        "<p style='font-family:.VnTimeH'>céng hßa</p>"
        "<p><font face='VNI-Times'>Coäng hoøa</font> <font face=Arial>café §</font></p>"
        '<p style="font-family:Arial, .VnTime">Céng hßa lµ thÕ nµo</p>'
    )
    assert convert_html(html) == (
        '<style>p.MsoNormal {font-family:".VnTime"}</style>'
        "<p class=MsoNormal>bộ, cô <b>già</b></p>"
        "<p style='font-family:.VnTimeH'>CỘNG HÒA</p>"
        "<p><font face='VNI-Times'>Cộng hòa</font> <font face=Arial>café §</font></p>"
        '<p style="font-family:Arial, .VnTime">Cộng hòa là thế nào</p>'
    )


def test_unicode_under_an_old_font_name_stays() -> None:
    html = "<p style='font-family:.VnTime'>Đã gõ lại, <b>có</b> cô bé</p>"
    assert convert_html(html) == html
    assert suggest(html) is None


def test_only_the_old_paragraph_changes() -> None:
    html = "<p>Có cô bé ở bến.</p><p>Céng hßa x· héi chñ nghÜa</p><p>Le café était fermé</p>"
    assert convert_html(html) == (
        "<p>Có cô bé ở bến.</p><p>Cộng hòa xã hội chủ nghĩa</p><p>Le café était fermé</p>"
    )
    suggestion = suggest(html)
    assert suggestion is not None
    assert (suggestion.encoding, suggestion.by_font, suggestion.passages) == (
        Encoding.TCVN3,
        False,
        1,
    )
    assert suggestion.before == "Céng hßa x· héi chñ nghÜa"
    assert suggestion.after == "Cộng hòa xã hội chủ nghĩa"


def test_short_passages_follow_the_document() -> None:
    assert convert_html("<h2>Trô së</h2>") == "<h2>Trô së</h2>"
    assert convert_html("<h2>Trô së</h2>", Encoding.TCVN3) == "<h2>Trụ sở</h2>"
    assert convert_html("<h2>Trô së</h2><p>Céng hßa x· héi</p><p>thé</p>") == (
        "<h2>Trụ sở</h2><p>Cộng hòa xã hội</p><p>thé</p>"
    )


def test_tags_comments_and_references_stay() -> None:
    html = (
        '<!-- Céng hßa --><p title="Céng hßa x· héi > ">ViÖt&nbsp;Nam &amp; &lt;n&shy;íc&gt;<br>'
        "C&eacute;ng h&szlig;a</p><![if !x]><script>Céng hßa x·</script>1 < 2"
    )
    assert convert_html(html) == (
        '<!-- Céng hßa --><p title="Céng hßa x· héi > ">Việt\xa0Nam &amp; &lt;nước&gt;<br>'
        "Cộng hòa</p><![if !x]><script>Céng hßa x·</script>1 < 2"
    )


def test_conversion_comes_before_tidying() -> None:
    html = "<p class=MsoNormal style='font-family:\".VnTime\"'>Nh­ng ®­îc<o:p></o:p></p>"
    assert tidy(convert_html(html)).html == "<p>Nhưng được</p>"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<font face=.VnTime>", "</font>", "<b title='", "'", ">", "<!--"),
                *("Céng hßa ", "Vieät ", "đã ", "x·", "&shy;", "<", "&", "<style>", "</style>"),
                *("-->", '"'),
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_any_soup_converts_once(html: str) -> None:
    once = convert_html(html)
    assert convert_html(once) == once or suggest(once) is not None
    assert (suggest(html) is None) == (once == html)
    assert once.count("<p>") == html.count("<p>")


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("unit", ["<b>", "</b>", "<!--", "<a '", '</a ">', "<style>", "é<br>", "<"])
def test_time_grows_with_size_only(unit: str) -> None:
    def seconds(size: int) -> float:
        html = unit * (size // len(unit))
        started = time.thread_time()
        convert_html(html)
        return time.thread_time() - started

    small, large = min(seconds(30_000), seconds(30_000)), min(seconds(240_000), seconds(240_000))
    assert large < 24 * small + 0.2
