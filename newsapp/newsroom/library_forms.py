"""The forms of the media library, the albums and an article's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field
from wtforms.validators import ValidationError

from newsapp.media.images import Box
from newsapp.newsroom.forms import TypedField, local_minute, moment_meant, number, problem_words
from newsapp.newsroom.library import Item
from newsapp.newsroom.shelves import AlbumSheet
from newsapp.publishing.albums import AlbumWords
from newsapp.publishing.media import Description

# The focal point is one of nine fields: the middle of each third, in thousandths.
THIRDS = (167, 500, 833)


class DescriptionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """What readers are told about a picture or document."""

    alt = TypedField(_l("Alternative text: what the picture shows, for readers who cannot see it"))
    decorative = BooleanField(_l("Only decoration: it tells nothing that the text does not say"))
    caption = TypedField(_l("Caption"))
    credit = TypedField(_l("Photographer or source"))
    focus = TypedField(_l("What must stay in sight where the picture is cut"))

    def __init__(self, item: Item, **options: object) -> None:
        image = item.image
        data: dict[str, object] = {"decorative": item.decorative, "caption": item.caption}
        if image is not None:
            data["alt"], data["credit"] = image.alt, image.credit
            data["focus"] = f"{_third(image.focal_x)}-{_third(image.focal_y)}"
        super().__init__(data=data, **options)

    def said(self) -> Description:
        across, _dash, down = (self.focus.data or "").partition("-")
        return Description(
            alt=self.alt.data or "",
            decorative=bool(self.decorative.data),
            caption=self.caption.data or "",
            credit=self.credit.data or "",
            focal_x=_centre(across),
            focal_y=_centre(down),
        )

    def blame(self, problems: Mapping[str, str]) -> None:
        for name, code in problems.items():
            self[name].errors = [*self[name].errors, problem_words(name, code)]


class AlbumForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """An album as it is typed; an empty time hides it."""

    title = TypedField(_l("Title"))
    intro = TypedField(_l("Introduction"))
    slug = TypedField(_l("Address of the album (made of the title when empty)"))
    publish_at = TypedField(_l("Time of publication"))

    def __init__(self, zone: ZoneInfo, stored: AlbumSheet | None, **options: object) -> None:
        self.zone = zone
        self.stored = stored
        super().__init__(data=_shown(stored, zone) if stored else None, **options)

    def validate_publish_at(self, field: Field) -> None:
        if field.data and moment_meant(field.data, self.zone) is None:
            raise ValidationError(
                _("“%(text)s” is no date and time; write 31/12/2026 08:00.", text=field.data[:40])
            )

    def words(self, pressed: str, now: datetime) -> AlbumWords:
        """What was typed, and what the pressed button does to the time of publication."""
        return AlbumWords(
            title=self.title.data or "",
            intro=self.intro.data or "",
            slug=self.slug.data or "",
            published_at={"now": now, "hide": None}.get(pressed, self._moment()),
        )

    def _moment(self) -> datetime | None:
        """The field knows minutes: while it says the stored minute, the stored second stays."""
        text = self.publish_at.data or ""
        before = self.stored.published_at if self.stored else None
        if before and text == local_minute(before, self.zone):
            return before
        return moment_meant(text, self.zone)

    def blame(self, problems: Mapping[str, str]) -> None:
        for name, code in problems.items():
            self[name].errors = [*self[name].errors, problem_words(name, code)]


def box(form: MultiDict[str, str]) -> Box | None:
    """The part of a picture that four numbers name; None when one of them is none."""
    sides = [(form.get(name) or "").strip() for name in ("x", "y", "width", "height")]
    if not all(side.isascii() and side.isdigit() and len(side) < 6 for side in sides):
        return None
    return Box(*(int(side) for side in sides))


def numbers(texts: Sequence[str]) -> list[int]:
    """The numbers of rows among ``texts``, in their order; what is none is left out."""
    return [found for text in texts if (found := number(text)) is not None]


def _shown(stored: AlbumSheet, zone: ZoneInfo) -> dict[str, str]:
    at = stored.published_at
    return {
        "title": stored.title,
        "intro": stored.intro,
        "slug": stored.slug,
        "publish_at": local_minute(at, zone) if at else "",
    }


def _third(point: int) -> int:
    return min(point * 3 // 1000, 2)


def _centre(third: str) -> int:
    return THIRDS[int(third)] if third in {"0", "1", "2"} else THIRDS[1]
