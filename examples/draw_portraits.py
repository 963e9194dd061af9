"""Draws the portraits of the example residents: flat, friendly, the same every time.

None of these people exists. Each face is put together from a row of ``LOOKS``; how grey and how lined it
is follows from the birth date, and so does the background, as on an Indonesian pasfoto: blue for an even
birth year, red for an odd one. Run it from anywhere; it reads ``penduduk.csv`` beside this file.

    python examples/draw_portraits.py
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from PIL import Image, ImageChops, ImageDraw

HERE = Path(__file__).parent
WIDTH, HEIGHT = 360, 480  # 3:4
FINER = 4  # everything is drawn this much larger and then made smaller, for smooth edges
MIDDLE = WIDTH / 2
FRAME = (18, 34, 342, 466)  # what of the drawing the picture shows
COLOURS = 64  # in the stored palette
DRAWN_IN = 2026  # ages are those of the end of this year
LINED, GREYING, LINED_BELOW_EYES, OLD, VERY_OLD = 42, 45, 55, 62, 72

Point = tuple[float, float]
Colour = tuple[int, int, int]
FaceShape = Literal["oval", "round", "square", "long"]
Hair = Literal[
    "none", "crop", "side", "wave", "spiky", "curly", "receding", "fringe", "centre", "long", "bob", "bun"
]
Cover = Literal["none", "hijab", "shawl", "peci"]
Top = Literal["shirt", "batik", "jacket", "polo", "round", "malay", "kebaya", "tunic"]

BLUE: Colour = (38, 92, 168)
RED: Colour = (186, 34, 42)
WHITE: Colour = (250, 248, 244)
BLACK: Colour = (32, 28, 30)
INK: Colour = (46, 32, 28)  # lids and pupils

SKIN: dict[str, Colour] = {
    "light": (246, 214, 182),
    "warm": (236, 194, 154),
    "tan": (217, 168, 126),
    "brown": (190, 138, 98),
    "deep": (158, 108, 74),
    "dark": (126, 84, 58),
}
CLOTH: dict[str, Colour] = {
    "white": WHITE,
    "cream": (236, 222, 196),
    "black": (44, 42, 48),
    "navy": (36, 48, 84),
    "sky": (150, 190, 220),
    "teal": (38, 120, 118),
    "green": (62, 122, 82),
    "lime": (168, 190, 110),
    "mustard": (214, 164, 58),
    "orange": (214, 120, 62),
    "maroon": (116, 36, 52),
    "rose": (206, 128, 138),
    "pink": (238, 190, 196),
    "lilac": (176, 154, 202),
    "plum": (98, 62, 108),
    "grey": (140, 144, 152),
    "khaki": (172, 150, 108),
    "brown": (124, 84, 58),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one invented face is put together from. ``cover_colour`` and ``top_colour`` name a CLOTH."""

    skin: str
    face: FaceShape
    top: Top
    top_colour: str
    hair: Hair = "none"
    cover: Cover = "none"
    cover_colour: str = "black"
    woman: bool = False
    glasses: bool = False
    moustache: bool = False
    beard: bool = False
    earrings: bool = False
    narrow_eyes: bool = False
    thick_brows: bool = False


