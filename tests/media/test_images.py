"""Pictures from people, friendly and hostile: made safe, or refused with a reason."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import threading
import tracemalloc
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pytest
from PIL import Image, ImageCms

from newsapp.media import images, storage
from newsapp.media.images import Box, ImageRefused, StoredImage
from newsapp.media.names import pixels, renditions
from newsapp.media.storage import Folder


def encoded(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def halves(width: int = 600, height: int = 400) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def opened(stored: StoredImage, media_dir: Path) -> Image.Image:
    with Image.open(media_dir / stored.path) as picture:
        picture.load()
        return picture


def near(found: object, wanted: tuple[int, ...], tolerance: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(a - b) <= tolerance for a, b in zip(found, wanted, strict=True))


def refusal(data: bytes, media_dir: Path) -> str:
    with pytest.raises(ImageRefused) as caught:
        images.store(data, Folder(media_dir))
    assert not [path for path in media_dir.rglob("*") if path.is_file()]
    return caught.value.reason


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    )


def test_renditions_lie_beside_the_picture_as_its_name_promises(tmp_path: Path) -> None:
    stored = images.store(encoded(halves(1200, 800), "JPEG"), Folder(tmp_path))
    assert stored.renditions == (480, 960)
    assert pixels(stored.path) == (stored.width, stored.height) == (1200, 800)
    promised = renditions(stored.path)
    assert [r.width for r in promised] == [480, 960]
    for rendition in promised:
        with Image.open(tmp_path / rendition.path) as picture:
            assert (picture.format, picture.size) == (
                "WEBP",
                (rendition.width, rendition.width * 2 // 3),
            )
            assert near(picture.convert("RGB").getpixel((5, 5)), (254, 0, 0))
    on_disk = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert on_disk == {stored.path, *(r.path for r in promised)}


def test_a_small_picture_has_no_rendition_and_one_of_a_rendition_s_width_has_it(
    tmp_path: Path,
) -> None:
    assert images.store(encoded(halves(479, 100)), Folder(tmp_path)).renditions == ()
    assert images.store(encoded(halves(480, 100)), Folder(tmp_path)).renditions == (480,)


def test_the_picture_gets_its_name_after_its_renditions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    write = Folder.write

    def noted(self: Folder, path: str, file: IO[bytes]) -> None:
        order.append(Path(path).suffix)
        write(self, path, file)

    monkeypatch.setattr(Folder, "write", noted)
    images.store(encoded(halves(1500, 100)), Folder(tmp_path))
    assert order == [".webp", ".webp", ".webp", ".jpg"]


def test_the_same_picture_is_one_file_and_is_not_written_twice(tmp_path: Path) -> None:
    first = images.store(encoded(halves()), Folder(tmp_path))
    before = (tmp_path / first.path).stat().st_mtime_ns
    assert images.store(encoded(halves()), Folder(tmp_path)) == first
    assert (tmp_path / first.path).stat().st_mtime_ns == before


def test_removing_takes_the_renditions_along(tmp_path: Path) -> None:
    stored = images.store(encoded(halves(1500, 300)), Folder(tmp_path))
    storage.remove(stored.path, Folder(tmp_path))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    storage.remove(stored.path, Folder(tmp_path))


def test_a_header_of_300_million_pixels_is_refused_before_decoding(tmp_path: Path) -> None:
    huge = png_header(20_000, 15_000) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    assert refusal(huge, tmp_path) == "too_many_pixels"


def test_just_over_the_limit_is_refused_and_a_thin_strip_is_not(tmp_path: Path) -> None:
    over = png_header(10_000, 5_001) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    assert refusal(over, tmp_path) == "too_many_pixels"
    strip = images.store(encoded(Image.new("RGB", (30_000, 2), "green")), Folder(tmp_path))
    assert (strip.width, strip.height) == (2000, 1)


def test_a_webp_with_a_huge_canvas_is_refused(tmp_path: Path) -> None:
    frame = encoded(Image.new("RGB", (8, 8)), "WEBP", lossless=True)[12:]
    side = (16_382).to_bytes(3, "little")
    canvas = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + side + side
    loop = b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body = bytes(6) + (7).to_bytes(3, "little") * 2 + bytes(4) + frame
    content = canvas + loop + b"ANMF" + struct.pack("<I", len(body)) + body
    huge = b"RIFF" + struct.pack("<I", len(content) + 4) + b"WEBP" + content
    assert refusal(huge, tmp_path) == "too_many_pixels"


def test_a_webp_has_a_limit_of_its_own(tmp_path: Path) -> None:
    large = encoded(Image.new("RGB", (4_001, 4_000)), "WEBP", method=0)
    assert refusal(large, tmp_path) == "too_many_pixels"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_an_image"),
        (b"MZ\x90\x00" + bytes(500), "not_an_image"),
        (
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "not_an_image",
        ),
        (b"<!doctype html><title>x</title>", "not_an_image"),
        (b"%PDF-1.7\n" + bytes(100), "not_an_image"),
        (bytes(images.BYTES_MAX + 1), "too_large"),
    ],
    ids=["empty", "program", "svg", "html", "pdf", "too large"],
)
def test_what_is_no_picture_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    assert refusal(data, tmp_path) == reason


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_truncated_picture_is_refused(form: str, tmp_path: Path) -> None:
    whole = encoded(Image.effect_noise((300, 300), 80).convert("RGB"), form)
    assert refusal(whole[: len(whole) // 2], tmp_path) in {"damaged", "not_an_image"}


def test_damage_anywhere_is_refused_or_stored_and_never_an_error(tmp_path: Path) -> None:
    for form in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = encoded(Image.effect_noise((60, 40), 80).convert("RGB"), form)
        for place in range(0, len(whole), max(1, len(whole) // 60)):
            broken = bytearray(whole)
            broken[place] ^= 0xA5
            try:
                images.store(bytes(broken), Folder(tmp_path))
            except ImageRefused:
                continue


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_text_that_unpacks_to_a_hundred_megabytes_does_no_harm(
    kind: bytes, tmp_path: Path
) -> None:
    bomb = chunk(kind, b"name\0\0" + zlib.compress(bytes(100 * 1024**2), 9))
    whole = encoded(halves(40, 40))
    # After the header: eight bytes of signature, then IHDR.
    data = whole[:33] + bomb + whole[33:]
    tracemalloc.start()
    try:
        assert refusal(data, tmp_path) == "damaged"
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * 1024**2


def test_nothing_but_pixels_is_kept(tmp_path: Path) -> None:
    script = b"<script>alert(document.cookie)</script>"
    exif = Image.Exif()
    exif[0x010E] = "so nha cua chi Lan"
    photo = encoded(halves(), "JPEG", comment=script, exif=exif) + script + b"PK\x03\x04"
    assert script in photo
    drawn = encoded(Image.new("RGBA", (500, 40), (1, 2, 3, 100)), icc_profile=script)
    assert len(drawn) > 100
    for data in (photo, drawn + script):
        images.store(data, Folder(tmp_path))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) == 4
    for path in kept:
        stored = path.read_bytes()
        assert script not in stored
        assert b"chi Lan" not in stored
        assert b"PK\x03\x04" not in stored
        assert b"ICC" not in stored
        assert b"iCCP" not in stored


def test_the_first_frame_of_an_animation_is_kept(tmp_path: Path) -> None:
    data = encoded(
        Image.new("RGB", (50, 40), "green"),
        "GIF",
        save_all=True,
        append_images=[Image.new("RGB", (50, 40), "red")],
    )
    stored = images.store(data, Folder(tmp_path))
    assert near(opened(stored, tmp_path).getpixel((9, 9)), (0, 128, 0))


def test_a_print_shop_s_jpeg_keeps_its_colours(tmp_path: Path) -> None:
    stored = images.store(
        encoded(Image.new("CMYK", (60, 60), (0, 255, 255, 0)), "JPEG"), Folder(tmp_path)
    )
    picture = opened(stored, tmp_path)
    assert picture.mode == "RGB"
    assert near(picture.getpixel((9, 9)), (254, 0, 0))


def test_sixteen_bits_become_eight_without_burning_out(tmp_path: Path) -> None:
    grey = Image.new("I;16", (60, 60), 0x8000)
    picture = opened(images.store(encoded(grey), Folder(tmp_path)), tmp_path)
    assert near(picture.convert("RGB").getpixel((9, 9)), (128, 128, 128))


def test_transparency_is_kept_where_there_is_some(tmp_path: Path) -> None:
    glass = Image.new("RGBA", (60, 60), (255, 0, 0, 90))
    solid = Image.new("RGBA", (60, 60), (255, 0, 0, 255))
    palette = Image.new("P", (60, 60), 0)
    palette.putpalette([255, 0, 0, 0, 255, 0])
    assert images.store(encoded(glass), Folder(tmp_path)).mime_type == "image/png"
    assert images.store(encoded(solid), Folder(tmp_path)).mime_type == "image/jpeg"
    assert images.store(encoded(palette, transparency=0), Folder(tmp_path)).mime_type == "image/png"
    assert images.store(encoded(palette), Folder(tmp_path)).mime_type == "image/jpeg"


@pytest.mark.parametrize(
    ("orientation", "size", "left", "upper"),
    [
        (1, (600, 400), "r", "r"),
        (2, (600, 400), "b", "b"),
        (3, (600, 400), "b", "b"),
        (6, (400, 600), "", "r"),
        (8, (400, 600), "", "b"),
    ],
)
def test_a_photograph_is_turned_upright(
    orientation: int, size: tuple[int, int], left: str, upper: str, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = images.store(encoded(halves(), "JPEG", exif=exif, quality=95), Folder(tmp_path))
    assert (stored.width, stored.height) == size
    picture = opened(stored, tmp_path)
    colours = {"r": (254, 0, 0), "b": (0, 0, 254)}
    if left:
        assert near(picture.getpixel((20, size[1] // 2)), colours[left])
    assert near(picture.getpixel((size[0] // 4, 20)), colours[upper])
    assert 0x0112 not in picture.getexif()


def swapped_profile() -> bytes:
    """A profile in which what is stored as red means green, and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    number = struct.unpack(">I", profile[128:132])[0]
    places = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(number)}
    red, green = places[b"rXYZ"], places[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def test_a_colour_profile_is_applied_and_dropped(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (60, 60), (255, 0, 0)), icc_profile=swapped_profile())
    picture = opened(images.store(data, Folder(tmp_path)), tmp_path)
    assert near(picture.getpixel((9, 9)), (0, 255, 1))
    assert "icc_profile" not in picture.info


