"""People, boats, houses and small things that come back from scene to scene."""

from newsapp.transfer.demo_content.pictures.canvas import (
    CLAY,
    GOLD,
    INK,
    INK_MID,
    INK_SOFT,
    PAPER,
    RED,
    SAND,
    SKIN,
    STRAW,
    SUN,
    WOOD,
    Canvas,
    Colour,
    smooth,
    towards,
)

HAIR = "#2B2A33"


def person(
    sheet: Canvas,
    x: float,
    y: float,
    height: float,
    shirt: Colour,
    trousers: Colour = INK_MID,
    hat: bool = False,
    arm: float | None = None,
    facing: int = 1,
) -> None:
    """Somebody standing at (x, y). `arm` raises the front arm: degrees above straight ahead."""
    unit = height / 100
    for side in (-1, 1):
        sheet.line(
            [(x + side * 6 * unit, y - 44 * unit), (x + side * 8 * unit, y - 4 * unit)],
            10 * unit,
            trousers,
        )
        sheet.rect(
            x + side * 8 * unit - 6 * unit + facing * 2 * unit,
            y - 5 * unit,
            13 * unit,
            5 * unit,
            INK,
            2 * unit,
        )
    sheet.line(
        [(x - facing * 13 * unit, y - 74 * unit), (x - facing * 16 * unit, y - 48 * unit)],
        8 * unit,
        shirt,
    )
    sheet.rect(x - 15 * unit, y - 82 * unit, 30 * unit, 42 * unit, shirt, 11 * unit)
    if arm is not None:
        hand = towards(
            x + facing * 11 * unit, y - 74 * unit, -arm if facing > 0 else 180 + arm, 28 * unit
        )
        sheet.line([(x + facing * 11 * unit, y - 74 * unit), hand], 8 * unit, shirt)
        sheet.disc(*hand, 4.6 * unit, SKIN)
    else:
        sheet.line(
            [(x + facing * 13 * unit, y - 74 * unit), (x + facing * 17 * unit, y - 50 * unit)],
            8 * unit,
            shirt,
        )
        sheet.disc(x + facing * 17 * unit, y - 46 * unit, 4.4 * unit, SKIN)
    sheet.rect(x - 4 * unit, y - 88 * unit, 8 * unit, 9 * unit, SKIN)
    head(sheet, x, y - 93 * unit, 10 * unit, hat=hat)


def head(sheet: Canvas, x: float, y: float, radius: float, *, hat: bool = False) -> None:
    """A head without a face, under a conical hat (nón lá) or hair."""
    sheet.disc(x, y, radius, SKIN)
    if hat:
        brim = y - radius * 0.25
        sheet.polygon(
            [(x - radius * 2.1, brim), (x, brim - radius * 1.55), (x + radius * 2.1, brim)], SUN
        )
        sheet.polygon(
            [(x, brim - radius * 1.55), (x + radius * 2.1, brim), (x + radius * 0.5, brim)], STRAW
        )
    else:
        sheet.cap(x, y - radius * 0.06, radius * 1.08, HAIR)


def sitter(
    sheet: Canvas, x: float, y: float, size: float, shirt: Colour, *, hat: bool = False
) -> None:
    """The upper half of somebody who sits behind something whose edge is at y."""
    sheet.rect(x - 44 * size, y - 86 * size, 88 * size, 90 * size, shirt, 34 * size)
    sheet.rect(x - 12 * size, y - 108 * size, 24 * size, 30 * size, SKIN, 8 * size)
    head(sheet, x, y - 128 * size, 32 * size, hat=hat)


def boat(
    sheet: Canvas,
    x: float,
    y: float,
    length: float,
    hull: Colour,
    rim: Colour = WOOD,
    depth: float = 0.15,
) -> None:
    """A wooden boat (xuồng, ghe), waterline at y; `depth` is its height as a share of its length."""
    half, rise = length / 2, length * depth
    sheet.oval(x, y + rise * 0.2, half * 0.86, rise * 0.24, f"{INK}38")
    keel = ((-1, 1), (-0.7, 0.13), (0, -0.2), (0.7, 0.13), (1, 1))
    deck = ((1, 1), (0.5, 0.57), (0, 0.47), (-0.5, 0.57), (-1, 1))
    below = smooth([(x + half * along, y - rise * up) for along, up in keel])
    above = smooth([(x + half * along, y - rise * up) for along, up in deck])
    sheet.polygon(below + above, hull)
    sheet.line(above, rise * 0.12, rim)