LOOKS: dict[str, Look] = {
    "9001": Look("brown", "square", "malay", "teal", "crop", "peci", moustache=True, thick_brows=True),
    "9002": Look("tan", "round", "tunic", "pink", cover="hijab", cover_colour="rose", woman=True),
    "9003": Look("brown", "round", "kebaya", "lilac", "bun", woman=True, earrings=True),
    "9004": Look("warm", "oval", "jacket", "navy", cover="hijab", cover_colour="cream", woman=True),
    "9005": Look(
        "warm", "round", "jacket", "plum", cover="hijab", cover_colour="lilac", woman=True, glasses=True
    ),
    "9006": Look("brown", "long", "shirt", "khaki", "receding", moustache=True),
    "9007": Look("tan", "oval", "jacket", "black", "long", woman=True),
    "9008": Look("light", "round", "polo", "lime", "bob", woman=True, narrow_eyes=True),
    "9009": Look("tan", "oval", "tunic", "cream", "centre", "shawl", "sky", woman=True),
    "9010": Look("tan", "oval", "shirt", "white", "spiky"),
    "9011": Look("warm", "oval", "tunic", "sky", cover="hijab", cover_colour="navy", woman=True),
    "9012": Look("brown", "square", "shirt", "sky", "crop", thick_brows=True, beard=True),
    "9015": Look("dark", "oval", "shirt", "white", "curly", moustache=True, thick_brows=True),
    "9016": Look("light", "long", "jacket", "grey", "bob", woman=True, glasses=True, narrow_eyes=True),
    "9017": Look("brown", "square", "shirt", "khaki", "crop", thick_brows=True),
    "9018": Look("deep", "oval", "shirt", "sky", "bun", woman=True, earrings=True),
    "9019": Look("light", "long", "polo", "teal", "receding", glasses=True, narrow_eyes=True),
    "9020": Look("tan", "square", "batik", "maroon", "long", woman=True, earrings=True),
    "9021": Look("tan", "oval", "batik", "brown", "side", beard=True, moustache=True),
    "9022": Look("brown", "long", "batik", "navy", "crop", "peci", glasses=True),
    "9023": Look("deep", "square", "shirt", "green", "wave", moustache=True, thick_brows=True),
    "9024": Look(
        "warm", "oval", "tunic", "cream", cover="hijab", cover_colour="maroon", woman=True, glasses=True
    ),
    "9025": Look("light", "oval", "round", "navy", "fringe", glasses=True, narrow_eyes=True),
    "9026": Look("dark", "round", "kebaya", "orange", "bun", woman=True, earrings=True),
    "9027": Look("deep", "oval", "batik", "mustard", "receding", moustache=True),
    "9028": Look("tan", "round", "tunic", "teal", cover="hijab", cover_colour="white", woman=True),
    "9029": Look("tan", "square", "kebaya", "maroon", "bob", woman=True, glasses=True, earrings=True),
    "9030": Look("brown", "oval", "polo", "navy", "wave"),
    "9031": Look("light", "oval", "round", "plum", "long", woman=True, narrow_eyes=True, earrings=True),
    "9032": Look("brown", "oval", "tunic", "mustard", cover="hijab", cover_colour="green", woman=True),
    "9033": Look("tan", "long", "shirt", "white", "fringe", thick_brows=True),
    "9034": Look("warm", "round", "shirt", "white", "long", woman=True),
    "9035": Look("brown", "round", "round", "black", "side", moustache=True),
    "9036": Look("tan", "round", "tunic", "plum", cover="hijab", cover_colour="pink", woman=True),
    "9037": Look("dark", "long", "malay", "cream", "crop", "peci", "white", beard=True, moustache=True),
    "9038": Look("tan", "oval", "shirt", "rose", "centre", woman=True, glasses=True),
    "9039": Look("warm", "square", "jacket", "navy", "side", narrow_eyes=True),
    "9040": Look("brown", "round", "kebaya", "green", "centre", "shawl", "cream", woman=True),
}

#: Right half of each face from crown to chin, as distance from the middle and height.
FACES: dict[FaceShape, list[Point]] = {
    "oval": [(0, 112), (42, 122), (68, 158), (72, 206), (65, 250), (45, 284), (21, 303), (0, 307)],
    "round": [(0, 114), (44, 124), (72, 160), (77, 210), (71, 254), (51, 284), (25, 300), (0, 304)],
    "square": [(0, 112), (44, 122), (70, 158), (74, 206), (70, 254), (54, 286), (27, 304), (0, 307)],
    "long": [(0, 108), (41, 119), (65, 156), (69, 206), (63, 254), (43, 290), (20, 309), (0, 313)],
}


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """``one`` with ``share`` (0 to 1) of ``other`` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float = 0.16) -> Colour:
    """The same colour in shadow."""
    return mix(colour, (44, 16, 30), share)


def mirrored(right: Iterable[Point]) -> list[Point]:
    """A closed outline from its right half, given as distance from the middle and height."""
    half = list(right)
    return [(MIDDLE + x, y) for x, y in half] + [(MIDDLE - x, y) for x, y in reversed(half) if x]


def pairs(text: str) -> list[Point]:
    """Points written as ``"x,y x,y"``."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def trace(text: str) -> list[Point]:
    """Points written as ``"x,y x,y"``, where x is the distance from the middle."""
    return [(MIDDLE + x, y) for x, y in pairs(text)]


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 12) -> list[tuple[int, int]]:
    """A curve through every point (Catmull-Rom), in whole pixels of the finer picture."""
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    around = [*ends[0], *points, *ends[1]]
    curve = [
        _between(*four, step / steps)
        for four in zip(around, around[1:], around[2:], around[3:], strict=False)
        for step in range(steps)
    ]
    if not closed:
        curve.append(points[-1])
    return [(round(x * FINER), round(y * FINER)) for x, y in curve]


