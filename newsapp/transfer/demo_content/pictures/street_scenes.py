"""Scenes in the streets of the ward."""

from collections.abc import Callable

from newsapp.transfer.demo_content.pictures import canvas as c
from newsapp.transfer.demo_content.pictures import figures as f
from newsapp.transfer.demo_content.pictures import nature
from newsapp.transfer.demo_content.pictures.canvas import Canvas
from newsapp.transfer.demo_content.pictures.furniture import bush

WALL, WALL_SHADE = "#F2D79B", "#E2C07C"


def ward_office(sheet: Canvas) -> None:
    nature.day_sky(sheet, 640, (1350, 180))
    nature.tree_line(sheet, 640, 190, c.GREEN_SOFT, 51, 90)
    sheet.ground([(-10, 672), (1610, 672)], c.GREEN_SOFT)
    for x, size in ((120, 1.25), (1480, 1.25), (250, 0.95), (1350, 0.95)):
        nature.tree(sheet, x, 690, size)
    sheet.rect(330, 330, 940, 370, WALL)
    sheet.rect(330, 500, 940, 14, c.PAPER)
    sheet.rect(300, 300, 1000, 40, c.PAPER, 6)
    sheet.polygon([(330, 302), (400, 226), (1200, 226), (1270, 302)], c.CLAY)
    for row in range(2):
        for x in (374, 484, 594, 946, 1056, 1166):
            y = 376 + row * 168
            sheet.rect(x - 6, y - 6, 74, 108, c.PAPER, 5)
            sheet.rect(x, y, 62, 96, c.INK_MID, 3)
            sheet.rect(x + 28, y, 5, 96, c.PAPER)
            sheet.rect(x - 10, y + 100, 82, 8, WALL_SHADE)
    sheet.rect(680, 290, 240, 410, c.CREAM)
    sheet.polygon([(656, 292), (800, 196), (944, 292)], c.CLAY)
    f.star(sheet, 800, 262, 30, c.GOLD)
    sheet.rect(728, 366, 144, 110, c.INK_MID, 4)
    for x in (772, 820):
        sheet.rect(x, 366, 6, 110, c.PAPER)
    sheet.rect(716, 540, 168, 160, c.INK)
    sheet.rect(728, 552, 68, 148, c.RIVER_DEEP)
    sheet.rect(804, 552, 68, 148, c.RIVER_DEEP)
    for x in (690, 890):
        sheet.rect(x, 520, 20, 180, c.PAPER)
    for step in range(3):
        sheet.rect(
            650 - step * 26, 694 + step * 16, 300 + step * 52, 17, (c.PALE, c.MIST, "#A9BAC4")[step]
        )
    sheet.ground([(-10, 722), (1610, 722)], c.SAND)
    sheet.polygon([(600, 742), (1000, 742), (1260, 1001), (340, 1001)], c.CREAM)
    for x in range(60, 560, 70):
        bush(sheet, x, 772, 0.8)
        bush(sheet, 1600 - x, 772, 0.8)
    sheet.oval(500, 858, 92, 20, c.PALE)
    f.flag(sheet, 500, 856, 690, 190)
    f.person(sheet, 1010, 900, 190, c.PAPER)
    f.person(sheet, 1120, 915, 200, c.LOTUS, hat=True)
    f.person(sheet, 730, 850, 160, c.RIVER, facing=-1)


def street_front(sheet: Canvas, y: float, *, lit: bool = False) -> None:
    """A row of narrow town houses that stand on y."""
    walls = (c.CREAM, c.LOTUS_SOFT, "#C9D9D2", "#F2D79B", c.MIST, c.BLUSH)
    if lit:
        walls = ("#4A5775", "#5B5876", "#465A72", "#63607A", "#41506E", "#56546F")
    x = -40.0
    for index, width in enumerate((250, 210, 270, 220, 260, 230, 260)):
        height = (330, 410, 360, 440, 340, 400, 350)[index]
        sheet.rect(x, y - height, width, height, walls[index % 6])
        sheet.rect(x, y - height, width, 16, f"{c.INK}2A")
        for floor in range(2):
            for side in (0.16, 0.58):
                glass = c.SUN if lit and (index + floor) % 3 != 1 else c.INK_SOFT
                if lit and glass != c.SUN:
                    glass = "#2C3A56"
                sheet.rect(
                    x + width * side, y - height + 50 + floor * 96, width * 0.26, 62, glass, 4
                )
        sheet.rect(x + width * 0.14, y - 120, width * 0.72, 120, "#33415E" if lit else c.INK_MID, 4)
        awning = (c.RED, c.GREEN, c.GOLD, c.RIVER_DEEP)[index % 4]
        sheet.polygon(
            [
                (x + width * 0.1, y - 132),
                (x + width * 0.9, y - 132),
                (x + width * 0.97, y - 92),
                (x + width * 0.03, y - 92),
            ],
            f"{awning}D0",
        )
        x += width


