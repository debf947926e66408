"""What was acknowledged outlives a kill -9 of everything; `bench.kills` does it at length."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bench import kills


def test_a_kill_loses_nothing_that_was_acknowledged() -> None:
    story = kills.rounds(3)
    assert not story.problems
    assert story.titles
    assert story.pictures
    assert story.watched
    # Each acknowledged picture and the rendition that its name promises, after each kill.
    assert story.served >= 2 * len(story.pictures)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_picture_is_told_from_a_whole_one(kind: str) -> None:
    out = io.BytesIO()
    Image.open(io.BytesIO(kills.picture())).save(out, kind)
    whole = out.getvalue()
    assert not kills.half(whole)
    assert kills.half(whole[: len(whole) // 2])
    assert kills.half(b"")
