"""The audit log as people read it: each deed in plain words, found by who, what and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, or_, select

from newsapp.accounts.second_factor import Rule
from newsapp.extensions import db
from newsapp.models import Account, Audit, Role
from newsapp.news.lists import AnyRow
from newsapp.newsroom.house_forms import setting_words
from newsapp.newsroom.people import role_words, rule_words
from newsapp.text.vietnamese import one_line, parse_date

PAGE_SIZE = 50
ID_MAX = 2**31 - 1
TYPED_MAX = 200
COMMAND_LINE = "newsapp"
STRANGER = "-"
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
_ROLE = re.compile(rf"\(({'|'.join(Role)})\)")

# A deed is written "<noun>.<verb>"; those whose words do not simply follow stand in SENTENCES.
NOUNS = {
    "account": _l("an account"),
    "album": _l("an album"),
    "article": _l("an article"),
    "demo": _l("the demo content"),
    "link": _l("a link"),
    "media": _l("an image or a file"),
    "page": _l("a page"),
    "redirect": _l("a redirect"),
    "report": _l("the report"),
    "search": _l("the search index"),
    "section": _l("a section"),
    "setting": _l("the site's settings"),
    "site": _l("the site"),
    "statistics": _l("the statistics"),
    "visits": _l("the visit counters"),
}
VERBS = {
    "add": _l("added"),
    "arrange": _l("arranged"),
    "attach": _l("attached a file to"),
    "change": _l("made changes to"),
    "correct": _l("corrected"),
    "create": _l("wrote"),
    "delete": _l("threw away"),
    "describe": _l("described"),
    "detach": _l("took a file off"),
    "disable": _l("disabled"),
    "enable": _l("enabled"),
    "erase": _l("erased for good"),
    "export": _l("exported"),
    "files": _l("arranged the files of"),
    "fill": _l("added images to"),
    "import": _l("imported"),
    "load": _l("loaded"),
    "move": _l("moved"),
    "order": _l("reordered"),
    "pick": _l("put on the home page"),
    "publish": _l("published"),
    "remove": _l("removed"),
    "replace": _l("replaced"),
    "restore": _l("restored"),
    "return": _l("sent back to its writer"),
    "save": _l("saved"),
    "submit": _l("sent for review"),
    "undelete": _l("took out of the trash"),
    "unpick": _l("took off the home page"),
    "withdraw": _l("withdrew"),
}
SENTENCES = {
    "account.code_failed": _l("could not sign in, with a wrong code"),
    "account.end_session": _l("signed out one of their browsers"),
    "account.end_sessions": _l("signed out their other browsers"),
    "account.language": _l("changed their language"),
    "account.one_time_password": _l("made a one-time password"),
    "account.password": _l("changed a password"),
    "account.recovery_code": _l("used a recovery code"),
    "account.recovery_codes": _l("made new recovery codes"),
    "account.second_factor_off": _l("switched the second step off"),
    "account.second_factor_on": _l("switched the second step on"),
    "account.second_factor_rule": _l("changed the rule about the second step"),
    "account.sign_in": _l("signed in"),
    "account.sign_in_failed": _l("could not sign in"),
    "account.sign_out": _l("signed out"),
}


@dataclass(frozen=True)
class Deed:
    """One row of the log; ``at`` is UTC. ``username`` is empty for who has no account."""

    id: int
    at: datetime
    who: str
    username: str
    did: str
    number: str
    detail: str


@dataclass(frozen=True)
class DeedSheet:
    """One page of the log, the latest deed first; ``next`` is the cursor of the page before it
    in time."""

    rows: tuple[Deed, ...]
    next: int | None


@dataclass(frozen=True)
class Search:
    """What is looked for, as it was typed. Days are the site's, both included."""

    person: str = ""
    deed: str = ""
    first: str = ""
    last: str = ""
    words: str = ""
    days: tuple[date | None, date | None] = (None, None)
    problems: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> Search:
        """From the address's arguments; what cannot be stands in ``problems`` by field."""
        typed = {
            name: one_line(sent.get(key, ""))[:TYPED_MAX]
            for name, key in (
                ("person", "nguoi"),
                ("deed", "viec"),
                ("first", "tu"),
                ("last", "den"),
                ("words", "q"),
            )
        }
        days = (parse_date(typed["first"]), parse_date(typed["last"]))
        problems = {
            name: str(_("“%(text)s” is no day; write 31/12/2026.", text=typed[name][:40]))
            for name, day in zip(("first", "last"), days, strict=True)
            if typed[name] and day is None
        }
        if days[0] and days[1] and days[0] > days[1]:
            problems["first"] = str(_("The range ends before this day."))
        if typed["person"] not in {"", COMMAND_LINE, STRANGER} and not _number(typed["person"]):
            problems["person"] = str(_("This does not exist (any more). Choose another."))
        return cls(**typed, days=days, problems=problems)

    @property
    def chosen(self) -> dict[str, str]:
        """The arguments of an address that looks for the same."""
        pairs = {
            "nguoi": self.person,
            "viec": self.deed,
            "tu": self.first,
            "den": self.last,
            "q": self.words,
        }
        return {name: value for name, value in pairs.items() if value}


