"""Slips that a text betrays by itself: silence on clean text, and enough found to be worth it."""

import random
import re
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsapp.text.richtext import plain_text
from newsapp.text.spelling import Slip, slips
from newsapp.text.vietnamese import normalize
from newsapp.transfer import demo_content

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"
AS_OF = datetime(2026, 3, 10, tzinfo=UTC)

# What is found must not fall below this; see the figures in newsapp.text.spelling.
LEAST_POINTED_AT = 0.75
LEAST_PUT_RIGHT = 0.65

NOTICE = [
    "Ban điều hành khu phố nhắc bà con phân loại rác từ nhà. Phân loại rác không khó, chỉ cần hai"
    " giỏ. Tổ xung kích đi từng hẻm, chỉ cách phân loại rác và phát tờ rơi.",
    "Nhà nào đã phân loại rác thì dán giấy xanh. Tuần tới, tổ xung kích phâm loại rác mẫu ở chợ;"
    " tổ xung kích cũng ghi nhận ý kiến của các sạp. Ai cần giúp, báo tổ xung kíc trước bảy giờ.",
]


def articles() -> dict[str, list[list[str]]]:
    """The demo's texts, line by line, by section."""
    sections = defaultdict(list)
    for article in demo_content.load(AS_OF).articles:
        lines = [article.title, article.lead, *plain_text(article.body).split("\n")]
        sections[article.section].append(lines)
    return sections


def runs_of(*sizes: int) -> list[list[str]]:
    """Neighbouring articles of a section as one text."""
    return [
        [line for lines in section[start : start + size] for line in lines]
        for section in articles().values()
        for size in sizes
        for start in range(len(section) - size + 1)
    ]


def test_a_rare_pair_beside_a_frequent_one_is_pointed_at() -> None:
    # "xung kíc" stays unseen: three uses of "xung kích" prove nothing.
    assert slips(NOTICE) == [Slip(1, "phâm loại", "phân loại", 4)]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("tuyên truyền", "the same"),
        ("tuyên Tuyền", "a name inside a sentence"),
        ("tuyên 5 tuyền", "a number between"),
        ("tuyên, tuyền", "two clauses"),
        ("tuyên tuyền, rồi tuyền và tuyền", "used too often to be a slip"),
        ("tuyên tun", "two letters away"),
    ],
)
def test_what_is_no_slip(typed: str, why: str) -> None:
    frequent = "Tổ đi tuyên truyền. " * 20
    assert slips([frequent + f"Hôm nay tổ {typed} ở chợ."]) == [], why


@pytest.mark.parametrize(
    "typed",
    ["tuyên tuyền", "tuyên truyên", "tuyên truyềng", "truyên truyền", "tuyen truyền"],
)
def test_one_letter_mark_or_tone_away(typed: str) -> None:
    found = slips(["Tổ đi tuyên truyền. " * 8, f"Hôm nay tổ {typed} ở chợ."])
    assert found == [Slip(1, typed, "tuyên truyền", 8)]


def test_a_slip_may_open_a_sentence() -> None:
    found = slips(["Tổ đi tuyên truyền. " * 4 + "Tuyên tuyền là việc chung."])
    assert [slip.words for slip in found] == ["Tuyên tuyền"]


def test_three_uses_prove_nothing() -> None:
    assert slips(["Tổ đi tuyên truyền. " * 3 + "Tổ đi tuyên tuyền."]) == []


def test_twice_the_slip_needs_twice_the_proof() -> None:
    twice = "Tổ đi tuyên tuyền. " * 2
    assert slips(["Tổ đi tuyên truyền. " * 7 + twice]) == []
    assert len(slips(["Tổ đi tuyên truyền. " * 8 + twice])) == 2


def test_a_syllable_that_goes_with_many_proves_nothing() -> None:
    text = (
        "Có người dân. " * 5 + "Có người lớn, người già, người bán, người mua, người đi, người ở."
    )
    assert slips([text + " Cần người dẫn đường."]) == []


def test_two_schools_of_spelling_are_not_slips() -> None:
    assert slips(["Nhà văn hóa mở cửa. " * 6 + "Hỏi nhà văn hoá."]) == []
    assert slips(["Tổ kỹ thuật trực. " * 6 + "Hỏi tổ kĩ thuật."]) == []


def test_clean_articles_are_left_alone() -> None:
    singles = [text for section in articles().values() for text in section]
    assert len(singles) >= 40
    assert [slip for text in singles for slip in slips(text)] == []