def _between(before: Point, start: Point, end: Point, after: Point, t: float) -> Point:
    def one(axis: int) -> float:
        a, b, c, d = before[axis], start[axis], end[axis], after[axis]
        return (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2

    return one(0), one(1)


class Easel:
    """A drawing under work, 360 wide and 480 high; the picture is its ``FRAME``."""

    def __init__(self, background: Colour) -> None:
        self.picture = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), background)
        self._draw = ImageDraw.Draw(self.picture)

    def mask(self, points: Sequence[Point]) -> Image.Image:
        """The inside of a smooth closed outline."""
        mask = Image.new("L", self.picture.size)
        ImageDraw.Draw(mask).polygon(smooth(points), fill=255)
        return mask

    def fill(self, mask: Image.Image, colour: Colour) -> None:
        """Colour in what a mask shows."""
        self.picture.paste(colour, mask=mask)

    def shape(self, points: Sequence[Point], colour: Colour, within: Image.Image | None = None) -> None:
        """A smooth closed shape, cut to ``within`` where that is given."""
        mask = self.mask(points)
        self.fill(ImageChops.darker(mask, within) if within else mask, colour)

    def corners(self, points: Sequence[Point], colour: Colour) -> None:
        """A closed shape with sharp corners."""
        self._draw.polygon([(round(x * FINER), round(y * FINER)) for x, y in points], fill=colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """An ellipse by its middle and its radii."""
        box = [round(edge * FINER) for edge in (x - across, y - down, x + across, y + down)]
        self._draw.ellipse(box, fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, thick: float) -> None:
        """A smooth open line with round ends."""
        path = smooth(points, closed=False)
        self._draw.line(path, fill=colour, width=round(thick * FINER), joint="curve")
        for x, y in (path[0], path[-1]):
            radius = thick * FINER / 2
            self._draw.ellipse(
                [round(x - radius), round(y - radius), round(x + radius), round(y + radius)], colour
            )

    def finished(self) -> Image.Image:
        """The picture in its own size and a small palette."""
        left, top, right, bottom = FRAME
        box = (left * FINER, top * FINER, right * FINER, bottom * FINER)
        small = self.picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX, box=box)
        return small.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)


def moved(mask: Image.Image, x: float, y: float) -> Image.Image:
    """A mask moved right and down; what comes in at the edges is empty."""
    empty = Image.new("L", mask.size)
    empty.paste(mask, (round(x * FINER), round(y * FINER)))
    return empty


def minus(mask: Image.Image, other: Image.Image) -> Image.Image:
    """What ``mask`` shows and ``other`` does not."""
    return ImageChops.subtract(mask, other)


