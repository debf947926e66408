"""Images from people: refused with a reason, or decoded and written anew.

What is stored is never the bytes that came in: the picture is decoded, turned upright, made
smaller where it is larger than any page shows it, and encoded again, so that neither hidden
scripts nor a photograph's place and camera reach the site.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

BYTES_MAX = 20 * 1024 * 1024
PIXELS_MAX = 50_000_000
EDGE_MAX = 2_000
READABLE = ("JPEG", "PNG", "WEBP", "GIF")
JPEG_QUALITY = 84


class ImageRefused(ValueError):
    """The file is not stored; ``reason`` is ``too_large``, ``too_many_pixels``,
    ``not_an_image`` or ``damaged``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class StoredImage:
    """A file in the media folder: path relative to it, bytes, pixels."""

    path: str
    mime_type: str
    size: int
    width: int
    height: int


def store(data: bytes, media_dir: Path) -> StoredImage:
    """Re-encode ``data`` into ``media_dir``, synced before it gets its name.

    The name comes from the result's hash: the same picture is one file and an address never
    changes its content. Raises ImageRefused, or OSError where the disk refuses.
    """
    picture = _decode(data)
    encoded, suffix, mime_type = _encode(picture)
    digest = hashlib.sha256(encoded).hexdigest()
    path = f"{digest[:2]}/{digest[2:22]}{suffix}"
    _write(encoded, media_dir / path)
    return StoredImage(path, mime_type, len(encoded), picture.width, picture.height)


def _decode(data: bytes) -> Image.Image:
    if len(data) > BYTES_MAX:
        raise ImageRefused("too_large")
    try:
        with warnings.catch_warnings():
            # Size is judged by our own limit, before anything is decoded.
            warnings.simplefilter("ignore")
            opened = Image.open(io.BytesIO(data), formats=READABLE)
        if opened.width * opened.height > PIXELS_MAX:
            raise ImageRefused("too_many_pixels")
        opened.draft("RGB", (EDGE_MAX, EDGE_MAX))
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    except ImageRefused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise ImageRefused("not_an_image") from error
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, IndexError) as error:
        raise ImageRefused("damaged") from error
    picture = upright.convert("RGBA" if _has_alpha(upright) else "RGB")
    picture.thumbnail((EDGE_MAX, EDGE_MAX), Image.Resampling.LANCZOS)
    return picture


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info


def _encode(picture: Image.Image) -> tuple[bytes, str, str]:
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
        return out.getvalue(), ".png", "image/png"
    picture.save(out, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return out.getvalue(), ".jpg", "image/jpeg"


def _write(data: bytes, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".upload-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
