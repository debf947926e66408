"""Stored HTML with its pictures' sizes."""

from __future__ import annotations

import time

import pytest

from newsapp.media.names import pixels, renditions
from newsapp.media.responsive import responsive
from newsapp.text import richtext

LARGE = "ab/0123456789abcdef0123-1200x800.jpg"
SMALL = "ab/0123456789abcdef0123-300x200.png"
OLD = "ab/0123456789abcdef0123.jpg"


def test_a_name_tells_pixels_and_renditions() -> None:
    assert pixels(LARGE) == (1200, 800)
    assert [(r.width, r.path) for r in renditions(LARGE)] == [
        (480, "ab/0123456789abcdef0123-1200x800.480.webp"),
        (960, "ab/0123456789abcdef0123-1200x800.960.webp"),
    ]
    for other in (OLD, "../etc/passwd", f"{LARGE}\n", LARGE.replace("1200", "01200"), ""):
        assert pixels(other) is None
        assert renditions(other) == ()


def test_a_picture_offers_its_renditions() -> None:
    body = (
        f'<figure><img alt="Cầu 5 &gt; 3" height="400" src="/media/{LARGE}" width="600"></figure>'
    )
    assert richtext.clean(body) == body
    assert responsive(body) == (
        '<figure><picture><source type="image/webp" srcset="'
        "/media/ab/0123456789abcdef0123-1200x800.480.webp 480w, "
        '/media/ab/0123456789abcdef0123-1200x800.960.webp 960w"'
        ' sizes="min(600px, 41rem, 100vw)">'
        f'<img alt="Cầu 5 &gt; 3" height="400" src="/media/{LARGE}" width="600" fetchpriority="high">'
        "</picture></figure>"
    )


def test_missing_pixels_come_from_the_name_and_later_pictures_wait() -> None:
    shown = responsive(f'<p><img alt="" src="/media/{SMALL}"><img alt="" src="/media/{SMALL}"></p>')
    first, second = shown.split("<img")[1:]
    assert 'width="300" height="200"' in first
    assert "loading" not in first
    assert 'fetchpriority="high"' in first
    assert 'loading="lazy"' in second
    assert "<picture>" not in shown
    assert responsive(f'<img alt="" src="/media/{SMALL}">' * 2, at_once=0).count("lazy") == 2


def test_what_the_name_does_not_tell_stays_as_it_is() -> None:
    for body in (
        f'<img alt="" src="/media/{OLD}">',
        '<img alt="x" src="data:image/jpeg;base64,AAAA">',
        f'<img alt=" src=&quot;/media/{LARGE}&quot;">',
        f"<p>&lt;img src=&quot;/media/{LARGE}&quot;&gt;</p>",
        f'<img alt="" src="/media/{LARGE}&quot; onerror=x">',
    ):
        assert responsive(body) == body


@pytest.mark.usefixtures("settled")
def test_text_that_never_closes_a_tag_takes_no_time() -> None:
    for text in ("<img " * 100_000, '<img alt="' * 50_000, "<img " + 'a="b" ' * 100_000):
        start = time.thread_time()
        assert responsive(text) == text
        assert time.thread_time() - start < 1
