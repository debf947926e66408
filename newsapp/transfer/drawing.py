"""The demo's pictures: drawn when they are asked for, the same bytes every time.

Nothing is stored with the project and nobody's photograph is used. Each picture is a JPEG of
1600 × 1000 pixels without any text, below 150 KB.
"""

from newsapp.transfer.demo_content.pictures import (
    festival_scenes,
    field_scenes,
    indoor_scenes,
    river_scenes,
    street_scenes,
    table_scenes,
)
from newsapp.transfer.demo_content.pictures.canvas import Canvas

_SCENES = {
    **river_scenes.SCENES,
    **festival_scenes.SCENES,
    **street_scenes.SCENES,
    **field_scenes.SCENES,
    **indoor_scenes.SCENES,
    **table_scenes.SCENES,
}

NAMES: tuple[str, ...] = tuple(sorted(_SCENES))


def draw(name: str) -> bytes:
    """The picture `name` as JPEG bytes. Raises `KeyError` for a name that is not in `NAMES`."""
    sheet = Canvas()
    _SCENES[name](sheet)
    return sheet.jpeg()
