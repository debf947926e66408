"""What the checklist finds, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from newsapp.publishing.findings import Finding, Severity

WORDS = {
    "title_missing": _l("The article has no title."),
    "title_long": _l("The title has %(count)s characters; up to %(limit)s are read at a glance."),
    "title_capitals": _l("The title is written in capitals only; they are slow to read."),
    "title_full_stop": _l("A title does not end with a full stop."),
    "lead_missing": _l("There is no lead; the list of news then shows the title alone."),
    "section_missing": _l("No section is chosen."),
    "byline_missing": _l("Neither a byline nor a source is given."),
    "cover_alt_missing": _l("The cover image is not described for readers who cannot see it."),
    "publish_at_past": _l("The time of publication is %(days)s days ago."),
    "publish_at_far": _l("The time of publication is %(days)s days ahead."),
    "body_missing": _l("The article has no text."),
    "image_alt_missing": _l("An image is not described for readers who cannot see it."),
    "image_alt_known": _l("An image is not described here; the media library says “%(known)s”."),
    "heading_jump": _l("The heading “%(words)s” skips a level (%(name)s)."),
    "heading_empty": _l("There is a heading without words."),
    "heading_bold": _l("“%(words)s” looks like a heading, but is a paragraph in bold."),
    "link_outside": _l("The link “%(words)s” leads to %(host)s, a site not known here."),
    "link_vague": _l("The link text “%(words)s” does not say where it leads."),
    "table_no_header": _l("A table has no header row."),
    "paragraph_long": _l("A paragraph has %(count)s characters; readers on phones give up."),
    "word_doubled": _l("“%(words)s”: a word stands twice."),
    "slip": _l("“%(words)s”: is “%(likely)s” meant? The article has it %(count)s times."),
    "space_run": _l("Spaces in a row, or no-break spaces: “%(words)s”."),
    "space_before": _l("A space before the punctuation mark: “%(words)s”."),
    "comma_no_space": _l("No space after the comma: “%(words)s”."),
    "sign_lonely": _l("“%(sign)s” lacks its other half: “%(words)s”."),
    "date_impossible": _l("“%(words)s”: there is no such day."),
    "date_weekday": _l("“%(words)s”: that day is a %(weekday)s."),
    "more": _l("%(count)s more of the kind %(kind)s."),
}


@dataclass(frozen=True)
class Told:
    """A finding as the form shows it; ``field`` is the id of what it is about."""

    field: str
    severity: Severity
    words: str


def told(findings: tuple[Finding, ...]) -> list[Told]:
    """The findings, the gravest first."""
    order = list(Severity)
    ranked = sorted(findings, key=lambda one: order.index(one.severity))
    return [Told(one.field, one.severity, words_of(one)) for one in ranked]


def words_of(one: Finding) -> str:
    """What was found, in one sentence."""
    values = dict(one.values)
    if one.code == "more":
        # The kind is told by its first words: the sentence is about no single place.
        values["kind"] = values["kind"].replace("_", " ")
    return str(WORDS[one.code]) % values
