"""Writes the fonts of this folder: letters as blocks, for what real fonts rarely have together. Needs fontTools."""

from pathlib import Path

from fontTools.feaLib.builder import addOpenTypeFeaturesFromString
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

HERE = Path(__file__).parent
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz:/0123456789\u05d0\u05d1\u05d2"
NAMES = {":": "colon", "/": "slash", **{d: n for d, n in zip("0123456789", (
    "zero one two three four five six seven eight nine").split())},
         "\u05d0": "alefhebrew", "\u05d1": "bethebrew", "\u05d2": "gimelhebrew"}
FEATURES = """
feature liga { sub f i by f_i; } liga;
feature kern { pos A V -120; } kern;
markClass circumflexcomb <anchor 0 700> @TOP;
markClass dotbelowcomb <anchor 0 0> @BOTTOM;
feature mark {
    pos base [A E O a e o] <anchor 250 750> mark @TOP <anchor 250 -20> mark @BOTTOM;
} mark;
"""


def box(pen, x0, y0, x1, y1):
    pen.moveTo((x0, y0))
    pen.lineTo((x0, y1))
    pen.lineTo((x1, y1))
    pen.lineTo((x1, y0))
    pen.closePath()


def outlines():
    glyphs = {".notdef": (500, [(50, 0, 450, 700)]), "space": (250, [])}
    for index, letter in enumerate(LETTERS):
        high = 500 if letter.islower() else 700
        glyphs[NAMES.get(letter, letter)] = (500, [(50, 0, 450, 100 + index), (50, high - 100, 450, high)])
    glyphs["f_i"] = (800, [(50, 0, 750, 120), (50, 600, 750, 700)])
    glyphs["circumflexcomb"] = (0, [(-100, 700, 100, 780)])
    glyphs["dotbelowcomb"] = (0, [(-40, -120, 40, 0)])
    return glyphs


def build(name, cff, fs_type=0):
    glyphs = outlines()
    font = FontBuilder(1000, isTTF=not cff)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap({0x20: "space", 0x302: "circumflexcomb", 0x323: "dotbelowcomb",
                            0xD0: "D", 0x110: "D",
                            **{ord(letter): NAMES.get(letter, letter) for letter in LETTERS}})
    drawn = {}
    for glyph, (width, boxes) in glyphs.items():
        pen = T2CharStringPen(width, None) if cff else TTGlyphPen(None)
        for corners in boxes:
            box(pen, *corners)
        drawn[glyph] = pen.getCharString() if cff else pen.glyph()
    if cff:
        font.setupCFF(name, {"FullName": name}, drawn, {})
    else:
        font.setupGlyf(drawn)
    font.setupHorizontalMetrics({g: (w, min((b[0] for b in boxes), default=0)) for g, (w, boxes) in glyphs.items()})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name})
    font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=900, usWinDescent=200, sCapHeight=700,
                  fsType=fs_type)
    font.setupPost()
    addOpenTypeFeaturesFromString(font.font, FEATURES)
    font.font["head"].created = font.font["head"].modified = 3_850_000_000
    font.font.recalcTimestamp = False
    font.save(HERE / f"{name}.{'otf' if cff else 'ttf'}")


build("KysoBlocks", cff=True)
build("KysoBlocks", cff=False)
build("KysoRestricted", cff=False, fs_type=2)