def words_of(action: str) -> str:
    """The deed in the reader's language; a deed nobody gave words to, as it is written."""
    if action in SENTENCES:
        return str(SENTENCES[action])
    noun, _dot, verb = action.partition(".")
    if noun in NOUNS and verb in VERBS:
        return f"{VERBS[verb]} {NOUNS[noun]}"
    return action


def read_cursor(text: str) -> int | None:
    """The number in ``?truoc=``, or None for what is none."""
    return _number(text)


def choices() -> list[tuple[str, str]]:
    """The deeds that the log holds, with their words, by words."""
    actions = db.session.scalars(select(Audit.action).distinct())
    return sorted(((action, words_of(action)) for action in actions), key=lambda pair: pair[1])


def people() -> list[tuple[str, str]]:
    """Whose deeds can be asked for: the accounts by name, the command line, strangers."""
    rows = db.session.execute(
        select(Account.id, Account.display_name, Account.username).order_by(Account.username)
    )
    named = [(str(row.id), f"{row.display_name} ({row.username})") for row in rows]
    return [
        *named,
        (COMMAND_LINE, str(_("the command line"))),
        (STRANGER, str(_("somebody unknown"))),
    ]


def sheet(search: Search, before: int | None, zone: ZoneInfo) -> DeedSheet:
    """The deeds that fit, before the one numbered ``before``; none while something is wrong."""
    if search.problems:
        return DeedSheet((), None)
    conditions = _conditions(search, zone)
    if before is not None:
        conditions.append(Audit.id < before)
    rows = db.session.execute(
        select(Audit, Account.username)
        .outerjoin(Account, Account.id == Audit.account_id)
        .where(*conditions)
        .order_by(Audit.id.desc())
        .limit(PAGE_SIZE + 1)
    ).all()
    shown = tuple(_deed(row) for row in rows[:PAGE_SIZE])
    return DeedSheet(shown, shown[-1].id if len(rows) > PAGE_SIZE else None)


def _conditions(search: Search, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search.person in {COMMAND_LINE, STRANGER}:
        named = COMMAND_LINE if search.person == COMMAND_LINE else ""
        conditions += [Audit.account_id.is_(None), Audit.actor == named]
    elif search.person:
        conditions.append(Audit.account_id == _number(search.person))
    if search.deed:
        conditions.append(Audit.action == search.deed)
    first, last = search.days
    if first:
        conditions.append(Audit.at >= datetime.combine(first, time(), zone))
    if last:
        conditions.append(Audit.at < datetime.combine(last + timedelta(days=1), time(), zone))
    if search.words:
        # SQLite knows the case of ASCII letters alone.
        typed = search.words
        forms = sorted({typed, typed.lower(), typed.upper(), typed.capitalize(), typed.title()})
        conditions.append(
            or_(
                *(
                    column.icontains(form, autoescape=True)
                    for column in (Audit.detail, Audit.actor)
                    for form in forms
                )
            )
        )
    return conditions


def _deed(row: AnyRow) -> Deed:
    audit: Any = row.Audit
    return Deed(
        audit.id,
        audit.at,
        _who(audit),
        row.username or "",
        words_of(audit.action),
        audit.subject_id,
        _plain(audit.action, audit.detail),
    )


def _plain(action: str, detail: str) -> str:
    """The detail with the code's own words for roles, rules and languages in the reader's."""
    if action in {"account.add", "account.change"}:
        words = role_words()
        return _ROLE.sub(lambda found: f"({words[Role(found[1])]})", detail)
    if action == "account.second_factor_rule" and detail in set(Rule):
        return rule_words()[Rule(detail)]
    if action == "setting.change":
        names = setting_words()
        return ", ".join(names.get(name, name) for name in detail.split(", "))
    if action == "account.language":
        return LANGUAGES.get(detail, detail)
    return detail


def _who(audit: Audit) -> str:
    if audit.account_id is not None:
        return audit.actor
    return str(_("the command line") if audit.actor == COMMAND_LINE else _("somebody unknown"))


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 0 < int(text) <= ID_MAX):
        return None
    return int(text)
