"""The archive: one plain tar file that any tool opens, of which every byte is vouched for.

``newsapp-backup.json`` comes first and tells what this is; then the files; ``manifest.json`` with
the size and SHA-256 of each and the number of rows in each table; last ``archive.sha256``, the
hash of every byte before it. Media are compressed as they are, and a flipped bit in a plain file
harms that file alone; whoever wants it smaller compresses the archive.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from newsapp.keeping.errors import Damaged, KeepingError

FORMAT = 1
HEADER, MANIFEST, SEAL = "newsapp-backup.json", "manifest.json", "archive.sha256"
DATABASES = {"sqlite": "site.db", "postgresql": "site.dump"}
COUNTERS, SECRET_KEY, JOURNAL, MEDIA = "counters.db", "secret_key", "journal", "media"
_JSON_MAX = 256 * 1024 * 1024
_PIECE = 1024 * 1024
_BLOCK = 512
# Nothing else is ever in an archive of ours, and nothing else is taken out of one.
_PLAIN = {HEADER, MANIFEST, SEAL, COUNTERS, SECRET_KEY, *DATABASES.values()}
_JOURNAL_NAME = re.compile(r"journal/[0-9a-f]{24}\.log")
_MEDIA_NAME = re.compile(r"media/(?!\.)[^/\\\0]+(?:/(?!\.)[^/\\\0]+)*")


@dataclass(frozen=True)
class Header:
    """What an archive says of itself. ``revision`` is the migration at which the database stood,
    ``taken_at`` is UTC in ISO form, ``purpose`` is ``backup`` or ``upgrade``; ``site`` tells
    backups of one site from those of another."""

    format: int
    newsapp: str
    revision: str
    engine: str
    taken_at: str
    purpose: str
    site: str


@dataclass(frozen=True)
class Entry:
    """A file as it was written."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Everything that an archive holds. ``settings`` are the ``NEWSAPP_…`` variables, without
    secrets; ``counts`` are rows by table, those of the counters among them."""

    header: Header
    settings: dict[str, str]
    counts: dict[str, int]
    files: dict[str, Entry]


class Writer:
    """Writes an archive into an open file."""

    def __init__(self, file: IO[bytes], header: Header) -> None:
        self._sink = _Sink(file)
        # Never closed: the end is ours to write.
        self._tar = tarfile.TarFile(fileobj=self._sink, mode="w")  # type: ignore[arg-type]  # it is only written to
        self._header = header
        self.files: dict[str, Entry] = {}
        self._put(HEADER, _json(asdict(header)))

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Copy ``size`` bytes. Raises OSError where there are fewer."""
        read = _Digest(source)
        self._tar.addfile(_member(name, size), read)
        self.files[name] = Entry(size, read.hexdigest())

    def add_path(self, name: str, path: Path) -> None:
        """Copy a file. Raises OSError."""
        with path.open("rb") as file:
            self.add(name, file, os.fstat(file.fileno()).st_size)

    def finish(self, settings: dict[str, str], counts: dict[str, int]) -> Manifest:
        """Write manifest and seal; the archive is complete then, but not synced."""
        manifest = Manifest(self._header, settings, counts, self.files)
        self._put(MANIFEST, _json(asdict(manifest)))
        self._sink.write(_tail(self._sink.hexdigest()))
        return manifest

    def _put(self, name: str, data: bytes) -> None:
        self._tar.addfile(_member(name, len(data)), io.BytesIO(data))


def read_header(path: Path) -> Header:
    """What an archive is. Raises Damaged where it is no complete archive of ours, KeepingError
    where a newer newsapp made it, or OSError."""
    with path.open("rb") as file:
        _sealed(file, path)
        with _open(file, path) as tar:
            return _header(_members(tar, path), path)[0]


def unpack(path: Path, folder: Path | None) -> Manifest:
    """Verify every byte of an archive and lay its files down in ``folder``; None only verifies.

    Raises Damaged with the name of what is damaged, KeepingError where a newer newsapp made it, or
    OSError. What is in ``folder`` then is not to be used.
    """
    seen: dict[str, Entry] = {}
    manifest: bytes | None = None
    last = HEADER
    with path.open("rb") as file:
        sealed, length = _sealed(file, path)
        source = _Digest(file, length)
        try:
            with _open(source, path) as tar:
                members = _members(tar, path)
                _header(members, path)
                for last, content in members:
                    if last == MANIFEST:
                        manifest = content.read(_JSON_MAX)
                    elif last == SEAL:
                        break
                    else:
                        public = last.startswith(f"{MEDIA}/")
                        seen[last] = _lay_down(content, folder and folder / last, public=public)
        except Damaged:
            raise
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise Damaged(f"{path} is damaged at or after {last}: {error}") from error
        while source.read(_PIECE):
            pass
        whole = source.hexdigest() == sealed
    found = _manifest(manifest)
    wrong = sorted(
        name
        for name in (found.files.keys() | seen.keys() if found else ())
        if found is None or found.files.get(name) != seen.get(name)
    )
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise Damaged(f"{path} is damaged: {wrong[0]} is not as it was written{more}")
    if found is None:
        raise Damaged(f"{path} is damaged at or after {last}")
    if not whole:
        raise Damaged(f"{path} is damaged: {MANIFEST}, or what stands between the files")
    return found


