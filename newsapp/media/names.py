"""Names in the media storage, and what can be read from them.

A picture is ``ab/cdef…-1600x1000.jpg``: two and twenty hexadecimal digits of its SHA-256, then its
pixels. The pixels are a promise: beside it lie WebP renditions, ``ab/cdef…-1600x1000.480.webp``,
at each of WIDTHS that is not larger than the picture. So a page that shows a stored text knows
every picture's size and renditions without asking the database or the disk. Names without pixels
(documents, pictures of an earlier time) promise nothing.

WIDTHS is part of the promise: files that carry it are never rewritten, so a change of WIDTHS needs
another mark in the name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WIDTHS = (480, 960, 1440)
_OURS = re.compile(r"[0-9a-f]{2}/[0-9a-f]{20}[0-9a-z.x-]{1,30}")
_IMAGE = re.compile(r"([0-9a-f]{2}/[0-9a-f]{20})-([1-9]\d{0,4})x([1-9]\d{0,4})\.(?:jpg|png)")
_HASHED = re.compile(r"([0-9a-f]{2})/([0-9a-f]{20})(?:-\d+x\d+)?\.[a-z]+")


@dataclass(frozen=True)
class Rendition:
    """A smaller WebP copy of a picture: its path in the storage and its width in pixels."""

    path: str
    width: int


def is_ours(path: str) -> bool:
    """Whether ``path`` can be a name of this kind. Nothing else is ever looked for in a storage,
    so that no address reaches out of it."""
    return _OURS.fullmatch(path) is not None


def content_path(digest: str, suffix: str) -> str:
    """The path of a document with that SHA-256 (hexadecimal); ``suffix`` begins with a dot."""
    return f"{digest[:2]}/{digest[2:22]}{suffix}"


def image_path(digest: str, width: int, height: int, suffix: str) -> str:
    """The path of a picture with that SHA-256 and those pixels."""
    return content_path(digest, f"-{width}x{height}{suffix}")


def tells_truth(path: str, digest: str) -> bool:
    """Whether content with that SHA-256 may bear that name; a rendition's name does not tell."""
    found = _HASHED.fullmatch(path)
    return found is None or f"{found[1]}{found[2]}" == digest[:22]


def pixels(path: str) -> tuple[int, int] | None:
    """Width and height that the name of a picture tells; None when it does not."""
    found = _IMAGE.fullmatch(path)
    return (int(found[2]), int(found[3])) if found else None


def renditions(path: str) -> tuple[Rendition, ...]:
    """The renditions that the name of a picture promises, narrowest first."""
    size = pixels(path)
    if size is None:
        return ()
    stem = path.rpartition(".")[0]
    return tuple(Rendition(f"{stem}.{width}.webp", width) for width in WIDTHS if width <= size[0])
