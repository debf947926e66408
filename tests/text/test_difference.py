"""What changed: readable, safe whatever is read, and done in time. What is merged drops nothing."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsapp.text.difference import compare, compare_plain, merge, top_blocks
from newsapp.text.richtext import clean, plain_text


def both(before: str, after: str) -> str:
    return compare(before, after, image="Ảnh").both.replace(" <", "<")


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("<p>một hai</p>", "<p>một ba</p>", "<p>một <del>hai</del><ins>ba</ins></p>"),
        ("<p>một</p>", "<p>một</p><p>hai</p>", "<p>một</p><p><ins>hai</ins></p>"),
        ("<p>một</p><p>hai</p>", "<p>hai</p>", "<p><del>một</del></p><p>hai</p>"),
        ("<p>chữ</p>", "<h2>chữ</h2>", "<p><del>chữ</del></p><h2><ins>chữ</ins></h2>"),
        (
            "<p>chữ đậm</p>",
            "<p>chữ <strong>đậm</strong></p>",
            "<p>chữ <del>đậm</del><ins><strong>đậm</strong></ins></p>",
        ),
        (
            '<p><a href="https://a.vn">đây</a></p>',
            '<p><a href="https://b.vn">đây</a></p>',
            "<p>đây<del>[→ https://a.vn]</del><ins>[→ https://b.vn]</ins></p>",
        ),
        (
            '<figure><img src="/media/1/a.png" alt="Cầu"></figure>',
            '<figure><img src="/media/1/a.png" alt="Cầu mới"></figure>',
            "<p><del>[Ảnh: Cầu · a.png]</del></p><p><ins>[Ảnh: Cầu mới · a.png]</ins></p>",
        ),
        ("<ul><li>a</li></ul>", "<ul><li>a</li><li>b</li></ul>", None),
    ],
)
def test_what_is_shown(before: str, after: str, shown: str | None) -> None:
    if shown is not None:
        assert both(before, after) == shown.replace(" <", "<")
    assert compare(before, before).same
    assert not compare(before, after).same


def test_a_table_goes_cell_by_cell() -> None:
    before = "<table><tr><th>Khu</th><th>Số</th></tr><tr><td>Một</td><td>240 con</td></tr></table>"
    shown = both(before, before.replace("240", "315"))
    assert "<td><del>240</del><ins>315</ins>con</td>".replace(" ", "") in shown.replace(" ", "")
    assert shown.count("<del>") == 1
    wider = both(before, before.replace("<td>Một</td>", "<td>Một</td><td>x</td>"))
    assert wider.count("<table>") == 2


def test_alike_blocks_are_versions_of_each_other() -> None:
    before = "<p>Lớp học mở vào tối thứ Hai hằng tuần.</p>"
    after = "<p>Câu mới hoàn toàn ở trên.</p><p>Lớp học mở vào tối thứ Ba hằng tuần.</p>"
    rows = compare(before, after).rows
    assert [row.before == "" for row in rows] == [True, False]
    assert "<del>Hai </del><ins>Ba </ins>" in rows[1].both


def test_words_are_counted() -> None:
    found = compare_plain("một hai ba", "một bốn năm ba")
    assert (found.added, found.removed) == (2, 1)
    assert compare_plain("", "").rows == ()


HOSTILE = st.text(alphabet="<>/\"'=& \n", max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<p onclick=x>",
        "</p></td></table>",
        '<a href="javascript:x">',
        "<table><tr><td>",
        "<img src=x onerror=y alt='\"><script>'>",
        "&lt;script&gt;",
        "<li>",
        "<b><i>",
        "<br><hr>",
        "chữ ",
    ]
)
TAGS = {"p", "h2", "h3", "h4", "ul", "li", "blockquote", "table", "tbody", "tr", "td", "br"}
TAGS |= {"strong", "em", "u", "s", "sub", "sup", "ins", "del"}


@settings(max_examples=150, deadline=None)
@given(st.lists(HOSTILE, max_size=12).map("".join), st.lists(HOSTILE, max_size=12).map("".join))
def test_whatever_is_read_only_bare_elements_are_written(before: str, after: str) -> None:
    for row in compare(before, after).rows:
        for html in (row.before, row.after, row.both):
            for piece in html.split("<")[1:]:
                name, closed, _rest = piece.partition(">")
                assert closed
                assert name.removeprefix("/") in TAGS


BLOCKS = st.lists(st.sampled_from([f"<p>{word}</p>" for word in "abcdefgh"]), max_size=8)


@settings(max_examples=200, deadline=None)
@given(BLOCKS, BLOCKS, BLOCKS)
def test_a_merge_drops_nothing_that_somebody_wrote(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    made = merge("".join(base), "".join(mine), "".join(theirs)).html
    for text in (mine, theirs):
        for block in set(text) - set(base):
            assert block in made
    assert merge("".join(base), "".join(mine), "".join(base)).html == "".join(mine)
    assert merge("".join(base), "".join(base), "".join(theirs)).html == "".join(theirs)


def test_top_blocks_join_to_the_whole() -> None:
    body = clean(
        "<h2>Đề</h2><ul><li>một<ul><li>hai</li></ul></li></ul><p>ba<br>bốn</p><hr>"
        "<table><tr><td><p>x</p></td></tr></table><blockquote><p>y</p></blockquote>"
    )
    assert len(top_blocks(body)) == 6
    assert "".join(top_blocks(body)) == body


def megabyte(seed: int) -> list[str]:
    chance = random.Random(seed)
    return [
        f"<p>{' '.join(f'từ{chance.randrange(3000)}' for _ in range(60))}</p>" for _ in range(2600)
    ]


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("touched", ["a third new", "each one", "all new", "one paragraph"])
def test_a_megabyte_is_compared_in_time(touched: str) -> None:
    before = megabyte(1)
    after = {
        "a third new": [
            n if place % 3 else p
            for place, (p, n) in enumerate(zip(before, megabyte(2), strict=True))
        ],
        "each one": [p.replace(" ", " thêm ", 1) for p in before],
        "all new": megabyte(2),
        "one paragraph": [f"<p>{plain_text(''.join(megabyte(2)))}</p>"],
    }[touched]
    started = time.thread_time()
    found = compare("".join(before), "".join(after))
    assert time.thread_time() - started < 2
    assert not found.same