def rower(sheet: Canvas, x: float, y: float, size: float, shirt: Colour, lean: float = 0) -> None:
    """Somebody standing in a boat with a long oar; feet at (x, y)."""
    sheet.line([(x + 70 * size, y - 92 * size), (x - 66 * size, y + 44 * size)], 5 * size, WOOD)
    sheet.polygon(
        [
            (x - 62 * size, y + 32 * size),
            (x - 92 * size, y + 66 * size),
            (x - 76 * size, y + 72 * size),
            (x - 54 * size, y + 42 * size),
        ],
        WOOD,
    )
    for dx in (-8, 8):
        sheet.line(
            [(x + dx * size, y), (x + (dx * 0.6 + lean * 0.4) * size, y - 44 * size)],
            11 * size,
            INK,
        )
    sheet.line(
        [(x + lean * 0.3 * size, y - 46 * size), (x + lean * size, y - 84 * size)], 28 * size, shirt
    )
    sheet.line([(x + lean * size, y - 90 * size), (x + 44 * size, y - 68 * size)], 8 * size, shirt)
    head(sheet, x + lean * 1.2 * size, y - 112 * size, 12 * size, hat=True)


def house(
    sheet: Canvas,
    x: float,
    y: float,
    width: float,
    height: float,
    wall: Colour,
    roof: Colour = CLAY,
    lit: bool = False,
) -> None:
    """A small gabled house standing on y, its left corner at x."""
    sheet.rect(x, y - height, width, height, wall)
    sheet.rect(x + width * 0.72, y - height, width * 0.28, height, f"{INK}14")
    peak = y - height - width * 0.32
    sheet.polygon(
        [
            (x - width * 0.09, y - height + 6),
            (x + width * 0.18, peak),
            (x + width * 0.82, peak),
            (x + width * 1.09, y - height + 6),
        ],
        roof,
    )
    sheet.polygon(
        [
            (x + width * 0.62, peak),
            (x + width * 0.82, peak),
            (x + width * 1.09, y - height + 6),
            (x + width * 0.86, y - height + 6),
        ],
        f"{INK}1C",
    )
    glass = SUN if lit else INK_SOFT
    sheet.rect(x + width * 0.14, y - height * 0.7, width * 0.26, height * 0.3, glass, 3)
    sheet.rect(x + width * 0.58, y - height * 0.64, width * 0.24, height * 0.64, WOOD, 3)


def flag(sheet: Canvas, x: float, y: float, height: float, width: float) -> None:
    """The national flag at the top of a pole that stands on y."""
    sheet.rect(x - 3, y - height, 6, height, INK_SOFT, 3)
    top, tall = y - height + 6, width * 0.66
    upper = smooth(
        [
            (x, top),
            (x + width * 0.34, top + width * 0.05),
            (x + width * 0.68, top - width * 0.03),
            (x + width, top + width * 0.03),
        ]
    )
    lower = [(px, py + tall) for px, py in upper]
    sheet.polygon(upper + lower[::-1], RED)
    centre = (x + width * 0.5, top + tall * 0.52)
    star(sheet, *centre, width * 0.2, GOLD)


def star(sheet: Canvas, x: float, y: float, radius: float, colour: Colour) -> None:
    points = [
        towards(x, y, -90 + 36 * turn, radius if turn % 2 == 0 else radius * 0.4)
        for turn in range(10)
    ]
    sheet.polygon(points, colour)


def lantern(sheet: Canvas, x: float, y: float, size: float, colour: Colour) -> None:
    """A paper lantern hanging from (x, y)."""
    sheet.line([(x, y), (x, y + 18 * size)], 2.4 * size, INK)
    sheet.glow(x, y + 58 * size, 92 * size, SUN, 14)
    sheet.oval(x, y + 58 * size, 40 * size, 38 * size, colour)
    sheet.oval(x, y + 58 * size, 18 * size, 38 * size, f"{PAPER}4A")
    for dy in (18, 92):
        sheet.rect(x - 16 * size, y + dy * size, 32 * size, 7 * size, GOLD, 3 * size)
    for dx in (-6, 0, 6):
        sheet.line(
            [(x + dx * size, y + 98 * size), (x + dx * size, y + 122 * size)], 2.6 * size, GOLD
        )


def basket(sheet: Canvas, x: float, y: float, size: float, fruit: Colour) -> None:
    """A round basket heaped with fruit, standing on y."""
    for dx, dy in ((-30, 46), (0, 46), (30, 46), (-15, 64), (15, 64), (0, 78)):
        sheet.disc(x + dx * size, y - dy * size, 17 * size, fruit)
        sheet.disc(x + (dx - 5) * size, y - (dy + 5) * size, 5 * size, f"{PAPER}55")
    sheet.polygon(
        [
            (x - 58 * size, y - 42 * size),
            (x + 58 * size, y - 42 * size),
            (x + 40 * size, y),
            (x - 40 * size, y),
        ],
        STRAW,
    )
    sheet.rect(x - 62 * size, y - 48 * size, 124 * size, 12 * size, CLAY, 6 * size)
    sheet.rect(x - 50 * size, y - 22 * size, 100 * size, 5 * size, f"{WOOD}66", 2)


def panel(sheet: Canvas, x: float, y: float, width: float, height: float) -> None:
    """A pane of paper with lines for writing, as documents and screens show from afar."""
    sheet.rect(x, y, width, height, PAPER, 6)
    rows = max(int(height / 22), 1)
    for row in range(rows - 1):
        share = 0.76 if row % 3 else 0.5
        sheet.rect(x + width * 0.12, y + 18 + row * 22, width * share, 6, SAND, 3)
