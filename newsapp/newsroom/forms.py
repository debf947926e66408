"""The newsroom's forms: what is typed, read into what publishing understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField
from wtforms.validators import Length, ValidationError

from newsapp.models.article import REVIEW_NOTE_MAX
from newsapp.models.media import ALT_MAX
from newsapp.newsroom.queries import StoredArticle
from newsapp.publishing.articles import Content, Step
from newsapp.text import richtext, vietnamese

ID_MAX = 2**31 - 1
# A button of its own beside the steps: publish at this moment, whatever the time field says.
NOW = "now"
TOO_LONG = _l("This is too long for the site. Nothing is lost: shorten it and save again.")
_TAG = re.compile(r"<[a-zA-Z/!]")
_BETWEEN_TAGS = re.compile(r">\s+<")
_YEARS = range(1900, 2201)


def typed(text: str | None) -> str | None:
    """What a page can carry and a database can hold of what was sent."""
    return vietnamese.normalize(text) if text else text


def zone_words(zone: ZoneInfo) -> str:
    """Whose time a form means: ``giờ Việt Nam``, or the zone's own name."""
    if zone.key in {"Asia/Ho_Chi_Minh", "Asia/Saigon"}:
        return str(_("Vietnam time"))
    return str(_("time zone %(name)s", name=zone.key.replace("_", " ")))


class TypedField(StringField):
    """One line or many, without characters that nobody can type."""

    def __init__(self, label: str, validators: list[Any] | None = None, **options: Any) -> None:
        super().__init__(label, validators, filters=[typed], **options)


class ArticleForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """An article as it is typed. Limits and the body are judged by publishing, in one place."""

    title = TypedField(_l("Title"))
    lead = TypedField(_l("Lead"))
    body = TypedField(_l("Text of the article"))
    section_id = TypedField(_l("Section"))
    byline = TypedField(_l("Byline (pen-name)"))
    source = TypedField(_l("Source"))
    former_office = TypedField(_l("Published by the former office"))
    cover_id = TypedField(_l("Cover image"))
    cover_alt = TypedField(
        _l("What the cover image shows (for readers who cannot see it)"),
        [Length(max=ALT_MAX, message=TOO_LONG)],
    )
    publish_at = TypedField(_l("Time of publication"))
    review_note = TypedField(
        _l("Note to the writer"), [Length(max=REVIEW_NOTE_MAX, message=TOO_LONG)]
    )
    version = HiddenField()
    # The autosave that belongs to this form; made by its script.
    slot = HiddenField()

    def __init__(self, zone: ZoneInfo, stored: StoredArticle | None, **options: object) -> None:
        self.zone = zone
        self.stored = stored
        super().__init__(data=_shown(stored, zone) if stored else None, **options)

    def validate_section_id(self, field: Field) -> None:
        _numeric(field, _("Choose one of the sections."))

    def validate_cover_id(self, field: Field) -> None:
        _numeric(field, _("There is no such image."))

    def validate_publish_at(self, field: Field) -> None:
        if field.data and moment_meant(field.data, self.zone) is None:
            raise ValidationError(
                _("“%(text)s” is no date and time; write 31/12/2026 08:00.", text=field.data[:40])
            )

    def content(self) -> Content:
        """What was typed; plain text becomes paragraphs. Numbers that are none are None."""
        body = self.body.data or ""
        return Content(
            title=self.title.data or "",
            lead=self.lead.data or "",
            body=body if _TAG.search(body) else richtext.from_plain(body),
            byline=self.byline.data or "",
            source=self.source.data or "",
            former_office=self.former_office.data or "",
            section_id=number(self.section_id.data),
            cover_id=number(self.cover_id.data),
        )

    def written(self) -> bool:
        """Whether anything of the article itself was typed."""
        return bool(self.title.data or self.lead.data or self.body.data)

    def show(self, content: Content) -> None:
        """Let the fields say what ``content`` says."""
        for name, value in asdict(content).items():
            self[name].data = "" if value is None else str(value)

    def read_version(self) -> int:
        """The version that the person saw; 0, which no article has, when it is missing."""
        return number(self.raw("version")) or 0

    def raw(self, name: str) -> str:
        """What was sent under that name, whatever is stored; the first of several."""
        sent = self[name].raw_data
        return str(sent[0]) if sent else ""

    def typed_fields(self) -> dict[str, str]:
        """What was sent of what a person types, for keeping until it is saved."""
        return {
            field.name: field.data or ""
            for field in self
            if isinstance(field, TypedField) and field.raw_data
        }

    def differs(self, other: ArticleForm) -> bool:
        """Whether a field that was sent here says something else there; how the source of the
        body is broken into lines means nothing."""
        return any(
            _bare(text) != _bare(other[name].data or "")
            for name, text in self.typed_fields().items()
        )

    def disarm(self) -> None:
        """Clean the body before it is shown: for text that came from nobody knows where."""
        body = self.body.data or ""
        try:
            self.body.data = richtext.clean(body) if _TAG.search(body) else body
        except richtext.RichTextError:
            self.body.data = richtext.plain_text(body)

    def step(self, pressed: str) -> Step:
        """The step of the button that was pressed; an unknown one only keeps the text."""
        if pressed == NOW:
            return Step.PUBLISH
        return Step(pressed) if pressed in set(Step) else Step.KEEP

    def moment(self, pressed: str, now: datetime) -> datetime | None:
        """When the article is to appear (UTC); None leaves the time as it is.

        The field knows minutes: as long as it says the stored minute, the stored second stays.
        A schedule whose time is emptied and then published appears now.
        """
        if pressed == NOW:
            return now
        before = self.stored.published_at if self.stored else None
        text = self.publish_at.data or ""
        if before and text == local_minute(before, self.zone):
            return None
        moment = moment_meant(text, self.zone)
        if moment is None and before and before > now and pressed == Step.PUBLISH:
            return now
        return moment

    def blame(self, problems: Mapping[str, str]) -> None:
        """Put publishing's problems beside the fields they are about."""
        for name, code in problems.items():
            self[name].errors = [*self[name].errors, problem_words(name, code)]


