"""Several PDFs of ours into one for the printer. Reads no stranger's PDF and changes no page."""

import io
from collections.abc import Iterable

import pypdfium2


def join(parts: Iterable[bytes]) -> bytes:
    """All pages of ``parts``, in order, in one PDF; one part alone is handed back as it is."""
    everything = list(parts)
    if len(everything) == 1:
        return everything[0]
    whole = pypdfium2.PdfDocument.new()
    try:
        for part in everything:
            source = pypdfium2.PdfDocument(part)
            try:
                whole.import_pages(source)
            finally:
                source.close()
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()
    finally:
        whole.close()
