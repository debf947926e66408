"""Sky, water and what grows, as they come back from scene to scene."""

import random

from newsapp.transfer.demo_content.pictures.canvas import (
    BLUSH,
    CLAY,
    CREAM,
    GREEN,
    GREEN_DARK,
    LEAF,
    LOTUS,
    MIST,
    PALE,
    PAPER,
    RIVER,
    RIVER_SOFT,
    SUN,
    WIDTH,
    WOOD,
    Canvas,
    Colour,
    Point,
    smooth,
    towards,
)


def day_sky(sheet: Canvas, horizon: float, sun: Point | None = (1240, 210)) -> None:
    """A warm morning with two clouds; the sun can be left out."""
    sheet.gradient(0, horizon, (MIST, PALE, CREAM, BLUSH))
    if sun:
        sheet.glow(*sun, 210, SUN, 20)
        sheet.disc(*sun, 74, SUN)
    cloud(sheet, 330, 190, 1.0)
    cloud(sheet, 880, 120, 0.7)


def cloud(sheet: Canvas, x: float, y: float, size: float, colour: Colour = PAPER) -> None:
    for dx, dy, radius in ((-90, 8, 34), (-40, -16, 50), (24, -26, 62), (84, 0, 42)):
        sheet.disc(x + dx * size, y + dy * size, radius * size, colour)
    sheet.rect(x - 124 * size, y + 2 * size, 250 * size, 40 * size, colour, 20 * size)


def tree_line(
    sheet: Canvas, base: float, height: float, colour: Colour, seed: int, step: float = 70
) -> None:
    """A far row of crowns across the whole sheet, solid down to `base`."""
    chance = random.Random(seed)  # noqa: S311 - ripples are no secret - the same leaves every time, no secret
    x = -step
    while x < WIDTH + step:
        radius = height * chance.uniform(0.55, 1.0)
        sheet.oval(x, base - radius * 0.35, step * chance.uniform(0.7, 1.05), radius, colour)
        x += step * chance.uniform(0.7, 1.1)
    sheet.rect(-10, base - height * 0.25, WIDTH + 20, height * 0.25 + 2, colour)


def water(sheet: Canvas, top: float, colours: tuple[Colour, ...], seed: int = 1) -> None:
    """Water from `top` to the lower edge, with ripples that grow towards the reader."""
    sheet.gradient(top, 1000, colours)
    chance = random.Random(seed)  # noqa: S311 - ripples are no secret
    for _ in range(64):
        depth = chance.random() ** 0.8
        y = top + 14 + depth * (980 - top)
        length = 30 + 150 * depth * chance.uniform(0.5, 1)
        x = chance.uniform(-60, WIDTH)
        sheet.rect(
            x, y, length, 2 + 4 * depth, f"{PAPER}{chance.randint(40, 90):02X}", 2 + 2 * depth
        )


def still_river(sheet: Canvas, top: float, seed: int = 1) -> None:
    water(sheet, top, (RIVER_SOFT, RIVER, "#6BA29C"), seed)


def tree(
    sheet: Canvas, x: float, y: float, size: float, dark: Colour = GREEN, light: Colour = LEAF
) -> None:
    """A broad tree whose trunk stands at (x, y); about 300 high at size 1."""
    trunk = [
        (x - 15 * size, y),
        (x - 8 * size, y - 150 * size),
        (x + 8 * size, y - 150 * size),
        (x + 15 * size, y),
    ]
    sheet.polygon(trunk, WOOD)
    for side in (-1, 1):
        sheet.line([(x, y - 90 * size), (x + side * 46 * size, y - 150 * size)], 9 * size, WOOD)
    crown = ((-72, 178, 62), (70, 182, 64), (-34, 236, 70), (40, 240, 66), (0, 190, 80))
    for dx, dy, radius in crown:
        sheet.disc(x + dx * size, y - dy * size, radius * size, dark)
    for dx, dy, radius in ((-52, 210, 40), (-12, 262, 38), (44, 222, 36)):
        sheet.disc(x + dx * size, y - dy * size, radius * size, light)


def palm(
    sheet: Canvas,
    x: float,
    y: float,
    height: float,
    lean: float = 0,
    dark: Colour = GREEN_DARK,
    light: Colour = GREEN,
    trunk: Colour = WOOD,
) -> None:
    """A coconut palm rooted at (x, y); `lean` moves its crown sideways."""
    top = (x + lean, y - height)
    spine = smooth(
        [(x, y), (x + lean * 0.2, y - height * 0.4), (x + lean * 0.62, y - height * 0.75), top]
    )
    width = height * 0.032
    left = [(px - width * (1.25 - i / len(spine) * 0.6), py) for i, (px, py) in enumerate(spine)]
    right = [(px + width * (1.25 - i / len(spine) * 0.6), py) for i, (px, py) in enumerate(spine)]
    sheet.polygon(left + right[::-1], trunk)
    reach = height * 0.42 + 30
    for angle, colour in (
        (-168, dark),
        (-12, dark),
        (-205, dark),
        (28, dark),
        (-140, light),
        (-40, light),
        (-185, light),
        (8, light),
        (-112, dark),
        (-66, dark),
    ):
        _frond(sheet, top, angle, reach, colour)
    for dx, dy in ((-12, 12), (10, 14), (0, 22)):
        sheet.disc(top[0] + dx * height / 320, top[1] + dy * height / 320, 11 * height / 320, CLAY)


def _frond(sheet: Canvas, root: Point, angle: float, reach: float, colour: Colour) -> None:
    middle = towards(*root, angle, reach * 0.55)
    tip = towards(*root, angle, reach)
    drop = reach * (0.32 if abs(angle + 90) > 40 else 0.1)
    above = smooth([root, (middle[0], middle[1] - reach * 0.06), (tip[0], tip[1] + drop)])
    below = smooth([root, (middle[0], middle[1] + reach * 0.15), (tip[0], tip[1] + drop)])
    comb: list[Point] = []
    for index, (px, py) in enumerate(below):
        comb.append((px, py + (reach * 0.05 if index % 2 else 0)))
    sheet.polygon(above + comb[::-1], colour)


def petals(sheet: Canvas, x: float, y: float, size: float) -> None:
    """A lotus in flower, floating at (x, y)."""
    sheet.oval(x, y + 8 * size, 74 * size, 15 * size, GREEN)
    for angle, colour in (
        (-160, LOTUS),
        (-20, LOTUS),
        (-135, "#E2839A"),
        (-45, "#E2839A"),
        (-110, "#E9A3AA"),
        (-70, "#E9A3AA"),
        (-90, BLUSH),
    ):
        tip = towards(x, y, angle, 58 * size)
        a, b = towards(x, y, angle - 26, 32 * size), towards(x, y, angle + 26, 32 * size)
        sheet.blob([(x, y), a, tip, b], colour)