def waste_truck(sheet: Canvas) -> None:
    nature.day_sky(sheet, 700, None)
    street_front(sheet, 680)
    sheet.ground([(-10, 676), (1610, 676)], c.PALE)
    sheet.ground([(-10, 752), (1610, 752)], c.INK_SOFT)
    for x in range(-20, 1600, 220):
        sheet.rect(x, 900, 120, 10, f"{c.PAPER}B0", 5)
    sheet.oval(790, 872, 480, 20, f"{c.INK}50")
    sheet.rect(380, 452, 540, 340, c.GREEN, 26)
    sheet.rect(380, 452, 540, 60, c.LEAF, 26)
    for x in (470, 580, 690, 800):
        sheet.rect(x, 530, 10, 220, c.GREEN_DARK, 5)
    sheet.polygon([(382, 520), (300, 600), (300, 780), (382, 790)], c.GREEN_DARK)
    sheet.polygon(
        [(930, 540), (1090, 540), (1170, 660), (1210, 684), (1210, 800), (930, 800)], c.PAPER
    )
    sheet.polygon([(972, 568), (1078, 568), (1136, 660), (972, 660)], c.INK_SOFT)
    sheet.polygon([(1000, 568), (1036, 568), (1080, 660), (1044, 660)], f"{c.PAPER}40")
    sheet.rect(930, 720, 280, 16, c.GREEN)
    sheet.disc(1190, 762, 16, c.SUN)
    sheet.rect(330, 790, 890, 26, c.INK, 10)
    for x in (480, 610, 1080):
        sheet.disc(x, 816, 64, c.INK)
        sheet.disc(x, 816, 30, c.MIST)
        sheet.disc(x, 816, 10, c.INK)
    for x, colour in ((1310, c.GREEN), (1406, c.GOLD), (1502, c.LOTUS)):
        sheet.polygon([(x - 40, 640), (x + 40, 640), (x + 32, 770), (x - 32, 770)], colour)
        sheet.rect(x - 46, 622, 92, 24, colour, 8)
        sheet.rect(x - 46, 640, 92, 7, f"{c.INK}40")
    f.person(sheet, 210, 850, 240, c.GOLD, c.GREEN_DARK, hat=True, arm=10)
    sheet.rect(176, 704, 68, 10, c.PAPER)


def market(sheet: Canvas) -> None:
    nature.day_sky(sheet, 560, None)
    street_front(sheet, 600)
    sheet.ground([(-10, 590), (1610, 590)], c.CREAM)
    for x, colour in ((40, c.GREEN), (560, c.LOTUS), (1080, c.GOLD)):
        stall(sheet, x, colour)
    f.person(sheet, 470, 960, 330, c.RIVER, c.INK, hat=True, facing=-1, arm=-6)
    f.person(sheet, 1020, 970, 340, c.PAPER, c.INK_MID, arm=-16)
    f.person(sheet, 900, 975, 230, c.RED, c.INK_MID, facing=-1)
    f.basket(sheet, 690, 960, 1.1, c.GOLD)
    f.basket(sheet, 1390, 965, 1.2, c.LEAF)
    f.basket(sheet, 150, 960, 1.2, c.RED)


