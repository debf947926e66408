"""An answer that is held back: its headers until it is decided whether it counts, of its body what
may be the beginning of a mark; and the headers that it gets here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from werkzeug.http import parse_accept_header

from newsapp.visits import marks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

Headers = list[tuple[str, str]]

VARIES = ("Vary", "Accept-Encoding")
PACKED = ("Content-Encoding", "gzip")
# Figures change while nothing else does: to be asked for again each time.
LIVE = ("Cache-Control", "private, no-cache")


@lru_cache(256)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header takes it."""
    return parse_accept_header(accepted).quality("gzip") > 0


class Answer:
    """An answer held back until it is decided whether it counts."""

    __slots__ = ("_written", "filled", "headers", "status")

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self.filled = False
        self._written: list[bytes] = []

    def start_response(
        self, status: str, headers: Headers, exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        """Stands in for the server's; nothing has been sent, so a later call replaces a former."""
        self.status, self.headers = status, list(headers)
        return self._written.append

    def begin(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """The body once the headers are known; the application's own object where it can be."""
        if self.status and not self._written:
            return body
        pieces = iter(body)
        try:
            while not self.status:
                self._written.append(next(pieces))
        except StopIteration:
            pass
        except BaseException:
            close(body)
            raise
        return _Begun(body, self._written, pieces)

    def send(self, start_response: StartResponse) -> None:
        start_response(self.status, self.headers)

    def header(self, name: str) -> str:
        """The first header of this lower-case name, empty if there is none."""
        return next((value for given, value in self.headers if given.lower() == name), "")

    def remove(self, name: str) -> None:
        self.headers = [pair for pair in self.headers if pair[0].lower() != name]

    def headers_default(self, name: str, value: str) -> None:
        if not self.header(name.lower()):
            self.headers.append((name, value))


def close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()


class _Begun:
    """A body of which some pieces are out already."""

    def __init__(self, body: Iterable[bytes], first: list[bytes], rest: Iterator[bytes]) -> None:
        self._body, self._first, self._rest = body, first, rest

    def __iter__(self) -> Iterator[bytes]:
        yield from self._first
        yield from self._rest

    def close(self) -> None:
        close(self._body)


class Stream:
    """A page of unknown length, filled piece by piece; a mark may be cut by the pieces' edges."""

    def __init__(self, body: Iterable[bytes], fill: Callable[[bytes], bytes]) -> None:
        self._body, self._fill = body, fill

    def __iter__(self) -> Iterator[bytes]:
        held = b""
        for piece in self._body:
            text = held + piece
            cut = _open_mark(text)
            text, held = text[:cut], text[cut:]
            if text:
                yield self._fill(text)
        if held:
            yield held

    def close(self) -> None:
        close(self._body)


def _open_mark(text: bytes) -> int:
    """Where a mark begins whose end has not come yet; the length of the text if none does."""
    start = text.rfind(b"<", max(0, len(text) - marks.LONGEST))
    if start < 0:
        return len(text)
    tail = text[start:]
    opens = (
        tail.startswith(marks.START)
        if len(tail) > len(marks.START)
        else marks.START.startswith(tail)
    )
    return start if opens and marks.END not in tail else len(text)
