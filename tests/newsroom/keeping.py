"""How the tests of site furniture read and send its forms."""

from __future__ import annotations

from werkzeug.test import TestResponse

from tests.pages import CheckingClient, fields_of, parse, text_of


def note(page: str, field: str) -> str:
    """What stands under a field of a form that came back."""
    return text_of(next(e for e in parse(page).iter() if e.get("id") == f"{field}-error"))


def forms(page: str) -> dict[str, dict[str, str]]:
    """The fields of each form by its address; of several to one address, the last."""
    posts = [form for form in parse(page).iter("form") if form.get("method") == "post"]
    return {str(form.get("action")): fields_of(form) for form in posts}


def change(
    browser: CheckingClient, address: str, /, expect: int = 303, **typed: str
) -> TestResponse:
    """Open the form that is sent to its own address, type, send."""
    return browser.post(
        address, data=forms(browser.get(address).text)[address] | typed, expect=expect
    )


def press(browser: CheckingClient, address: str, **fields: object) -> TestResponse:
    """Send a form of the list at ``address``: its order or a pressed button."""
    token = browser.form(address)["csrf_token"]
    return browser.post(f"{address}/thu-tu", data={"csrf_token": token, **fields}, expect=303)


def shown(browser: CheckingClient, address: str) -> list[str]:
    """The names in the list, from top to bottom."""
    rows = [e for e in browser.page(address).iter("div") if e.get("class") == "row-text"]
    return [text_of(next(row.iter("a"))) for row in rows]
