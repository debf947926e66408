"""People: who may sign in, as what; for administrators."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from newsapp.accounts import passwords, second_factor, service
from newsapp.accounts.desk import refilled_by
from newsapp.accounts.forms import account_words
from newsapp.models import Account, Role
from newsapp.newsroom import people as reading
from newsapp.newsroom.door import actor, bp, me, needs
from newsapp.newsroom.forms import ID_MAX
from newsapp.newsroom.people import NewPersonForm, PersonForm, RuleForm

ONE = f"/nguoi-dung/<int(max={ID_MAX}):account_id>"


@needs(Role.ADMINISTRATOR)
def people_page(
    form: NewPersonForm | None = None, rule: RuleForm | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "newsroom/people.html",
        people=reading.people(),
        form=form or NewPersonForm(),
        rule=rule or RuleForm(formdata=None, data={"rule": second_factor.rule().value}),
        roles=reading.role_words(),
        rules=reading.rule_words(),
    )
    return page, status


@needs(Role.ADMINISTRATOR)
def person_page(
    account_id: int, form: PersonForm | None = None, status: int = 200
) -> ResponseReturnValue:
    account = one(account_id)
    stored = {"display_name": account.display_name, "role": account.role.value}
    page = render_template(
        "newsroom/people_one.html",
        person=reading.person(account),
        form=form or PersonForm(data=stored),
        roles=reading.role_words(),
    )
    return page, status


@bp.get("/nguoi-dung")
def people() -> ResponseReturnValue:
    return people_page()


@bp.post("/nguoi-dung")
@refilled_by(people_page)
@needs(Role.ADMINISTRATOR)
def add_person() -> ResponseReturnValue:
    form = NewPersonForm()
    if not form.validate():
        return people_page(form, status=422)
    password = passwords.one_time()
    try:
        account = service.add(
            form.account_name.data or "",
            form.display_name.data or "",
            form.chosen_role(),
            password,
            by=actor(),
            initial=True,
        )
    except service.AccountError as error:
        form.blame(error)
        return people_page(form, status=422)
    return password_page(account, password, new=True)


@bp.post("/nguoi-dung/quy-dinh")
@needs(Role.ADMINISTRATOR)
def change_second_factor_rule() -> ResponseReturnValue:
    form = RuleForm()
    if not form.validate():
        return people_page(NewPersonForm(formdata=None), form, 422)
    second_factor.set_rule(second_factor.Rule(str(form.rule.data)), by=actor())
    flash(_("The rule is saved."))
    return redirect(url_for("newsroom.people"), 303)


@bp.get(ONE)
def person(account_id: int) -> ResponseReturnValue:
    return person_page(account_id)


@bp.post(ONE)
@refilled_by(person_page)
@needs(Role.ADMINISTRATOR)
def change_person(account_id: int) -> ResponseReturnValue:
    account = one(account_id)
    form = PersonForm()
    if not form.validate():
        return person_page(account_id, form, 422)
    try:
        service.change(account, form.display_name.data or "", form.chosen_role(), by=actor())
    except service.AccountError as error:
        form.blame(error)
        return person_page(account_id, form, 422)
    flash(_("Saved."))
    if not me().role.includes(Role.ADMINISTRATOR):
        return redirect(url_for("newsroom.articles"), 303)
    return redirect(url_for("newsroom.person", account_id=account_id), 303)


@bp.post(f"{ONE}/mat-khau")
@needs(Role.ADMINISTRATOR)
def make_one_time_password(account_id: int) -> ResponseReturnValue:
    account = one(account_id)
    return password_page(account, service.set_one_time_password(account, by=actor()))


@bp.post(f"{ONE}/bo-xac-thuc")
@needs(Role.ADMINISTRATOR)
def remove_second_factor(account_id: int) -> ResponseReturnValue:
    account = one(account_id)
    if account.totp_secret is not None:
        second_factor.switch_off(account, by=actor())
    flash(_("%(name)s signs in with the password alone now.", name=account.display_name))
    return redirect(url_for("newsroom.person", account_id=account_id), 303)


@bp.post(f"{ONE}/khoa")
@needs(Role.ADMINISTRATOR)
def disable_person(account_id: int) -> ResponseReturnValue:
    account = one(account_id)
    try:
        service.disable(account, by=actor())
    except service.AccountError as error:
        flash(account_words(error), "warning")
    else:
        flash(_("%(name)s is signed out everywhere and cannot sign in.", name=account.display_name))
    return redirect(url_for("newsroom.person", account_id=account_id), 303)


@bp.post(f"{ONE}/mo")
@needs(Role.ADMINISTRATOR)
def enable_person(account_id: int) -> ResponseReturnValue:
    account = one(account_id)
    service.enable(account, by=actor())
    flash(_("%(name)s can sign in again.", name=account.display_name))
    return redirect(url_for("newsroom.person", account_id=account_id), 303)


def one(account_id: int) -> Account:
    """The account of that number, or 404."""
    return service.numbered(account_id) or abort(404)


def password_page(account: Account, password: str, *, new: bool = False) -> ResponseReturnValue:
    """The only page that ever shows this password."""
    return render_template(
        "newsroom/people_password.html",
        person=reading.person(account),
        password=password,
        new=new,
    )
