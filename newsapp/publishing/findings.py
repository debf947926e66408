"""What the checklist can find in an article: the kinds, how grave they are, where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made
from enum import StrEnum


class Severity(StrEnum):
    """`must`: readers or the law are let down; `should`: most likely an error; `may`: advice."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True)
class Place:
    """Where in the body: `block` is an index into `querySelectorAll(BLOCK_SELECTOR)` of the body,
    `words` the words concerned, runs of white space as one space; empty for the whole block."""

    block: int
    words: str = ""


@dataclass(frozen=True)
class Finding:
    """`values` fills `MESSAGES[code]`; `place` is given for `field` body only. `field` is one of
    title, lead, body, section_id, cover_id, byline (names of `Content`), publish_at."""

    code: str
    field: str
    severity: Severity
    place: Place | None = None
    values: Mapping[str, str] = made(default_factory=dict)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "to be translated elsewhere"
    return message


_M, _S, _A = Severity.MUST, Severity.SHOULD, Severity.MAY
_RULES: dict[str, tuple[Severity, str]] = {
    "title_missing": (_M, N_("The article has no title.")),
    "title_long": (
        _A,
        N_("The title has %(count)s characters; up to %(limit)s are read at a glance."),
    ),
    "title_capitals": (_S, N_("The title is written in capitals only; they are slow to read.")),
    "title_full_stop": (_A, N_("A title does not end with a full stop.")),
    "lead_missing": (_S, N_("There is no lead; the list of news then shows the title alone.")),
    "section_missing": (_M, N_("No section is chosen.")),
    "byline_missing": (_A, N_("Neither a byline nor a source is given.")),
    "cover_alt_missing": (
        _M,
        N_("The cover image is not described for readers who cannot see it."),
    ),
    "publish_at_past": (_S, N_("The time of publication is %(days)s days ago.")),
    "publish_at_far": (_S, N_("The time of publication is %(days)s days ahead.")),
    "body_missing": (_M, N_("The article has no text.")),
    "image_alt_missing": (_M, N_("An image is not described for readers who cannot see it.")),
    "image_alt_known": (
        _M,
        N_("An image is not described here; the media library says “%(known)s”."),
    ),
    "heading_jump": (_S, N_("The heading “%(words)s” skips a level (%(name)s).")),
    "heading_empty": (_S, N_("There is a heading without words.")),
    "heading_bold": (_A, N_("“%(words)s” looks like a heading, but is a paragraph in bold.")),
    "link_outside": (_S, N_("The link “%(words)s” leads to %(host)s, a site not known here.")),
    "link_vague": (_A, N_("The link text “%(words)s” does not say where it leads.")),
    "table_no_header": (_A, N_("A table has no header row.")),
    "paragraph_long": (_A, N_("A paragraph has %(count)s characters; readers on phones give up.")),
    "word_doubled": (_S, N_("“%(words)s”: a word stands twice.")),
    "slip": (_S, N_("“%(words)s”: is “%(likely)s” meant? The article has it %(count)s times.")),
    "space_run": (_A, N_("Spaces in a row, or no-break spaces: “%(words)s”.")),
    "space_before": (_A, N_("A space before the punctuation mark: “%(words)s”.")),
    "comma_no_space": (_A, N_("No space after the comma: “%(words)s”.")),
    "sign_lonely": (_S, N_("“%(sign)s” lacks its other half: “%(words)s”.")),
    "date_impossible": (_S, N_("“%(words)s”: there is no such day.")),
    "date_weekday": (_S, N_("“%(words)s”: that day is a %(weekday)s.")),
    "more": (_A, N_("%(count)s more places of a kind that is listed already.")),
}
# English message ids by code; `%(name)s` is filled from `Finding.values`.
MESSAGES: dict[str, str] = {code: message for code, (_, message) in _RULES.items()}


def finding(
    code: str, field_name: str, block: int | None = None, words: str = "", **values: str
) -> Finding:
    """The finding `code` as the table describes it; `words`, where given, are a value as well."""
    place = None if block is None else Place(block, words)
    filled = {"words": words, **values} if words else values
    return Finding(code, field_name, _RULES[code][0], place, filled)
