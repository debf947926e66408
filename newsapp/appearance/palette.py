"""The colours that follow from an office's accent, made so that they can always be read.

The hue is the office's; lightness gives way until the contrast (WCAG 2.2) on every ground of
site.css is reached, in both schemes. Lightness is OKLab's: blue and yellow darken evenly, and
no hue turns into another on the way (https://bottosson.github.io/posts/oklab/).
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from functools import lru_cache

# The darkest ground in light and the lightest ground in dark, from site.css: the worst cases.
LIGHT_GROUND = "#f3eee2"
DARK_GROUND = "#16233a"
WHITE = "#ffffff"
DARK_INK = "#0d1727"
# AA asks for 4.5; the rest is for cheap screens in the sun.
CONTRAST = 5.0
_STEP = 0.005
# A pure hue glows on a dark ground.
_DARK_CHROMA_MAX = 0.12
_DARK_LIGHTNESS = 0.78

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Palette:
    """Hex colours; ``enamel`` is the ground of white digits."""

    light_accent: str
    light_on_accent: str
    light_enamel: str
    dark_accent: str
    dark_on_accent: str
    dark_enamel: str


def normal(text: str) -> str:
    """``#17458f`` for ``17458F`` or ``#17458f``, three digits doubled. ValueError for no colour."""
    match = _HEX.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    digits = match[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG defines it, 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palette(accent: str) -> Palette:
    """What follows from ``accent`` (as ``normal`` gives it)."""
    lightness, chroma, hue = _oklch(accent)
    light = _readable(accent, lightness, chroma, hue, -_STEP, LIGHT_GROUND)
    muted = min(chroma, _DARK_CHROMA_MAX)
    start = max(lightness, _DARK_LIGHTNESS)
    dark = _readable(_hex(start, muted, hue), start, muted, hue, _STEP, DARK_GROUND)
    enamel = _readable(accent, min(lightness, 0.5), chroma, hue, -_STEP, WHITE)
    return Palette(
        light_accent=light,
        light_on_accent=WHITE,
        light_enamel=light,
        dark_accent=dark,
        dark_on_accent=DARK_INK,
        dark_enamel=enamel,
    )


@lru_cache(maxsize=8)
def sheet(accent: str) -> str:
    """The style sheet that lays ``accent`` (as ``normal`` gives it) over site.css."""
    made = palette(accent)
    return (
        f":root{{--accent:{made.light_accent};--on-accent:{made.light_on_accent};"
        f"--enamel:{made.light_enamel}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{made.dark_accent};"
        f"--on-accent:{made.dark_on_accent};--enamel:{made.dark_enamel}}}}}\n"
        "@media print{:root{--accent:#000;--enamel:#000}}\n"
    )


def digest(accent: str) -> str:
    """What the address of the sheet ends with: another sheet has another one."""
    return hashlib.sha256(sheet(accent).encode("ascii")).hexdigest()[:12]


def _readable(
    first: str, lightness: float, chroma: float, hue: float, step: float, ground: str
) -> str:
    """``first`` if it can be read on ``ground``, else the nearest of its hue that can."""
    colour = first
    while contrast(colour, ground) < CONTRAST and 0 <= lightness <= 1:
        lightness += step
        colour = _hex(lightness, chroma, hue)
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: str) -> tuple[float, float, float]:
    """Linear sRGB, each from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _straight(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _curved(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else float(1.055 * value ** (1 / 2.4) - 0.055)


def _oklch(colour: str) -> tuple[float, float, float]:
    """Lightness 0 to 1, chroma, hue in radians."""
    r, g, b = _linear(colour)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _hex(lightness: float, chroma: float, hue: float) -> str:
    """The colour, with less chroma where a screen has none so strong."""
    lightness = min(max(lightness, 0), 1)
    while True:
        channels = _rgb(lightness, chroma, hue)
        if all(-0.0005 <= value <= 1.0005 for value in channels) or chroma < 0.002:
            break
        chroma *= 0.95
    return "#" + "".join(f"{round(255 * _curved(min(max(value, 0), 1))):02x}" for value in channels)


def _rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """Linear sRGB; beyond 0 to 1 where a screen cannot show the colour."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
