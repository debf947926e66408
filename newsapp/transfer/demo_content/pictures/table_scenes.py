"""Things close at hand: on a table, in a hand, beside the house."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas
from newsapp.transfer.demo_content.pictures.furniture import plant, window


def old_documents(sheet: Canvas) -> None:
    sheet.gradient(0, 640, ("#DCCBA8", c.CREAM))
    window(sheet, 1080, 90, 380, 330)
    sheet.ground([(-10, 620), (1610, 620)], "#A9744C")
    for y in (700, 800, 910):
        sheet.rect(0, y, 1600, 4, c.WOOD)
    sheet.polygon([(1060, 626), (1500, 626), (1330, 1001), (820, 1001)], "#BF8A5D")
    books = (
        (170, 700, 520, 84, c.GREEN_DARK),
        (210, 618, 470, 84, c.RED),
        (150, 544, 520, 76, c.INK_MID),
        (230, 470, 420, 76, "#9B6B43"),
        (190, 406, 470, 66, c.RIVER_DEEP),
    )
    sheet.oval(430, 792, 330, 28, f"{c.INK}40")
    for x, y, width, height, colour in books:
        sheet.rect(x, y, width, height, colour, 10)
        sheet.rect(x + 70, y + 12, width - 60, height - 24, "#EFE0BF", 4)
        for line in range(4):
            sheet.rect(x + 70, y + 20 + line * (height - 34) / 4, width - 60, 2, c.STRAW)
        sheet.rect(x + 22, y, 10, height, f"{c.GOLD}C0")
        sheet.rect(x + 46, y, 5, height, f"{c.GOLD}90")
    open_book(sheet, 960, 800)
    sheet.oval(1350, 860, 120, 20, f"{c.INK}40")
    sheet.rect(1262, 800, 170, 58, c.WOOD, 10)
    sheet.rect(1250, 842, 194, 20, c.RED, 6)
    sheet.blob(
        [(1310, 806), (1326, 720), (1300, 660), (1347, 620), (1394, 660), (1368, 720), (1384, 806)],
        c.CLAY,
    )
    sheet.blob(
        [(1326, 800), (1340, 720), (1322, 668), (1344, 640), (1340, 720), (1346, 800)], "#D39A78"
    )


def open_book(sheet: Canvas, x: float, y: float) -> None:
    """A register lying open, with rows of faded writing and a pen."""
    sheet.oval(x, y + 104, 320, 26, f"{c.INK}40")
    sheet.polygon(
        [
            (x - 300, y + 100),
            (x - 240, y - 90),
            (x, y - 60),
            (x + 240, y - 90),
            (x + 300, y + 100),
            (x, y + 130),
        ],
        c.WOOD,
    )
    sheet.polygon(
        [
            *c.smooth([(x - 284, y + 86), (x - 160, y + 66), (x, y + 112)]),
            *c.smooth([(x, y - 66), (x - 130, y - 108), (x - 230, y - 92)]),
        ],
        "#F4E7C8",
    )
    sheet.polygon(
        [
            *c.smooth([(x + 284, y + 86), (x + 160, y + 66), (x, y + 112)]),
            *c.smooth([(x, y - 66), (x + 130, y - 108), (x + 230, y - 92)]),
        ],
        c.PAPER,
    )
    for row in range(6):
        share = row / 6
        top = y - 66 + row * 25
        for side in (-1, 1):
            outer = x + side * (206 + 42 * share)
            sheet.line(
                [(x + side * 24, top + 12), (x + side * 120, top - 12), (outer, top - 6)],
                4,
                c.INK_SOFT if row % 3 else c.CLAY,
            )
    sheet.line([(x + 70, y + 50), (x + 250, y - 150)], 13, c.INK)
    sheet.line([(x + 218, y - 114), (x + 250, y - 150)], 15, c.GOLD)
    sheet.polygon([(x + 76, y + 52), (x + 64, y + 42), (x + 50, y + 70)], c.GOLD)


def phone_help(sheet: Canvas) -> None:
    sheet.gradient(0, 1000, (c.PALE, c.CREAM, c.BLUSH))
    sheet.disc(820, 500, 400, c.PAPER)
    for x, y, radius in ((230, 240, 46), (1390, 210, 62), (1460, 720, 34), (180, 720, 60)):
        sheet.disc(x, y, radius, f"{c.RIVER}60")
    sheet.blob(
        [
            (560, 1040),
            (520, 860),
            (566, 700),
            (690, 640),
            (960, 640),
            (1080, 740),
            (1110, 900),
            (1090, 1040),
        ],
        c.SKIN,
    )
    sheet.rect(640, 110, 370, 720, c.INK, 52)
    sheet.rect(660, 132, 330, 676, c.PAPER, 36)
    sheet.rect(660, 132, 330, 150, c.RIVER_DEEP, 36)
    sheet.rect(660, 232, 330, 50, c.RIVER_DEEP)
    sheet.rect(776, 150, 98, 16, c.INK, 8)
    sheet.rect(696, 330, 258, 160, c.CREAM, 16)
    sheet.disc(752, 398, 36, c.SKIN)
    sheet.cap(752, 395, 39, f.HAIR)
    sheet.slice(752, 476, 48, 180, 360, c.LOTUS)
    for row, width in enumerate((110, 84, 100)):
        sheet.rect(822, 366 + row * 32, width, 11, c.STRAW, 5)
    shield(sheet, 825, 622, 1.0)
    for y in (690, 750, 806, 862):
        sheet.line([(566 + (y - 690) * 0.04, y), (660, y - 16)], 56, "#E7B795")
    sheet.line([(1080, 880), (1016, 730)], 74, "#E7B795")
    bubble(sheet, 250, 360, 270, c.LOTUS, 1)
    bubble(sheet, 1120, 300, 260, c.GREEN, -1)
    sheet.line([(340, 404), (440, 484)], 18, c.PAPER)
    sheet.line([(440, 404), (340, 484)], 18, c.PAPER)
    sheet.line([(1200, 386), (1238, 424), (1310, 340)], 18, c.PAPER)


def bubble(sheet: Canvas, x: float, y: float, width: float, colour: str, side: int) -> None:
    sheet.rect(x, y, width, 170, colour, 40)
    edge = x + width - 60 if side > 0 else x + 60
    sheet.polygon([(edge - 26, y + 160), (edge + 26, y + 160), (edge + side * 60, y + 216)], colour)


def shield(sheet: Canvas, x: float, y: float, size: float) -> None:
    """A shield with a check mark."""
    points = [
        (x, y - 88 * size),
        (x + 74 * size, y - 58 * size),
        (x + 70 * size, y + 16 * size),
        (x, y + 84 * size),
        (x - 70 * size, y + 16 * size),
        (x - 74 * size, y - 58 * size),
    ]
    sheet.polygon(points, c.GREEN)
    sheet.polygon([points[0], points[5], points[4], points[3]], c.LEAF)
    sheet.line(
        [
            (x - 34 * size, y - 6 * size),
            (x - 8 * size, y + 24 * size),
            (x + 38 * size, y - 34 * size),
        ],
        15 * size,
        c.PAPER,
    )


def saving_water(sheet: Canvas) -> None:
    nature.day_sky(sheet, 700, (1330, 180))
    nature.tree_line(sheet, 690, 150, c.GREEN_SOFT, 121, 80)
    sheet.ground([(-10, 690), (1610, 690)], "#C9D79F")
    sheet.ground([(-10, 800), (1610, 790)], c.SAND)
    sheet.rect(90, 300, 430, 500, c.CREAM)
    sheet.polygon([(40, 310), (120, 190), (520, 190), (600, 310)], c.CLAY)
    sheet.rect(150, 400, 120, 130, c.INK_SOFT, 4)
    sheet.rect(206, 400, 8, 130, c.PAPER)
    sheet.rect(360, 470, 120, 330, c.WOOD, 4)
    sheet.rect(590, 296, 18, 280, c.MIST, 8)
    sheet.rect(60, 300, 548, 16, c.MIST, 8)
    for index, (x, size) in enumerate(((680, 1.0), (900, 1.2), (1130, 1.0))):
        jar(sheet, x, 850, size, covered=index != 0)
    sheet.rect(1310, 430, 26, 420, c.INK_SOFT, 6)
    sheet.rect(1220, 440, 116, 26, c.INK_SOFT, 12)
    sheet.rect(1216, 440, 28, 66, c.INK_SOFT, 8)
    sheet.rect(1262, 398, 16, 46, c.RED, 6)
    sheet.rect(1236, 388, 68, 18, c.RED, 9)
    for y in (540, 610, 690):
        drop(sheet, 1230, y, 0.9)
    sheet.polygon([(1150, 780), (1310, 780), (1288, 880), (1172, 880)], c.LOTUS)
    sheet.oval(1230, 780, 80, 18, c.RIVER_SOFT)
    f.person(sheet, 1440, 930, 360, c.INK_MID, c.INK, hat=True, facing=-1, arm=-16)
    plant(sheet, 140, 900, 1.2)
    plant(sheet, 290, 910, 0.9)
    drop(sheet, 598, 620, 0.8)
    drop(sheet, 604, 690, 0.6)


def drop(sheet: Canvas, x: float, y: float, size: float) -> None:
    sheet.blob(
        [
            (x, y - 34 * size),
            (x + 10 * size, y - 10 * size),
            (x + 18 * size, y + 8 * size),
            (x, y + 26 * size),
            (x - 18 * size, y + 8 * size),
            (x - 10 * size, y - 10 * size),
        ],
        c.RIVER_DEEP,
    )
    sheet.oval(x - 6 * size, y + 8 * size, 4 * size, 7 * size, f"{c.PAPER}A0")


def jar(sheet: Canvas, x: float, y: float, size: float, *, covered: bool) -> None:
    """A big glazed water jar (lu), standing on y."""
    sheet.oval(x, y, 92 * size, 18 * size, f"{c.INK}38")
    sheet.blob(
        [
            (x - 56 * size, y),
            (x - 100 * size, y - 90 * size),
            (x - 92 * size, y - 180 * size),
            (x - 54 * size, y - 226 * size),
            (x + 54 * size, y - 226 * size),
            (x + 92 * size, y - 180 * size),
            (x + 100 * size, y - 90 * size),
            (x + 56 * size, y),
        ],
        "#9C5E40",
    )
    sheet.blob(
        [
            (x - 66 * size, y - 40 * size),
            (x - 84 * size, y - 110 * size),
            (x - 70 * size, y - 180 * size),
            (x - 50 * size, y - 120 * size),
        ],
        "#BC7D5C",
    )
    sheet.rect(x - 64 * size, y - 244 * size, 128 * size, 26 * size, "#7E4A33", 10 * size)
    if covered:
        sheet.slice(x, y - 240 * size, 78 * size, 180, 360, c.STRAW)
        sheet.rect(x - 84 * size, y - 248 * size, 168 * size, 14 * size, c.GOLD, 6)
        sheet.disc(x, y - 322 * size, 12 * size, c.WOOD)
    else:
        sheet.oval(x, y - 242 * size, 60 * size, 14 * size, c.RIVER)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "old-documents": old_documents,
    "phone-help": phone_help,
    "saving-water": saving_water,
}
