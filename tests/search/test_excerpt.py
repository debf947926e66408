"""What is marked in a text: whole words, one after the other, wherever they stand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.search import excerpt
from newsapp.search.query import Group
from newsapp.search.terms import words


@given(
    st.text("ab1_ -\u0301đ", max_size=40),
    st.lists(st.sampled_from(["a", "ab", "ba", "1", "aa"]), min_size=1, max_size=3),
)
def test_the_pattern_finds_each_place_where_the_words_stand(text: str, row: list[str]) -> None:
    said = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(row) + r"(?![^\W_])")
    at_each_place = (said.match(text, start) for start in range(len(text)))
    found = excerpt.pattern(Group(tuple(words(" ".join(row))))).finditer(text)
    assert [(match.start(), match.end(1)) for match in found] == [
        match.span() for match in at_each_place if match
    ]


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("Hòa Bình, hoà bình", "hòa", ["Hòa", "hoà"]),
        ("Chợ cho", "chợ", ["Chợ"]),
        ("Chợ cho", "cho", ["cho"]),
        ("Số 36/KH-UBND ngày", "36/kh-ubnd", ["36/KH-UBND"]),
        ("ba ba ba ba", "ba-ba", ["ba ba", "ba ba"]),
        ("snake_case caseless", "case", ["case"]),
    ],
)
def test_marks(text: str, typed: str, marked: list[str]) -> None:
    row = tuple(words(typed))
    groups = [Group(row)] if any(word.joined for word in row) else [Group((w,)) for w in row]
    assert [piece.text for piece in excerpt.marked(text, groups) if piece.marked] == marked
