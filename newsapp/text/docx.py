"""A Word document (DOCX) as plain good HTML.

mammoth reads the document; it is given a copy in which `docx_parts` has written down what mammoth
does not tell, and its HTML takes the same way as a paste from Word.
"""

import hashlib
import io
import re
import zipfile
import zlib
from typing import Any

from newsapp.text.docx_parts import DamagedDocument, OversizedDocument, Prepared, prepare
from newsapp.text.word import Tidied, tidy_with
from newsapp.text.word_writer import MAX_IMAGE_BYTES, Findings, StoreImage

__all__ = ["DocumentRefused", "from_docx"]

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED = 120 * 1024 * 1024
MAX_XML = 8 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 3_000
_RATIO_MATTERS_FROM = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCUMENT = "word/document.xml"


class DocumentRefused(ValueError):
    """A file that is not taken in. `reason`: `too_large` (packed, unpacked, packed too tightly
    to be honest, or of too many elements), `not_a_document`, `damaged`, `old_format` (DOC, to be saved as DOCX first) or
    `protected` (by a password)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"document refused: {reason}")
        self.reason = reason


def from_docx(data: bytes, store_image: StoreImage | None = None) -> Tidied:
    """The document in `data` as the body that can be stored; see `word.tidy`.

    Kept: headings, title and quotes, lists with their own numbers, merged cells and repeated
    header rows, bold, italic and the like, alignment, links, notes at the end. Tracked changes are
    taken as accepted. Headers, footers and page layout are not part of the text. Images are
    handed to `store_image` after the document was read. Raises DocumentRefused and what
    `word.tidy` raises.
    """
    parts = _unpack(data)
    try:
        prepared = prepare(parts)
    except DamagedDocument as error:
        raise DocumentRefused("damaged") from error
    except OversizedDocument as error:
        raise DocumentRefused("too_large") from error
    images: dict[str, bytes] = {}
    html, messages = _convert(prepared, images)
    findings = Findings(store_image, lost=set(prepared.lost))
    for address, image in images.items():
        kept = len(image) <= MAX_IMAGE_BYTES and store_image is not None
        findings.stored[address] = store_image(image) if kept and store_image else None
    for message in messages:
        _report(message, findings)
    return tidy_with(html, findings)


# -- the package ----------------------------------------------------------------------------


def _unpack(data: bytes) -> dict[str, bytes]:
    """The parts of the package by name, none of them larger than was allowed."""
    if len(data) > MAX_BYTES:
        raise DocumentRefused("too_large")
    if data.startswith(_OLE):
        raise DocumentRefused("protected" if _ENCRYPTED in data else "old_format")
    if not data.startswith(b"PK"):
        raise DocumentRefused("not_a_document")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            _check_sizes(entries)
            if _DOCUMENT not in {entry.filename for entry in entries}:
                raise DocumentRefused("not_a_document")
            # What is read is never more than the size that was declared and checked.
            return {entry.filename: package.read(entry) for entry in entries}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, zlib.error) as error:
        raise DocumentRefused("damaged") from error


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 1 for entry in entries):
        raise DocumentRefused("protected")
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise DocumentRefused("too_large")
    xml = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    tight = any(
        entry.file_size > max(_RATIO_MATTERS_FROM, entry.compress_size * MAX_RATIO)
        for entry in entries
    )
    if xml > MAX_XML or tight:
        raise DocumentRefused("too_large")


# -- mammoth --------------------------------------------------------------------------------

_STYLES = "\n".join(
    [
        *(
            f"p.tidy-list-{level} => p[style='mso-list: l0 level{level} lfo1']:fresh"
            for level in range(1, 10)
        ),
        "r.tidy-mark => span[style='mso-list: Ignore']",
        "p.tidy-right => p[align='right']:fresh",
        "p.tidy-center => p[align='center']:fresh",
        "p.tidy-both => p[align='justify']:fresh",
        "p.tidy-pushed => p[style='margin-left: 200pt']:fresh",
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Quote'] => p.MsoQuote:fresh",
        "p[style-name='Intense Quote'] => p.MsoQuote:fresh",
        *(
            f"p[style-name='{name} {level}'] => h{min(level, 6)}:fresh"
            for name in ("heading", "Heading")
            for level in range(1, 10)
        ),
        "u => u",
    ]
)


def _convert(prepared: Prepared, images: dict[str, bytes]) -> tuple[str, list[str]]:
    """mammoth's HTML and its messages; each image goes to `images` under its address there."""
    # Loaded here: few processes ever read a document.
    import mammoth  # type: ignore[import-untyped]  # it ships no types

    def keep(image: Any) -> dict[str, str]:
        with image.open() as opened:
            content = opened.read()
        address = f"data:{hashlib.sha256(content).hexdigest()}"
        images[address] = content
        return {"src": address}

    try:
        result = mammoth.convert_to_html(
            prepared.package(),
            style_map=_STYLES,
            include_embedded_style_map=False,
            external_file_access=False,
            convert_image=mammoth.images.img_element(keep),
        )
    except Exception as error:
        # mammoth trusts the document; what it raises on a broken one is any kind of error.
        raise DocumentRefused("damaged") from error
    return str(result.value), [str(message.message) for message in result.messages]


_EXTERNAL_IMAGE = re.compile(r"could not open external image:? '([^']*)'")


def _report(message: str, findings: Findings) -> None:
    external = _EXTERNAL_IMAGE.search(message)
    if external and external[1].lower().startswith(("http:", "https:", "//")):
        findings.lost.add("remote_image")
        findings.remote[external[1]] = None
    elif external or "image file" in message or "imagedata" in message:
        findings.lost.add("local_image")
    elif "w:sym" in message:
        findings.lost.add("symbol")
