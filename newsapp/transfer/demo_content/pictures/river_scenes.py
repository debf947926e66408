"""Scenes of every day on and beside the river."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas


def river_sunset(sheet: Canvas) -> None:
    sheet.gradient(0, 560, ("#7C8FA8", "#C9A9AE", "#EBB49E", "#F6CF9A", c.SUN))
    sheet.glow(800, 470, 330, "#FBE3B0", 24)
    sheet.disc(800, 470, 104, "#FBE9C2")
    nature.cloud(sheet, 380, 190, 0.8, "#F1D3C4")
    nature.cloud(sheet, 1230, 250, 1.0, "#EFC7B6")
    nature.tree_line(sheet, 545, 80, "#93809A", 3, 90)
    nature.tree_line(sheet, 560, 52, "#6C6582", 8, 60)
    nature.water(sheet, 558, ("#E9BE98", "#C9A0A0", "#7D8199", "#4C5C7B"), 5)
    for row in range(13):
        width = 210 - abs(row - 3) * 13
        sheet.rect(800 - width / 2 + (row % 3 - 1) * 18, 578 + row * 27, width, 9, "#FBE9C2B0", 5)
    f.boat(sheet, 1070, 720, 330, "#3A3550", "#272A42")
    f.rower(sheet, 1120, 700, 1.15, "#3A3550", -8)
    f.boat(sheet, 480, 660, 190, "#4E4663", "#3A3550")
    nature.palm(sheet, 130, 1040, 640, 150, "#232C44", "#2E3A54", "#232C44")
    nature.palm(sheet, 40, 1040, 480, -40, "#232C44", "#2E3A54", "#232C44")
    sheet.ground([(-10, 930), (160, 905), (330, 960), (470, 1010)], "#232C44")


def high_tide(sheet: Canvas) -> None:
    sheet.gradient(0, 560, (c.INK_SOFT, c.MIST, c.PALE))
    for x, y, size in ((260, 140, 1.5), (720, 90, 1.1), (1220, 170, 1.6)):
        nature.cloud(sheet, x, y, size, "#93A6B6")
    nature.tree_line(sheet, 560, 110, "#8CA8A0", 4)
    sheet.ground([(-10, 558), (1610, 558)], "#8CA8A0")
    for index, (x, wall, roof) in enumerate(
        (
            (90, c.CREAM, c.CLAY),
            (390, c.BLUSH, c.INK_MID),
            (690, c.PALE, c.CLAY),
            (990, c.CREAM, c.GREEN),
            (1290, c.SAND, c.CLAY),
        )
    ):
        f.house(sheet, x, 650, 220, 190 + index % 2 * 26, wall, roof)
        for post in (20, 110, 200):
            sheet.rect(x + post - 6, 648, 12, 90, c.WOOD)
    sheet.rect(-10, 640, 1620, 18, c.WOOD)
    nature.water(sheet, 690, ("#A9C4BE", c.RIVER, c.RIVER_DEEP), 11)
    for x in (110, 410, 710, 1010, 1310):
        sheet.rect(x, 694, 190, 30, f"{c.PAPER}40", 12)
    for row, count in ((0, 15), (1, 14), (2, 13)):
        for index in range(count):
            x = 60 + index * 76 + row * 38
            colour = (c.SAND, c.STRAW, "#DFC79B")[(index + row) % 3]
            sheet.rect(x, 868 - row * 36, 82, 42, colour, 20)
            sheet.rect(x + 12, 876 - row * 36, 52, 5, f"{c.WOOD}44", 3)
    sheet.ground([(-10, 905), (500, 898), (1060, 904), (1300, 960), (1420, 1010)], "#A98E6C")
    sheet.rect(1386, 540, 26, 400, c.PAPER)
    for step in range(9):
        sheet.rect(1386, 548 + step * 40, 26, 20, c.RED if step % 2 == 0 else c.PAPER)
    f.person(sheet, 880, 830, 200, c.GOLD, hat=True, arm=-20)


def ferry(sheet: Canvas) -> None:
    nature.day_sky(sheet, 520, (420, 230))
    nature.tree_line(sheet, 520, 110, c.GREEN_SOFT, 6)
    nature.tree_line(sheet, 530, 60, c.LEAF, 9, 50)
    nature.palm(sheet, 1370, 530, 250, -40, c.GREEN, c.LEAF)
    nature.palm(sheet, 1480, 532, 210, 30, c.GREEN, c.LEAF)
    nature.still_river(sheet, 524, 7)
    f.boat(sheet, 780, 800, 1000, c.INK_MID, c.WOOD)
    for x in (460, 620, 780, 940, 1100):
        sheet.rect(x - 6, 500, 12, 230, c.WOOD)
    people = (
        (530, c.LOTUS, False),
        (700, c.PAPER, True),
        (860, c.GOLD, False),
        (1010, c.PAPER, True),
    )
    for x, shirt, hat in people:
        f.person(sheet, x, 738, 190, shirt, hat=hat)
    bicycle(sheet, 605, 742, 0.8)
    sheet.rect(396, 720, 780, 26, c.STRAW, 8)
    sheet.blob([(400, 510), (560, 462), (780, 448), (1000, 462), (1160, 510), (780, 500)], c.LOTUS)
    sheet.rect(390, 500, 780, 20, c.RED, 10)
    nature.petals(sheet, 190, 900, 0.9)
    nature.petals(sheet, 1430, 930, 1.1)


def bicycle(sheet: Canvas, x: float, y: float, size: float) -> None:
    """A bicycle standing on y, its middle at x."""
    for dx in (-62, 62):
        sheet.disc(x + dx * size, y - 42 * size, 42 * size, c.INK)
        sheet.disc(x + dx * size, y - 42 * size, 36 * size, c.PALE)
        sheet.disc(x + dx * size, y - 42 * size, 5 * size, c.INK)
    frame = [(-62, 42), (-22, 100), (40, 100), (0, 42), (-62, 42)]
    sheet.line([(x + dx * size, y - dy * size) for dx, dy in frame], 7 * size, c.RED)
    sheet.line(
        [
            (x + 62 * size, y - 42 * size),
            (x + 36 * size, y - 122 * size),
            (x + 58 * size, y - 128 * size),
        ],
        7 * size,
        c.RED,
    )
    sheet.rect(x - 44 * size, y - 112 * size, 40 * size, 10 * size, c.INK, 5 * size)


def floating_market(sheet: Canvas) -> None:
    sheet.gradient(0, 470, ("#AFC0CB", c.BLUSH, "#F7DDB2"))
    sheet.glow(1130, 400, 260, c.SUN, 22)
    sheet.disc(1130, 400, 80, "#F9DDA0")
    nature.tree_line(sheet, 468, 100, "#A9B9A8", 12)
    nature.tree_line(sheet, 474, 56, "#86A190", 2, 56)
    nature.water(sheet, 466, ("#F0D5B4", "#C4CDBF", c.RIVER, c.RIVER_DEEP), 3)
    f.boat(sheet, 640, 560, 280, c.INK_MID)
    f.boat(sheet, 1290, 560, 260, c.CLAY)
    f.rower(sheet, 1300, 545, 0.8, c.LOTUS)
    for dx in (-70, 0, 60):
        f.basket(sheet, 640 + dx, 542, 0.5, c.LEAF)
    laden_boat(sheet, 1150, 700, 560, c.GREEN_DARK, c.GOLD)
    laden_boat(sheet, 480, 860, 760, c.WOOD, c.RED)
    f.rower(sheet, 770, 820, 1.45, c.INK_MID, -6)
    f.boat(sheet, 1330, 925, 380, c.CLAY)
    f.rower(sheet, 1390, 900, 1.2, c.PAPER, -6)
    f.basket(sheet, 1260, 905, 0.8, c.LEAF)


def laden_boat(sheet: Canvas, x: float, y: float, length: float, hull: str, fruit: str) -> None:
    """A trading boat with baskets and the tall pole (cây bẹo) that shows its goods."""
    pole = x - length * 0.36
    sheet.rect(pole - 5, y - length * 0.72, 10, length * 0.64, c.WOOD, 5)
    for dy, dx in ((0.66, 22), (0.6, -20), (0.54, 22), (0.48, -18)):
        sheet.line([(pole, y - length * dy), (pole + dx, y - length * dy + 8)], 4, c.WOOD)
        for turn in range(3):
            sheet.disc(pole + dx + (turn - 1) * 9, y - length * dy + 20 + turn % 2 * 8, 13, fruit)
    f.boat(sheet, x, y, length, hull, depth=0.12)
    sheet.slice(x - length * 0.02, y - length * 0.06, length * 0.17, 180, 360, c.STRAW)
    sheet.slice(x - length * 0.02, y - length * 0.06, length * 0.11, 180, 360, c.WOOD)
    for index, share in enumerate((-0.26, 0.2, 0.29)):
        f.basket(
            sheet,
            x + length * share,
            y - length * 0.06,
            length / 900,
            (fruit, c.LEAF, c.GOLD)[index],
        )


def coconut_palms(sheet: Canvas) -> None:
    nature.day_sky(sheet, 600, (1180, 250))
    nature.tree_line(sheet, 596, 130, c.GREEN_SOFT, 41)
    nature.tree_line(sheet, 606, 70, c.LEAF, 44, 60)
    for x, height, lean in ((930, 330, 40), (1080, 290, -30), (1440, 350, -60), (1550, 300, 20)):
        nature.palm(sheet, x, 625, height, lean, c.GREEN, c.LEAF, c.CLAY)
    sheet.ground([(-10, 618), (600, 606), (1100, 616), (1610, 604)], c.GREEN_SOFT)
    nature.still_river(sheet, 660, 43)
    f.boat(sheet, 1010, 830, 620, c.WOOD)
    for row, count in ((0, 9), (1, 7), (2, 4)):
        for index in range(count):
            x = 1010 - count * 21 + index * 44 + 20
            colour = (c.LEAF, c.GREEN, "#8DB36B")[(index + row) % 3]
            sheet.oval(x, 772 - row * 34, 25, 28, colour)
            sheet.oval(x - 7, 764 - row * 34, 7, 9, f"{c.PAPER}44")
    f.rower(sheet, 1230, 790, 1.5, c.LOTUS, -6)
    sheet.ground([(-10, 700), (260, 760), (470, 880), (560, 1010)], c.GREEN)
    sheet.ground([(-10, 800), (180, 850), (330, 940), (380, 1010)], c.GREEN_DARK)
    nature.palm(sheet, 330, 860, 700, 210)
    nature.palm(sheet, 120, 830, 560, -30)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "river-sunset": river_sunset,
    "high-tide": high_tide,
    "ferry": ferry,
    "floating-market": floating_market,
    "coconut-palms": coconut_palms,
}