def local_minute(moment: datetime, zone: ZoneInfo) -> str:
    """``2017-04-15T10:00`` in ``zone``, as a date-and-time field writes it."""
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def problem_words(name: str, code: str) -> str:
    """Publishing's code for a field, in the reader's language."""
    if (name, code) == ("title", "missing"):
        return str(_("An article needs a title."))
    if (name, code) == ("section_id", "missing"):
        return str(_("Choose a section: a published article stands in one."))
    words = {
        "missing": _("This is needed."),
        "too_long": _("This is too long for the site. Nothing is lost: shorten it and save again."),
        "too_deep": _("This is nested too deeply. Clear the formatting and save again."),
        "unknown": _("This does not exist (any more). Choose another."),
        "taken": _("There is one with this name already."),
    }
    return str(words.get(code, _("This cannot be saved so.")))


def _shown(stored: StoredArticle, zone: ZoneInfo) -> dict[str, str]:
    """The stored article as the fields show it; the version must come from the page itself."""
    names = ("title", "lead", "body", "byline", "source", "former_office")
    return {
        **{name: getattr(stored, name) for name in names},
        "section_id": str(stored.section_id or ""),
        "cover_id": str(stored.cover_id or ""),
        "cover_alt": stored.cover.alt if stored.cover else "",
        "publish_at": local_minute(stored.published_at, zone) if stored.published_at else "",
    }


def _bare(text: str) -> str:
    return _BETWEEN_TAGS.sub("><", text).strip()


def _numeric(field: Field, message: str) -> None:
    if field.data and number(field.data) is None:
        raise ValidationError(message)


def number(text: str | None) -> int | None:
    """The number of a row that ``text`` names; None for what cannot be one."""
    text = (text or "").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 10 or not 0 < int(text) <= ID_MAX:
        return None
    return int(text)


def moment_meant(text: str, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) that a browser's field or a person means by ``text``, in ``zone``."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        read = vietnamese.parse_dateline(text[:100], zone)
        if read is None:
            return None
        local = read.replace(tzinfo=None)
    if local.tzinfo is not None or local.year not in _YEARS:
        return None
    return local.replace(tzinfo=zone).astimezone(UTC)
