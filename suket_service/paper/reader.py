"""QR texts out of a PDF, a scan or a photo of a letter. Does not know what a seal is.

What comes in is a stranger's file: it is drawn and looked through in a child process with limits
(``code_finder``). Damage of any kind means "nothing found", never an error.
"""

import json
from dataclasses import dataclass
from typing import Literal

from suket_service.errors import FileRefused, Text
from suket_service.paper import limited_child, pictures

MOST_BYTES = 25 * 1024 * 1024
MOST_PIXELS = 60_000_000
WALL_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """The distinct QR texts of a file, in reading order: by page, then from the top."""

    media: Literal["pdf", "image"]
    texts: tuple[str, ...]


def read(data: bytes) -> Found:
    """The QR texts in a PDF, PNG or JPEG; no texts when there are none or the file is damaged.

    Raises:
        FileRefused: ``file_too_large`` or ``file_not_pdf_png_jpeg``.
    """
    media, intact = sort_of(data)
    kind: Literal["pdf", "picture"] = "pdf" if media == "pdf" else "picture"
    return Found(media, _texts(data, kind) if intact else ())


def sort_of(data: bytes) -> tuple[Literal["pdf", "image"], bool]:
    """What a stranger's file is, and whether there is any use in opening it.

    Raises:
        FileRefused: ``file_too_large`` or ``file_not_pdf_png_jpeg``.
    """
    if len(data) > MOST_BYTES:
        raise _too_large()
    match pictures.media_of(data):
        case "pdf":
            return "pdf", True
        case "png" | "jpeg":
            return "image", _is_picture(data)
        case _:
            raise FileRefused(
                "file_not_pdf_png_jpeg",
                Text(
                    "Berkas ini bukan PDF, PNG atau JPEG. Pilih berkas surat, atau foto maupun pindaiannya.",
                    "This file is not a PDF, PNG or JPEG. Choose the letter's file, or a photo or scan of it.",
                ),
            )


def _is_picture(data: bytes) -> bool:
    try:
        pictures.opened(data, MOST_PIXELS)
    except pictures.TooManyPixels:
        raise _too_large() from None
    except pictures.Damaged:
        return False
    return True


def _texts(data: bytes, kind: Literal["pdf", "picture"]) -> tuple[str, ...]:
    # What it had found when it was ended is good.
    found = limited_child.lines("suket_service.paper.code_finder", kind, data, WALL_SECONDS)
    return tuple(dict.fromkeys(json.loads(line) for line in found))


def _too_large() -> FileRefused:
    return FileRefused(
        "file_too_large",
        Text(
            "Berkas ini terlalu besar (paling besar 25 MB dan 60 megapiksel). Perkecil lalu coba lagi.",
            "This file is too large (at most 25 MB and 60 megapixels). Make it smaller and try again.",
        ),
    )
