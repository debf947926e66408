"""Two versions of an article side by side, and one made of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from flask_babel import gettext as _

from newsapp.newsroom import queries
from newsapp.publishing.articles import Content
from newsapp.text import difference
from newsapp.text.difference import Comparison

LINES = ("title", "lead", "byline", "source", "former_office")


@dataclass(frozen=True)
class Compared:
    """A field in two versions; ``label`` is in the reader's language."""

    label: str
    comparison: Comparison


@dataclass(frozen=True)
class Merged:
    """A text made of two changes of one. ``fields`` names (by label, with their value) the fields
    that both changed, where mine stands; ``clashes`` counts such places of the body, where both
    stand, mine first."""

    content: Content
    fields: tuple[tuple[str, str], ...]
    clashes: int


def compared(before: Content, after: Content, sections: Mapping[int, str]) -> list[Compared]:
    """Every field, the body last; bodies as ``richtext.clean`` wrote them."""
    fields = [
        Compared(
            label(name),
            difference.compare_plain(shown(name, before, sections), shown(name, after, sections)),
        )
        for name in (*LINES, "section_id", "cover_id")
    ]
    body = difference.compare(before.body, after.body, image=_("Picture"))
    return [*fields, Compared(label("body"), body)]


def merged(base: Content, mine: Content, theirs: Content, sections: Mapping[int, str]) -> Merged:
    """Both changes of ``base``; bodies as ``richtext.clean`` wrote them."""
    body = difference.merge(base.body, mine.body, theirs.body)
    taken, disputed = {}, []
    before, own, other = asdict(base), asdict(mine), asdict(theirs)
    for name in (*LINES, "section_id", "cover_id"):
        if own[name] == before[name]:
            taken[name] = other[name]
        elif other[name] not in {own[name], before[name]}:
            disputed.append((label(name), shown(name, theirs, sections) or "–"))
    return Merged(replace(mine, body=body.html, **taken), tuple(disputed), len(body.clashes))


def shown(name: str, content: Content, sections: Mapping[int, str]) -> str:
    """A field as people read it."""
    value = getattr(content, name)
    if name == "section_id":
        return "" if value is None else sections.get(value, f"#{value}")
    if name == "cover_id":
        image = queries.image(value)
        return "" if value is None else " ".join((f"#{value}", image.alt if image else "")).strip()
    return str(value)


def label(name: str) -> str:
    labels = {
        "title": _("Title"),
        "lead": _("Lead"),
        "body": _("Text of the article"),
        "byline": _("Byline (pen-name)"),
        "source": _("Source"),
        "former_office": _("Published by the former office"),
        "section_id": _("Section"),
        "cover_id": _("Cover image"),
    }
    return str(labels[name])
