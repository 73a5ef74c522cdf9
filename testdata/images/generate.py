"""Writes the images of this folder. Needs Pillow."""

import math
import struct
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent


def seal(side=240):
    """A round red seal with a star, transparent around it and half transparent within."""
    scale = 4
    image = Image.new("RGBA", (side * scale, side * scale), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    middle, red = side * scale / 2, (200, 16, 46)
    for radius, width in ((0.48, 0.025), (0.42, 0.01), (0.27, 0.01)):
        r, w = radius * side * scale, int(width * side * scale)
        fill = red + (60,) if radius == 0.48 else None
        draw.ellipse((middle - r, middle - r, middle + r, middle + r), outline=red + (255,), width=w, fill=fill)
    points = []
    for step in range(10):
        r = (0.2 if step % 2 == 0 else 0.08) * side * scale
        angle = math.radians(step * 36 - 90)
        points.append((middle + r * math.cos(angle), middle + r * math.sin(angle)))
    draw.polygon(points, fill=red + (255,))
    for step in range(24):
        angle = math.radians(step * 15)
        x, y = middle + 0.345 * side * scale * math.cos(angle), middle + 0.345 * side * scale * math.sin(angle)
        r = 0.015 * side * scale
        draw.ellipse((x - r, y - r, x + r, y + r), fill=red + (255,))
    return image.resize((side, side), Image.LANCZOS)


def patches(mode, colors):
    """Four patches in a row, 16 pixels each; JPEG keeps their colours."""
    image = Image.new(mode, (64, 16))
    for index, color in enumerate(colors):
        image.paste(color, (16 * index, 0, 16 * index + 16, 16))
    return image


def cmyk_profile():
    """The smallest output profile for CMYK: a table of two points to an axis, to Lab."""
    def tag_text(kind, text):
        data = kind + bytes(4)
        if kind == b"desc":
            return data + struct.pack(">I", len(text) + 1) + text + bytes(1 + 4 + 4 + 2 + 1 + 67)
        return data + text + bytes(1)

    def table(inputs, outputs, clut):
        identity = bytes(range(256))
        matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
        return (b"mft1" + bytes(4) + bytes([inputs, outputs, 2, 0]) + matrix + identity * inputs
                + bytes(clut) + identity * outputs)

    to_lab = []
    for index in range(16):
        c, m, y, k = [(index >> shift) & 1 for shift in (3, 2, 1, 0)]
        light = max(0.0, 1 - 0.35 * c - 0.45 * m - 0.05 * y) * (0.1 if k else 1)
        a, b = (-35 * c + 70 * m) * (0 if k else 1), (-45 * c - 5 * m + 90 * y) * (0 if k else 1)
        to_lab += [round(light * 255), round(a + 128), round(b + 128)]
    to_cmyk = []
    for index in range(8):
        l, a, b = [(index >> shift) & 1 for shift in (2, 1, 0)]
        to_cmyk += [255 * (1 - a), 255 * a, 255 * b, 255 * (1 - l)]
    forward, back = table(4, 3, to_lab), table(3, 4, to_cmyk)
    gamut = b"mft1" + bytes(4) + bytes([3, 1, 2, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    gamut += bytes(range(256)) * 3 + bytes(8) + bytes(range(256))
    tags = [(b"desc", tag_text(b"desc", b"Test CMYK")), (b"cprt", tag_text(b"text", b"No rights reserved")),
            (b"wtpt", b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D))]
    tags += [(b"A2B%d" % i, forward) for i in range(3)] + [(b"B2A%d" % i, back) for i in range(3)]
    tags += [(b"gamt", gamut)]
    at, body, entries, seen = 128 + 4 + 12 * len(tags), b"", struct.pack(">I", len(tags)), {}
    for name, data in tags:
        if data not in seen:
            seen[data] = at + len(body)
            body += data + bytes(-len(data) % 4)
        entries += name + struct.pack(">II", seen[data], len(data))
    size = 128 + len(entries) + len(body)
    header = struct.pack(">I4xI4s4s4s6H4s", size, 0x02100000, b"prtr", b"CMYK", b"Lab ", 2026, 1, 1, 0, 0, 0, b"acsp")
    header += bytes(68 - len(header)) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return header + bytes(128 - len(header)) + entries + body


def main():
    seal().save(HERE / "seal.png", optimize=True)
    gray16 = Image.new("I;16", (64, 16))
    gray16.putdata([int(x * 65535 / 63) for _ in range(16) for x in range(64)])
    gray16.save(HERE / "gray16.png")
    palette = patches("P", [0, 1, 2, 3])
    palette.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    palette.save(HERE / "palette-trns.png", transparency=bytes([255, 255, 128, 0]))
    gray_alpha = patches("LA", [(0, 255), (128, 255), (128, 128), (0, 0)])
    gray_alpha.save(HERE / "gray-alpha.png")
    rgb = [(255, 0, 0), (0, 160, 0), (0, 0, 255), (250, 240, 0)]
    patches("RGB", rgb).save(HERE / "rgb.png")
    keep = {"quality": 92, "subsampling": 0}
    patches("RGB", rgb).save(HERE / "rgb.jpg", **keep)
    patches("RGB", rgb).save(HERE / "progressive.jpg", progressive=True, **keep)
    patches("L", [0, 85, 170, 255]).save(HERE / "gray.jpg", **keep)
    inks = [(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255)]
    patches("CMYK", inks).save(HERE / "cmyk.jpg", **keep)
    patches("CMYK", inks).save(HERE / "cmyk-icc.jpg", icc_profile=cmyk_profile(), **keep)


main()
