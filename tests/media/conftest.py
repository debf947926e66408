"""Both places where files can be kept, so that the same test asks each."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from newsapp.media.storage import Storage
from tests.buckets import new_bucket
from tests.conftest import make_config


@pytest.fixture(params=["folder", "bucket"])
def media_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """NEWSAPP_MEDIA_URL of a fresh storage."""
    if request.param == "bucket":
        return new_bucket(str(request.getfixturevalue("s3")))
    shared = tmp_path / "kho chung"
    shared.mkdir()
    return shared.as_uri()


@pytest.fixture
def storage(media_url: str, tmp_path: Path) -> Storage:
    return make_config(tmp_path, make_url(f"sqlite:///{tmp_path}/site.db"), media_url).media
