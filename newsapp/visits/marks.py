"""A page with marks where figures stand, filled as often as it is answered.

The marks are those that `rules` writes. A page is cut at its marks once; filling it puts the
figures of the moment between the pieces. So it is with its compressed form: each piece is
compressed by itself, so that none refers to another, and the figures stand between them as
uncompressed blocks (RFC 1951, 3.2.4).
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from newsapp.visits.books import SiteFigures
from newsapp.visits.rules import CountedPage

START = b"<!--count:"
END = b"-->"
LONGEST = 60
_MARK = re.compile(
    START + rb"(?:(views):([0-9]{1,18}):([0-9]{1,15})|(site|tiles|today|week|month))" + END
)
_Piece = bytes | memoryview
_FEWEST_TILES = 7
# RFC 1952: deflate, no name, no time, made on Unix.
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_GZIP_TAIL = struct.Struct("<II")
_STORED = struct.Struct("<BHH")


class Ready(NamedTuple):
    """A filled page as it is answered, from one moment up to another within the same second
    (seconds since the epoch).

    `newcomers` are the headers for readers who begin a visit with it, and `adds` is what each of
    them adds to the journal; `headers` are the others', without a cookie.
    """

    page: CountedPage
    version: int
    since: float
    until: float
    headers: list[tuple[str, str]]
    newcomers: list[tuple[str, str]]
    adds: bytes
    body: list[bytes]


class MarkedPage:
    """`html` cut at its marks.

    `ready` is what was last made of it, not compressed and compressed.
    """

    __slots__ = ("_marks", "_pieces", "_small", "articles", "html", "ready", "site")

    def __init__(self, html: bytes) -> None:
        self.html = html
        self._marks = list(_MARK.finditer(html))
        view = memoryview(html)
        starts = [0, *(mark.end() for mark in self._marks)]
        ends = [*(mark.start() for mark in self._marks), len(html)]
        self._pieces = [view[start:end] for start, end in zip(starts, ends, strict=True)]
        self.articles = frozenset(int(mark[2]) for mark in self._marks if mark[1])
        self.site = any(mark[4] for mark in self._marks)
        self._small: list[bytes] | None = None
        self.ready: dict[bool, Ready] = {}

    @property
    def has_marks(self) -> bool:
        return bool(self._marks)

    def filled(self, views: Mapping[int, int], site: SiteFigures) -> bytes:
        """The page with these figures in it."""
        return b"".join(_between(self._pieces, self._figures(views, site)))

    def gzipped(self, views: Mapping[int, int], site: SiteFigures) -> bytes:
        """The same, compressed."""
        plain = self.filled(views, site)
        if self._small is None:
            self._small = list(_compressed(self._pieces))
        stored = [
            _STORED.pack(0, len(figure), len(figure) ^ 0xFFFF) + figure
            for figure in self._figures(views, site)
        ]
        tail = _LAST_BLOCK + _GZIP_TAIL.pack(zlib.crc32(plain), len(plain))
        return b"".join((_GZIP_HEAD, *_between(self._small, stored), tail))

    def _figures(self, views: Mapping[int, int], site: SiteFigures) -> list[bytes]:
        return [_figure(mark, views, site).encode("ascii") for mark in self._marks]


def _compressed(pieces: Iterable[memoryview]) -> Iterator[bytes]:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    for piece in pieces:
        # After a full flush nothing refers back: what comes next may stand anywhere.
        yield compressor.compress(piece) + compressor.flush(zlib.Z_FULL_FLUSH)


def _between(pieces: Sequence[_Piece], figures: Sequence[bytes]) -> Iterator[_Piece]:
    for piece, figure in zip_longest(pieces, figures, fillvalue=b""):
        yield piece
        yield figure


def _figure(mark: re.Match[bytes], views: Mapping[int, int], site: SiteFigures) -> str:
    if mark[1]:
        return written(int(mark[3]) + views[int(mark[2])])
    name = mark[4].decode("ascii")
    if name == "tiles":
        digits = str(max(site.total, 0)).zfill(_FEWEST_TILES)
        return "".join(f"<b>{digit}</b>" for digit in digits)
    return written(site.total if name == "site" else getattr(site, name))


def written(number: int) -> str:
    """A count as Vietnamese writes it, `5.164.377`; no count that readers see is below zero."""
    return f"{max(number, 0):,}".replace(",", ".")
