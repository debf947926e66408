"""An editor is told of a link to a site to which nothing published links yet."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from newsapp.clock import now as clock_now
from newsapp.models import Article
from newsapp.newsroom.checking import checks
from newsapp.publishing.articles import Content, Step


def told(body: str) -> bool:
    found = checks(
        Content(title="Bài", body=body), None, clock_now(), is_new=True, host="localhost"
    )
    return any("vi-du.example" in check.sentence for check in found)


def test_a_domain_is_new_until_it_is_published(
    app: Flask, make_article: Callable[..., Article]
) -> None:
    link = '<p>Xem <a href="https://vi-du.example/a">nguồn tin</a>.</p>'
    make_article(body=link.replace("vi-du.example", "vi-du.example.la"))
    make_article(body=link, step=Step.KEEP)
    with app.test_request_context():
        assert told(link)
        make_article(body=link)
        assert not told(link)
