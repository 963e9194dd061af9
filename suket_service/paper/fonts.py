"""The letter's own fonts, and which characters they lack. Uses no font of the computer it runs on.

Source Serif Pro comes with the locked dependency ``font-source-serif-pro``; ``fontconfig`` hands it,
and nothing else, to the renderer.
"""

from functools import cache
from pathlib import Path

from font_source_serif_pro import font_directory
from fontTools.ttLib import TTFont

FAMILY = "Source Serif Pro"
FOLDER = Path(font_directory)
# The cuts that letters use; a character must be in all of them, for any text may be set in any cut.
CUTS = ("Regular", "Semibold", "Bold")
FILES = tuple(FOLDER / f"SourceSerifPro-{cut}.ttf" for cut in CUTS)


def missing_glyphs(text: str) -> str:
    """The characters of ``text`` that the letter's fonts cannot draw, each once, in order; "" if none."""
    missing = set(text) - _drawable()
    return "".join(dict.fromkeys(sign for sign in text if sign in missing))


@cache
def _drawable() -> frozenset[str]:
    maps = []
    for file in FILES:
        with TTFont(file, lazy=True) as font:
            maps.append(frozenset(map(chr, font.getBestCmap())))
    return frozenset.intersection(*maps) | {"\n"}
