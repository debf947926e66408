"""Documents from people: of a safe kind and what their name says, or refused with a reason.

Taken are documents that cannot carry a program that runs on opening, as far as a file shows it.
Left out on purpose: web pages, SVG and XML (a browser runs them), programs and scripts, Office
files with macros and the old binary Office formats (where macros cannot be told apart), archives
(nobody sees what is in them: attach the files themselves).
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from newsapp.media import names
from newsapp.media.storage import Refused, Storage

BYTES_MAX = 30 * 1024 * 1024
_CHUNK = 256 * 1024
_DIRECTORY_MAX = 1024 * 1024
_PART_MAX = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
# By extension: the type that the file is served with.
TYPES = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".odt": f"{_ODF}.text",
    ".ods": f"{_ODF}.spreadsheet",
    ".odp": f"{_ODF}.presentation",
    ".csv": "text/csv",
    ".txt": "text/plain",
}
OLD_OFFICE = (".doc", ".xls", ".ppt")
_OOXML_MAIN = {".docx": "word/document.xml", ".xlsx": "xl/workbook.xml"}
_OOXML_MAIN[".pptx"] = "ppt/presentation.xml"
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class FileRefused(Refused):
    """The file is not stored; ``reason`` is ``empty``, ``too_large``, ``kind`` (not on the list),
    ``old_office``, ``not_what_it_says``, ``damaged``, ``macros``, ``locked`` (encrypted) or
    ``encoding`` (text that is not UTF-8)."""


@dataclass(frozen=True)
class StoredFile:
    """A document in the storage: its path there, type, bytes."""

    path: str
    mime_type: str
    size: int


def extension(name: str) -> str:
    """The extension that ``name`` ends in, lower case with its dot; empty without one."""
    return Path(name.strip().replace("\\", "/").rpartition("/")[2]).suffix.lower()


def store_file(stream: IO[bytes], name: str, storage: Storage) -> StoredFile:
    """Check the document in ``stream``, called ``name``, and keep it in ``storage``.

    It is copied piece by piece, so that memory does not grow with it, and gets its name (of the
    content's hash) after it is checked. Raises FileRefused, or OSError.
    """
    suffix = extension(name)
    if suffix in OLD_OFFICE:
        raise FileRefused("old_office")
    if suffix not in TYPES:
        raise FileRefused("kind")
    with tempfile.TemporaryFile() as file:
        digest, size = _copy(stream, file)
        _CHECKS[suffix](file, suffix)
        path = names.content_path(digest, suffix)
        storage.write(path, file)
    return StoredFile(path, TYPES[suffix], size)


def _copy(stream: IO[bytes], file: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > BYTES_MAX:
            raise FileRefused("too_large")
        digest.update(piece)
        file.write(piece)
    if not size:
        raise FileRefused("empty")
    file.flush()
    return digest.hexdigest(), size


def _check_pdf(file: IO[bytes], _suffix: str) -> None:
    file.seek(0)
    if file.read(5) != b"%PDF-":
        raise FileRefused("not_what_it_says")
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2048))
    if b"%%EOF" not in file.read():
        raise FileRefused("damaged")


def _check_text(file: IO[bytes], _suffix: str) -> None:
    """UTF-8 without control characters: what no browser and no program takes for anything else."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_CHUNK):
            if b"\x00" in piece and not piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise FileRefused("not_what_it_says")
            decoder.decode(piece)
            if _CONTROLS.search(piece):
                raise FileRefused("not_what_it_says")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise FileRefused("encoding") from error


def _check_ooxml(file: IO[bytes], suffix: str) -> None:
    with _archive(file) as archive:
        inside = {name.lower() for name in archive.namelist()}
        if _OOXML_MAIN[suffix] not in inside or "[content_types].xml" not in inside:
            raise FileRefused("not_what_it_says")
        kinds = _part(archive, "[Content_Types].xml").lower()
        programs = ("vbaproject.bin", "vbadata.xml")
        if b"macroenabled" in kinds or any(name.endswith(programs) for name in inside):
            raise FileRefused("macros")


def _check_odf(file: IO[bytes], suffix: str) -> None:
    with _archive(file) as archive:
        if _part(archive, "mimetype").strip() != TYPES[suffix].encode("ascii"):
            raise FileRefused("not_what_it_says")
        if any(name.lower().startswith(("basic/", "scripts/")) for name in archive.namelist()):
            raise FileRefused("macros")


def _archive(file: IO[bytes]) -> zipfile.ZipFile:
    """The ZIP that an Office file is. Only its table of contents is read, and not a huge one."""
    file.seek(0)
    start = file.read(8)
    if start == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        # Office wraps a file with a password into its old format.
        raise FileRefused("locked")
    if not start.startswith(b"PK\x03\x04"):
        raise FileRefused("not_what_it_says")
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - 65_557))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    table = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else _DIRECTORY_MAX + 1
    # ZIP64 is for archives beyond 4 GB; here it could only hide the true size of the table.
    if table > _DIRECTORY_MAX or b"PK\x06\x07" in tail:
        raise FileRefused("damaged")
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused("damaged") from error


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            data = part.read(_PART_MAX + 1)
    except KeyError as error:
        raise FileRefused("not_what_it_says") from error
    except Exception as error:
        # zlib, zipfile and struct each have errors of their own for damaged archives.
        raise FileRefused("damaged") from error
    if len(data) > _PART_MAX:
        raise FileRefused("damaged")
    return data


_CHECKS: dict[str, Callable[[IO[bytes], str], None]] = {
    ".pdf": _check_pdf,
    ".csv": _check_text,
    ".txt": _check_text,
    **dict.fromkeys(_OOXML_MAIN, _check_ooxml),
    **dict.fromkeys((".odt", ".ods", ".odp"), _check_odf),
}