def test_a_broken_profile_leaves_the_colours_alone(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (60, 60), (255, 0, 0)), icc_profile=b"no profile at all")
    picture = opened(images.store(data, Folder(tmp_path)), tmp_path)
    assert near(picture.getpixel((9, 9)), (254, 0, 0))


def test_a_crop_is_a_picture_of_its_own(tmp_path: Path) -> None:
    whole = images.store(encoded(halves(1200, 800)), Folder(tmp_path))
    part = images.crop(whole.path, Box(600, 100, 500, 300), Folder(tmp_path))
    assert (part.width, part.height, part.renditions) == (500, 300, (480,))
    assert part.path != whole.path
    assert (tmp_path / whole.path).exists()
    assert near(opened(part, tmp_path).getpixel((40, 40)), (0, 0, 254))


@pytest.mark.parametrize(
    "box", [Box(-1, 0, 50, 50), Box(0, 0, 601, 400), Box(590, 0, 20, 20), Box(0, 0, 15, 50)]
)
def test_a_crop_outside_of_the_picture_is_refused(box: Box, tmp_path: Path) -> None:
    whole = images.store(encoded(halves()), Folder(tmp_path))
    with pytest.raises(ImageRefused, match="outside"):
        images.crop(whole.path, box, Folder(tmp_path))


