"""Small files as people attach them: a photograph of a name plate, a drawing, a quotation as PDF."""

from __future__ import annotations

import random
from io import BytesIO

from PIL import Image, ImageDraw


def name_plate(seed: int) -> bytes:
    """A PNG that passes for a photographed name plate of a motor."""
    chance = random.Random(seed)
    image = Image.new("RGB", (640, 420), (196, 200, 204))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((36, 36, 604, 384), 18, fill=(228, 231, 234), outline=(90, 96, 102), width=4)
    draw.rectangle((36, 36, 604, 96), fill=(38, 78, 120))
    draw.text((60, 54), "AC SERVO MOTOR", fill=(240, 244, 248), font_size=28)
    lines = (
        f"MODEL  GC-{chance.randint(100, 990)}-{chance.choice('ABCDEH')}{chance.randint(1, 9)}",
        f"POWER  {chance.choice((0.4, 0.75, 1.5, 3.0, 5.5))} kW     SPEED  3000 r/min",
        f"VOLT   AC {chance.choice((220, 380))} V    CURRENT {chance.uniform(2, 18):.1f} A",
        f"SERIAL {chance.randrange(10**9):09}      IP65",
    )
    for row, line in enumerate(lines):
        draw.text((60, 124 + row * 60), line, fill=(40, 44, 48), font_size=26)
    return _png(image)


def drawing(seed: int) -> bytes:
    """A PNG of a mounting drawing with measures."""
    chance = random.Random(seed)
    image = Image.new("RGB", (800, 560), (250, 250, 247))
    draw = ImageDraw.Draw(image)
    draw.rectangle((20, 20, 780, 540), outline=(60, 60, 60), width=2)
    draw.rectangle((200, 160, 520, 400), outline=(20, 40, 90), width=3)
    for x, y in ((230, 190), (490, 190), (230, 370), (490, 370)):
        draw.ellipse((x - 12, y - 12, x + 12, y + 12), outline=(20, 40, 90), width=2)
    draw.line((200, 440, 520, 440), fill=(90, 90, 90), width=1)
    draw.text((330, 446), str(chance.randint(80, 320)), fill=(40, 40, 40), font_size=20)
    draw.line((560, 160, 560, 400), fill=(90, 90, 90), width=1)
    draw.text((570, 270), str(chance.randint(60, 220)), fill=(40, 40, 40), font_size=20)
    draw.text((560, 500), f"GC-{chance.randint(1000, 9999)}  1:2", fill=(40, 40, 40), font_size=18)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def quotation(lines: list[str]) -> bytes:
    """A PDF of one page with these ASCII lines."""
    words = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    stream = f"BT /F1 12 Tf 18 TL 60 760 Td\n{words}\nET".encode("ascii", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


__all__ = ["drawing", "name_plate", "quotation"]
