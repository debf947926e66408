"""The editors' guide: its pictures are there and light, and the interface still has its words."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

from tests.guide import FOLDER, PICTURES
from tests.live import ROOT

GUIDE = FOLDER / "README.md"
CATALOGUE = ROOT / "newsapp" / "translations" / "vi" / "LC_MESSAGES" / "messages.po"
MOST_BYTES = 100_000


def words_of_the_interface() -> set[str]:
    """Vietnamese words whose English original some template or module still asks for."""
    files = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("newsapp/**/*.py")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="vi")
    return {
        str(entry.string)
        for entry in catalogue
        if isinstance(entry.id, str) and entry.id and f'"{entry.id}"' in source
    }


def test_what_the_guide_names_is_still_in_the_interface() -> None:
    named = {
        " ".join(found.split())
        for found in re.findall(r"\*\*(.+?)\*\*", GUIDE.read_text("utf-8"), re.S)
    }
    assert len(named) > 20
    assert sorted(named - words_of_the_interface()) == []


def test_its_pictures_are_there_and_light_and_all_are_shown() -> None:
    shown = {Path(name).stem for name in re.findall(r"!\[.+?\]\((.+?)\)", GUIDE.read_text("utf-8"))}
    assert shown == set(PICTURES) == {file.stem for file in FOLDER.glob("*.webp")}
    assert all(file.stat().st_size <= MOST_BYTES for file in FOLDER.glob("*.webp"))
