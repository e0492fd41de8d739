"""Drawn stand-ins for the photos technicians take, so that review and gallery have something to show."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 900)


def photo(label: str, caption: str, seed: int) -> bytes:
    """Return a JPEG that differs for every seed: a room, a ceiling, what the label asks for."""
    dice = random.Random(seed)
    wall = tuple(dice.randint(150, 205) for _ in range(3))
    picture = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(picture)
    if "network" in label.lower() or "switch" in label.lower():
        _rack(draw, dice)
    elif "access point" in label.lower():
        _ceiling(draw, dice)
    else:
        _counter(draw, dice)
    draw.rectangle((0, SIZE[1] - 64, SIZE[0], SIZE[1]), fill=(24, 24, 28))
    draw.text((24, SIZE[1] - 50), caption, fill=(240, 240, 240), font=ImageFont.load_default(30))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=78)
    return buffer.getvalue()


def _ceiling(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    for x in range(-200, SIZE[0] + 200, 170):
        draw.line((x, 0, SIZE[0] / 2 + (x - SIZE[0] / 2) * 0.45, 520), fill=(225, 225, 220), width=7)
    for y in (60, 150, 260, 390, 520):
        draw.line((0, y, SIZE[0], y), fill=(225, 225, 220), width=6)
    draw.rectangle((0, 520, SIZE[0], SIZE[1]), fill=tuple(dice.randint(90, 140) for _ in range(3)))
    x, y = dice.randint(480, 700), dice.randint(190, 270)
    draw.ellipse((x - 120, y - 46, x + 120, y + 46), fill=(250, 250, 250), outline=(190, 190, 190), width=4)
    draw.ellipse((x - 9, y - 6, x + 9, y + 6), fill=(30, 200, 90))


def _rack(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    draw.rectangle((330, 120, 870, 800), fill=(40, 42, 48), outline=(20, 20, 24), width=12)
    for row in range(5):
        top = 170 + row * 120
        draw.rectangle((370, top, 830, top + 70), fill=(70, 74, 84))
        for port in range(12):
            lit = dice.random() < 0.6
            left = 390 + port * 36
            draw.rectangle(
                (left, top + 24, left + 22, top + 44), fill=(60, 210, 110) if lit else (28, 30, 34)
            )
    for _ in range(6):
        x = dice.randint(400, 800)
        draw.line((x, 240, dice.randint(380, 820), 640), fill=(50, 110, 220), width=8)


def _counter(draw: ImageDraw.ImageDraw, dice: random.Random) -> None:
    draw.rectangle((0, 560, SIZE[0], SIZE[1]), fill=(112, 78, 52))
    draw.rectangle((0, 520, SIZE[0], 570), fill=(150, 108, 74))
    for left in range(80, 1100, 210):
        shade = dice.randint(60, 110)
        draw.rectangle((left, 400, left + 110, 520), fill=(shade, shade, shade + 6))
        draw.ellipse((left + 20, 330, left + 90, 400), fill=(210, 200, 190))
    draw.rectangle((820, 120, 1080, 330), fill=(36, 52, 58))
