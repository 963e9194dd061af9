"""Which templates there are, and their parts. Renders nothing, so it loads without the renderer.

A template is a folder and a version, ``pengganti-ktp-el/v1``; each way of signing has its edition of it:
``v1.html`` for the wet signature, ``v1-elektronik.html`` with its additions to the style for the other.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from suket_service.core.kind import SignatureMode
from suket_service.errors import PrinterError, Text

# A version that has printed letters is succeeded, never edited.
_TEMPLATE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/v[1-9][0-9]*")
_ELECTRONIC = "-elektronik"


@dataclass(frozen=True, slots=True)
class Edition:
    """What a letter is drawn with: the page's name under the letters' folder, its style, the emblem (SVG)."""

    page: str
    style: str
    emblem: bytes


def edition(letters: Path, template: str, signature: SignatureMode) -> Edition:
    """The edition of a template for that way of signing.

    Args:
        letters: the folder ``templates/letters``.
        template: folder and version, as a kind names it.
        signature: how letters of it are signed.

    Raises:
        PrinterError: ``template_unknown``: there is none, or not all of it.
    """
    if not _TEMPLATE.fullmatch(template):
        raise _template_unknown()
    suffix = _ELECTRONIC if signature is SignatureMode.PADES else ""
    page = f"{template}{suffix}.html"
    styles = ["letter.css"] if not suffix else ["letter.css", f"{template.rpartition('/')[2]}{suffix}.css"]
    folder = (letters / template).parent
    try:
        if not (letters / page).is_file():
            raise _template_unknown()
        return Edition(
            page,
            "\n".join((folder / style).read_text(encoding="utf-8") for style in styles),
            (folder / "emblem.svg").read_bytes(),
        )
    except OSError:
        raise _template_unknown() from None


def _template_unknown() -> PrinterError:
    return PrinterError(
        "template_unknown",
        Text(
            "Templat jenis surat ini tidak ada atau tidak lengkap. Periksa pengaturan jenis surat.",
            "This kind of letter has no complete template. Check the kind's settings.",
        ),
    )
