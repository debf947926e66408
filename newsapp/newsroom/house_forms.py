"""The forms of what stands around the articles: sections, links, pages, settings, an order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField
from wtforms.validators import AnyOf, Length

from newsapp.furniture import SiteSettings
from newsapp.models import Language
from newsapp.news.values import SectionRef
from newsapp.newsroom import forms
from newsapp.newsroom.forms import TOO_LONG, TypedField
from newsapp.publishing.links import LinkEntry
from newsapp.publishing.picks import PINNED_MAX
from newsapp.publishing.settings import HOME_ITEMS_MAX
from newsapp.text import richtext

_TAG = re.compile(r"<[a-zA-Z/!]")
SETTING_MAX = 500
LEGAL_LINE_MAX = 2_000


class Blamed(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """A form that shows publishing's problems beside the fields they are about."""

    def blame(self, problems: Mapping[str, str]) -> None:
        for name, code in problems.items():
            self[name].errors = [*self[name].errors, problem_words(name, code)]


class SectionForm(Blamed):
    """A section; with ``slug`` unsent or empty the address is made of the name."""

    name = TypedField(_l("Name of the section"))
    slug = TypedField(_l("Address"))
    description = TypedField(_l("What it holds, in one sentence"))
    parent_id = TypedField(_l("Part of"))

    @classmethod
    def of(cls, section: SectionRef, **options: Any) -> SectionForm:
        """The form of a section that there is; ``formdata=None`` for one that nobody sent."""
        shown = {
            "name": section.name,
            "slug": section.slug,
            "description": section.description,
            "parent_id": str(section.parent_id or ""),
        }
        return cls(data=shown, **options)


class DeleteSectionForm(Blamed):
    move_to = TypedField(_l("Move its articles to"))


class LinkForm(Blamed):
    group = TypedField(_l("Group"))
    name = TypedField(_l("Name of the office or site"))
    url = TypedField(_l("Address"))

    def entry(self) -> LinkEntry:
        return LinkEntry(self.group.data or "", self.name.data or "", self.url.data or "")


class PageForm(Blamed):
    """A standing page. ``seen`` is the moment of the save that the person read."""

    title = TypedField(_l("Title"))
    body = TypedField(_l("Text of the page"))
    slug = TypedField(_l("Address"))
    language = TypedField(
        _l("Language"),
        [AnyOf(list(Language), _l("This does not exist (any more). Choose another."))],
        default=Language.VIETNAMESE.value,
    )
    seen = HiddenField()

    def values(self) -> dict[str, Any]:
        """What was typed, as publishing takes it; plain text becomes paragraphs."""
        return {
            "title": self.title.data or "",
            "slug": self.slug.data or "",
            "body": _as_html(self.body.data or ""),
            "language": Language(self.language.data or ""),
        }

    def seen_at(self) -> datetime:
        """The moment (UTC) in ``seen``; one long past, which no page has, when it is none."""
        sent = self.seen.raw_data
        try:
            moment = datetime.fromisoformat(str(sent[0]) if sent else "")
        except ValueError:
            return datetime(1970, 1, 1, tzinfo=UTC)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def disarm(self) -> None:
        """Clean the text before it is shown: it came from nobody knows where."""
        body = _as_html(self.body.data or "")
        try:
            self.body.data = richtext.clean(body)
        except richtext.RichTextError:
            self.body.data = richtext.plain_text(body)


class SettingsForm(Blamed):
    """One field for each setting of the site."""

    site_name = TypedField(_l("Name of the site"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    tagline = TypedField(_l("Line under the name"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    office_name = TypedField(_l("Name of the office"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    parent_office = TypedField(_l("Superior office"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    address = TypedField(_l("Address"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    phone = TypedField(_l("Telephone"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    email = TypedField(_l("E-mail"), [Length(max=SETTING_MAX, message=TOO_LONG)])
    responsible = TypedField(
        _l("Responsible for the content"), [Length(max=SETTING_MAX, message=TOO_LONG)]
    )
    source_line = TypedField(
        _l("How others should name this site as their source"),
        [Length(max=SETTING_MAX, message=TOO_LONG)],
    )
    legal_line = TypedField(
        _l("Licence and legal references in the footer"),
        [Length(max=LEGAL_LINE_MAX, message=TOO_LONG)],
    )
    home_items = TypedField(_l("Articles of each section on the home page"))
    logo_id = TypedField(_l("Logo"))
    accent = TypedField(_l("Colour of the site"))

    @classmethod
    def of(cls, settings: SiteSettings) -> SettingsForm:
        return cls(data={name: str(value or "") for name, value in asdict(settings).items()})

    def values(self) -> dict[str, str]:
        """The settings by name, as the database keeps them."""
        return {field.name: str(self[field.name].data or "") for field in fields(SiteSettings)}


def setting_words() -> dict[str, str]:
    """The settings' labels by the names they are stored under."""
    return {
        setting.name: str(getattr(SettingsForm, setting.name).args[0])
        for setting in fields(SiteSettings)
    }


@dataclass(frozen=True)
class OrderAsked:
    """What a list's form asks for: ``moved`` one place up or down, or the whole order ``wanted``."""

    wanted: tuple[int, ...]
    moved: int | None
    up: bool

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> OrderAsked:
        """From a form as it was sent; what is no number is left out."""
        numbers = (number(text) for text in sent.getlist("order"))
        up = "up" in sent
        return cls(
            tuple(item for item in numbers if item is not None),
            number(sent.get("up" if up else "down")) if up or "down" in sent else None,
            up,
        )


def number(text: str | None) -> int | None:
    """The id that ``text`` writes: None for nothing, -1 (which nothing has) for what is none."""
    return (forms.number(text) or -1) if text and text.strip() else None


def problem_words(name: str, code: str) -> str:
    """Publishing's code for a field, in the reader's language."""
    words = {
        ("title", "missing"): _("This is needed."),
        ("parent_id", "too_deep"): _("A section under a section cannot hold sections."),
        ("parent_id", "has_children"): _("Sections stand under this one; it must stand by itself."),
        ("move_to", "has_children"): _("Sections stand under this one; move or delete them first."),
        ("move_to", "in_use"): _("Articles stand in this section. Choose where they go."),
        ("slug", "taken"): _("Another one has this address. Choose a different address."),
        ("url", "not_web"): _("Write the whole address, beginning with https:// or http://."),
        ("home_items", "out_of_range"): _(
            "Write a number from 1 to %(most)s.", most=HOME_ITEMS_MAX
        ),
        ("accent", "no_colour"): _("Write a colour as six digits or letters, such as #17458f."),
        ("article_id", "too_many"): _(
            "%(most)s articles are pinned already; take one off.", most=PINNED_MAX
        ),
        ("article_id", "unknown"): _("This article is not public (any more)."),
    }
    return str(words.get((name, code)) or forms.problem_words(name, code))


def _as_html(text: str) -> str:
    """What was typed; plain text, as it comes without the editor, becomes paragraphs."""
    return text if _TAG.search(text) else richtext.from_plain(text)
