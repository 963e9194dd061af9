"""A private fontconfig for this process, made when this module is imported: before Pango is loaded.

It lists only the letter's own fonts, so that the fonts of an office PC can neither help nor change a
letter. Import it before WeasyPrint, and only where letters are drawn: it leaves a folder until exit.
"""

import os
import shutil
import tempfile
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from xml.sax.saxutils import escape

from suket_service.paper.fonts import FAMILY, FILES, FOLDER

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
    # A pool's workers end without running what is registered with atexit; this runs in them too.
    Finalize(None, _remove, args=(folder, os.getpid()), exitpriority=0)
    files = "".join(f"<glob>{escape(str(file))}</glob>" for file in FILES)
    text = _CONFIGURATION.format(
        fonts=escape(str(FOLDER)), cache=escape(str(folder / "cache")), files=files, family=FAMILY
    )
    configuration = folder / "fonts.conf"
    configuration.write_text(text, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    return configuration


def _remove(folder: Path, owner: int) -> None:
    # A forked worker inherits this duty at exit, but its parent may still need the folder.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


use_private_fonts()
