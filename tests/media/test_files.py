"""Documents: what is taken, under which name, and what is refused."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from newsapp.media import files
from newsapp.media.files import FileRefused, StoredFile, store_file
from newsapp.media.storage import Folder

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ODF = "application/vnd.oasis.opendocument."


def zipped(parts: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def office(main: str, kinds: str = "<Types/>", *more: str) -> bytes:
    parts = {"[Content_Types].xml": kinds, main: "<x/>", **dict.fromkeys(more, "x")}
    return zipped(parts)


DOCX = office("word/document.xml")
GOOD = {
    "Kế hoạch 36.pdf": PDF,
    "a.DOCX": DOCX,
    "a.xlsx": office("xl/workbook.xml"),
    "a.pptx": office("ppt/presentation.xml"),
    "a.odt": zipped({"mimetype": ODF + "text"}),
    "a.ods": zipped({"mimetype": ODF + "spreadsheet"}),
    "a.odp": zipped({"mimetype": ODF + "presentation"}),
    "a.csv": "Họ tên,Tổ dân phố\nLan,5\n".encode(),
    "a.txt": "\ufeffLịch tiếp công dân\r\n".encode(),
}


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def store(data: bytes, name: str, folder: Path) -> StoredFile:
    return store_file(io.BytesIO(data), name, Folder(folder))


def refusal(data: bytes, name: str, folder: Path) -> str:
    with pytest.raises(FileRefused) as caught:
        store(data, name, folder)
    assert not kept(folder)
    return caught.value.reason


@pytest.mark.parametrize("name", GOOD)
def test_a_document_is_kept_byte_by_byte_under_a_name_of_ours(name: str, tmp_path: Path) -> None:
    stored = store(GOOD[name], name, tmp_path)
    suffix = files.extension(name)
    assert stored.path.endswith(suffix)
    assert len(stored.path) == 2 + 1 + 20 + len(suffix)
    assert stored.mime_type == files.TYPES[suffix]
    assert stored.size == len(GOOD[name])
    assert (tmp_path / stored.path).read_bytes() == GOOD[name]
    assert kept(tmp_path) == [tmp_path / stored.path]
    assert (tmp_path / stored.path).stat().st_mode & 0o777 == 0o644
    assert store(GOOD[name], name, tmp_path) == stored


@pytest.mark.parametrize(
    "name",
    [
        *("a.html", "a.svg", "a.xml", "a.js", "a.exe", "a.docm", "a.xlsm", "a.zip", "a.pdf.exe"),
        *("a", "pdf", ".pdf", "a.pdf/", "a.pdf\x00.html", "", "a.rtf", "a.xhtml"),
    ],
)
def test_a_kind_that_is_not_on_the_list_is_refused(name: str, tmp_path: Path) -> None:
    assert refusal(PDF, name, tmp_path) == "kind"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", "empty"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old_office"),
        ("a.pdf", b"MZ" + PDF, "not_what_it_says"),
        ("a.pdf", b"<html>" + PDF, "not_what_it_says"),
        ("a.pdf", PDF[:-8] + bytes(3000), "damaged"),
        ("a.docx", PDF, "not_what_it_says"),
        ("a.docx", office("xl/workbook.xml"), "not_what_it_says"),
        ("a.docx", zipped({"word/document.xml": "<x/>"}), "not_what_it_says"),
        ("a.docx", zipped({"a.exe": b"MZ"}), "not_what_it_says"),
        ("a.docx", office("word/document.xml", "", "word/vbaProject.bin"), "macros"),
        ("a.xlsx", office("xl/workbook.xml", "application/…macroEnabled.main+xml"), "macros"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "locked"),
        ("a.docx", DOCX[: len(DOCX) // 2], "damaged"),
        ("a.docx", office("word/document.xml", "x" * (files._PART_MAX + 1)), "damaged"),
        ("a.odt", zipped({"mimetype": ODF + "spreadsheet"}), "not_what_it_says"),
        ("a.odt", zipped({"other": "x"}), "not_what_it_says"),
        ("a.odt", zipped({"mimetype": ODF + "text", "Basic/Standard/x.xml": "x"}), "macros"),
        ("a.txt", b"MZ\x90\x00\x03", "not_what_it_says"),
        ("a.csv", "Phường".encode("utf-16-le"), "not_what_it_says"),
        ("a.csv", "Phường".encode("utf-16"), "encoding"),
        ("a.csv", b"Ph\xad\xeang", "encoding"),
        ("a.txt", "Phường".encode()[:-1][:5], "encoding"),
        ("a.txt", b"a\x1b\x07b", "not_what_it_says"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(
    name: str, data: bytes, reason: str, tmp_path: Path
) -> None:
    assert refusal(data, name, tmp_path) == reason


def test_a_letter_cut_by_the_reading_buffer_is_no_damage(tmp_path: Path) -> None:
    text = b"a" * (files._CHUNK - 1) + "ường".encode()
    assert store(text, "a.txt", tmp_path).size == len(text)


def test_thirty_megabytes_are_the_limit_whatever_the_stream_says(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(FileRefused, match="too_large"):
        store_file(endless, "a.txt", Folder(tmp_path))  # type: ignore[arg-type]  # only read() is used
    assert endless.given <= files.BYTES_MAX + files._CHUNK
    assert not kept(tmp_path)


def test_a_table_of_a_hundred_thousand_parts_is_not_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number:08}", b"")
    assert refusal(out.getvalue(), "a.docx", tmp_path) == "damaged"
    # The same, with the true size in a ZIP64 record and a small one where everybody looks.
    plain, end = out.getvalue()[:-22], out.getvalue()[-22:]
    size, start = struct.unpack("<II", end[12:20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 20_000, 20_000, size, start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(plain), 1)
    hidden = plain + record + locator + end[:12] + struct.pack("<I", 100) + end[16:]
    with zipfile.ZipFile(io.BytesIO(hidden)) as archive:
        assert len(archive.namelist()) == 20_000
    assert refusal(hidden, "a.docx", tmp_path) == "damaged"


def test_a_name_of_a_thousand_characters_changes_nothing(tmp_path: Path) -> None:
    stored = store(PDF, "../" * 20 + "ê" * 1000 + ".pdf", tmp_path)
    assert kept(tmp_path) == [tmp_path / stored.path]


MEASURE = """
import sys
from pathlib import Path
from newsapp.media.files import store_file
from newsapp.media.storage import Folder
def highest():
    # Not ru_maxrss: a child begins with its parent's.
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])
before = highest()
with open(sys.argv[1], "rb") as stream:
    store_file(stream, "a.txt", Folder(Path(sys.argv[2])))
print(highest() - before)
"""


def test_a_large_document_does_not_fill_the_memory(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"abcdefg\n" * (files.BYTES_MAX // 8))
    (tmp_path / "media").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(source), str(tmp_path / "media")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 8 * 1024, done.stdout
