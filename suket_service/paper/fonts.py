"""The letter's own fonts, and which characters they lack. Uses no font of the computer it runs on.

Source Serif Pro comes with the locked dependency ``font-source-serif-pro``. A private fontconfig file
that lists only that folder is made when this module is imported, before Pango is loaded, so that the
fonts of an office PC can neither help nor change a letter.
"""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from font_source_serif_pro import font_directory
from fontTools.ttLib import TTFont

FAMILY = "Source Serif Pro"
FOLDER = Path(font_directory)
# The cuts that letters use; a character must be in all of them, for any text may be set in any cut.
CUTS = ("Regular", "Semibold", "Bold")
FILES = tuple(FOLDER / f"SourceSerifPro-{cut}.ttf" for cut in CUTS)

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <selectfont><rejectfont><glob>{fonts}/*</glob></rejectfont>
  <acceptfont>{files}</acceptfont></selectfont>
  <alias><family>serif</family><prefer><family>{family}</family></prefer></alias>
</fontconfig>
"""


@cache
def use_private_fonts() -> Path:
    """Point fontconfig at this product's fonts; the file it now reads. Idempotent.

    The folder is new and private to this process: a known path in a shared ``/tmp`` could be
    prepared by someone else.
    """
    folder = Path(tempfile.mkdtemp(prefix="suket-fonts-"))
    atexit.register(_remove, folder, os.getpid())
    files = "".join(f"<glob>{escape(str(file))}</glob>" for file in FILES)
    text = _CONFIGURATION.format(
        fonts=escape(str(FOLDER)), cache=escape(str(folder / "cache")), files=files, family=FAMILY
    )
    configuration = folder / "fonts.conf"
    configuration.write_text(text, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    return configuration


def missing_glyphs(text: str) -> str:
    """The characters of ``text`` that the letter's fonts cannot draw, each once, in order; "" if none."""
    return "".join(dict.fromkeys(sign for sign in text if ord(sign) not in _drawable() and sign != "\n"))


@cache
def _drawable() -> frozenset[int]:
    maps = []
    for file in FILES:
        with TTFont(file, lazy=True) as font:
            maps.append(frozenset(font.getBestCmap()))
    return frozenset.intersection(*maps)


def _remove(folder: Path, owner: int) -> None:
    # A forked worker inherits this duty at exit, but its parent may still need the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


use_private_fonts()
