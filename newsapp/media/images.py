"""Images from people: refused with a reason, or decoded and written anew.

What is stored is never the bytes that came in: the picture is decoded, turned upright, brought to
sRGB, made smaller where it is larger than any page shows it, and encoded again, so that neither
hidden scripts nor a photograph's place and camera reach the site. WebP renditions lie beside it
(see ``names``). AVIF is left out: at the effort where it is smaller than WebP, Pillow's encoder
takes five to ten times as long on the machines that this site is made for.
"""

from __future__ import annotations

import hashlib
import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PIL import Image, ImageCms, UnidentifiedImageError

from newsapp.media import names
from newsapp.media.storage import Refused, Storage

BYTES_MAX = 20 * 1024 * 1024
PIXELS_MAX = 50_000_000
# The WebP decoder holds several whole canvases of four bytes a pixel.
WEBP_PIXELS_MAX = 16_000_000
EDGE_MAX = 2_000
# By extension: what lies in the storage, and the type that it is served with.
TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
READABLE = ("JPEG", "PNG", "WEBP", "GIF")
JPEG_QUALITY = 84
WEBP_QUALITY = 78
# Measured on the demo's pictures: the same bytes as method 4 in less than half of the time.
WEBP_METHOD = 2
CROP_MIN = 16
_BAND = 128
# Decoding the largest picture takes some 300 MB: one at a time in each process, the others wait.
WAIT_SECONDS = 20.0
_TURN = threading.BoundedSemaphore(1)

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class ImageRefused(Refused):
    """The file is not stored; ``reason`` is ``too_large``, ``too_many_pixels``,
    ``not_an_image``, ``damaged``, ``outside`` (a crop) or ``busy`` (too many at once)."""


@dataclass(frozen=True)
class StoredImage:
    """A picture in the storage: its path there, bytes, pixels, widths of the WebP renditions
    beside it."""

    path: str
    mime_type: str
    size: int
    width: int
    height: int
    renditions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Box:
    """A part of a picture, in pixels from its left and upper edge."""

    x: int
    y: int
    width: int
    height: int


def store(data: bytes, storage: Storage) -> StoredImage:
    """Re-encode ``data`` into ``storage``.

    The name comes from the result's hash: the same picture is one file and an address never
    changes its content. Raises ImageRefused or StorageAway.
    """
    if len(data) > BYTES_MAX:
        raise ImageRefused("too_large")
    with _in_turn():
        made = _encode_all(_decode(data))
    return _write(made, storage)


def crop(path: str, box: Box, storage: Storage) -> StoredImage:
    """Store a part of the stored picture at ``path`` as a picture of its own.

    Raises ImageRefused (``outside`` where ``box`` is not inside of the picture or smaller than
    CROP_MIN pixels, ``damaged`` where the file cannot be read), FileNotFoundError or StorageAway.
    """
    with _in_turn():
        with storage.open(path).file as file:
            whole = _decode(file.read())
        right, lower = box.x + box.width, box.y + box.height
        inside = min(box.x, box.y) >= 0 and right <= whole.width and lower <= whole.height
        if not inside or min(box.width, box.height) < CROP_MIN:
            raise ImageRefused("outside")
        made = _encode_all(whole.crop((box.x, box.y, right, lower)))
    return _write(made, storage)


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _TURN.acquire(timeout=WAIT_SECONDS):
        raise ImageRefused("busy")
    try:
        yield
    finally:
        _TURN.release()


def _decode(data: bytes) -> Image.Image:
    """The picture upright, in sRGB, RGB or RGBA, at most EDGE_MAX high and wide, and bare of
    everything that is not its pixels."""
    try:
        picture, orientation = _read(data)
        profile = picture.info.get("icc_profile")
        picture.info = {}
        picture = _coarser(picture)
        picture.thumbnail((EDGE_MAX, EDGE_MAX), Image.Resampling.LANCZOS)
        picture = _srgb(picture, profile)
    except ImageRefused:
        raise
    except Image.DecompressionBombError as error:
        raise ImageRefused("too_many_pixels") from error
    except UnidentifiedImageError as error:
        raise ImageRefused("not_an_image") from error
    except Exception as error:
        # Decoders of damaged data raise whatever the damage leads them to.
        raise ImageRefused("damaged") from error
    turn = _UPRIGHT.get(orientation)
    return picture.transpose(turn) if turn is not None else picture


