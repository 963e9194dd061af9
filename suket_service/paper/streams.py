"""A PDF's streams, packed once. Knows neither pages nor letters.

pydyf asks each stream for its bytes twice, for the file and for the file's digest, and a stream packs itself each
time it is asked. ``made_once`` and ``made_quickly`` are what WeasyPrint calls a finisher.
"""

import zlib
from typing import Any, cast

import pydyf  # type: ignore[import-untyped]  # what WeasyPrint writes with

_LEVEL = 6  # pydyf's is 9, which takes three times as long and saves a hundredth


class _Made(pydyf.Object):  # type: ignore[misc]  # pydyf carries no types
    """A stream with its bytes."""

    compressible = False  # as a stream: it may not lie in a stream of objects

    def __init__(self, stream: Any, made: bytes) -> None:
        super().__init__()
        self.number = stream.number
        self._made = made

    @property
    def data(self) -> bytes:
        """What goes into the PDF."""
        return self._made


def made_once(_document: object, pdf: Any) -> None:
    """Byte for byte what pydyf would write."""
    pdf.objects[:] = [_Made(each, each.data) if _is_stream(each) else each for each in pdf.objects]


def made_quickly(_document: object, pdf: Any) -> None:
    """The same content, packed a hundredth larger."""
    pdf.objects[:] = [_Made(each, _packed(each)) if _is_stream(each) else each for each in pdf.objects]


def _is_stream(each: object) -> bool:
    return isinstance(each, pydyf.Stream)


def _packed(stream: Any) -> bytes:
    if not stream.compress or not all(isinstance(each, bytes) for each in stream.stream):
        return cast(bytes, stream.data)
    content = zlib.compress(b"\n".join(stream.stream), _LEVEL)
    return cast(bytes, pydyf.Stream([content], {**stream.extra, "Filter": "/FlateDecode"}).data)
