"""Scenes of festivals and of work on the river."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas


def boat_race(sheet: Canvas) -> None:
    nature.day_sky(sheet, 470, (1330, 180))
    nature.tree_line(sheet, 420, 130, c.GREEN_SOFT, 21)
    sheet.rect(-10, 410, 1620, 80, c.SAND)
    for index in range(46):
        colour = (c.LOTUS, c.INK_MID, c.PAPER, c.GOLD, c.GREEN, c.LOTUS_SOFT)[index * 5 % 6]
        x, y = 16 + index * 35, 446 + index * 7 % 3 * 9
        sheet.rect(x - 13, y - 6, 26, 60, colour, 12)
        f.head(sheet, x, y - 17, 11, hat=index % 4 == 1)
    sheet.rect(-10, 478, 1620, 30, c.STRAW)
    for x in range(70, 1600, 210):
        sheet.rect(x, 250, 6, 170, c.WOOD)
        sheet.polygon(
            [(x + 6, 254), (x + 84, 282), (x + 6, 312)], (c.RED, c.GOLD, c.LOTUS)[x // 210 % 3]
        )
    nature.still_river(sheet, 506, 14)
    for x, y, length, hull, shirt in (
        (720, 600, 860, c.INK_MID, c.GOLD),
        (900, 735, 1050, c.GREEN_DARK, c.PAPER),
        (690, 900, 1240, c.RED, c.LOTUS_SOFT),
    ):
        race_boat(sheet, x, y, length, hull, shirt)


def race_boat(sheet: Canvas, x: float, y: float, length: float, hull: str, shirt: str) -> None:
    """A long racing boat with nine paddlers leaning into the stroke, heading right."""
    size = length / 1150
    for index in range(9):
        seat = x - length * 0.36 + index * length * 0.082
        sheet.line([(seat, y - 40 * size), (seat + 26 * size, y - 96 * size)], 32 * size, shirt)
        f.head(sheet, seat + 38 * size, y - 130 * size, 19 * size)
        sheet.line(
            [(seat + 26 * size, y - 98 * size), (seat + 66 * size, y - 62 * size)],
            11 * size,
            c.SKIN,
        )
    f.boat(sheet, x, y, length, hull, c.GOLD, 0.075)
    for index in range(9):
        seat = x - length * 0.36 + index * length * 0.082
        sheet.line(
            [(seat + 74 * size, y - 86 * size), (seat + 40 * size, y + 34 * size)], 6 * size, c.WOOD
        )
        sheet.oval(seat + 36 * size, y + 44 * size, 10 * size, 22 * size, c.WOOD)
        sheet.oval(seat + 30 * size, y + 66 * size, 34 * size, 6 * size, f"{c.PAPER}A8")
    sheet.disc(x + length * 0.44, y - length * 0.042, 9 * size, c.PAPER)


def lantern_festival(sheet: Canvas) -> None:
    sheet.gradient(0, 560, ("#17233C", "#243757", "#40567A", "#7A7E95"))
    sheet.glow(1180, 210, 280, "#F7E5B8", 14)
    sheet.disc(1180, 210, 98, "#F9EBC8")
    for x, y in (
        (150, 90),
        (420, 240),
        (610, 70),
        (900, 130),
        (1440, 90),
        (1520, 300),
        (300, 330),
        (760, 300),
    ):
        sheet.disc(x, y, 3.4, c.PAPER)
    nature.tree_line(sheet, 550, 90, "#2C3F5C", 17)
    for x, wall in ((120, "#3B4C68"), (330, "#46546E"), (1230, "#3B4C68"), (1420, "#46546E")):
        f.house(sheet, x, 560, 150, 110, wall, "#2A3852", lit=True)
    nature.water(sheet, 556, ("#63708B", "#34496A", "#1C2B48"), 19)
    for row in range(9):
        sheet.rect(1180 - 60 + row % 3 * 14, 580 + row * 30, 110 - row * 6, 7, "#F9EBC870", 4)
    for x, y, size in (
        (250, 660, 0.6),
        (470, 630, 0.5),
        (700, 680, 0.7),
        (960, 640, 0.55),
        (1390, 670, 0.65),
        (380, 790, 0.95),
        (850, 800, 1.0),
        (1190, 770, 0.9),
        (600, 910, 1.25),
        (1080, 930, 1.3),
        (180, 900, 1.1),
        (1450, 860, 1.1),
    ):
        water_light(sheet, x, y, size)
    wire = [(-20, 40), (400, 150), (820, 90), (1240, 30), (1620, -30)]
    sheet.curve(wire, 3, "#101A2E")
    for x, y, size, colour in (
        (90, 68, 1.15, c.RED),
        (300, 128, 1.35, c.LOTUS),
        (540, 136, 1.05, c.GOLD),
        (760, 102, 1.3, c.RED),
        (960, 68, 0.9, c.LOTUS),
    ):
        f.lantern(sheet, x, y, size, colour)


def water_light(sheet: Canvas, x: float, y: float, size: float) -> None:
    """A paper light afloat, with its shine on the water."""
    sheet.glow(x, y - 20 * size, 84 * size, c.SUN, 16)
    for step in range(3):
        sheet.rect(
            x - (24 - step * 6) * size,
            y + (14 + step * 15) * size,
            (48 - step * 12) * size,
            5 * size,
            f"{c.SUN}90",
            3,
        )
    sheet.polygon(
        [
            (x - 26 * size, y),
            (x - 18 * size, y - 48 * size),
            (x + 18 * size, y - 48 * size),
            (x + 26 * size, y),
        ],
        "#F4B36B",
    )
    sheet.polygon(
        [
            (x - 11 * size, y),
            (x - 8 * size, y - 48 * size),
            (x + 8 * size, y - 48 * size),
            (x + 11 * size, y),
        ],
        "#FBE0A6",
    )
    for dx in (-24, 0, 24):
        sheet.blob(
            [
                (x + dx * size - 17 * size, y + 2 * size),
                (x + dx * size, y - 20 * size),
                (x + dx * size + 17 * size, y + 2 * size),
                (x + dx * size, y + 12 * size),
            ],
            c.LOTUS,
        )


def bridge_works(sheet: Canvas) -> None:
    nature.day_sky(sheet, 560, (300, 230))
    nature.tree_line(sheet, 560, 100, c.GREEN_SOFT, 31)
    nature.still_river(sheet, 556, 33)
    for x in (330, 660, 990):
        sheet.rect(x - 42, 500, 84, 330, c.MIST)
        sheet.rect(x + 8, 500, 34, 330, "#9FB1BD")
        sheet.rect(x - 66, 478, 132, 40, c.PALE, 6)
        sheet.oval(x, 832, 92, 20, c.INK_SOFT)
    sheet.rect(-10, 430, 700, 50, c.MIST)
    sheet.rect(-10, 470, 700, 16, c.INK_SOFT)
    sheet.rect(924, 430, 132, 50, c.MIST)
    for x in range(10, 680, 48):
        sheet.rect(x, 384, 7, 48, c.INK_SOFT)
    sheet.rect(-10, 380, 700, 8, c.INK_SOFT)
    crane(sheet, 1220, 860)
    sheet.line([(806, 204), (806, 350)], 4, c.INK)
    sheet.rect(704, 402, 206, 46, c.INK_SOFT, 4)
    sheet.line([(716, 402), (806, 350), (898, 402)], 4, c.INK)
    for x, shirt in ((140, c.GOLD), (470, c.LOTUS), (600, c.GOLD)):
        f.person(sheet, x, 432, 130, shirt, arm=20 if x == 600 else None)
        sheet.slice(x, 310, 15, 180, 360, c.SUN)
        sheet.rect(x - 19, 308, 38, 5, c.SUN, 2)
    sheet.rect(960, 862, 560, 40, c.WOOD, 8)
    for x in (1000, 1120, 1360, 1480):
        sheet.oval(x, 908, 54, 22, c.INK_MID)
    sheet.rect(1370, 760, 120, 104, c.RED, 8)
    sheet.rect(1390, 780, 80, 40, c.PALE, 4)


def crane(sheet: Canvas, x: float, y: float) -> None:
    """A lattice crane whose arm reaches left."""
    for dx in (-34, 28):
        sheet.rect(x + dx, 130, 8, y - 130, c.GOLD)
    for step in range(130, int(y) - 60, 62):
        sheet.line([(x - 30, step), (x + 32, step + 62)], 5, c.GOLD)
        sheet.line([(x + 32, step), (x - 30, step + 62)], 5, c.GOLD)
    sheet.line([(x, 60), (700, 176)], 4, c.INK)
    sheet.line([(x, 60), (1480, 176)], 4, c.INK)
    sheet.polygon([(x - 34, 176), (x, 56), (x + 36, 176)], c.GOLD)
    sheet.rect(690, 172, 800, 12, c.GOLD)
    sheet.rect(690, 200, 800, 8, c.GOLD)
    for step in range(700, 1480, 40):
        sheet.line([(step, 204), (step + 20, 178), (step + 40, 204)], 4, c.GOLD)
    sheet.rect(1400, 190, 84, 70, c.INK_MID, 6)
    sheet.rect(x - 46, 206, 92, 76, c.PAPER, 8)
    sheet.rect(x - 34, 218, 44, 40, c.INK_SOFT, 4)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "boat-race": boat_race,
    "lantern-festival": lantern_festival,
    "bridge-works": bridge_works,
}
