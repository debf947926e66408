"""Furniture of the scenes: what stands in a room, in a yard or in front of a house."""

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures.canvas import Canvas


def window(sheet: Canvas, x: float, y: float, width: float, height: float) -> None:
    """A window onto the river."""
    sheet.rect(x - 14, y - 14, width + 28, height + 28, c.WOOD, 6)
    sheet.rect(x, y, width, height, c.PALE)
    sheet.disc(x + width * 0.7, y + height * 0.28, height * 0.12, c.SUN)
    for share, tall in ((0.1, 0.2), (0.28, 0.27), (0.5, 0.2), (0.72, 0.25), (0.9, 0.2)):
        sheet.oval(x + width * share, y + height * 0.68, width * 0.1, height * tall, c.GREEN_SOFT)
    sheet.rect(x, y + height * 0.66, width, height * 0.34, c.RIVER)
    sheet.rect(x + width * 0.2, y + height * 0.78, width * 0.3, 5, f"{c.PAPER}90", 2)
    sheet.rect(x + width * 0.55, y + height * 0.88, width * 0.25, 5, f"{c.PAPER}90", 2)
    sheet.rect(x + width / 2 - 5, y, 10, height, c.WOOD)
    sheet.rect(x, y + height / 2 - 5, width, 10, c.WOOD)
    sheet.rect(x - 24, y + height + 8, width + 48, 16, c.CLAY, 5)


def plant(sheet: Canvas, x: float, y: float, size: float) -> None:
    """A potted plant standing on y."""
    for angle in (-150, -125, -100, -78, -55, -30):
        tip = c.towards(x, y - 80 * size, angle, 130 * size)
        left = c.towards(x, y - 80 * size, angle - 16, 70 * size)
        right = c.towards(x, y - 80 * size, angle + 16, 70 * size)
        sheet.blob([(x, y - 70 * size), left, tip, right], c.GREEN if angle % 2 else c.LEAF)
    sheet.polygon(
        [
            (x - 48 * size, y - 86 * size),
            (x + 48 * size, y - 86 * size),
            (x + 34 * size, y),
            (x - 34 * size, y),
        ],
        c.CLAY,
    )
    sheet.rect(x - 54 * size, y - 96 * size, 108 * size, 20 * size, c.WOOD, 5)


def bush(sheet: Canvas, x: float, y: float, size: float) -> None:
    sheet.oval(x, y, 46 * size, 34 * size, c.GREEN)
    sheet.oval(x - 12 * size, y - 10 * size, 26 * size, 18 * size, c.LEAF)
    for dx, dy in ((-18, -6), (14, -14), (22, 8)):
        sheet.disc(x + dx * size, y + dy * size, 6 * size, c.LOTUS)
