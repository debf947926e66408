"""A test client that looks at every page it fetches, as a careful reader of the source would."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element

from flask import g
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from newsapp.extensions import db

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import html5lib

QUERY_BUDGET = 30


def parse(html: str) -> Element:
    """The page's root element. Fails on any nesting error that a browser would have to repair."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    assert not parser.errors, [(where, what) for where, what, _ in parser.errors][:5]
    return root


def text_of(element: Element) -> str:
    """All text inside, spaces folded."""
    return " ".join("".join(element.itertext()).split())


def check(html: str) -> Element:
    """Assert what every page of the site promises; returns the root element."""
    root = parse(html)
    headings = list(root.iter("h1"))
    assert len(headings) == 1, f"{len(headings)} h1 elements"
    assert text_of(headings[0]), "the h1 is empty"
    assert root.get("lang"), "no language"
    title = root.find("head/title")
    assert title is not None, "no title"
    assert text_of(title), "an empty title"
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert all(count == 1 for count in ids.values()), [i for i, count in ids.items() if count > 1]
    for element in root.iter():
        tag: object = element.tag
        if callable(tag):  # a comment
            continue
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on"), f"inline script: {element.tag} {name}"
            assert name != "style", f"inline style: {element.tag}"
            assert not str(value).strip().lower().startswith("javascript:"), value
        if element.tag == "script":
            is_data = element.get("type") == "application/ld+json"
            assert element.get("src") or is_data, "inline script"
        if element.tag == "img":
            assert element.get("alt") is not None, f"no alt: {element.get('src')}"
        if element.tag == "form" and (element.get("method") or "get").lower() == "post":
            names = {field.get("name") for field in element.iter("input")}
            assert "csrf_token" in names, f"no CSRF token: {element.get('action')}"
    labelled(root)
    return root


def labelled(root: Element) -> None:
    """Every field that a person fills in has a label."""
    targets = {label.get("for") for label in root.iter("label")}
    inside = {id(field) for label in root.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in root.iter(tag):
            if field.get("type") in {"hidden", "submit", "button"} or "hidden" in field.attrib:
                continue
            named = field.get("aria-label") or field.get("aria-labelledby")
            assert named or field.get("id") in targets or id(field) in inside, field.attrib


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile, but for the content version, which one thread asks for
    in its own time."""
    sent: list[str] = []
    engine = db.engine

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "content_version" not in statement:
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


class CheckingClient(FlaskClient):
    """Checks each HTML answer to a GET: status, structure, and number of statements.

    ``expect`` is the status the test wants; without it anything from 400 on fails.
    ``environ_overrides`` and the rest are werkzeug's.
    """

    def open(self, *args: Any, expect: int | None = None, **kwargs: Any) -> TestResponse:
        is_get = (kwargs.get("method") or "GET") == "GET"
        kwargs.setdefault("headers", {})
        if isinstance(kwargs["headers"], dict):
            kwargs["headers"].setdefault(
                "User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"
            )
        # What the last request noted must not leak into this one through the test's context.
        for name in list(g):
            g.pop(name)
        with statements() as sent:
            answer = super().open(*args, **kwargs)
        assert answer.status_code < 500 or expect == answer.status_code, answer.text[:2000]
        if expect is not None:
            assert answer.status_code == expect, f"{answer.status_code}: {answer.text[:500]}"
        elif is_get:
            assert answer.status_code < 400, f"{answer.status_code} for {args}"
        readable = answer.mimetype == "text/html" and not answer.content_encoding
        if readable and answer.data and not answer.location:
            check(answer.text)
            if is_get:
                assert len(sent) <= QUERY_BUDGET, sent
        return answer

    def page(self, address: str, expect: int = 200) -> Element:
        """The root element of a page."""
        return parse(self.get(address, expect=expect).text)

    def form(self, address: str, expect: int = 200) -> dict[str, str]:
        """The fields of the first POST form of a page, as a browser would send them."""
        root = self.page(address, expect)
        form = next(f for f in root.iter("form") if (f.get("method") or "").lower() == "post")
        return fields_of(form)


def fields_of(form: Element) -> dict[str, str]:
    """Names and values of a form's fields (buttons left out)."""
    values: dict[str, str] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.get("disabled") is not None:
            continue
        if field.tag == "textarea":
            # A browser drops the newline that follows the opening tag.
            values[name] = "".join(field.itertext())
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            values[name] = chosen[0].get("value", text_of(chosen[0])) if chosen else ""
        elif field.tag == "input" and field.get("type") not in {"submit", "button", "file"}:
            is_choice = field.get("type") in {"checkbox", "radio"}
            if not is_choice or field.get("checked") is not None:
                values[name] = field.get("value") or ""
    return values
