"""The archive: each byte is vouched for, and nothing leads out of it."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from newsapp.keeping import archive
from newsapp.keeping.archive import Header, Writer
from newsapp.keeping.errors import Damaged, KeepingError

HEADER = Header(1, "0.1.0", "0002", "sqlite", "2026-11-25T00:00:00+00:00", "backup", "ab" * 8)
FILES = {"media/ab/one.jpg": b"\xff\xd8" * 700, "media/cd/hai.pdf": b"%PDF", "site.db": b"S" * 900}


def write(path: Path, files: dict[str, bytes] = FILES, header: Header = HEADER) -> Path:
    with path.open("wb") as file:
        writer = Writer(file, header)
        for name, data in files.items():
            writer.add(name, io.BytesIO(data), len(data))
        writer.finish({"NEWSAPP_TIMEZONE": "Asia/Ho_Chi_Minh"}, {"article": 2})
    return path


def test_what_was_written_comes_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tar")
    manifest = archive.unpack(path, tmp_path / "out")
    assert manifest.header == archive.read_header(path) == HEADER
    assert manifest.counts == {"article": 2}
    assert {name: (tmp_path / "out" / name).read_bytes() for name in manifest.files} == FILES
    assert (tmp_path / "out/site.db").stat().st_mode & 0o777 == 0o600
    # Any tool opens it.
    with tarfile.open(path) as tar:
        assert tar.getnames()[0] == archive.HEADER
        assert tar.getnames()[-1] == archive.SEAL


def test_a_flipped_byte_is_found_wherever_it_is(tmp_path: Path) -> None:
    data = bytearray(write(tmp_path / "a.tar").read_bytes())
    contents = {bytes(data).index(content): name for name, content in FILES.items()}
    bad = tmp_path / "bad.tar"
    positions = {*range(0, len(data), 37), *contents, *range(len(data) - 2048, len(data), 5)}
    for position in sorted(positions):
        data[position] ^= 0x10
        bad.write_bytes(data)
        with pytest.raises(KeepingError) as caught:
            archive.unpack(bad, None)
        if position in contents:
            assert contents[position] in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1
        data[position] ^= 0x10
    bad.write_bytes(data)
    archive.unpack(bad, None)


def test_a_truncated_archive_is_found(tmp_path: Path) -> None:
    data = write(tmp_path / "a.tar").read_bytes()
    bad = tmp_path / "bad.tar"
    for length in (0, 1, 511, 512, 1024, len(data) // 2, len(data) - 512, len(data) - 1):
        bad.write_bytes(data[:length])
        for look in (archive.read_header, lambda path: archive.unpack(path, None)):
            with pytest.raises(Damaged, match=r"bad\.tar"):
                look(bad)
    bad.write_bytes(data + b"\0" * 512)
    with pytest.raises(Damaged):
        archive.unpack(bad, None)


@pytest.mark.parametrize(
    "name",
    [
        *("../evil", "/etc/evil", "media/../../evil", "media/./x", "media//x", "media/.hidden"),
        *("media\\..\\evil", "media/a\\b", "other.db", "journal/x.log", "media", "media/a/../b"),
    ],
)
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    out = tmp_path / "deep" / "out"
    with pytest.raises(Damaged, match="which no backup of newsapp does"):
        archive.unpack(write(tmp_path / "a.tar", {name: b"x"}), out)
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_only_plain_files_come_out(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        writer = Writer(file, HEADER)
        member = tarfile.TarInfo("media/ab/one.jpg")
        member.type, member.linkname = kind, "/etc/passwd"
        writer._tar.addfile(member)
        writer.finish({}, {})
    with pytest.raises(Damaged, match="which no backup of newsapp does"):
        archive.unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_name_comes_once(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        writer = Writer(file, HEADER)
        for content in (b"1", b"2"):
            writer.add("site.db", io.BytesIO(content), 1)
        writer.finish({}, {})
    with pytest.raises(Damaged, match=r"site\.db"):
        archive.unpack(path, None)


def test_a_file_that_the_manifest_does_not_know_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        writer = Writer(file, HEADER)
        writer.add("site.db", io.BytesIO(b"1"), 1)
        writer.add("media/ab/smuggled.jpg", io.BytesIO(b"1"), 1)
        del writer.files["media/ab/smuggled.jpg"]
        writer.finish({}, {})
    with pytest.raises(Damaged, match="smuggled"):
        archive.unpack(path, None)


def test_an_archive_of_the_future_is_refused(tmp_path: Path) -> None:
    newer = Header(**{**vars(HEADER), "format": 2, "newsapp": "9.0"})
    path = write(tmp_path / "a.tar", header=newer)
    with pytest.raises(KeepingError, match=r"made by a newer newsapp \(9\.0\)"):
        archive.read_header(path)


def test_other_files_are_no_backups(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(__file__, "x")
    for look in (archive.read_header, lambda one: archive.unpack(one, None)):
        with pytest.raises(Damaged, match="no backup of newsapp"):
            look(path)
