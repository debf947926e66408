"""Addresses that templates write are kept; what they are kept by is all that they depend on."""

from __future__ import annotations

from flask import Flask

from newsapp import create_app
from newsapp.pages import address


def test_an_address_belongs_to_where_the_site_is_mounted(app: Flask) -> None:
    for mounted in ("", "/phuong", ""):
        with app.test_request_context(base_url=f"http://localhost{mounted}"):
            assert address("news.section", slug="tin") == f"{mounted}/muc/tin"


def test_an_address_belongs_to_its_site(app: Flask) -> None:
    other = create_app(app.extensions["newsapp.config"])
    other.add_url_rule("/noi-khac/<path:path>", "elsewhere", build_only=True)
    app.add_url_rule("/mot-noi/<path:path>", "elsewhere", build_only=True)
    for site, path in ((app, "/mot-noi/a"), (other, "/noi-khac/a"), (app, "/mot-noi/a")):
        with site.test_request_context():
            assert address("elsewhere", path="a") == path


def test_values_that_are_equal_and_written_differently_stay_apart(app: Flask) -> None:
    with app.test_request_context():
        numbers = [address("news.home", trang=value) for value in (1, "1", True, 1.0)]
    assert numbers == ["/?trang=1", "/?trang=1", "/?trang=True", "/?trang=1.0"]