def stall(sheet: Canvas, x: float, colour: str) -> None:
    """A market stall under a striped awning, its seller behind the goods."""
    for dx in (10, 460):
        sheet.rect(x + dx, 420, 12, 420, c.WOOD)
    f.sitter(sheet, x + 240, 690, 1.02, (c.PAPER if colour != c.GOLD else c.INK_MID), hat=True)
    sheet.polygon([(x - 6, 470), (x + 40, 380), (x + 444, 380), (x + 490, 470)], colour)
    for stripe in range(8):
        left = x - 6 + stripe * 62
        tint = colour if stripe % 2 else c.PAPER
        top_left, top_right = x + 40 + stripe * 50.5, x + 40 + (stripe + 1) * 50.5
        sheet.polygon([(top_left, 380), (top_right, 380), (left + 62, 470), (left, 470)], tint)
        sheet.slice(left + 31, 470, 31, 0, 180, tint)
    for index in range(4):
        fruit = (c.RED, c.GOLD, c.LEAF, c.LOTUS, "#8F6A9E")[(index + int(x) // 500) % 5]
        f.basket(sheet, x + 75 + index * 112, 706, 0.86, fruit)
    sheet.rect(x, 696, 484, 26, c.STRAW, 6)
    sheet.rect(x + 14, 722, 456, 120, c.CLAY)
    for plank in range(4):
        sheet.rect(x + 14 + plank * 114, 722, 5, 120, c.WOOD)


def alley_lights(sheet: Canvas) -> None:
    sheet.gradient(0, 760, ("#1B2743", "#34446B", "#6A6385", "#B98A8C"))
    for x, y in ((700, 90), (860, 160), (780, 260), (910, 60), (640, 190)):
        sheet.disc(x, y, 3.6, c.PAPER)
    nature.tree_line(sheet, 640, 70, "#3E4564", 91)
    sheet.ground([(-10, 640), (1610, 640)], "#4C4E66")
    sheet.polygon([(760, 630), (850, 630), (1340, 1001), (260, 1001)], "#8A7F86")
    for depth in range(5, -2, -1):
        for side in (-1, 1):
            alley_house(sheet, depth, side)
    for depth, share in enumerate((0.12, 0.3, 0.56, 0.94)):
        street_lamp(sheet, share, -1 if depth % 2 else 1)
    f.person(sheet, 700, 900, 250, c.LOTUS, "#2A3350")
    f.person(sheet, 800, 905, 170, c.PAPER, "#2A3350", facing=-1)


def alley_house(sheet: Canvas, depth: int, side: int) -> None:
    """One house front along the alley, running to the vanishing point; depth 0 is near."""
    nearness, far_share = 1 - depth * 0.17, 1 - depth * 0.17 - 0.18
    near, far = (800 + side * (70 + 620 * share) for share in (nearness, far_share))
    foot_near, foot_far = (630 + 300 * share for share in (nearness, far_share))
    top_near, top_far = (560 - 470 * share + depth % 2 * 26 for share in (nearness, far_share))
    walls = ("#5A5876", "#47547A", "#65607C", "#4E4C6C", "#56618A")
    front = [(near, foot_near), (far, foot_far), (far, top_far), (near, top_near)]
    sheet.polygon(front, walls[(depth + (side > 0) * 2) % 5])
    tall, third = foot_far - top_far, (near - far) / 3
    for floor in (0.24, 0.56):
        glass = c.SUN if (depth + side + round(floor * 10)) % 3 else "#2B3654"
        top = top_far + tall * floor
        left, right = far + third, far + 2 * third
        pane = [
            (left, top),
            (right, top - 4),
            (right, top + tall * 0.16),
            (left, top + tall * 0.15),
        ]
        sheet.polygon(pane, glass)


def street_lamp(sheet: Canvas, share: float, side: int) -> None:
    """A lamp on its post; `share` tells how near it stands, from 0 far to 1 near."""
    x, foot, tall = 800 + side * (48 + 370 * share), 636 + 300 * share, 120 + 420 * share
    size = 0.3 + share
    sheet.oval(x - side * 46 * size, foot + 6, 150 * (size - 0.05), 26 * size, f"{c.SUN}55")
    sheet.rect(x - 4 - 4 * share, foot - tall, 6 + 8 * share, tall, "#232C48", 4)
    lamp = (x - side * 62 * size, foot - tall + 12)
    arm = [(x, foot - tall + 4), (x - side * 30 * size, foot - tall - 12), lamp]
    sheet.curve(arm, 5 + 4 * share, "#232C48")
    sheet.glow(*lamp, 70 + 120 * share, c.SUN, 20)
    sheet.disc(*lamp, 10 + 14 * share, "#FCE9B8")


SCENES: dict[str, Callable[[Canvas], None]] = {
    "ward-office": ward_office,
    "waste-truck": waste_truck,
    "market": market,
    "alley-lights": alley_lights,
}
