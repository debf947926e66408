"""A small site with something of everything, and an empty place to bring it to."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from newsapp import cli, create_app
from newsapp.config import Config
from newsapp.extensions import db
from newsapp.media import files, images
from newsapp.models import Article
from newsapp.pages import config, ledger
from newsapp.publishing import media
from newsapp.publishing.audit import COMMAND_LINE
from newsapp.visits.journal import Record
from newsapp.visits.rules import Hit
from tests.conftest import Databases, close, make_config

READ = Record(736434, 1, Hit(visit=True, view=True, printed=False))


@dataclass
class Place:
    """An application on an empty place."""

    app: Flask

    @property
    def config(self) -> Config:
        found = self.app.extensions["newsapp.config"]
        assert isinstance(found, Config)
        return found

    def run(self, *arguments: str | Path, code: int = 0) -> str:
        # The context of another application may be there; a command would take that one.
        with self.app.app_context():
            result = self.app.test_cli_runner().invoke(args=[str(one) for one in arguments])
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result.output


@pytest.fixture
def empty_place(
    backend: str, databases: Databases, tmp_path: Path
) -> Iterator[Callable[[], Place]]:
    """``empty_place()``: a data directory and a database of the same kind as the site's."""
    made: list[Flask] = []

    def make() -> Place:
        data_dir = tmp_path / f"elsewhere{len(made)}"
        data_dir.mkdir()
        app = create_app(make_config(data_dir, databases.empty(backend, data_dir)))
        cli.install(app)
        made.append(app)
        return Place(app)

    yield make
    for app in made:
        close(app)


@pytest.fixture
def site(app: Flask, make_article: Callable[..., Article]) -> Place:
    """Two articles, a picture with renditions, a document, five booked reads and three unbooked."""
    make_article("Khai giảng lớp bơi")
    make_article("Phường phát động trồng cây")
    add_picture()
    stored = files.store_file(io.BytesIO(b"a,b\n1,2\n"), "bang.csv", config().media)
    media.add_file(stored, by=COMMAND_LINE, file_name="bang.csv")
    ledger().append([READ] * 5)
    ledger().fold_now()
    ledger().append([READ] * 3)
    ledger().close()  # the journal stays, and nobody owns it any more
    return Place(app)


def add_picture(colour: str = "teal") -> int:
    encoded = io.BytesIO()
    Image.new("RGB", (1000, 600), colour).save(encoded, "JPEG")
    stored = images.store(encoded.getvalue(), config().media)
    return media.add_image(stored, by=COMMAND_LINE, file_name="anh.jpg").id


def titles() -> list[str]:
    return list(db.session.scalars(select(Article.title).order_by(Article.id)))
