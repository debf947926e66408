"""Pages with marks: what is filled in is right, plain and compressed."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest

from newsapp.visits.books import SiteFigures
from newsapp.visits.held import takes_gzip
from newsapp.visits.marks import MarkedPage
from newsapp.visits.rules import month_mark, site_mark, tiles_mark, views_mark

PAGE = (
    "<p>Lượt xem " * 300
    + views_mark(7, 786)
    + "</p>"
    + tiles_mark()
    + month_mark()
    + site_mark()
    + views_mark(8, 0)
)


def test_figures_stand_in_the_place_of_marks_compressed_or_not() -> None:
    page = MarkedPage(PAGE.encode())
    assert set(page.articles) == {7, 8}
    assert page.site
    for total in (0, 5_164_377, 12_345_678_901):
        views = {7: total, 8: 1}
        site = SiteFigures(total, 1, 2, 3)
        plain = page.filled(views, site)
        assert b"<!--count" not in plain
        assert plain.endswith(f"3{total:,}1".replace(",", ".").encode())
        assert f"{total + 786:,}</p>".replace(",", ".").encode() in plain
        assert gzip.decompress(page.gzipped(views, site)) == plain
    assert page.html == PAGE.encode()


def test_what_only_looks_like_a_mark_stays() -> None:
    for text in (b"<!--count:", b"a<!--count:views:x:1-->b", b"<!--count:site", b""):
        page = MarkedPage(text)
        assert not page.has_marks
        assert page.filled({}, SiteFigures()) == text
        assert gzip.decompress(page.gzipped({}, SiteFigures())) == text


def test_any_bytes_survive_compression() -> None:
    chosen = random.Random(5)
    for _ in range(200):
        pieces = [chosen.randbytes(chosen.randint(0, 400)) for _ in range(4)]
        html = views_mark(1, 0).encode().join(pieces)
        page = MarkedPage(html)
        packed = page.gzipped({1: 9}, SiteFigures())
        # One member, as browsers want it: nothing is left after its end.
        reader = zlib.decompressobj(31)
        assert reader.decompress(packed) == b"9".join(pieces)
        assert reader.eof
        assert reader.unused_data == b""


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP", True),
        ("*", True),
        ("br;q=1, gzip;q=0.1", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *;q=1", False),
        ("br", False),
        ("gzip;q=x", False),
    ],
)
def test_accept_encoding(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes
