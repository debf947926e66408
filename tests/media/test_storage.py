"""Every storage does the same; and what only a folder or a bucket can do wrong."""

from __future__ import annotations

import io
import os
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from newsapp.config import Config, ConfigError
from newsapp.media import files, images
from newsapp.media.names import renditions
from newsapp.media.storage import Folder, Kept, Storage, StorageAway, remove
from tests.buckets import LISTED_AT_ONCE, new_bucket, operator
from tests.conftest import make_config
from tests.live import free_port
from tests.newsroom.conftest import png

PATH = "ab/0123456789abcdef0123.pdf"
OTHER = "cd/0123456789abcdef0123.pdf"


def keep(place: Storage, path: str, data: bytes) -> None:
    place.write(path, io.BytesIO(data))


def paths(place: Storage) -> list[str]:
    return sorted(kept.path for kept in place.listed())


def read(place: Storage, path: str) -> bytes:
    with place.open(path).file as file:
        return file.read()


def test_what_is_written_is_there_until_it_is_removed(storage: Storage) -> None:
    assert not storage.exists(PATH)
    assert paths(storage) == []
    keep(storage, PATH, b"Quy\xe1")
    keep(storage, OTHER, b"")
    assert storage.exists(PATH)
    assert read(storage, PATH) == b"Quy\xe1"
    assert read(storage, OTHER) == b""
    assert set(storage.listed()) == {Kept(PATH, 4), Kept(OTHER, 0)}
    storage.remove(PATH)
    storage.remove(PATH)
    assert not storage.exists(PATH)
    assert paths(storage) == [OTHER]
    with pytest.raises(FileNotFoundError):
        storage.open(PATH)


def test_a_path_never_changes_its_content(storage: Storage) -> None:
    keep(storage, PATH, b"first")
    keep(storage, PATH, b"second")
    assert read(storage, PATH) == b"first"


def test_a_file_is_written_from_its_beginning_wherever_it_stands(storage: Storage) -> None:
    file = io.BytesIO(b"whole")
    file.seek(3)
    storage.write(PATH, file)
    assert read(storage, PATH) == b"whole"


def test_any_part_can_be_read(storage: Storage) -> None:
    data = bytes(range(256)) * 2000
    keep(storage, PATH, data)
    opened = storage.open(PATH)
    assert opened.size == len(data)
    with opened.file as file:
        assert file.seekable()
        assert file.read(10) == data[:10]
        assert file.seek(300_000) == 300_000
        assert file.tell() == 300_000
        assert file.read(10) == data[300_000:300_010]
        file.seek(-5, os.SEEK_END)
        assert file.read() == data[-5:]
        assert file.read(9) == b""
        file.seek(1)
        assert file.read() == data[1:]


@pytest.mark.parametrize(
    "path", ["../site.db", "/etc/passwd", "ab/../../site.db", "a", "", "ab", "ab/.upload-x", "AB/é"]
)
def test_no_path_leads_out(storage: Storage, path: str) -> None:
    assert not storage.exists(path)
    storage.remove(path)
    with pytest.raises(FileNotFoundError):
        storage.open(path)
    with pytest.raises(FileNotFoundError):
        keep(storage, path, b"x")


def test_thirty_megabytes_do_not_fill_the_memory(storage: Storage, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"abcdefg\n" * (files.BYTES_MAX // 8))
    keep(storage, OTHER, b"what is used for the first time is not counted")
    read(storage, OTHER)
    tracemalloc.start()
    try:
        with source.open("rb") as file:
            storage.write(PATH, file)
        with storage.open(PATH).file as stored:
            size = sum(len(piece) for piece in iter(lambda: stored.read(64 * 1024), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == files.BYTES_MAX
    assert peak < 4 * 1024**2, f"{peak / 1024**2:.1f} MB"


def test_pictures_with_their_renditions_come_and_go(storage: Storage) -> None:
    stored = images.store(png(1200, 80), storage)
    promised = {stored.path, *(rendition.path for rendition in renditions(stored.path))}
    assert len(promised) == 3
    assert set(paths(storage)) == promised
    part = images.crop(stored.path, images.Box(0, 0, 500, 40), storage)
    assert (part.width, part.height) == (500, 40)
    remove(stored.path, storage)
    assert set(paths(storage)) == {part.path, *(r.path for r in renditions(part.path))}


def test_documents_are_kept_byte_by_byte(storage: Storage) -> None:
    data = "Lịch tiếp công dân\n".encode()
    stored = files.store_file(io.BytesIO(data), "lịch.txt", storage)
    assert read(storage, stored.path) == data
    with pytest.raises(files.FileRefused):
        files.store_file(io.BytesIO(b"MZ\0"), "trò chơi.txt", storage)
    assert paths(storage) == [stored.path]


# A folder.


def test_a_file_is_synced_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / PATH
    seen: list[tuple[bool, bool]] = []
    fsync = os.fsync

    def noted(number: int) -> None:
        is_file = Path(f"/proc/self/fd/{number}").resolve().name.startswith(".upload-")
        seen.append((is_file, target.exists()))
        fsync(number)

    monkeypatch.setattr(os, "fsync", noted)
    keep(Folder(tmp_path), PATH, b"x")
    # The file while it had no name, the folder once it had one.
    assert seen == [(True, False), (False, True)]
    assert target.stat().st_mode & 0o777 == 0o644
    assert [p.name for p in target.parent.iterdir()] == [target.name]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(StorageAway, match="No space left"):
        Folder(tmp_path).write(PATH, Broken())
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_a_killed_upload_left_goes_after_a_day(tmp_path: Path) -> None:
    old, young = (tmp_path / "ab" / f".upload-{name}" for name in ("old", "young"))
    old.parent.mkdir()
    for draft in (old, young):
        draft.write_bytes(b"half")
    os.utime(old, (time.time() - 90_000,) * 2)
    keep(Folder(tmp_path), PATH, b"x")
    assert not old.exists()
    assert young.exists()


def test_a_folder_that_is_not_mounted_is_away_and_not_empty(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "share")
    for deed in (
        lambda: folder.open(PATH),
        lambda: keep(folder, PATH, b"x"),
        lambda: list(folder.listed()),
        lambda: folder.remove(PATH),
    ):
        with pytest.raises(StorageAway, match="share"):
            deed()
    assert not (tmp_path / "share").exists()


# A bucket.


def bucket(url: str, folder: Path) -> Storage:
    return make_config(folder, make_url(f"sqlite:///{folder}/site.db"), url).media


def test_objects_lie_under_the_prefix_and_nothing_else_is_ours(s3: str, tmp_path: Path) -> None:
    url = new_bucket(s3)
    name = url.removeprefix("s3://").partition("/")[0]
    place = bucket(url, tmp_path)
    keep(place, PATH, b"%PDF-")
    owner = operator(s3)
    owner.put_object(Bucket=name, Key="khac/ab/0123456789abcdef0123.pdf", Body=b"x")
    owner.put_object(Bucket=name, Key="trang-tin/ghi-chu.txt", Body=b"x")
    keys = [entry["Key"] for entry in owner.list_objects_v2(Bucket=name)["Contents"]]
    assert f"trang-tin/{PATH}" in keys
    kept = owner.head_object(Bucket=name, Key=f"trang-tin/{PATH}")
    assert kept["ContentType"] == "application/pdf"
    owner.close()
    assert paths(place) == [PATH]


def test_more_objects_than_one_answer_lists(s3: str, tmp_path: Path) -> None:
    url = new_bucket(s3)
    name = url.removeprefix("s3://").partition("/")[0]
    owner = operator(s3)
    for number in range(2 * LISTED_AT_ONCE + 1):
        owner.put_object(Bucket=name, Key=f"trang-tin/ab/{number:020}.pdf", Body=b"")
    owner.close()
    assert len(paths(bucket(url, tmp_path))) == 2 * LISTED_AT_ONCE + 1


def test_a_bucket_that_is_gone_or_does_not_answer_is_away(s3: str, tmp_path: Path) -> None:
    gone = bucket(f"s3://khong-co-thung?endpoint={s3}&region=us-east-1", tmp_path)
    silent = bucket(f"s3://thung?endpoint=http://127.0.0.1:{free_port()}&region=x", tmp_path)
    for place in (gone, silent):
        for deed in (
            lambda place=place: place.open(PATH),
            lambda place=place: keep(place, PATH, b"x"),
            lambda place=place: paths(place),
        ):
            with pytest.raises(StorageAway, match="media bucket"):
                deed()


def test_a_bucket_without_keys_is_away(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_bucket(s3)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(StorageAway, match="credentials"):
        bucket(url, tmp_path).open(PATH)


# What NEWSAPP_MEDIA_URL may say.


def configured(folder: Path, url: str) -> Config:
    return Config.from_environment({"NEWSAPP_DATA_DIR": str(folder), "NEWSAPP_MEDIA_URL": url})


def test_without_the_variable_files_lie_in_the_data_directory(tmp_path: Path) -> None:
    assert configured(tmp_path, "").media == Folder(tmp_path / "media")


def test_a_folder_by_path_or_address(tmp_path: Path) -> None:
    shared = tmp_path / "kho chung"
    shared.mkdir()
    assert configured(tmp_path, str(shared)).media == Folder(shared)
    assert configured(tmp_path, shared.as_uri()).media == Folder(shared)


@pytest.mark.parametrize(
    "url",
    [
        *("media", "/khong/co", "file://may-khac/srv", "file:media", "ftp://x/y", "http://[::1"),
        *(
            "s3://",
            "s3:///x",
            "s3://A_B",
            "s3://khoa:mat@thung",
            "s3://thung/../x",
            "s3://thung/a//b",
        ),
        *("s3://thung?endpoint=", "s3://thung?endpoint=s3.vn", "s3://thung?endpoint=ftp://s3.vn"),
        *("s3://thung?endpoint=https://a:b@s3.vn", "s3://thung?region=", "s3://thung?vung=x"),
        *("s3://thung#x", "s3://thung:9000/x"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"^NEWSAPP_MEDIA_URL") as caught:
        configured(tmp_path, url)
    assert "\n" not in str(caught.value)
    assert "mat@" not in str(caught.value)


def test_a_bucket_without_boto3_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "newsapp.media.s3", raising=False)
    with pytest.raises(ConfigError, match="NEWSAPP_MEDIA_URL needs boto3"):
        configured(tmp_path, "s3://thung")
