"""The settings of the site, written by administrators."""

from __future__ import annotations

from collections.abc import Mapping

from newsapp.appearance import palette
from newsapp.extensions import db
from newsapp.models import Media, Role, Setting
from newsapp.publishing.articles import Invalid, NotAllowed
from newsapp.publishing.audit import Actor, record
from newsapp.text import vietnamese

VALUE_MAX = 4_000
HOME_ITEMS_MAX = 20
LARGEST_ID = 2**31 - 1


def change_settings(values: Mapping[str, str], *, by: Actor, demo: bool = False) -> None:
    """Write settings; what a person writes is no longer demo content. An empty value goes back
    to the default, a value that is written already is left as it is.

    Raises NotAllowed for anybody but an administrator, or Invalid by the names of the settings:
    too_long, out_of_range (``home_items`` is 1 to 20), unknown (``logo_id`` is an image's),
    no_colour (``accent``).
    """
    if not by.role.includes(Role.ADMINISTRATOR):
        raise NotAllowed
    tidy = {key: vietnamese.one_line(value) for key, value in values.items()}
    if tidy.get("accent") and not _problem("accent", tidy["accent"]):
        tidy["accent"] = palette.normal(tidy["accent"])
    if problems := {key: code for key, value in tidy.items() if (code := _problem(key, value))}:
        raise Invalid(problems)
    present = {row.key: row.value for row in db.session.query(Setting)}
    changed = {key: value for key, value in tidy.items() if present.get(key, "") != value}
    for key, value in changed.items():
        db.session.merge(Setting(key=key, value=value, demo=demo))
    if changed:
        record(by, "setting.change", "setting", "", ", ".join(changed))
        db.session.commit()


def _problem(key: str, value: str) -> str | None:
    if len(value) > VALUE_MAX:
        return "too_long"
    if not value:
        return None
    if key == "home_items" and not 1 <= _number(value) <= HOME_ITEMS_MAX:
        return "out_of_range"
    if key == "accent":
        try:
            palette.normal(value)
        except ValueError:
            return "no_colour"
    if key == "logo_id":
        media = db.session.get(Media, _number(value))
        # A file without pixels is no image.
        return None if media and media.width else "unknown"
    return None


def _number(text: str) -> int:
    """The number that ``text`` writes; 0 for anything that no id or count can be."""
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return 0
    return int(text) if int(text) <= LARGEST_ID else 0