class Portrait:
    """Draws one face, from the background to the spectacles."""

    def __init__(self, look: Look, born: date) -> None:
        self.look = look
        self.age = DRAWN_IN - born.year
        self.easel = Easel(RED if born.year % 2 else BLUE)
        self.skin = SKIN[look.skin]
        self.shade = darker(self.skin)
        self.crease = darker(self.skin, 0.27)
        self.hair = self._hair_colour()
        self.top = CLOTH[look.top_colour]
        self.cover = CLOTH[look.cover_colour]
        self.face = self.easel.mask(mirrored(FACES[look.face]))

    def draw(self) -> Image.Image:
        """The finished picture."""
        self._hair_behind()
        self._shoulders()
        self._head()
        self._features()
        self._hair_before()
        self._head_cover()
        if self.look.glasses:
            self._glasses()
        return self.easel.finished()

    def _hair_colour(self) -> Colour:
        dark, grey, white = (42, 32, 32), (128, 124, 126), (222, 218, 214)
        if self.age < GREYING:
            return dark
        if self.age < OLD:
            return mix(dark, grey, (self.age - GREYING) / 24)
        return mix(grey, white, min((self.age - OLD) / 18, 1))

    # Body and clothes

    def _shoulders(self) -> None:
        narrow = 0.9 if self.look.woman else 1.0
        neck = 27 if self.look.woman else 35
        body = [(0, 334), (neck + 8, 336), (76, 354), (122, 374), (150, 406), (160, 500), (0, 500)]
        self.body = self.easel.mask(mirrored([(x * narrow, y) for x, y in body]))
        self.neck = self.easel.mask(
            mirrored(
                [(0, 260), (neck, 264), (neck, 312), (neck + 2, 334), (neck + 5, 346), (22, 366), (0, 372)]
            )
        )
        self.easel.fill(self.body, self.top)
        self.easel.fill(self.neck, self.skin)
        self.easel.fill(ImageChops.darker(self.neck, moved(self.face, 5, 17)), self.shade)
        paint = {
            "shirt": self._shirt,
            "batik": self._batik,
            "jacket": self._jacket,
            "polo": self._polo,
            "round": self._round_neck,
            "malay": self._malay,
            "kebaya": self._kebaya,
            "tunic": self._tunic,
        }
        paint[self.look.top]()
        self._sleeves()

    def _sleeves(self) -> None:
        shadow = darker(self.top)
        for side in (-1, 1):
            reach = 112 if self.look.woman else 124
            self.easel.line([(MIDDLE + side * (reach - 2), 428), (MIDDLE + side * reach, 484)], shadow, 3)

    def _collar(self, colour: Colour, drop: float = 376) -> None:
        edge = darker(colour, 0.3)
        for side in (-1, 1):
            leaf = [(34, 326), (44, 334), (58, 360), (40, drop + 8), (0, drop - 6), (22, 348)]
            points = [(MIDDLE + side * x, y) for x, y in leaf]
            self.easel.corners(points, colour)
            self.easel.line([points[2], points[3], points[4]], edge, 1.6)

    def _buttons(self, colour: Colour, top: float = 394) -> None:
        self.easel.line([(MIDDLE + 7, top - 20), (MIDDLE + 7, 484)], darker(self.top), 1.6)
        for y in (top, top + 36):
            self.easel.oval(MIDDLE, y, 3.2, 3.2, colour)

    def _shirt(self) -> None:
        self._buttons(darker(self.top, 0.32))
        self._collar(mix(self.top, WHITE, 0.14))

    def _polo(self) -> None:
        trim = mix(self.top, WHITE, 0.62)
        self._buttons(trim)
        self._collar(darker(self.top, 0.2))
        self.easel.line([(MIDDLE - 56, 363), (MIDDLE - 39, 382), (MIDDLE - 4, 369)], trim, 2.4)
        self.easel.line([(MIDDLE + 56, 363), (MIDDLE + 39, 382), (MIDDLE + 4, 369)], trim, 2.4)

    def _batik(self) -> None:
        """A plain kawung: four petals around a dot."""
        gold = mix(self.top, CLOTH["cream"], 0.58)
        before = self.easel.picture.copy()
        for row, y in enumerate(range(354, 500, 30)):
            for x in range(12 + 18 * (row % 2), WIDTH, 36):
                for across, down in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
                    self.easel.oval(x + across * 6, y + down * 5, 4.6, 3.6, gold)
                self.easel.oval(x, y, 1.6, 1.6, darker(self.top, 0.4))
        self.easel.picture.paste(before, mask=ImageChops.invert(minus(self.body, self.neck)))
        self._buttons(darker(self.top, 0.5))
        self._collar(self.top)

    def _jacket(self) -> None:
        self.easel.corners(trace("-34,336 34,336 2,484 -2,484"), WHITE)
        self.easel.shape(mirrored([(30, 322), (0, 370)]), self.skin, within=self.neck)
        edge = darker(self.top, 0.4)
        if not self.look.woman:
            self.easel.corners(trace("-9,370 9,370 14,452 0,482 -14,452"), CLOTH["maroon"])
        self._collar(WHITE)
        for side in (-1, 1):
            lapel = [(38, 332), (62, 348), (76, 380), (56, 390), (60, 404), (2, 484), (34, 382), (50, 362)]
            points = [(MIDDLE + side * x, y) for x, y in lapel]
            self.easel.corners(points, mix(self.top, WHITE, 0.08))
            self.easel.line(points[2:5], edge, 1.6)
            self.easel.line(points[4:6], edge, 1.6)

    def _round_neck(self) -> None:
        rim = mirrored([(0, 380), (26, 372), (44, 348), (50, 334), (40, 328), (30, 348), (0, 366)])
        self.easel.shape(rim, darker(self.top, 0.22))

    def _malay(self) -> None:
        """Teluk belanga: a stitched round neck and one button."""
        trim = mix(self.top, CLOTH["mustard"], 0.7)
        self.easel.line(trace("-45,338 -24,366 0,373 24,366 45,338"), trim, 4)
        self.easel.line([(MIDDLE, 374), (MIDDLE, 420)], darker(self.top, 0.35), 2)
        self.easel.oval(MIDDLE, 381, 4, 4, trim)

    def _kebaya(self) -> None:
        neckline = trace("-44,336 -30,374 0,418 30,374 44,336")
        self.easel.corners(neckline, self.skin)
        self.easel.fill(ImageChops.darker(self.neck, moved(self.face, 5, 17)), self.shade)
        lace = mix(self.top, WHITE, 0.55)
        self.easel.corners(trace("-17,394 17,394 0,420"), darker(self.top, 0.3))
        self.easel.line(trace("-44,336 -30,374 0,418 0,484"), lace, 6)
        self.easel.line(trace("44,336 30,374 0,418"), lace, 6)
        self.easel.oval(MIDDLE, 430, 5, 5, CLOTH["mustard"])

    def _tunic(self) -> None:
        self._round_neck()
        self.easel.line([(MIDDLE, 380), (MIDDLE, 422)], darker(self.top, 0.3), 2)

    # The head

    def _head(self) -> None:
        easel = self.easel
        if self.look.cover != "hijab":
            for side in (-1, 1):
                easel.oval(MIDDLE + side * 73, 221, 11, 19, self.skin)
                easel.line(
                    [(MIDDLE + side * 76, 211), (MIDDLE + side * 79, 220), (MIDDLE + side * 75, 230)],
                    self.crease,
                    2,
                )
                if self.look.earrings:
                    easel.oval(MIDDLE + side * 77, 243, 4, 4, CLOTH["mustard"])
        easel.fill(self.face, self.skin)
        easel.fill(minus(self.face, moved(self.face, -11, -5)), self.shade)
        if self.look.woman:
            for side in (-1, 1):
                easel.oval(MIDDLE + side * 43, 247, 13, 9, mix(self.skin, (222, 96, 92), 0.16))

    def _features(self) -> None:
        if self.age >= LINED:
            self._lines_of_age()
        if self.look.beard:
            self._beard()
        self._eyes()
        self._nose()
        self._mouth()
        if self.look.moustache:
            self._moustache()

    def _eyes(self) -> None:
        tall = 5.6 if self.look.narrow_eyes else 7.4
        brow = mix(self.hair, (60, 44, 40), 0.3 if self.age < OLD else 0)
        thick = 6.4 if self.look.thick_brows else 3.6 if self.look.woman else 5
        for side in (-1, 1):
            x = MIDDLE + side * 33
            inner, outer = x - side * 15, x + side * 16
            eye = self.easel.mask(
                [(inner, 213), (x - side * 3, 210 - tall), (outer, 210.5), (x, 210 + tall * 0.8)]
            )
            self.easel.fill(eye, (252, 250, 247))
            iris = self.easel.mask([(x - 7, 210), (x, 202.6), (x + 7, 210), (x, 217.4)])
            self.easel.fill(ImageChops.darker(eye, iris), (72, 44, 32))
            self.easel.oval(x, 210, 3.4, 3.4, INK)
            self.easel.oval(x + 2.4, 207.6, 1.7, 1.7, WHITE)
            lid = 3.4 if self.look.woman else 2.6
            lash = [(inner, 212.5), (x - side * 5, 210 - tall), (x + side * 8, 210 - tall), (outer, 210.5)]
            self.easel.line(lash, INK, lid)
            if self.look.woman:
                self.easel.line([(outer - side * 2, 209.5), (outer + side * 3, 206.5)], INK, 2.4)
            if not self.look.narrow_eyes:
                fold = [(inner + side * 3, 206 - tall), (x, 205 - tall), (outer - side * 1, 206 - tall + 2)]
                self.easel.line(fold, self.crease, 1.5)
            arch = [(x - side * 19, 189), (x, 184.5), (x + side * 21, 191)]
            self.easel.shape([*arch, (x + side * 4, 184.5 + thick), (x - side * 19, 188 + thick)], brow)

    def _nose(self) -> None:
        wide = (13 if self.look.woman else 15) + (3 if self.look.skin in ("deep", "dark") else 0)
        x = MIDDLE
        self.easel.shape(
            [(x + 5, 206), (x + 8, 226), (x + wide, 244), (x + 6, 251), (x, 250), (x + 3, 230)], self.shade
        )
        self.easel.line([(x - wide, 244), (x - wide + 3, 249), (x - 4, 249)], self.crease, 2)
        self.easel.line([(x + wide, 244), (x + wide - 3, 249), (x + 4, 249)], self.crease, 2)
        self.easel.line([(x - 5, 250), (x, 252.5), (x + 5, 250)], self.crease, 2)

    def _mouth(self) -> None:
        rosy = (196, 66, 72) if self.look.woman else (176, 84, 74)
        lip = mix(self.skin, rosy, 0.62 if self.look.woman else 0.42)
        x, half = MIDDLE, 25
        upper = [(x - half, 270), (x - 8, 268), (x, 270), (x + 8, 268), (x + half, 270), (x, 278)]
        self.easel.shape(upper, darker(lip, 0.12))
        self.easel.shape(
            [(x - half + 2, 271), (x, 277), (x + half - 2, 271), (x + 11, 284), (x - 11, 284)], lip
        )
        smile = [(x - half - 2, 268), (x - 13, 274.5), (x, 277), (x + 13, 274.5), (x + half + 2, 268)]
        self.easel.line(smile, darker(lip, 0.5), 2.2)

    def _lines_of_age(self) -> None:
        line = self.easel.line
        for side in (-1, 1):
            fold = [(MIDDLE + side * 20, 250), (MIDDLE + side * 28, 260), (MIDDLE + side * 32, 272)]
            line(fold, self.crease, 1.8)
            if self.age >= LINED_BELOW_EYES:
                bag = [(MIDDLE + side * 21, 222), (MIDDLE + side * 32, 226), (MIDDLE + side * 45, 221)]
                line(bag, self.crease, 1.6)
            if self.age >= OLD:
                for y in (206, 213):
                    line([(MIDDLE + side * 56, 210), (MIDDLE + side * 63, y)], self.crease, 1.5)
            if self.age >= VERY_OLD:
                cheek = [(MIDDLE + side * 45, 250), (MIDDLE + side * 49, 264), (MIDDLE + side * 46, 277)]
                line(cheek, self.crease, 1.8)
        if self.age >= OLD:
            for y, half in ((164, 30), (174, 24)):
                line([(MIDDLE - half, y), (MIDDLE, y - 3), (MIDDLE + half, y)], self.crease, 1.6)

    def _moustache(self) -> None:
        half = [(0, 258), (10, 256), (23, 259), (34, 267), (20, 266.5), (0, 264.5)]
        self.easel.shape(mirrored(half), self.hair)

    def _beard(self) -> None:
        jaw = mirrored([(0, 290), (13, 292), (31, 279), (56, 246), (84, 232), (84, 330), (0, 330)])
        self.easel.shape(jaw, mix(self.skin, self.hair, 0.7 if self.age < OLD else 0.9), within=self.face)

    # Hair

    def _hair_behind(self) -> None:
        easel = self.easel
        if self.look.cover != "none" and self.look.woman:
            lining = [(0, 90), (56, 98), (82, 140), (88, 220), (88, 310), (96, 372), (0, 380)]
            easel.shape(mirrored(lining), darker(self.cover, 0.34))
        if self.look.hair == "long":
            fall = [(0, 88), (60, 96), (92, 140), (98, 220), (100, 310), (108, 384), (70, 410), (0, 400)]
            easel.shape(mirrored(fall), darker(self.hair, 0.3))
        if self.look.hair == "bob":
            fall = [(0, 90), (60, 98), (92, 144), (97, 220), (98, 290), (84, 326), (50, 322), (0, 300)]
            easel.shape(mirrored(fall), darker(self.hair, 0.3))
        if self.look.hair == "bun":
            easel.oval(MIDDLE, 92, 36, 30, darker(self.hair, 0.3))

    def _hair_before(self) -> None:
        if self.look.hair == "none":
            return
        outline, shine = HAIR[self.look.hair]
        self.easel.shape(outline, self.hair)
        glow = mix(self.hair, WHITE, 0.14)
        for strand in shine:
            self.easel.line(strand, glow, 3)

    # What is worn on the head

    def _head_cover(self) -> None:
        if self.look.cover == "peci":
            self._peci()
        elif self.look.cover == "hijab":
            self._hijab()
        elif self.look.cover == "shawl":
            self._shawl()

    def _peci(self) -> None:
        sides = [(84, 156), (79, 104), (70, 84), (0, 76)]
        brim = [(-84, 156), (-40, 145), (0, 142), (40, 145), (84, 156)]
        crown = [(MIDDLE + x, y) for x, y in [*brim, *sides]] + [(MIDDLE - x, y) for x, y in sides[::-1]]
        self.easel.corners(smooth_corners(crown), self.cover)
        top = [(MIDDLE - 70, 86), (MIDDLE, 93), (MIDDLE + 70, 86)]
        self.easel.line(
            top, mix(self.cover, WHITE if self.look.cover_colour == "black" else BLACK, 0.14), 2.2
        )

    def _hijab(self) -> None:
        easel = self.easel
        veil = pairs("0,72 52,80 88,124 98,196 92,270 98,330 132,388 138,440 96,472 0,478")
        opening = easel.mask(mirrored(pairs("0,136 40,144 62,178 66,220 60,264 40,294 0,303")))
        inner = easel.mask(mirrored(pairs("0,146 38,154 60,184 70,220 60,264 40,294 0,310")))
        cloth = minus(easel.mask(mirrored(veil)), opening)
        easel.fill(minus(opening, inner), darker(self.cover, 0.34))
        easel.fill(cloth, self.cover)
        shadow = darker(self.cover, 0.15)
        easel.fill(ImageChops.darker(cloth, moved(opening, 6, 15)), shadow)
        right = easel.mask(trace("90,120 130,190 160,400 120,490 70,480 94,390 74,290 82,190"))
        easel.fill(ImageChops.darker(cloth, right), shadow)
        fold = darker(self.cover, 0.27)
        easel.line([(118, 282), (150, 322), (206, 350), (272, 366)], fold, 2.4)
        easel.line([(108, 312), (142, 356), (200, 392), (262, 410)], fold, 2.4)
        easel.line([(98, 346), (126, 398), (176, 440), (222, 460)], fold, 2.4)
        easel.line([(122, 116), (140, 96), (168, 84)], mix(self.cover, WHITE, 0.25), 3)

    def _shawl(self) -> None:
        """A selendang laid over the hair."""
        easel = self.easel
        veil = pairs("0,74 54,82 92,126 104,200 106,300 128,372 140,440 120,500 0,500")
        opening = pairs("0,116 42,124 72,166 84,226 80,300 58,352 34,420 20,510 0,510")
        cloth = minus(easel.mask(mirrored(veil)), easel.mask(mirrored(opening)))
        easel.fill(cloth, self.cover)
        edge = mix(self.cover, CLOTH["mustard"], 0.55)
        for side in (-1, 1):
            hem = [(MIDDLE + side * x, y) for x, y in opening[1:-2]]
            easel.line(hem, edge, 3)
            fold = [(MIDDLE + side * 92, 290), (MIDDLE + side * 98, 360), (MIDDLE + side * 92, 440)]
            easel.line(fold, darker(self.cover, 0.2), 2.4)
        easel.line([(MIDDLE - 42, 124), (MIDDLE, 116), (MIDDLE + 42, 124)], edge, 3)

    def _glasses(self) -> None:
        frame = (52, 44, 48)
        for side in (-1, 1):
            x = MIDDLE + side * 33
            rim = [(x + dx, y) for dx, y in pairs("-25,204 -20,196 20,196 25,204 20,224 0,229 -20,224")]
            self.easel.line([*rim, rim[0]], frame, 3)
            reach = 60 if self.look.cover == "hijab" else 73
            self.easel.line([(x + side * 25, 204), (MIDDLE + side * reach, 206)], frame, 3)
        self.easel.line([(MIDDLE - 9, 206), (MIDDLE, 202), (MIDDLE + 9, 206)], frame, 3)


