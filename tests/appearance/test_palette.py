"""Whatever colour an office likes, it can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsapp.appearance import palette
from newsapp.appearance.palette import contrast

CSS = (Path(__file__).parents[2] / "static/css/site.css").read_text(encoding="utf-8")
GROUNDS = ("paper", "sheet", "shade")


def token(name: str, scheme: int) -> str:
    """A colour of site.css: scheme 0 is light, 1 dark."""
    return palette.normal(re.findall(rf"--{name}: (#[0-9a-f]+);", CSS)[scheme])


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_every_colour_gives_a_palette_that_can_be_read(accent: str) -> None:
    made = palette.palette(accent)
    for ground in GROUNDS:
        assert contrast(made.light_accent, token(ground, 0)) >= 4.5
        assert contrast(made.dark_accent, token(ground, 1)) >= 4.5
    assert contrast(made.light_accent, made.light_on_accent) >= 4.5
    assert contrast(made.dark_accent, made.dark_on_accent) >= 4.5
    assert contrast(made.light_enamel, "#ffffff") >= 4.5
    assert contrast(made.dark_enamel, "#ffffff") >= 4.5


@pytest.mark.parametrize("accent", ["#17458f", "#0b6b3a", "#8a1c1c", "#5a2a82"])
def test_a_colour_that_can_be_read_stays_as_it_is(accent: str) -> None:
    assert palette.palette(accent).light_accent == accent


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1])
def test_the_sites_own_colours_can_be_read(scheme: int) -> None:
    for ground in GROUNDS:
        paper = token(ground, scheme)
        assert contrast(token("ink", scheme), paper) >= 7
        assert contrast(token("quiet", scheme), paper) >= 7
        assert contrast(token("accent", scheme), paper) >= 4.5
        assert contrast(token("red", scheme), paper) >= 4.5


@pytest.mark.parametrize(
    ("text", "colour"), [("#ABC", "#aabbcc"), (" 17458F ", "#17458f"), ("#17458f", "#17458f")]
)
def test_a_colour_is_read_as_it_is_written(text: str, colour: str) -> None:
    assert palette.normal(text) == colour


@pytest.mark.parametrize("text", ["xanh", "#12345", " ", "#１２３４５６", "red;}"])
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        palette.normal(text)
