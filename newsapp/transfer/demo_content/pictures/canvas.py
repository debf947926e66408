"""A canvas for calm, flat pictures: smooth shapes from a small palette, no text.

All coordinates are points on a sheet of `WIDTH` × `HEIGHT`; shapes are drawn at twice that size
and scaled down once, which is what makes their edges smooth.
"""

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1600, 1000
_SCALE = 2
_QUALITY = 82

Point = tuple[float, float]
Colour = str

PAPER, CREAM, SAND, STRAW = "#FBF6EA", "#F5EAD6", "#E7D4B0", "#D8BB86"
INK, INK_MID, INK_SOFT, MIST, PALE = "#20304B", "#3F5877", "#768DA6", "#B7C7D0", "#DDE5E4"
LOTUS, LOTUS_SOFT, BLUSH, RED = "#D8667B", "#E9A3AA", "#F5D3C8", "#B8383F"
GREEN_DARK, GREEN, LEAF, GREEN_SOFT = "#275444", "#3F7A62", "#71A47C", "#ABC9A6"
RIVER_DEEP, RIVER, RIVER_SOFT = "#4B8785", "#7CB0A8", "#B5D3CA"
SUN, GOLD, CLAY, WOOD, SKIN = "#F6C877", "#E1A145", "#BE7650", "#855539", "#DFAA85"


class Canvas:
    """One sheet; later shapes lie on top of earlier ones. Colours are `#RRGGBB` or `#RRGGBBAA`."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), PAPER)
        self._pen = ImageDraw.Draw(self._image, "RGBA")

    def jpeg(self) -> bytes:
        """The finished sheet as JPEG bytes."""
        out = io.BytesIO()
        self._image.reduce(_SCALE).save(out, "JPEG", quality=_QUALITY, optimize=True)
        return out.getvalue()

    def gradient(self, top: float, bottom: float, colours: Sequence[Colour]) -> None:
        """Fill the band between two heights, fading evenly through the colours from above."""
        strip = Image.new("RGB", (1, len(colours)))
        for row, colour in enumerate(colours):
            strip.paste(colour, (0, row, 1, row + 1))
        height = round((bottom - top) * _SCALE)
        # Half a source pixel is cut off at both ends: there the resampling only repeats a colour.
        box = (0, 0.5, 1, len(colours) - 0.5)
        column = strip.resize((1, height), Image.Resampling.BILINEAR, box=box)
        band = column.resize((WIDTH * _SCALE, height), Image.Resampling.NEAREST)
        self._image.paste(band, (0, round(top * _SCALE)))

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        self._pen.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)

    def blob(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed shape that runs smoothly through all the points."""
        self.polygon(smooth(points, closed=True), colour)

    def ground(self, points: Sequence[Point], colour: Colour) -> None:
        """Everything below a smooth line that is given from left to right."""
        line = smooth(points)
        self.polygon([*line, (line[-1][0], HEIGHT), (line[0][0], HEIGHT)], colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A straight-jointed line with round ends; `colour` should be opaque."""
        scaled = [(x * _SCALE, y * _SCALE) for x, y in points]
        self._pen.line(scaled, fill=colour, width=round(width * _SCALE), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, colour)

    def curve(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        self.line(smooth(points), width, colour)

    def rect(
        self, x: float, y: float, width: float, height: float, colour: Colour, round_by: float = 0
    ) -> None:
        box = (x * _SCALE, y * _SCALE, (x + width) * _SCALE - 1, (y + height) * _SCALE - 1)
        self._pen.rounded_rectangle(box, round_by * _SCALE, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x, y, radius, radius, colour)

    def oval(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour) -> None:
        box = (x - radius_x, y - radius_y, x + radius_x, y + radius_y)
        self._pen.ellipse([edge * _SCALE for edge in box], fill=colour)

    def slice(
        self, x: float, y: float, radius: float, start: float, end: float, colour: Colour
    ) -> None:
        """A slice of a disc between two angles in degrees, clockwise from three o'clock."""
        box = (x - radius, y - radius, x + radius, y + radius)
        self._pen.pieslice([edge * _SCALE for edge in box], start, end, fill=colour)

    def cap(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """The upper part of a disc, cut straight a little above its middle."""
        box = (x - radius, y - radius, x + radius, y + radius)
        self._pen.chord([edge * _SCALE for edge in box], 196, 344, fill=colour)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: int = 26) -> None:
        """A soft light: thin discs on top of each other, together about six times `strength` of 255."""
        for step in range(18, 0, -1):
            self.disc(x, y, radius * step / 18, f"{colour}{max(strength // 3, 1):02X}")


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 12) -> list[Point]:
    """Points of a Catmull-Rom curve through the given ones."""
    count = len(points)

    def at(index: int) -> Point:
        return points[index % count] if closed else points[min(max(index, 0), count - 1)]

    path: list[Point] = []
    for index in range(count if closed else count - 1):
        around = [at(index + offset) for offset in (-1, 0, 1, 2)]
        path.extend(_between(around, step / steps) for step in range(steps))
    return path if closed else [*path, points[-1]]


def _between(around: Sequence[Point], t: float) -> Point:
    weights = (
        -t + 2 * t**2 - t**3,
        2 - 5 * t**2 + 3 * t**3,
        t + 4 * t**2 - 3 * t**3,
        t**3 - t**2,
    )
    x = sum(weight * point[0] for weight, point in zip(weights, around, strict=True)) / 2
    y = sum(weight * point[1] for weight, point in zip(weights, around, strict=True)) / 2
    return x, y


def towards(x: float, y: float, angle: float, length: float) -> Point:
    """The point at a distance, the angle in degrees clockwise from three o'clock."""
    return x + length * math.cos(math.radians(angle)), y + length * math.sin(math.radians(angle))