def _read(data: bytes) -> tuple[Image.Image, int]:
    """The first frame in a mode that can be made smaller, and its EXIF orientation."""
    with warnings.catch_warnings():
        # Size is judged by our own limit, before anything is decoded.
        warnings.simplefilter("ignore")
        opened = Image.open(io.BytesIO(data), formats=READABLE)
        limit = WEBP_PIXELS_MAX if opened.format == "WEBP" else PIXELS_MAX
        if opened.width * opened.height > limit:
            raise ImageRefused("too_many_pixels")
        opened.draft("RGB", (EDGE_MAX, EDGE_MAX))
        opened.load()
        return _plain(opened), _orientation(opened)


def _orientation(opened: Image.Image) -> int:
    try:
        return int(opened.getexif().get(_ORIENTATION, 1))
    except Exception:
        # A picture with broken notes about it is still a picture.
        return 1


def _plain(opened: Image.Image) -> Image.Image:
    """Palettes and 16-bit greys as eight bits a channel; other modes as they are."""
    if opened.mode.startswith("I"):
        grey = opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        grey.info = opened.info
        return grey
    if opened.mode in {"L", "RGB", "RGBA", "CMYK"} and "transparency" not in opened.info:
        return opened
    see_through = opened.mode in {"LA", "PA", "RGBA"} or "transparency" in opened.info
    return opened.convert("RGBA" if see_through else "RGB")


def _coarser(picture: Image.Image) -> Image.Image:
    """A huge picture at about twice of what is kept, band by band: resizing one with
    transparency as a whole would need a second copy of it in memory."""
    factor = max(picture.size) // (2 * EDGE_MAX)
    if factor < 2:
        return picture
    size = (-(-picture.width // factor), -(-picture.height // factor))
    coarse = Image.new(picture.mode, size)
    for top in range(0, picture.height, _BAND * factor):
        lower = min(top + _BAND * factor, picture.height)
        band = picture.crop((0, top, picture.width, lower)).reduce(factor)
        coarse.paste(band, (0, top // factor))
    return coarse


def _srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB, or RGBA where something shows through."""
    mode = "RGB"
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] != 255:
        mode = "RGBA"
    elif picture.mode == "RGBA":
        picture = picture.convert("RGB")
    if profile:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, given, ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that is broken, or not about this picture: its colours as they are.
            converted = None
        if converted is not None:
            converted.info = {}
            return converted
    return picture if picture.mode == mode else picture.convert(mode)


@dataclass(frozen=True)
class _Made:
    """A picture and what is to be written for it, by path: the renditions, then the picture."""

    image: StoredImage
    files: dict[str, bytes]


def _encode_all(picture: Image.Image) -> _Made:
    encoded, suffix, mime_type = _encode(picture)
    digest = hashlib.sha256(encoded).hexdigest()
    path = names.image_path(digest, picture.width, picture.height, suffix)
    renditions = names.renditions(path)
    widths = tuple(rendition.width for rendition in renditions)
    image = StoredImage(path, mime_type, len(encoded), picture.width, picture.height, widths)
    smaller = {r.path: _smaller(picture, r.width) for r in renditions}
    return _Made(image, {**smaller, path: encoded})


def _write(made: _Made, storage: Storage) -> StoredImage:
    """Write the files of a picture. Not in turn: others need not wait for the storage."""
    # The name promises the renditions: they are there before it is.
    if not storage.exists(made.image.path):
        for path, data in made.files.items():
            storage.write(path, io.BytesIO(data))
    return made.image


def _encode(picture: Image.Image) -> tuple[bytes, str, str]:
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
        return out.getvalue(), ".png", "image/png"
    picture.save(out, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return out.getvalue(), ".jpg", "image/jpeg"


def _smaller(picture: Image.Image, width: int) -> bytes:
    height = max(1, round(picture.height * width / picture.width))
    out = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0).save(
        out, "WEBP", quality=WEBP_QUALITY, method=WEBP_METHOD
    )
    return out.getvalue()
