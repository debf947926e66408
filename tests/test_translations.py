"""The Vietnamese catalogue holds every message of the interface, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
VIETNAMESE = ROOT / "newsapp" / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def used() -> set[str]:
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        mappings, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel's own
    found: set[str] = set()
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT),
        mappings,
        options,
        keywords=KEYWORDS,
        directory_filter=lambda name: Path(name).name not in IGNORED,
    ):
        found.add(message if isinstance(message, str) else message[0])
    return found


IGNORED = {".venv", ".node-env", "node_modules", "static", "tests", "bench", "instance", ".git"}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with VIETNAMESE.open("rb") as file:
        return read_po(file, locale="vi")


def test_every_message_is_translated(used: set[str], catalogue: Catalog) -> None:
    assert len(used) > 100, "the extraction found hardly anything"
    missing = {
        message
        for message in used
        if not (entry := catalogue.get(message)) or not entry.string or entry.fuzzy
    }
    assert not missing


def test_no_message_is_left_over(used: set[str], catalogue: Catalog) -> None:
    kept = {entry.id if isinstance(entry.id, str) else entry.id[0] for entry in catalogue}
    assert not {message for message in kept if message} - used


def test_placeholders_are_the_same(catalogue: Catalog) -> None:
    for entry in catalogue:
        if isinstance(entry.id, str) and entry.id:
            wanted = set(PLACEHOLDER.findall(entry.id))
            assert set(PLACEHOLDER.findall(str(entry.string))) == wanted, entry.id