def smooth_corners(points: Sequence[Point]) -> list[Point]:
    """The points with each corner cut twice, which rounds it (Chaikin)."""
    line = list(points)
    for _ in range(2):
        cut = []
        for (x1, y1), (x2, y2) in zip(line, line[1:] + line[:1], strict=True):
            cut += [
                (x1 * 0.82 + x2 * 0.18, y1 * 0.82 + y2 * 0.18),
                (x1 * 0.18 + x2 * 0.82, y1 * 0.18 + y2 * 0.82),
            ]
        line = cut
    return line


#: For each cut its outline (up the left, over the crown, down the right, back along the hairline) and the
#: strands that catch the light.
HAIR: dict[Hair, tuple[list[Point], list[list[Point]]]] = {
    "crop": (
        trace(
            "-70,206 -79,190 -81,160 -64,112 -34,92 0,87 34,92 64,112 81,160 79,190 70,206 "
            "64,176 52,146 26,138 0,137 -26,138 -52,146 -64,176"
        ),
        [trace("-50,112 -30,102 -6,98")],
    ),
    "side": (
        trace(
            "-70,206 -79,190 -81,160 -68,112 -40,82 6,76 48,86 72,118 81,160 79,190 70,206 "
            "65,176 58,152 30,150 -6,142 -36,122 -54,148 -64,176"
        ),
        [trace("-30,118 2,98 42,104"), trace("-20,128 16,116 52,126")],
    ),
    "wave": (
        trace(
            "-70,206 -79,190 -81,160 -74,116 -50,84 -16,72 20,78 46,76 72,108 81,160 79,190 70,206 "
            "65,176 56,148 34,140 16,148 -8,138 -30,146 -54,142 -64,176"
        ),
        [trace("-44,116 -22,96 6,92"), trace("10,110 34,98 54,112")],
    ),
    "spiky": (
        trace(
            "-70,206 -79,190 -81,160 "
            "-72,110 -56,92 -40,86 -26,76 -8,82 8,70 24,80 44,78 56,94 72,110 "
            "81,160 79,190 70,206 "
            "64,176 54,146 36,142 22,132 6,142 -10,134 -28,144 -52,146 -64,176"
        ),
        [trace("-40,112 -26,98"), trace("-10,104 2,88"), trace("24,106 34,92")],
    ),
    "curly": (
        trace(
            "-69,206 -80,194 -78,180 -87,168 -81,152 -86,136 "
            "-70,122 -70,104 -50,100 -42,84 -20,88 0,76 20,88 42,84 50,100 70,104 "
            "70,122 86,136 81,152 87,168 78,180 80,194 69,206 "
            "64,174 57,152 42,148 30,136 14,144 0,134 -14,144 -30,136 -44,148 -57,152 -64,174"
        ),
        [trace("-40,120 -32,108 -20,110"), trace("2,106 12,96 24,102"), trace("36,126 46,114")],
    ),
    "receding": (
        trace(
            "-69,210 -81,196 -82,164 -70,124 -44,102 0,98 44,102 70,124 82,164 81,196 69,210 "
            "66,180 60,154 44,134 24,128 0,121 -24,128 -44,134 -60,154 -66,180"
        ),
        [],
    ),
    "fringe": (
        trace(
            "-67,212 -82,196 -84,156 -72,112 -42,80 0,74 42,80 72,112 84,156 82,196 67,212 "
            "63,182 52,168 36,174 24,162 8,172 -12,162 -26,172 -48,164 -63,182"
        ),
        [trace("-44,122 -22,100 8,96"), trace("26,104 48,116 58,136")],
    ),
    "centre": (
        trace(
            "-66,216 -83,204 -85,156 -66,108 -36,88 0,84 36,88 66,108 85,156 83,204 66,216 "
            "66,188 52,156 22,134 0,118 -22,134 -52,156 -66,188"
        ),
        [trace("-50,138 -30,114 -6,104"), trace("50,138 30,114 6,104")],
    ),
    "long": (
        trace(
            "-72,290 -96,300 -98,220 -90,144 -66,104 -34,84 0,82 40,84 70,104 92,144 98,220 96,300 72,290 "
            "72,224 62,176 34,150 -4,136 -26,118 -44,146 -66,182 -72,224"
        ),
        [trace("-60,146 -46,118 -24,102"), trace("-12,120 26,128 60,158")],
    ),
    "bob": (
        trace(
            "-66,294 -92,300 -97,220 -90,148 -68,106 -36,84 0,81 36,84 68,106 90,148 97,220 92,300 66,294 "
            "74,220 64,180 44,166 16,158 -14,150 -38,134 -56,160 -70,184 -74,220"
        ),
        [trace("-52,134 -32,110 -4,100"), trace("20,108 48,122 64,150")],
    ),
    "bun": (
        trace(
            "-70,206 -80,192 -81,156 -66,112 -36,92 0,88 36,92 66,112 81,156 80,192 70,206 "
            "66,178 56,150 30,134 0,130 -30,134 -56,150 -66,178"
        ),
        [trace("-48,130 -30,110 -8,100"), trace("48,130 30,110 10,101")],
    ),
}


def draw(look: Look, born: date) -> Image.Image:
    """One portrait of 360 x 480 pixels with a palette."""
    return Portrait(look, born).draw()


def main() -> None:
    """Draw every portrait that ``penduduk.csv`` names."""
    with (HERE / "penduduk.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["foto"]:
                path = HERE / row["foto"]
                path.parent.mkdir(exist_ok=True)
                draw(LOOKS[path.stem], date.fromisoformat(row["tanggal_lahir"])).save(path, optimize=True)


if __name__ == "__main__":
    main()