def test_clean_runs_of_articles_are_left_alone() -> None:
    runs = runs_of(3, 4, 5)
    assert len(runs) >= 60
    assert [slip for text in runs for slip in slips(text)] == []


def test_the_saved_page_of_an_old_portal() -> None:
    pages = sorted(SEED.glob("*.txt"))
    if not pages:
        pytest.skip("the saved page is not beside this checkout")
    found = slips(normalize(pages[0].read_text(encoding="utf-8")).split("\n"))
    assert [(slip.words, slip.likely) for slip in found] == [
        ("tuyên tuyền", "tuyên truyền"),
        ("truyên truyền", "tuyên truyền"),
    ]


# -- how much is found ------------------------------------------------------------------------

TONES = "\u0300\u0309\u0303\u0301\u0323"
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
MARKED = ("aăâ", "eê", "oôơ", "uư", "dđ")


def change_tone(word: str, chance: random.Random) -> str:
    spread = unicodedata.normalize("NFD", word)
    bare = "".join(mark for mark in spread if mark not in TONES)
    old = next((mark for mark in spread if mark in TONES), "")
    new = chance.choice([tone for tone in ("", *TONES) if tone != old])
    vowels = [i for i, letter in enumerate(bare) if letter in "aeiouy"]
    place = max(spread.find(old) if old else vowels[-1] + 1, 1)
    return unicodedata.normalize("NFC", bare[:place] + new + bare[place:])


def change_mark(word: str, chance: random.Random) -> str:
    forms = []
    for place, letter in enumerate(word):
        spread = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in spread if mark in TONES)
        base = unicodedata.normalize("NFC", "".join(m for m in spread if m not in TONES))
        for family in MARKED:
            others = [other for other in family if base in family and other != base]
            forms += [
                word[:place] + unicodedata.normalize("NFC", other + tone) + word[place + 1 :]
                for other in others
            ]
    return chance.choice(forms) if forms else word


def change_letter(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + chance.choice(LETTERS) + word[place + 1 :]


def drop_letter(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    return word[:place] + word[place + 1 :]


def add_letter(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word) + 1)
    return word[:place] + chance.choice(LETTERS) + word[place:]


SLIPS: tuple[Callable[[str, random.Random], str], ...] = (
    change_tone,
    change_mark,
    change_letter,
    drop_letter,
    add_letter,
)


def frequent_pairs(text: list[str]) -> list[tuple[str, str]]:
    """Pairs of words in lower case that stand side by side at least five times."""
    pairs = Counter(
        (found[1], found[2])
        for line in text
        for found in re.finditer(r"(?<!\w)([^\W\d_]+)(?= ([^\W\d_]+)(?!\w))", line)
        if found[1].islower() and found[2].islower()
    )
    return sorted(pair for pair, count in pairs.items() if count >= 5)


def test_share_of_made_slips_that_are_found() -> None:
    chance = random.Random(20261122)
    made = pointed_at = put_right = beside = 0
    for text in runs_of(4):
        for first, second in frequent_pairs(text):
            old = chance.choice((first, second))
            new = chance.choice(SLIPS)(old, chance)
            spots = [
                (number, found.start())
                for number, line in enumerate(text)
                for found in re.finditer(rf"(?<!\w){first} {second}(?!\w)", line)
            ]
            number, start = chance.choice(spots)
            if not new or new == old:
                continue
            pair = f"{new} {second}" if old == first else f"{first} {new}"
            line = text[number]
            typed = line[:start] + pair + line[start + len(f"{first} {second}") :]
            found = slips([*text[:number], typed, *text[number + 1 :]])
            here = [slip for slip in found if slip.text == number and new in slip.words.split()]
            made += 1
            pointed_at += bool(here)
            put_right += any(slip.likely == f"{first} {second}" for slip in here)
            beside += len(found) - len(here)
    print(f"{made} slips made, {pointed_at} pointed at, {put_right} put right, {beside} beside")
    assert made >= 100
    assert beside == 0
    assert pointed_at >= LEAST_POINTED_AT * made
    assert put_right >= LEAST_PUT_RIGHT * made


@pytest.mark.usefixtures("settled")
def test_hostile_text_takes_linear_time() -> None:
    syllables = [f"{a}{b}{c}" for a in "bcdghklmnt" for b in "aăâeêioôơu" for c in "cmnpt"]
    chance = random.Random(1)
    text = " ".join(chance.choice(syllables) for _ in range(100_000))
    started = time.thread_time()
    slips([text])
    assert time.thread_time() - started < 3