def _lay_down(content: IO[bytes], target: Path | None, *, public: bool) -> Entry:
    read, size = _Digest(content), 0
    if target is None:
        while piece := read.read(_PIECE):
            size += len(piece)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            # Media may be served by another user's web server; nothing else is for others' eyes.
            os.fchmod(file.fileno(), 0o644 if public else 0o600)
            while piece := read.read(_PIECE):
                size += file.write(piece)
    return Entry(size, read.hexdigest())


def _open(file: Any, path: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=file, mode="r|")
    except tarfile.TarError as error:
        raise Damaged(f"{path} is no backup of newsapp, or damaged at its beginning") from error


def _members(tar: tarfile.TarFile, path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Name and content of each file, one after the other.

    Nothing is ever extracted by tarfile itself: a link, a device, a path that leads out, or any
    name that no archive of ours has, ends it.
    """
    names = set()
    for member in tar:
        name = member.name
        known = name in _PLAIN or _JOURNAL_NAME.fullmatch(name) or _MEDIA_NAME.fullmatch(name)
        if not known or member.type != tarfile.REGTYPE or member.issparse() or name in names:
            raise Damaged(f"{path} holds {name!r}, which no backup of newsapp does")
        names.add(name)
        content = tar.extractfile(member)
        if content is None:
            raise Damaged(f"{path}: {name} cannot be read")
        yield name, content


def _header(members: Iterator[tuple[str, IO[bytes]]], path: Path) -> tuple[Header, bytes]:
    name, content = next(members, ("", io.BytesIO()))
    data = content.read(_BLOCK * 128)
    try:
        said = json.loads(data) if name == HEADER else {}
        number = int(said["format"])
        header = Header(**{one.name: said[one.name] for one in fields(Header)})
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{path} is no backup of newsapp, or damaged at its beginning") from error
    if number > FORMAT:
        raise KeepingError(f"{path} was made by a newer newsapp ({said.get('newsapp')})")
    return header, data


def _manifest(data: bytes | None) -> Manifest | None:
    try:
        said = json.loads(data or b"")
        return Manifest(
            Header(**said["header"]),
            said["settings"],
            said["counts"],
            {name: Entry(**entry) for name, entry in said["files"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sealed(file: IO[bytes], path: Path) -> tuple[str, int]:
    """The hash that the seal states and the number of bytes before the seal; the file is at its
    beginning again."""
    length = file.seek(0, os.SEEK_END) - len(_tail("0" * 64))
    file.seek(max(length, 0))
    tail = file.read()
    file.seek(0)
    stated = tail[_BLOCK : _BLOCK + 64].decode("ascii", "replace")
    if length < 0 or len(stated) != 64 or tail != _tail(stated):
        raise Damaged(f"{path} is truncated, damaged at its end, or no backup of newsapp")
    return stated, length


def _tail(digest: str) -> bytes:
    """The seal and the two empty blocks with which a tar file ends."""
    try:
        content = digest.encode("ascii")
    except UnicodeEncodeError:
        return b""
    padding = b"\0" * (_BLOCK - len(content))
    return _member(SEAL, len(content)).tobuf() + content + padding + b"\0" * (2 * _BLOCK)


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True).encode()


class _Sink:
    """A file that knows the hash and number of the bytes that were written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._length = 0

    def write(self, data: bytes) -> int:
        self._file.write(data)
        self._hash.update(data)
        self._length += len(data)
        return len(data)

    def tell(self) -> int:
        return self._length

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


class _Digest:
    """A file that knows the hash of the first ``most`` bytes that were read from it."""

    def __init__(self, file: IO[bytes], most: int | None = None) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._left = most

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        if self._left is None:
            self._hash.update(data)
        else:
            self._hash.update(data[: self._left])
            self._left -= min(self._left, len(data))
        return data

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