MEASURE = """
import sys
from pathlib import Path
from newsapp.media import images
from newsapp.media.storage import Folder
def highest():
    # Not ru_maxrss: a child begins with its parent's.
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
data = Path(sys.argv[1]).read_bytes()
before = highest()
stored = images.store(data, Folder(Path(sys.argv[2])))
print(stored.width, highest() - before)
"""


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_fifty_million_pixels_need_less_than_320_megabytes(form: str, tmp_path: Path) -> None:
    tile = Image.linear_gradient("L").resize((8_660, 5_773))
    mode = "RGB" if form == "JPEG" else "RGBA"
    picture = tile.convert(mode)
    if mode == "RGBA":
        picture.putpixel((0, 0), (0, 0, 0, 0))
    options = {"quality": 60, "progressive": True} if form == "JPEG" else {"compress_level": 1}
    source = tmp_path / "source"
    source.write_bytes(encoded(picture, form, **options))
    (tmp_path / "media").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(source), str(tmp_path / "media")],
        capture_output=True,
        text=True,
        check=True,
    )
    width, kilobytes = (int(word) for word in done.stdout.split())
    assert width == images.EDGE_MAX
    assert kilobytes < 320 * 1024, f"{kilobytes // 1024} MB"


def test_twenty_at_once_are_decoded_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, most = 0, 0
    lock = threading.Lock()
    read = images._read

    def counted(data: bytes) -> tuple[Image.Image, int]:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        try:
            return read(data)
        finally:
            with lock:
                at_work -= 1

    monkeypatch.setattr(images, "_read", counted)
    pictures = [encoded(halves(200 + n, 300), "JPEG") for n in range(20)]
    with ThreadPoolExecutor(20) as pool:
        stored = list(pool.map(lambda data: images.store(data, Folder(tmp_path)), pictures))
    assert len({s.path for s in stored}) == 20
    assert most == 1


def test_who_waits_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "WAIT_SECONDS", 0.05)
    with images._in_turn():
        assert refusal(encoded(halves()), tmp_path) == "busy"
    assert images.store(encoded(halves()), Folder(tmp_path)).width == 600
