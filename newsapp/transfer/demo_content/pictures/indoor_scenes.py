"""Scenes under a roof."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas
from newsapp.transfer.demo_content.pictures.furniture import plant, window


def one_stop_counter(sheet: Canvas) -> None:
    sheet.gradient(0, 700, ("#EADFC6", "#E3DCC6", "#D3D8C8"))
    sheet.ground([(-10, 690), (1610, 690)], "#DCCBAA")
    for x in range(-300, 1900, 200):
        sheet.line([(800 + (x - 800) * 0.7, 690), (800 + (x - 800) * 1.5, 1010)], 3, c.SAND)
    sheet.rect(0, 90, 1600, 56, c.RIVER_DEEP)
    for x in (150, 670, 1190):
        sheet.disc(x + 130, 118, 46, c.PAPER)
        sheet.disc(x + 130, 118, 38, (c.LOTUS, c.GOLD, c.GREEN)[x // 520])
        window(sheet, x + 40, 210, 180, 200)
    for x, shirt in ((280, c.PAPER), (800, c.RIVER), (1320, c.PAPER)):
        f.sitter(sheet, x, 640, 1.5, shirt)
        sheet.polygon([(x - 10, 548), (x + 10, 548), (x + 7, 620), (x, 634), (x - 7, 620)], c.RED)
    for x in (100, 620, 1140):
        sheet.rect(x, 530, 130, 96, c.INK, 8)
        sheet.rect(x + 8, 538, 114, 72, c.INK_SOFT, 4)
        sheet.rect(x + 54, 620, 22, 22, c.INK)
    sheet.rect(0, 634, 1600, 34, c.WOOD)
    sheet.rect(0, 668, 1600, 180, c.CLAY)
    sheet.rect(0, 838, 1600, 18, c.WOOD)
    for x in (20, 540, 1060):
        sheet.rect(x, 690, 490, 126, "#C98661", 8)
    for x in (400, 930, 1440):
        f.panel(sheet, x, 596, 84, 42)
    for x in (533, 1053):
        sheet.rect(x, 470, 10, 170, f"{c.RIVER}B0", 4)
    f.person(sheet, 470, 975, 430, c.LOTUS, c.INK_MID, facing=-1, arm=8)
    f.person(sheet, 1000, 985, 440, c.INK_MID, c.INK, facing=-1)
    f.person(sheet, 1140, 985, 400, c.GOLD, c.INK_MID, hat=True)
    plant(sheet, 90, 960, 1.5)
    plant(sheet, 1510, 960, 1.5)


def meeting_hall(sheet: Canvas) -> None:
    sheet.gradient(0, 620, ("#EAD9B8", c.CREAM))
    sheet.rect(340, 60, 920, 420, c.RED)
    for x in range(340, 1260, 58):
        sheet.rect(x, 60, 20, 420, "#A52F37")
    sheet.rect(310, 40, 980, 34, c.WOOD, 6)
    f.star(sheet, 800, 190, 74, c.GOLD)
    for x in (80, 1330):
        window(sheet, x, 130, 190, 260)
    sheet.rect(0, 560, 1600, 80, "#CDA877")
    sheet.rect(260, 480, 1080, 90, "#B98F62")
    for x, shirt in ((560, c.PAPER), (720, c.PAPER), (880, c.RIVER), (1040, c.PAPER)):
        f.sitter(sheet, x, 470, 0.82, shirt)
    sheet.rect(470, 456, 660, 18, c.WOOD, 5)
    sheet.rect(480, 474, 640, 88, c.CLAY)
    for x in (600, 760, 920, 1080):
        f.panel(sheet, x - 60, 446, 52, 14)
        sheet.line([(x, 456), (x + 10, 424)], 4, c.INK)
        sheet.disc(x + 11, 420, 7, c.INK)
    nature.petals(sheet, 800, 545, 0.7)
    sheet.ground([(-10, 636), (1610, 636)], "#D9BE92")
    for row in range(3):
        size = 1.0 + row * 0.36
        y = 730 + row * 130
        count = 11 - row * 2
        gap = 1600 / count
        for index in range(count):
            seat = gap * (index + 0.5) + (row % 2) * 26 - 13
            if row == 1 and index == 5:
                continue
            shirt = (c.INK_MID, c.LOTUS, c.PAPER, c.GREEN, c.GOLD, c.RIVER, c.LOTUS_SOFT)[
                (index * 3 + row * 2) % 7
            ]
            listener(sheet, seat, y, size, shirt)
    speaker(sheet, 880, 900)


def listener(sheet: Canvas, x: float, y: float, size: float, shirt: str) -> None:
    """Somebody seen from behind, on a chair."""
    sheet.rect(x - 40 * size, y - 62 * size, 80 * size, 110 * size, shirt, 32 * size)
    sheet.rect(x - 11 * size, y - 80 * size, 22 * size, 26 * size, c.SKIN, 8 * size)
    sheet.disc(x, y - 98 * size, 27 * size, f.HAIR)
    sheet.rect(x - 46 * size, y, 92 * size, 90 * size, c.WOOD, 10 * size)
    sheet.rect(x - 36 * size, y + 12 * size, 72 * size, 10 * size, c.CLAY, 5)


def speaker(sheet: Canvas, x: float, y: float) -> None:
    """Somebody who has risen from the audience, a microphone in the hand."""
    sheet.rect(x - 66, y - 210, 132, 360, c.PAPER, 50)
    sheet.line([(x + 44, y - 170), (x + 86, y - 210), (x + 52, y - 258)], 30, c.PAPER)
    sheet.rect(x - 16, y - 236, 32, 40, c.SKIN, 10)
    sheet.disc(x, y - 268, 42, "#8C8A90")
    sheet.disc(x + 52, y - 262, 15, c.SKIN)
    sheet.line([(x + 50, y - 258), (x + 40, y - 290)], 10, c.INK)
    sheet.disc(x + 38, y - 296, 11, c.INK)


def library(sheet: Canvas) -> None:
    sheet.gradient(0, 740, ("#F0DDB6", c.CREAM))
    sheet.ground([(-10, 730), (1610, 730)], "#C99A6B")
    window(sheet, 620, 120, 360, 360)
    for x in (60, 1050):
        shelf(sheet, x, 120, 490, 600)
    sheet.oval(800, 890, 620, 100, c.RIVER_DEEP)
    sheet.oval(800, 884, 580, 86, c.RIVER)
    sheet.oval(800, 880, 470, 62, c.RIVER_SOFT)
    for x, y, size, shirt in (
        (470, 880, 1.25, c.LOTUS),
        (700, 860, 1.1, c.GOLD),
        (920, 862, 1.15, c.PAPER),
        (1140, 886, 1.25, c.RED),
    ):
        reader(sheet, x, y, size, shirt)
    sheet.line([(800, 0), (800, 40)], 5, c.INK)
    sheet.slice(800, 96, 70, 180, 360, c.LOTUS)
    plant(sheet, 1010, 742, 0.72)


def shelf(sheet: Canvas, x: float, y: float, width: float, height: float) -> None:
    """Five rows of books, their backs in the colours of the palette."""
    sheet.rect(x, y, width, height, c.WOOD, 8)
    colours = (
        c.INK_MID,
        c.LOTUS,
        c.GREEN,
        c.GOLD,
        c.RIVER_DEEP,
        c.RED,
        c.LEAF,
        c.CREAM,
        c.CLAY,
        c.INK,
    )
    row_height = height / 5
    for row in range(5):
        top = y + 12 + row * row_height
        sheet.rect(x + 14, top, width - 28, row_height - 22, "#6B4330")
        left, index = x + 22, row * 3 + round(x)
        while left < x + width - 56:
            thick = 20 + (index * 7) % 17
            tall = (row_height - 30) * (0.72 + (index * 5 % 7) / 25)
            sheet.rect(left, top + row_height - 22 - tall, thick, tall, colours[index * 3 % 10], 3)
            sheet.rect(left + 4, top + row_height - 22 - tall * 0.8, thick - 8, 5, f"{c.PAPER}90")
            left += thick + 3 + (18 if index % 9 == 8 else 0)
            index += 1


def reader(sheet: Canvas, x: float, y: float, size: float, shirt: str) -> None:
    """A child sitting cross-legged with an open book."""
    sheet.oval(x, y + 6 * size, 92 * size, 18 * size, f"{c.INK}30")
    sheet.line(
        [(x - 30 * size, y - 34 * size), (x - 74 * size, y - 12 * size), (x + 6 * size, y)],
        32 * size,
        c.INK_MID,
    )
    sheet.line(
        [(x + 30 * size, y - 34 * size), (x + 74 * size, y - 12 * size), (x - 6 * size, y)],
        32 * size,
        c.INK_MID,
    )
    sheet.rect(x - 42 * size, y - 140 * size, 84 * size, 122 * size, shirt, 34 * size)
    sheet.rect(x - 12 * size, y - 160 * size, 24 * size, 30 * size, c.SKIN, 8)
    f.head(sheet, x, y - 182 * size, 36 * size)
    for side in (-1, 1):
        sheet.line(
            [
                (x + side * 36 * size, y - 112 * size),
                (x + side * 58 * size, y - 70 * size),
                (x + side * 34 * size, y - 58 * size),
            ],
            20 * size,
            shirt,
        )
        sheet.polygon(
            [
                (x, y - 44 * size),
                (x + side * 66 * size, y - 58 * size),
                (x + side * 60 * size, y - 112 * size),
                (x, y - 96 * size),
            ],
            c.PAPER if side < 0 else c.PALE,
        )
    sheet.line([(x, y - 94 * size), (x, y - 44 * size)], 4 * size, c.CLAY)


SCENES: dict[str, Callable[[Canvas], None]] = {
    "one-stop-counter": one_stop_counter,
    "meeting-hall": meeting_hall,
    "library": library,
}
