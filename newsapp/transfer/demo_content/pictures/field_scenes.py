"""Scenes in the yards and the fields."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas
from newsapp.transfer.demo_content.pictures.furniture import bush

WALL = "#F2D79B"


def school_yard(sheet: Canvas) -> None:
    nature.day_sky(sheet, 600, (220, 190))
    nature.tree_line(sheet, 600, 160, c.GREEN_SOFT, 61, 80)
    sheet.rect(180, 350, 1240, 290, WALL)
    sheet.polygon([(130, 356), (230, 250), (1370, 250), (1470, 356)], c.CLAY)
    sheet.rect(130, 350, 1340, 14, c.WOOD)
    for x in range(230, 1400, 200):
        sheet.rect(x - 10, 420, 84, 220, c.RIVER_DEEP)
        sheet.rect(x + 90, 430, 80, 100, c.PAPER, 4)
        sheet.rect(x + 97, 437, 66, 86, c.INK_SOFT)
        sheet.rect(x + 127, 437, 6, 86, c.PAPER)
    for x in range(200, 1420, 200):
        sheet.rect(x - 8, 362, 16, 278, c.PAPER)
    sheet.rect(160, 636, 1280, 22, c.PALE)
    sheet.ground([(-10, 656), (1610, 656)], c.SAND)
    for x, y, width in ((330, 800, 230), (1230, 790, 250)):
        sheet.oval(x, y, width, 44, f"{c.WOOD}38")
    nature.tree(sheet, 330, 800, 1.65)
    nature.tree(sheet, 1240, 790, 1.75)
    for dx, dy in ((-110, 330), (-50, 430), (40, 370), (110, 300), (60, 460), (-80, 270), (0, 300)):
        for x, y in ((330, 800), (1240, 790)):
            sheet.disc(x + dx, y - dy, 13, c.RED)
    f.flag(sheet, 800, 690, 520, 130)
    kids = (
        (560, 800, c.PAPER, 1),
        (640, 812, c.PAPER, -1),
        (920, 790, c.PAPER, 1),
        (1010, 800, c.PAPER, -1),
        (480, 930, c.PAPER, 1),
        (1110, 930, c.PAPER, -1),
    )
    for x, y, shirt, facing in kids:
        f.person(sheet, x, y, 150, shirt, c.INK, facing=facing, arm=24)
        sheet.polygon([(x - 14, y - 122), (x + 14, y - 122), (x, y - 92)], c.RED)
    f.person(sheet, 800, 940, 165, c.PAPER, c.INK, arm=62)
    sheet.polygon([(785, 806), (815, 806), (800, 840)], c.RED)
    rope = [(500, 860), (620, 940), (800, 968), (980, 940), (1092, 860)]
    sheet.curve(rope, 5, c.CLAY)


def tree_planting(sheet: Canvas) -> None:
    nature.day_sky(sheet, 520, (1280, 190))
    nature.tree_line(sheet, 520, 90, c.GREEN_SOFT, 71)
    sheet.ground([(-10, 520), (500, 506), (1100, 524), (1610, 508)], "#C9D79F")
    for y in (560, 600, 650):
        sheet.curve([(-10, y), (500, y - 14), (1100, y + 6), (1610, y - 10)], 5, c.LEAF)
    sheet.ground([(-10, 690), (400, 672), (1000, 688), (1610, 668)], c.LEAF)
    sheet.ground([(-10, 760), (500, 744), (1100, 760), (1610, 748)], c.SAND)
    for x, y, size in ((150, 742, 0.5), (420, 738, 0.55), (1080, 742, 0.5), (1450, 742, 0.6)):
        nature.tree(sheet, x, y, size)
    for x, y, size in ((330, 880, 1.0), (800, 910, 1.15), (1260, 886, 1.0)):
        sapling(sheet, x, y, size)
    f.person(sheet, 210, 885, 290, c.PAPER, c.GREEN_DARK, hat=True, arm=-14)
    f.person(sheet, 450, 900, 280, c.LOTUS, c.INK_MID, facing=-1, arm=-10)
    f.person(sheet, 650, 915, 300, c.RIVER, c.INK, arm=-18)
    f.person(sheet, 955, 920, 250, c.GOLD, c.INK_MID, facing=-1, arm=4)
    f.person(sheet, 1130, 900, 290, c.PAPER, c.GREEN_DARK, arm=-12)
    f.person(sheet, 1420, 900, 285, c.LOTUS_SOFT, c.INK_MID, hat=True, facing=-1, arm=-24)
    watering_can(sheet, 1330, 800)
    for x in (560, 1050, 1540, 60):
        bush(sheet, x, 970, 1.0)


def sapling(sheet: Canvas, x: float, y: float, size: float) -> None:
    sheet.oval(x, y, 84 * size, 20 * size, c.WOOD)
    sheet.oval(x, y - 6 * size, 54 * size, 13 * size, "#6B4330")
    sheet.line([(x - 28 * size, y - 2), (x - 10 * size, y - 140 * size)], 6 * size, c.STRAW)
    sheet.line([(x, y - 6), (x, y - 210 * size)], 8 * size, c.CLAY)
    for dy, side in ((110, -1), (130, 1), (160, -1), (180, 1), (212, -1), (214, 1)):
        tip = (x + side * 62 * size, y - (dy + 44) * size)
        root = (x, y - dy * size)
        sheet.blob(
            [
                root,
                (x + side * 18 * size, y - (dy + 40) * size),
                tip,
                (x + side * 46 * size, y - (dy + 6) * size),
            ],
            c.GREEN if side < 0 else c.LEAF,
        )


def watering_can(sheet: Canvas, x: float, y: float) -> None:
    sheet.rect(x - 10, y - 40, 74, 64, c.RIVER_DEEP, 10)
    sheet.polygon(
        [(x - 4, y + 6), (x - 50, y - 32), (x - 42, y - 44), (x - 4, y - 20)], c.RIVER_DEEP
    )
    sheet.line([(x + 6, y - 40), (x + 26, y - 66), (x + 50, y - 40)], 8, c.INK)
    for drop in range(4):
        sheet.oval(x - 58 - drop * 7, y - 14 + drop * 16, 4, 8, c.RIVER)


def football_yard(sheet: Canvas) -> None:
    nature.day_sky(sheet, 470, (260, 180))
    nature.tree_line(sheet, 470, 120, c.GREEN_SOFT, 81)
    nature.palm(sheet, 1330, 490, 330, -50, c.GREEN, c.LEAF)
    nature.palm(sheet, 1480, 490, 290, 40, c.GREEN, c.LEAF)
    for stripe in range(8):
        top = 466 + stripe * stripe * 10
        sheet.ground([(-10, top), (1610, top)], (c.LEAF, "#7FB087")[stripe % 2])
    sheet.line([(-10, 520), (1610, 520)], 6, c.PAPER)
    sheet.oval(800, 790, 330, 96, c.PAPER)
    sheet.oval(800, 790, 322, 90, "#79AB82")
    sheet.line([(800, 522), (800, 1010)], 6, f"{c.PAPER}")
    for x in range(1016, 1236, 24):
        sheet.line([(x, 376), (x, 528)], 2, c.PALE)
    for y in range(392, 528, 22):
        sheet.line([(1010, y), (1240, y)], 2, c.PALE)
    sheet.line([(1010, 532), (1010, 370), (1240, 370), (1240, 532)], 9, c.PAPER)
    f.person(sheet, 1120, 540, 130, c.GOLD, c.INK, arm=50)
    for x, y, size, shirt, facing in (
        (420, 700, 200, c.RED, 1),
        (1180, 720, 205, c.INK_MID, -1),
        (250, 900, 270, c.INK_MID, 1),
        (1380, 930, 280, c.RED, -1),
    ):
        sheet.oval(x, y, size * 0.24, size * 0.05, f"{c.INK}38")
        f.person(sheet, x, y, size, shirt, c.PAPER, facing=facing, arm=-4)
    kicker(sheet, 690, 890, 2.7, c.RED)
    kicker(sheet, 1010, 900, -2.7, c.INK_MID)
    sheet.oval(845, 908, 52, 10, f"{c.INK}40")
    sheet.disc(845, 866, 40, c.PAPER)
    f.star(sheet, 845, 866, 18, c.INK)
    for angle in range(0, 360, 72):
        sheet.disc(*c.towards(845, 866, angle + 54, 34), 7, c.INK)


def kicker(sheet: Canvas, x: float, y: float, size: float, shirt: str) -> None:
    """A child running after the ball; a negative size runs to the left."""
    unit, way = abs(size), 1 if size > 0 else -1
    sheet.oval(x, y, 34 * unit, 5 * unit, f"{c.INK}38")
    sheet.line(
        [
            (x - 4 * way * unit, y - 44 * unit),
            (x - 14 * way * unit, y - 22 * unit),
            (x - 32 * way * unit, y - 16 * unit),
        ],
        9 * unit,
        c.SKIN,
    )
    sheet.line(
        [
            (x + 4 * way * unit, y - 44 * unit),
            (x + 18 * way * unit, y - 26 * unit),
            (x + 24 * way * unit, y - 4 * unit),
        ],
        9 * unit,
        c.SKIN,
    )
    sheet.rect(x + 24 * way * unit - 8 * unit, y - 7 * unit, 18 * unit, 7 * unit, c.INK, 3 * unit)
    sheet.rect(x - 14 * unit, y - 54 * unit, 28 * unit, 17 * unit, c.PAPER, 6 * unit)
    sheet.line(
        [(x - 12 * way * unit, y - 74 * unit), (x - 26 * way * unit, y - 58 * unit)],
        8 * unit,
        shirt,
    )
    sheet.line([(x, y - 52 * unit), (x + 4 * way * unit, y - 72 * unit)], 28 * unit, shirt)
    sheet.line(
        [(x + 12 * way * unit, y - 76 * unit), (x + 30 * way * unit, y - 66 * unit)],
        8 * unit,
        shirt,
    )
    f.head(sheet, x + 8 * way * unit, y - 97 * unit, 11 * unit)


def rice_field(sheet: Canvas) -> None:
    nature.day_sky(sheet, 430, (1180, 210))
    sheet.ground([(-10, 400), (260, 330), (560, 390), (900, 320), (1280, 386), (1610, 330)], c.MIST)
    nature.tree_line(sheet, 440, 70, c.GREEN_SOFT, 101)
    for x, height, lean in ((220, 190, 20), (290, 160, -20), (1390, 200, -30)):
        nature.palm(sheet, x, 445, height, lean, c.GREEN, c.LEAF)
    f.house(sheet, 1430, 448, 120, 70, c.CREAM)
    bands = ((436, "#D5DE9E"), (492, "#BCD08C"), (562, "#A5C383"), (656, "#86B178"), (790, c.LEAF))
    for index, (y, colour) in enumerate(bands):
        bow = 16 + index * 6
        sheet.ground([(-10, y + bow), (420, y), (1050, y + bow), (1610, y - 4)], colour)
        sheet.curve(
            [(-10, y + bow), (420, y), (1050, y + bow), (1610, y - 4)], 4 + index * 3, "#E5D9A8"
        )
    rice_plants(sheet)
    sheet.polygon([(690, 470), (720, 470), (1010, 1001), (640, 1001)], c.SAND)
    sheet.polygon([(706, 470), (720, 470), (1010, 1001), (900, 1001)], c.STRAW)
    f.person(sheet, 790, 900, 330, c.LOTUS, c.INK, hat=True)
    sheet.line([(690, 640), (900, 628)], 9, c.WOOD)
    for x, y in ((694, 640), (896, 628)):
        sheet.line([(x, y), (x - 34, y + 120)], 3, c.WOOD)
        sheet.line([(x, y), (x + 34, y + 120)], 3, c.WOOD)
        f.basket(sheet, x, y + 170, 0.72, c.LEAF)
    for x, y in ((360, 330), (410, 306), (470, 336)):
        sheet.curve(
            [(x - 22, y - 8), (x - 8, y - 12), (x, y), (x + 8, y - 12), (x + 22, y - 8)], 4, c.PAPER
        )


def rice_plants(sheet: Canvas) -> None:
    """Rows of young rice that grow taller and wider apart towards the reader."""
    for row in range(11):
        depth = row / 10
        y, gap, size = 600 + depth * 380, 34 + 52 * depth, 11 + 30 * depth
        for index in range(int(1640 / gap) + 1):
            x = index * gap + (row % 2) * gap / 2 - 10
            colour = c.GREEN if (index + row) % 3 else "#5C946C"
            for lean in (-0.5, 0, 0.5):
                sheet.line([(x, y), (x + lean * size, y - size)], 2 + 2 * depth, colour)


def vaccination(sheet: Canvas) -> None:
    nature.day_sky(sheet, 620, (230, 170))
    nature.tree_line(sheet, 620, 150, c.GREEN_SOFT, 111, 80)
    nature.tree(sheet, 130, 680, 1.2)
    nature.tree(sheet, 1500, 690, 1.3)
    sheet.ground([(-10, 650), (700, 640), (1610, 655)], "#C9D79F")
    sheet.ground([(-10, 760), (1610, 752)], c.SAND)
    for x in (320, 1264):
        sheet.rect(x, 380, 16, 430, c.MIST)
    sheet.rect(336, 400, 928, 380, "#EAF0EC")
    for x in range(336, 1264, 116):
        sheet.rect(x, 400, 4, 380, c.PALE)
    sheet.polygon([(270, 420), (540, 220), (1060, 220), (1330, 420)], c.PAPER)
    sheet.polygon([(800, 220), (1060, 220), (1330, 420), (870, 420)], c.PALE)
    for index in range(10):
        left = 270 + index * 106
        sheet.slice(left + 53, 418, 53, 0, 180, c.RIVER if index % 2 else c.PAPER)
    sheet.disc(800, 320, 62, c.RED)
    sheet.rect(786, 282, 28, 76, c.PAPER)
    sheet.rect(762, 306, 76, 28, c.PAPER)
    f.sitter(sheet, 520, 720, 1.15, c.PAPER)
    sheet.rect(492, 578, 56, 24, c.RIVER, 10)
    f.sitter(sheet, 1040, 720, 1.15, c.PAPER)
    sheet.rect(1012, 578, 56, 24, c.RIVER, 10)
    for x in (380, 900):
        sheet.rect(x, 716, 330, 24, c.RIVER_DEEP, 6)
        sheet.rect(x + 14, 740, 302, 110, c.RIVER)
    for x, colour in (
        (620, c.LOTUS),
        (650, c.GOLD),
        (680, c.LEAF),
        (1150, c.GOLD),
        (1180, c.LOTUS),
    ):
        sheet.rect(x - 9, 676, 18, 40, colour, 5)
        sheet.rect(x - 6, 666, 12, 12, c.INK_SOFT, 2)
    sheet.rect(900 + 20, 664, 84, 52, c.PAPER, 6)
    sheet.rect(954, 676, 14, 28, c.RED)
    sheet.rect(947, 683, 28, 14, c.RED)
    mother(sheet, 790, 930, 330, c.LOTUS)
    mother(sheet, 1330, 935, 340, c.GOLD)
    f.person(sheet, 1215, 940, 190, c.RED, c.INK)
    f.person(sheet, 330, 940, 330, c.INK_MID, c.INK)
    f.person(sheet, 430, 945, 180, c.GOLD, c.INK_MID, facing=-1)


def mother(sheet: Canvas, x: float, y: float, height: float, shirt: str) -> None:
    """Somebody with a small child on the arm."""
    f.person(sheet, x, y, height, shirt, c.INK)
    unit = height / 100
    sheet.rect(x + 4 * unit, y - 80 * unit, 22 * unit, 30 * unit, c.PAPER, 10 * unit)
    f.head(sheet, x + 16 * unit, y - 86 * unit, 7.5 * unit)
    sheet.line(
        [
            (x - 12 * unit, y - 70 * unit),
            (x + 2 * unit, y - 54 * unit),
            (x + 20 * unit, y - 56 * unit),
        ],
        8 * unit,
        shirt,
    )


SCENES: dict[str, Callable[[Canvas], None]] = {
    "school-yard": school_yard,
    "tree-planting": tree_planting,
    "football-yard": football_yard,
    "rice-field": rice_field,
    "vaccination": vaccination,
}
