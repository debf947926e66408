"""People: the forms about accounts, and what their pages ask of the database."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired

from newsapp.accounts.errors import AccountError
from newsapp.accounts.forms import NewPasswordForm, account_words
from newsapp.accounts.second_factor import Rule
from newsapp.accounts.sessions import OpenSession
from newsapp.extensions import db
from newsapp.models import Account, Language, Role
from newsapp.text.vietnamese import one_line

# Far more than any field here takes; the rest is not worth sending back.
SHOWN_MAX = 1_000
UNKNOWN_CHOICE = _l("This does not exist (any more). Choose another.")
_FIELDS = {"username": "account_name", "taken": "account_name", "name": "display_name"}


@dataclass(frozen=True)
class Person:
    """An account as administrators see it."""

    id: int
    username: str
    display_name: str
    role: Role
    active: bool
    has_initial_password: bool
    has_second_factor: bool


def people() -> tuple[Person, ...]:
    """Everybody, who may sign in first, then by user name."""
    rows = db.session.scalars(select(Account).order_by(Account.active.desc(), Account.username))
    return tuple(person(account) for account in rows)


def person(account: Account) -> Person:
    """The account as plain values."""
    return Person(
        account.id,
        account.username,
        account.display_name,
        account.role,
        account.active,
        account.password_is_initial,
        account.totp_secret is not None,
    )


def role_words() -> dict[Role, str]:
    """The roles, lowest first, in the reader's language."""
    words = (_("contributor"), _("editor"), _("administrator"))
    return dict(zip(Role, map(str, words), strict=True))


def rule_words() -> dict[Rule, str]:
    """The rules about the second factor in the reader's language."""
    return {
        Rule.OFF: str(_("nobody is asked")),
        Rule.OPTIONAL: str(_("whoever wants it")),
        Rule.REQUIRED: str(_("everybody must have it")),
    }


def browser_words(opened: OpenSession) -> str:
    """The browser of a session, in words."""
    return opened.browser or str(_("unknown browser"))


def _typed(text: str | None) -> str:
    return one_line(text or "")[:SHOWN_MAX]


class NameForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """The name that colleagues see."""

    display_name = StringField(
        _l("Name shown to colleagues"), [DataRequired(_l("This is needed."))], filters=[_typed]
    )

    def blame(self, error: AccountError) -> None:
        """Put the reason beside the field that it is about."""
        field = self[_FIELDS.get(error.code, "role")]
        field.errors = [*field.errors, account_words(error)]


class PersonForm(NameForm):
    role = StringField(
        _l("Role"), [AnyOf([role.value for role in Role], UNKNOWN_CHOICE)], filters=[_typed]
    )

    def chosen_role(self) -> Role:
        """The role; only after ``validate``."""
        return Role(str(self.role.data))


class NewPersonForm(PersonForm):
    # Not "username": forms on their way through the sign-in page leave that name to it.
    account_name = StringField(
        _l("User name"), [DataRequired(_l("This is needed."))], filters=[_typed]
    )


class RuleForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    rule = StringField(
        _l("Second step after the password"),
        [AnyOf([rule.value for rule in Rule], UNKNOWN_CHOICE)],
        filters=[_typed],
    )


class PasswordForm(NewPasswordForm):
    """A new password in place of the present one."""

    current_password = PasswordField(_l("Present password"), [InputRequired(_l("Type it here."))])


class ConfirmForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    """The present password, before something about signing in changes."""

    confirm_password = PasswordField(_l("Present password"), [InputRequired(_l("Type it here."))])


class LanguageForm(FlaskForm):  # type: ignore[misc]  # flask_wtf ships no types
    language = StringField(
        _l("Language of the newsroom"), [AnyOf(list(Language), UNKNOWN_CHOICE)], filters=[_typed]
    )
